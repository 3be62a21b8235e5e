"""HTTP as nobody should speak it, straight to the server's socket: no answer is a failure of ours."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import quote

import httpx
import pytest

_PATIENCE_S = 30
_SILENCE_S = 2

_END = b"\r\n\r\n"
_HOST = b"Host: localhost\r\nConnection: close\r\n"
_JSON = b"Content-Type: application/json\r\n"
_QUERY = b'{"query":"{ __typename }"}'


def _get(target: bytes, *lines: bytes, method: bytes = b"GET", host: bytes = _HOST) -> bytes:
    return b"%b %b HTTP/1.1\r\n%b%b\r\n" % (method, target, host, b"".join(line + b"\r\n" for line in lines))


def _post(body: bytes, *lines: bytes) -> bytes:
    return _get(b"/graphql", _JSON.strip(), *lines, method=b"POST") + body


_PATHS = (
    b"/",
    b"/static/",
    b"/summaries/",
    b"/check-in",
    b"/graphql",
    b"/graphql/",
    b"/answer/",
    b"/healthz",
)
_PIECES = (
    b"%00",
    b"x%00y",
    b"%",
    b"%zz",
    b"%ff%fe",
    b"%2e%2e/app.py",
    b"../../etc/passwd",
    b"..%2fapp.py",
    b"a" * 300,
    b"a" * 5_000,
    b"a" * 20_000,
    b"%e2%98%83" * 80,
    b"?%00",
    b"?query=%ff",
    b"?query=%00",
    b"?query",
    b"?&&&=&",
    b"?variables=[",
    b'?query={__typename}&variables={"a":1}',
    b";a=b",
    b"//evil",
    b"#x",
    b"\\..\\x",
    b"%5c..%5c",
    b"con",
    b"%0d%0aX:y",
    b"*",
    b"?" + b"a=1&" * 1_000,
)

_HEADERS = (
    b"Range: bytes=5-1",
    b"Range: bytes=-",
    b"Range: bytes=0-0,1-1,2-2",
    b"Range: bytes=99999999999999999999-",
    b'If-None-Match: "',
    b"If-None-Match: W/",
    b"If-None-Match: " + b'"a",' * 500,
    b"If-Modified-Since: yesterday",
    b"If-Modified-Since: Thu, 99 Foo 9999 99:99:99 GMT",
    b"If-Match: *",
    b"If-Range: x",
    b"Accept: " + b"a/b;q=0.1," * 500,
    b"Accept: ;;;,,,q==",
    b"Accept: */*;q=nan",
    b"Accept: \xff\xfe",
    b"Accept-Encoding: \xff",
    b"Cookie: \xff=\x80; a",
    b"Origin: null",
    b"Origin: http://[",
    b"Origin: \xff",
    b"Sec-Fetch-Site: \xff",
    b"Authorization: \xff",
    b"Authorization: Bearer " + b"x" * 8_000,
    b"Content-Type: ;",
    b'Content-Type: application/json; charset="',
    b"Content-Type: text/html; charset=\xff",
    b"Content-Encoding: a, b",
    b"Expect: 100-continue",
    b"Expect: nonsense",
    b"Upgrade: websocket\r\nConnection: Upgrade",
    b"Upgrade: h2c\r\nHTTP2-Settings: x",
    b"TE: trailers",
    b"X-Forwarded-For: \xff",
    b'Forwarded: for="',
    b"X-HTTP-Method-Override: DELETE",
    b"X-Empty:",
    b"X: " + b"y" * 60_000,
    b" Folded: x",
    b"NoColon",
)

_ODD_HOSTS = (
    b"a,b",
    b"[::1",
    b"a b",
    b"a/b",
    b"http://a",
    b"a@b",
    b"\xff",
    b"a:b",
    b"a:1:2",
    b"",
    b"[",
    b"]",
    b"a?b",
    b"a#b",
    b"a\\b",
)


def _hostile() -> dict[str, bytes]:
    found = {f"path {path!r} {piece[:20]!r}": _get(path + piece) for path in _PATHS for piece in _PIECES}
    for line in _HEADERS:
        found[f"header {line[:40]!r}"] = _get(b"/", line)
        found[f"static with {line[:40]!r}"] = _get(b"/static/tandem.css", line)
        found[f"post with {line[:40]!r}"] = _post(_QUERY, b"Content-Length: %d" % len(_QUERY), line)
    for host in _ODD_HOSTS:
        for path in (b"/", b"/nothing", b"/graphql"):
            found[f"host {host!r} {path!r}"] = _get(path, host=b"Host: %b\r\nConnection: close\r\n" % host)
    for method in (b"FOO", b"TRACE", b"CONNECT", b"PUT", b"get", b"G" * 300, b"\xff", b"PROPFIND", b"PRI"):
        for target in (b"/", b"/graphql", b"/static/tandem.css", b"*", b"localhost:80"):
            found[f"{method[:9]!r} {target!r}"] = _get(target, method=method)
    return found | _FRAMED


_CHUNKED = b"Transfer-Encoding: chunked"

_FRAMED = {
    "two lengths": _post(_QUERY, b"Content-Length: 26", b"Content-Length: 27"),
    "length and chunks": _post(b"0\r\n\r\n", b"Content-Length: 26", _CHUNKED),
    "a negative length": _post(_QUERY, b"Content-Length: -1"),
    "a length in words": _post(_QUERY, b"Content-Length: many"),
    "a length beyond all": _post(_QUERY, b"Content-Length: 99999999999999999999999"),
    "chunks of no size": _post(b"zz\r\n\r\n", _CHUNKED),
    "a chunk beyond all": _post(b"ffffffffffffffffff\r\n", _CHUNKED),
    "a chunk with extensions": _post(b"1a;" + b"x=y;" * 500 + b"\r\n" + _QUERY + b"\r\n0\r\n\r\n", _CHUNKED),
    "chunks in chunks": _post(b"0\r\n\r\n", b"Transfer-Encoding: chunked, chunked"),
    "unknown coding": _post(_QUERY, b"Transfer-Encoding: nonsense"),
    "bad UTF-8": _post(b'{"query":"\xff"}', b"Content-Length: 13"),
    "no version": b"GET /\r\n\r\n",
    "version 9": b"GET / HTTP/9.9\r\n" + _HOST + b"\r\n",
    "version 1.0": b"GET / HTTP/1.0\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
    "no request": b"\r\n\r\n\r\n\r\n",
    "noise": bytes(range(256)) * 4 + _END,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + _END,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00" * 30,
    "bare line feeds": b"GET /healthz HTTP/1.1\nHost: localhost\nConnection: close\n\n",
    "many headers": _get(b"/healthz", *(b"X-%d: y" % n for n in range(2_000))),
    "a longest target": _get(b"/" + b"a" * 200_000),
    "all methods": _get(b"*", method=b"OPTIONS"),
    "pipelined": _get(b"/healthz", host=b"Host: localhost\r\n") * 20 + _get(b"/healthz"),
    "pipelined after a body": _post(_QUERY, b"Content-Length: 26") + _get(b"/healthz"),
}


async def _answers(site: httpx.AsyncClient, raw: bytes) -> bytes:
    """All that the server says to those bytes.

    A server may wait for the rest of what it takes for half a request; then it is told that there is none.
    """
    reader, writer = await asyncio.open_connection(site.base_url.host, site.base_url.port)
    try:
        writer.write(raw)
        answer = asyncio.ensure_future(reader.read())
        done, _ = await asyncio.wait({answer}, timeout=_SILENCE_S)
        if not done:
            writer.write_eof()
        return await asyncio.wait_for(answer, _PATIENCE_S)
    except ConnectionError:
        return b""
    finally:
        writer.close()


_STATUS = re.compile(rb"(?:\A|\r\n)HTTP/1\.[01] (\d{3})")


@pytest.mark.parametrize("group", range(4))
async def test_no_request_is_a_failure_of_ours(site: httpx.AsyncClient, group: int) -> None:
    for name, raw in [*_hostile().items()][group::4]:
        answer = await _answers(site, raw)
        assert not [s for s in _STATUS.findall(answer) if s >= b"500"], (name, answer[:300])
        healthy = await _answers(site, _get(b"/healthz"))
        assert healthy.startswith(b"HTTP/1.1 200"), name


def _status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize(
    "path", [b"/", b"/graphql", b"/healthz", b"/static/tandem.css", b"/graphql/schema.graphql"]
)
@pytest.mark.parametrize(
    ("hosts", "code"),
    [
        ((b"localhost", b"localhost"), b"SEVERAL_HOSTS"),
        ((b"localhost", b"evil"), b"SEVERAL_HOSTS"),
        ((b"a,b",), b"BAD_HOST"),
        ((b"[::1",), b"BAD_HOST"),
    ],
)
async def test_a_request_names_one_host(
    site: httpx.AsyncClient, path: bytes, hosts: tuple[bytes, ...], code: bytes
) -> None:
    said = b"".join(b"Host: %b\r\n" % host for host in hosts)
    answer = await _answers(site, _get(path, host=said + b"Connection: close\r\n"))
    assert _status(answer) == 400
    assert code in answer


@pytest.mark.parametrize("host", [b"localhost", b"LOCALHOST:80", b"127.0.0.1", b"[::1]:8000", b"localhost."])
async def test_hosts_as_they_are_written_are_taken(site: httpx.AsyncClient, host: bytes) -> None:
    answer = await _answers(
        site,
        _get(
            b"/graphql?query={__typename}".replace(b"{", b"%7B").replace(b"}", b"%7D"),
            host=b"Host: %b\r\nConnection: close\r\n" % host,
        ),
    )
    assert _status(answer) == 200


@pytest.mark.parametrize(
    "target", [b"/static/x%00", b"/static/%00", b"/static/" + b"a" * 300, b"/static/" + b"%e2%98%83" * 100]
)
async def test_a_file_that_cannot_be_is_not_there(site: httpx.AsyncClient, target: bytes) -> None:
    answer = await _answers(site, _get(target))
    assert _status(answer) == 404
    assert b"NOT_FOUND" in answer


def _lines(head: bytes) -> set[bytes]:
    return {line for line in head.split(b"\r\n") if not line.lower().startswith(b"date:")}


_LOOKED_AT = (
    "/",
    "/healthz",
    "/readyz",
    "/static/tandem.css",
    "/graphql/schema.graphql",
    f"/graphql?query={quote('{ __typename }')}",
    "/graphql",
    "/nothing",
    "/check-in",
    "/summaries/x",
)


@pytest.mark.parametrize("target", _LOOKED_AT)
async def test_head_says_what_get_says_without_a_body(site: httpx.AsyncClient, target: str) -> None:
    heads = [await _answers(site, _get(target.encode(), method=method)) for method in (b"GET", b"HEAD")]
    (got, body), (head, nothing) = (answer.split(_END, 1) for answer in heads)
    assert nothing == b""
    assert _lines(head) == _lines(got)
    assert b"content-length: %d" % len(body) in got.lower()
