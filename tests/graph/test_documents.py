"""Documents are parsed, measured and validated once, and no stranger's documents push the others out."""

import gc
import tracemalloc

import pytest
from graphql import DocumentNode

from graph.documents import Document, Documents
from graph.schema import schema
from graph.sizes import MOST, MOST_CHARACTERS, MOST_TOKENS
from graph.trusted import documents

NORMAL = "query($ref: String) { programme(ref: $ref) { ref title lead { code name } } }"


@pytest.fixture
def library() -> Documents:
    return Documents(schema._schema)


def _code(document: Document) -> str:
    assert document.tree is None
    code = (document.errors[0].extensions or {})["code"]
    assert isinstance(code, str)
    return code


async def test_a_document_is_read_once(library: Documents) -> None:
    assert isinstance((await library.read(NORMAL)).tree, DocumentNode)
    assert await library.read(NORMAL) is await library.read(NORMAL)


async def test_what_is_wrong_with_a_document_is_kept_too(library: Documents) -> None:
    for text in ("{ nothing }", "{"):
        assert (await library.read(text)).errors
        assert await library.read(text) is await library.read(text)


@pytest.mark.parametrize("name", sorted(documents()))
async def test_trusted_documents_are_valid_and_kept_for_good(library: Documents, name: str) -> None:
    trusted = await library.read(documents()[name].text, trusted=True)
    assert trusted.errors == ()
    for number in range(200):
        await library.read(f"{{ a{number}: __typename }}")
    assert await library.read(documents()[name].text, trusted=True) is trusted


def _bomb(steps: int) -> str:
    """Doubles with every fragment: short to write, and long to carry out."""
    fragments = " ".join(
        f"fragment F{step} on Programme {{ a: lead {{ successors: code }} ...F{step + 1} ...G{step + 1} }}"
        f" fragment G{step} on Programme {{ ...F{step + 1} ...G{step + 1} }}"
        for step in range(steps)
    )
    last = f"fragment F{steps} on Programme {{ ref }} fragment G{steps} on Programme {{ title }}"
    return f'{{ programme(ref: "A") {{ ...F0 ...G0 }} }} {fragments} {last}'


HOSTILE = {
    "long": (f'{{ programme(ref: "{"x" * MOST_CHARACTERS}") {{ ref }} }}', "DOCUMENT_TOO_LONG"),
    "many words": ("{" + "__typename " * MOST_TOKENS + "}", "DOCUMENT_TOO_LONG"),
    "many comments": ("{ __typename }" + "#\n" * (MOST_TOKENS + 1), "DOCUMENT_TOO_LONG"),
    "deep": (
        "{ node(id: 1) { ... on Organisation " + "{ parent " * 21 + "{ id }" + "}" * 21 + "} }",
        "DOCUMENT_TOO_DEEP",
    ),
    "deep by fragments": (
        "{ programme(ref: \"A\") { ...F0 } }"
        + "".join(f"fragment F{n} on Programme {{ ...F{n + 1} }}" for n in range(300))
        + "fragment F300 on Programme { ref }",
        "DOCUMENT_TOO_DEEP",
    ),
    "deep by inline fragments": ("{ viewer {" + "... {" * 90 + "role" + "}" * 90 + "} }", "DOCUMENT_TOO_DEEP"),
    "a fragment bomb": (_bomb(15), "TOO_MANY_SELECTIONS"),
    "many aliases": (
        "{" + "".join(f"a{n}: viewer {{ role }} " for n in range(MOST.aliases + 1)) + "}",
        "TOO_MANY_ALIASES",
    ),
    "many directives": (
        "{ viewer {" + "role @include(if: true) " * (MOST.directives + 1) + "} }",
        "TOO_MANY_DIRECTIVES",
    ),
    "one field over and over": ("{" + "viewer { role } " * 900 + "}", "DOCUMENT_TOO_COMPLEX"),
    "fragments over and over": (
        "{ viewer {" + "".join(f"...F{n} " for n in range(300)) + "} }"
        + "".join(f"fragment F{n} on Viewer {{ role }}" for n in range(300)),
        "DOCUMENT_TOO_COMPLEX",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_laborious_document_is_refused_before_it_is_laborious(library: Documents, name: str) -> None:
    text, code = HOSTILE[name]
    # The code says which limit met it: each stands before the work that it saves.
    assert _code(await library.read(text)) == code


async def test_a_fragment_that_spreads_itself_is_refused_by_validation(library: Documents) -> None:
    document = await library.read("{ viewer { ...F } } fragment F on Viewer { ...F }")
    assert "within itself" in document.errors[0].message


async def test_introspection_as_tools_ask_it_is_moderate(library: Documents) -> None:
    from graphql import get_introspection_query  # noqa: PLC0415

    document = await library.read(get_introspection_query(input_value_deprecation=True))
    assert document.errors == ()


async def test_ever_new_documents_fill_only_their_room_and_push_nobody_out() -> None:
    """A normal document is asked now and then while 10,000 others come once each, most of them broken."""
    library = Documents(schema._schema, most_bytes=2_000_000)
    normal = await library.read(NORMAL)
    assert await library.read(NORMAL) is normal
    for number in range(10_000):
        await library.read(f"{{ a{number}: __typename {'}' if number % 10 == 0 else ''}")
    assert library.kept.bytes <= 2_000_000
    assert await library.read(NORMAL) is normal


@pytest.mark.parametrize(
    "text",
    [
        "{{ a{}: __typename }}",
        "{{ a{}: viewer {{ " + " ".join(f"f{n}: role" for n in range(100)) + " }} }}",
        '{{ a{}: programme(ref: "' + "\N{SNOWMAN}" * 4_000 + '") {{ ref }} }}',
        "{{ a{}: __typename #" + "x" * 4_000 + "\n }}",
        "{{ a{}: nothing }}",
        "{{ a{}:",
    ],
    ids=["short", "many fields", "a long value", "a long comment", "invalid", "broken"],
)
async def test_the_room_is_in_bytes_of_memory(library: Documents, text: str) -> None:
    texts = [text.format(number) for number in range(50)]
    await library.read(text.format("first"))
    tracemalloc.start()
    for each in texts:
        await library.read(each)
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 2 * library.kept.bytes
