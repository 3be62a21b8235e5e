"""`/graphql/schema.graphql`: the schema as text, for people and for tools that make code of it."""

from __future__ import annotations

from functools import cache
from typing import Any

from litestar import Request, Response, route

from api.http.conditional import Content, unless_known
from api.http.identity import viewer_of
from api.http.origins import require_same_origin
from api.http.serving import LOOKING, serving


@route("/graphql/schema.graphql", http_method=LOOKING)
async def show_schema(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The schema, for whoever may ask it of the API; 304 where the caller has it already."""
    require_same_origin(request.headers)
    viewer_of(request.scope, request.headers, serving(request.scope).settings.admin_token)
    answer = unless_known(request, schema_as_text())
    answer.headers["Vary"] = "Authorization"
    return answer


@cache
def schema_as_text() -> Content:
    """The schema, as `tandem schema` prints it."""
    from graph.schema import schema  # noqa: PLC0415 - a second to build, which is done before anybody is let in

    text = f"{schema.as_str().rstrip()}\n"
    # Kept by the caller alone, who asks each time whether it is still the same.
    return Content(text.encode(), "application/graphql; charset=utf-8", "private, no-cache")
