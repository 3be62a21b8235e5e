import pytest

from api.http.asked import Asked, asked_in_address, asked_in_body
from api.http.declined import Declined


async def test_an_operation_is_read_from_a_body() -> None:
    assert await asked_in_body(
        b'{"query": "{a}", "variables": {"n": 1}, "operationName": "A", "extensions": {}, "more": 1}'
    ) == Asked("{a}", None, {"n": 1}, "A")


async def test_a_trusted_document_is_named_by_its_id() -> None:
    assert await asked_in_body(b'{"documentId": "pages/index"}') == Asked(None, "pages/index", None, None)


async def test_nothing_is_as_good_as_absent() -> None:
    body = b'{"query": "{a}", "variables": null, "operationName": "", "documentId": null, "extensions": null}'
    assert await asked_in_body(body) == Asked("{a}", None, None, None)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "BODY_MISSING"),
        (b"null", "BODY_NOT_AN_OBJECT"),
        (b'"text"', "BODY_NOT_AN_OBJECT"),
        (b"1", "BODY_NOT_AN_OBJECT"),
        (b"[]", "BATCH_NOT_SUPPORTED"),
        (b'[{"query": "{a}"}]', "BATCH_NOT_SUPPORTED"),
        (b'{"query": "{a}"', "BODY_NOT_JSON"),
        (b"\xff\xfe", "BODY_NOT_JSON"),
        (b'{"query": "\xed\xa0\x80"}', "BODY_NOT_JSON"),
        (b'{"query": "\\ud800"}', "BODY_NOT_JSON"),
        (b"[" * 100_000, "VARIABLES_TOO_LARGE"),
        (b'{"variables":' * 2_000 + b"1" + b"}" * 2_000, "BODY_NOT_JSON"),
        (b'{"query": "{a}", "variables": {"n": NaN}}', "BODY_NOT_JSON"),
        (b"{}", "NOTHING_ASKED"),
        (b'{"query": ""}', "NOTHING_ASKED"),
        (b'{"query": null, "documentId": null}', "NOTHING_ASKED"),
        (b'{"query": "{a}", "documentId": "pages/index"}', "ASKED_TWICE"),
        *[
            (f'{{"query": "{{a}}", "{name}": {wrong}}}'.encode(), "BAD_PARAMETER")
            for name, wrongs in {
                "query": ("1", "false", "{}", "[]"),
                "documentId": ("1", "false", "{}", "[]"),
                "operationName": ("1", "false", "{}", "[]"),
                "variables": ("1", "false", '"text"', "[]"),
                "extensions": ("1", "false", '"text"', "[]"),
            }.items()
            for wrong in wrongs
        ],
    ],
)
async def test_a_body_that_is_no_operation_is_declined(body: bytes, code: str) -> None:
    with pytest.raises(Declined) as declined:
        await asked_in_body(body)
    assert (declined.value.status, declined.value.code) == (400, code)


async def test_an_answer_never_repeats_the_body_it_could_not_read() -> None:
    with pytest.raises(Declined) as declined:
        await asked_in_body(b'{"query": "somebody@example.org')
    assert "somebody" not in declined.value.message


async def test_an_operation_is_read_from_an_address() -> None:
    address = {"query": ["{a}"], "variables": ['{"n": 1}'], "operationName": ["A"], "extensions": [""]}
    assert asked_in_address(address) == Asked("{a}", None, {"n": 1}, "A")


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ({}, "NOTHING_ASKED"),
        ({"query": ["{a}", "{b}"]}, "BAD_PARAMETER"),
        ({"query": ["{a}"], "variables": ["{"]}, "BAD_PARAMETER"),
        ({"query": ["{a}"], "variables": ["[]"]}, "BAD_PARAMETER"),
        ({"query": ["{a}"], "extensions": ["1"]}, "BAD_PARAMETER"),
        ({"query": ["{a}"], "documentId": ["pages/index"]}, "ASKED_TWICE"),
    ],
)
async def test_an_address_that_is_no_operation_is_declined(address: dict[str, list[str]], code: str) -> None:
    with pytest.raises(Declined) as declined:
        asked_in_address(address)
    assert (declined.value.status, declined.value.code) == (400, code)
