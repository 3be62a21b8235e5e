"""The page of a link: what can ever be published, and the questionnaire. It works without a script.

Looking changes nothing, since mail scanners follow links: only sending does. Nothing of these requests is logged, for
the address holds the token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response, post, route
from litestar.params import FromPath

from api.http.bodies import body_of
from api.http.declined import Declined
from api.http.headers import content_security_policy
from api.http.serving import LOOKING, serving
from api.pages.rendering import environment, html
from domain.access.viewers import ADMINISTRATOR
from domain.assessments import answering
from domain.assessments.answering import ALREADY_ANSWERED, LONGEST_COMMENT, Asked
from domain.assessments.inviting import PATH
from domain.calendar import now
from domain.errors import Refused
from domain.work import work

_ANSWER, _COMMENT = "answer.", "comment."
_MOST_FIELDS = 1000


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into the form: answers and comments by item, as text."""

    answers: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)

    @property
    def points(self) -> dict[str, int | str]:
        """The answers as numbers, as far as they are numbers; what is left out is not there."""
        return {
            key: int(text) if text.isascii() and text.isdecimal() else text
            for key, text in self.answers.items()
        }


@route(f"{PATH}{{token:str}}", http_method=LOOKING)
async def show(request: Request[Any, Any, Any], token: FromPath[str]) -> Response[bytes]:
    """The notice and the form; or that the answers are in, or that the round is closed."""
    async with work(serving(request.scope).database, ADMINISTRATOR, now=now()) as current:
        asked = await answering.asked(current, token)
    return _page(asked, Typed())


@post(f"{PATH}{{token:str}}", status_code=200, request_max_body_size=None)
async def send(request: Request[Any, Any, Any], token: FromPath[str]) -> Response[bytes]:
    """Keep the answers, and then show that they are in; where they cannot be kept, the form as it was typed."""
    # Whoever has the link may send; there is no other right that a page of another site could borrow.
    typed = _typed(await body_of(request.receive, request.headers))
    database = serving(request.scope).database
    try:
        async with work(database, ADMINISTRATOR, now=now()) as current:
            await answering.answer(current, token=token, answers=typed.points, comments=typed.comments)  # type: ignore[arg-type]
    except Refused as refusal:
        if refusal.code != ALREADY_ANSWERED:
            async with work(database, ADMINISTRATOR, now=now()) as current:
                return _page(await answering.asked(current, token), typed, refusal)
    # Sent elsewhere, so that to load the page again sends nothing again.
    return Response(b"", status_code=303, headers={"Location": request.url.path})


def _typed(body: bytes) -> Typed:
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=False, max_num_fields=_MOST_FIELDS, errors="strict"
        )
    except ValueError as error:
        raise Declined(
            400, "BAD_FORM", "What was sent cannot be read. Go back and send the form again."
        ) from error
    return Typed(
        *({k.removeprefix(kind): v for k, v in pairs if k.startswith(kind)} for kind in (_ANSWER, _COMMENT))
    )


def _page(asked: Asked, typed: Typed, refusal: Refused | None = None) -> Response[bytes]:
    nonce = token_urlsafe(18)
    content = environment.get_template("answer.html").render(
        asked=asked, typed=typed, refusal=refusal, nonce=nonce, longest_comment=LONGEST_COMMENT
    )
    policy = content_security_policy(form="'self'", style="'self'", img="'self'", script=f"'nonce-{nonce}'")
    return html(content, policy=policy, status=200 if refusal is None else 422)
