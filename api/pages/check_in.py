"""Where a check-in link leads: a page with a button, which works without a script. Looking at it changes nothing.

Mail scanners follow links, so only the button checks in. The token is in the query and the form, never in the path,
because the log of requests has paths.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qs

from litestar import Request, Response, post, route

from api.http.bodies import body_of
from api.http.headers import content_security_policy
from api.http.serving import LOOKING, serving
from api.pages.rendering import page
from domain.access.viewers import Role, Viewer
from domain.calendar import LONDON, now
from domain.errors import Refused
from domain.sessions import check_in
from domain.sessions.check_in import Greeting
from domain.sessions.models import SessionMode
from domain.sessions.presence import AttendanceMode
from domain.work import work

_POLICY: Final = content_security_policy(style="'self'", img="'self'", form="'self'")
_FOR_NOBODY: Final = Viewer(Role.SPONSOR)
"""Somebody who may see and do nothing but what their link is for."""


@route("/check-in", http_method=LOOKING)
async def show(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What the link is for, with a button; or why it does not work."""
    token = request.query_params.get("token", "")
    async with work(serving(request.scope).database, _FOR_NOBODY, now=now()) as current:
        try:
            greeting = await check_in.greet(current, token)
        except Refused as refusal:
            return page("check-in.html", status=404, policy=_POLICY, refusal=refusal, greeting=None)
    return _greet(greeting, token, greeting.refusal)


@post("/check-in", status_code=200, request_max_body_size=None)
async def use(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Check in, and say so; or say why that cannot be done."""
    form = parse_qs((await body_of(request.receive, request.headers)).decode(errors="replace"))
    token, mode = (form.get(name, [""])[0] for name in ("token", "mode"))
    database = serving(request.scope).database
    moment = now()
    try:
        async with work(database, _FOR_NOBODY, now=moment) as current:
            greeting = await check_in.greet(current, token)
            holder = Viewer(Role.SPONSOR, await check_in.holder_of(current, token))
    except Refused as refusal:
        return page("check-in.html", status=404, policy=_POLICY, refusal=refusal, greeting=None)
    try:
        async with work(database, holder, now=moment) as current:
            await check_in.check_in(current, token=token, mode=_mode(mode))
    except Refused as refusal:
        return _greet(greeting, token, refusal, status=400)
    return page("check-in.html", policy=_POLICY, refusal=None, **(_shown(greeting) | {"done": True}))


def _mode(word: str) -> AttendanceMode | None:
    return AttendanceMode(word) if word in AttendanceMode.__members__ else None


def _greet(greeting: Greeting, token: str, refusal: Refused | None, *, status: int = 200) -> Response[bytes]:
    again = refusal is None or refusal.field == "mode"
    shown = _shown(greeting) | {"token": token, "refusal": refusal, "button": again}
    return page("check-in.html", status=status, policy=_POLICY, **shown)


def _shown(greeting: Greeting) -> dict[str, Any]:
    """What a page says of the session and of whoever checks in."""
    session = greeting.session
    return {
        "greeting": greeting,
        "begins": f"{session.begins:%H:%M}",
        "ends": f"{session.ends_at.astimezone(LONDON):%H:%M}",
        "asks_how": session.mode is SessionMode.HYBRID,
        "button": False,
        "done": False,
    }
