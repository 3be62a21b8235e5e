"""What a question can be refused for, beyond what GraphQL itself refuses."""

from __future__ import annotations

from graphql import GraphQLError


class ReadRefused(GraphQLError):  # noqa: N818 - it is no error of ours
    """The question is valid GraphQL and cannot be answered as it stands; `extensions.code` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, extensions={"code": code})
