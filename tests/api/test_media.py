import pytest

from api.http.declined import Declined
from api.http.media import AnswerType, answer_type, require_json

GRAPHQL, JSON = AnswerType.GRAPHQL, AnswerType.JSON


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("application/graphql-response+json", GRAPHQL),
        ("Application/GraphQL-Response+JSON", GRAPHQL),
        ("application/graphql-response+json; charset=utf-8", GRAPHQL),
        ("application/json, application/graphql-response+json", GRAPHQL),
        ("application/graphql-response+json, application/json;q=0.9", GRAPHQL),
        ("application/graphql-response+json;q=0.5, application/json", JSON),
        ("application/graphql-response+json, */*", GRAPHQL),
        ("application/json, */*;q=0.1", JSON),
        ("application/json;q=0, */*", GRAPHQL),
        ("text/html,application/xhtml+xml,*/*;q=0.8", JSON),
        ("text/html, application/json;q=0.1", JSON),
        ("application/json;q=high, application/graphql-response+json;q=0.1", GRAPHQL),
        ("application/json;charset=utf-16, application/graphql-response+json", GRAPHQL),
    ],
)
def test_an_answer_has_the_type_that_its_caller_likes_best(accept: str | None, expected: AnswerType) -> None:
    assert answer_type(accept) is expected


@pytest.mark.parametrize(
    "accept", ["text/html", "application/json;q=0", "application/json;charset=latin-1", ";;,", "image/*"]
)
def test_a_caller_who_takes_no_json_is_told_so(accept: str) -> None:
    with pytest.raises(Declined) as declined:
        answer_type(accept)
    assert (declined.value.status, declined.value.code) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", 'APPLICATION/JSON;charset="UTF-8"'],
)
def test_plain_json_is_taken(content_type: str) -> None:
    require_json(content_type, None)
    require_json(content_type, "identity")


@pytest.mark.parametrize(
    ("content_type", "content_encoding", "code"),
    [
        (None, None, "UNSUPPORTED_MEDIA_TYPE"),
        ("text/plain", None, "UNSUPPORTED_MEDIA_TYPE"),
        ("application/x-www-form-urlencoded", None, "UNSUPPORTED_MEDIA_TYPE"),
        ("multipart/form-data; boundary=x", None, "UNSUPPORTED_MEDIA_TYPE"),
        ("application/graphql", None, "UNSUPPORTED_MEDIA_TYPE"),
        ("application/json; charset=utf-16", None, "UNSUPPORTED_CHARSET"),
        ("application/json", "gzip", "UNSUPPORTED_CONTENT_ENCODING"),
        ("application/json", "br", "UNSUPPORTED_CONTENT_ENCODING"),
    ],
)
def test_any_other_body_is_declined(
    content_type: str | None, content_encoding: str | None, code: str
) -> None:
    with pytest.raises(Declined) as declined:
        require_json(content_type, content_encoding)
    assert (declined.value.status, declined.value.code) == (415, code)
