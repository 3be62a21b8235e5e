"""A summary as its reader sees it: the page that was stored with it when it was compiled."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from typing import Any

from litestar import Request, Response, route
from litestar.params import FromPath

from api.http.headers import content_security_policy
from api.http.identity import viewer_of
from api.http.serving import LOOKING, serving
from api.pages.rendering import html
from domain.errors import NotFound
from graph.asking import ask
from graph.trusted import documents

_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)


@route("/summaries/{summary_id:str}", http_method=LOOKING)
async def show(request: Request[Any, Any, Any], summary_id: FromPath[str]) -> Response[bytes]:
    """The stored page of a summary, by its id as GraphQL gives it or by the second half of that.

    Raises:
        NotFound: there is none with that id, or the viewer may not see it.
    """
    here = serving(request.scope)
    viewer = viewer_of(request.scope, request.headers, here.settings.admin_token)
    shown = await ask(here.database, viewer, documents()["pages/summary"], {"id": _global(summary_id)})
    if shown["summary"] is None:
        raise NotFound("summary")
    content: str = shown["summary"]["html"]
    return html(content, policy=policy_for(content))


def _global(summary_id: str) -> str:
    return summary_id if ":" in summary_id else f"Summary:{summary_id}"


def policy_for(content: str) -> str:
    """The policy of a stored page: the styles that stand in it, each by its hash, and nothing else at all.

    What people typed is in the page. Were some of it taken for markup, it could still not run, load or send
    anything.
    """
    styles = " ".join(f"'sha256-{_digest(style)}'" for style in _STYLE.findall(content)) or "'none'"
    return content_security_policy(style=styles, img="data:")


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
