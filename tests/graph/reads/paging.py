"""Pages for the lists of a question, and one way in for each look-up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from graphql import (
    ArgumentNode,
    IntValueNode,
    NameNode,
    NullValueNode,
    StringValueNode,
    ValueNode,
    is_required_argument,
    value_from_ast_untyped,
)

from domain import models
from domain.access.viewers import ADMINISTRATOR
from tests.factories import TODAY
from tests.graph.reads import lists, rows

if TYPE_CHECKING:
    from tests.graph.reads.questions import Dresser

_BROKEN = ("", "x", "AAAA", "bnVsbA==", "WyJpZCJd", "WyJ0aXRsZSBpZCIsIG51bGwsIG51bGxd", "é")


def paged(dresser: Dresser, parent: str, name: str, given: Sequence[ArgumentNode]) -> list[ArgumentNode]:
    """The arguments of a field, with a page where it is a list; a null may as well be left out."""
    arguments = [a for a in given if not isinstance(a.value, NullValueNode) or dresser.once_in(2)]
    if parent == "Query" and _is_lookup(name):
        return _one_way_in(dresser, name.capitalize(), arguments)
    several = lists.MANY.get((parent, name))
    if several is None:
        return arguments
    asked = next((a.value for a in arguments if a.name.value == "orderBy"), None)
    order = lists.Order.of(several, _listed(asked))
    return [*arguments, *_page(dresser, order)]


def _is_lookup(name: str) -> bool:
    """Whether a field of the root finds one record by any of several keys, of which none is required."""
    query = rows.published().query_type
    assert query is not None
    taken = query.fields[name].args
    return "id" in taken and not is_required_argument(taken["id"])


def _listed(asked: ValueNode | None) -> Any:
    found = None if asked is None else value_from_ast_untyped(asked)
    return [found] if isinstance(found, dict) else found


def _one_way_in(dresser: Dresser, kind: str, arguments: list[ArgumentNode]) -> list[ArgumentNode]:
    known = [a for a in arguments if not isinstance(a.value, NullValueNode)]
    if len(known) != 1 and not dresser.once_in(10):
        ids = dresser.values.ids(kind) or [f"{kind}:x"]
        known = known[:1] or [
            ArgumentNode(name=NameNode(value="id"), value=StringValueNode(value=dresser.one(ids)))
        ]
    if len(known) != 1:
        dresser.spoiled.add("ONE_ARGUMENT")
    return [_likely(dresser, kind, a) for a in known]


def _likely(dresser: Dresser, kind: str, argument: ArgumentNode) -> ArgumentNode:
    """The argument with a value that finds something, more often than not."""
    name = argument.name.value
    likely = dresser.values.likely(kind, name)
    if not likely or dresser.once_in(4):
        return argument
    return ArgumentNode(name=argument.name, value=StringValueNode(value=dresser.one(likely)))


def _page(dresser: Dresser, order: lists.Order) -> list[ArgumentNode]:
    page: dict[str, ValueNode] = {}
    for name in dresser.one(
        [
            (),
            (),
            ("first",),
            ("first", "after"),
            ("last",),
            ("last", "before"),
            ("after", "before", "last"),
            ("after",),
        ]
    ):
        page[name] = _cursor(dresser, order) if name in {"after", "before"} else _size(dresser)
    if dresser.once_in(60):
        dresser.spoiled.add("FIRST_OR_LAST")
        page |= {"first": _size(dresser), "last": _size(dresser)}
    return [ArgumentNode(name=NameNode(value=name), value=value) for name, value in page.items()]


def _size(dresser: Dresser) -> ValueNode:
    size = dresser.one([1, 2, 3, 7, 50, 100])
    if dresser.once_in(60):
        dresser.spoiled.add("BAD_PAGE_SIZE")
        size = dresser.one([-1, 0, 101, 2**31 - 1])
    return IntValueNode(value=str(size))


def _cursor(dresser: Dresser, order: lists.Order) -> ValueNode:
    """The place of a row of that type, whether the list has it or not."""
    known = dresser.world.present[getattr(models, order.kind)]
    if not known or dresser.once_in(60):
        dresser.spoiled.add("BAD_CURSOR")
        return StringValueNode(value=dresser.one(_BROKEN))
    sight = dresser.world.as_seen(ADMINISTRATOR, TODAY)
    return StringValueNode(value=order.cursor(order.place(sight, dresser.one(known))))
