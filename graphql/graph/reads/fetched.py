"""What one statement has fetched, handed to graphql-core where it has to complete the answer itself.

That is so for mutations, whose fields are carried out one after the other. The JSON has the response keys already, so
a field finds its value by its key.
"""

from __future__ import annotations

from typing import Any

from graphql import GraphQLResolveInfo, get_nullable_type, is_enum_type, is_list_type


class Answer:
    """The object that answers a mutation: its subject's fields are in `fetched`, by response key."""

    fetched: dict[str, Any]


def fetched(source: Any, info: Any) -> Any:
    """The value of the field at hand in what was fetched."""
    raw: GraphQLResolveInfo[Any] = info._raw_info
    values = source.fetched if isinstance(source, Answer) else source
    return _completed(values[str(raw.path.key)], raw.return_type)


def _completed(value: Any, kind: Any) -> Any:
    inner = get_nullable_type(kind)
    if value is None:
        return None
    if is_list_type(inner):
        return [_completed(item, inner.of_type) for item in value]
    # graphql-core serialises a word of a closed list from the member that stands for it.
    return inner.values[value].value if is_enum_type(inner) else value
