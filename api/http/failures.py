"""How a failed request is answered: with GraphQL errors to programs, with a page to people."""

from __future__ import annotations

from http import HTTPStatus
from secrets import token_hex
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from api.http import metrics
from api.http.declined import Declined, body
from api.http.media import AnswerType, answer_type
from api.logs import log
from api.pages.rendering import page
from domain.assessments.inviting import PATH
from domain.errors import Refused
from domain.outages import Outage
from graph.asking import outage_behind
from graph.outages import MESSAGES, RETRY_AFTER_S

_GRAPHQL_PATH = "/graphql"

# What Litestar says by status alone, in words that say what to do.
_KNOWN: dict[int, tuple[str, str]] = {
    404: (
        "NOT_FOUND",
        "There is nothing at this address. Operations go to /graphql, and / says what is here.",
    ),
    405: (
        "METHOD_NOT_ALLOWED",
        "This address does not take that method: see the Allow header for those it takes.",
    ),
}

_HEADINGS = {
    401: "Tandem does not know you",
    404: "There is nothing here",
    500: "Something went wrong",
    503: "Tandem cannot do this right now",
}


def _declined(request: Request[Any, Any, Any], problem: Declined) -> Response[bytes]:
    """The answer to a request that was declined, in the form that its caller reads."""
    metrics.refused([problem.code])
    if _wants_page(request):
        heading = _HEADINGS.get(problem.status, "This could not be done")
        answer = page("declined.html", status=problem.status, heading=heading, message=problem.message)
    else:
        answer = Response(
            body(problem.code, problem.message),
            media_type=_media_type(request).header,
            status_code=problem.status,
        )
    answer.headers.update(problem.headers)
    return answer


def _http_exception(request: Request[Any, Any, Any], problem: HTTPException) -> Response[bytes]:
    """Litestar's own refusals, said in our words."""
    status = problem.status_code
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _unexpected(request, problem)
    code, message = _KNOWN.get(
        status, ("BAD_REQUEST", "The request could not be read: check how it is made.")
    )
    return _declined(request, Declined(status, code, message, headers=problem.headers))


def _refused(request: Request[Any, Any, Any], problem: Refused) -> Response[bytes]:
    """A refusal of the domain: what a page is about is not there, or not to be seen."""
    status = HTTPStatus.NOT_FOUND if problem.code == "NOT_FOUND" else HTTPStatus.BAD_REQUEST
    return _declined(request, Declined(status, problem.code, problem.message))


def _unexpected(request: Request[Any, Any, Any], problem: Exception) -> Response[bytes]:
    """The database is away. Or it is a mistake of ours: the log has what happened, the caller the reference to it."""
    outage = outage_behind(problem)
    if outage is not None:
        return _away(request, outage, problem)
    reference = token_hex(4)
    log.error("unexpected", reference=reference, path=_named(request.scope["path"]), exc_info=problem)
    return _declined(
        request,
        Declined(
            500,
            "INTERNAL",
            f"Something went wrong on our side; reference {reference}. Tell whoever runs this server.",
        ),
    )


def _away(request: Request[Any, Any, Any], outage: Outage, problem: Exception) -> Response[bytes]:
    # What is missing stands in the error, which only the log may have.
    why = {"exc_info": problem} if outage is Outage.ALTERED else {}
    log.warning("outage", outage=outage.value, path=_named(request.url.path), **why)
    later = {"Retry-After": str(RETRY_AFTER_S[outage])}
    return _declined(request, Declined(503, outage.value, MESSAGES[outage], headers=later))


def _named(path: str) -> str:
    """An address as a log may have it: that of a questionnaire without its token."""
    return PATH if path.startswith(PATH) else path


def _wants_page(request: Request[Any, Any, Any]) -> bool:
    return request.scope["path"] != _GRAPHQL_PATH and "text/html" in request.headers.get("accept", "")


def _media_type(request: Request[Any, Any, Any]) -> AnswerType:
    """The type that the caller takes; one who takes none of ours is told so in plain JSON."""
    try:
        return answer_type(request.headers.get("accept"))
    except Declined:
        return AnswerType.JSON


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    Declined: _declined,
    Refused: _refused,
    HTTPException: _http_exception,
    Exception: _unexpected,
}
