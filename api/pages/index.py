"""The start page: what is here in numbers, the latest summaries, and how to ask for more."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, route

from api.http.identity import viewer_of
from api.http.serving import LOOKING, serving
from api.pages.rendering import page
from graph.asking import ask
from graph.trusted import documents

EXAMPLE = """\
query @asOf(date: "2014-09-30") {
  programmes(
    first: 5
    filter: {deliveryConfidence: {in: [RED]}}
    orderBy: [{endsOn: ASC}]
  ) {
    totalCount
    nodes { ref title endsOn lead { name } }
  }
}"""
"""The question that the page shows as an example; a test asks it."""


@route("/", http_method=LOOKING)
async def show(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The start page, with the numbers that the viewer's rights give."""
    here = serving(request.scope)
    viewer = viewer_of(request.scope, request.headers, here.settings.admin_token)
    shown = await ask(here.database, viewer, documents()["pages/index"])
    return page("index.html", **shown, example=EXAMPLE, address=str(request.base_url))
