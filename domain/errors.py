"""Refusals: what a person is told when something cannot be done. Anything else that is raised is a bug."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - it is no error of ours
    """The request is understood and cannot be carried out.

    `code` is stable and in capitals, for programs; `message` says to a person what is wrong and what to do;
    `field` names the input that it speaks of, in camelCase, or is None where it speaks of the whole.
    """

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class NotFound(Refused):
    """There is no such record for this viewer: it does not exist, or may not be seen."""

    def __init__(self, what: str, *, field: str | None = None) -> None:
        super().__init__(
            "NOT_FOUND", f"There is no {what} that you can see. Check the id or the code.", field=field
        )


class Forbidden(Refused):
    """The record can be seen, and this viewer may not do this with it."""

    def __init__(self, message: str) -> None:
        super().__init__("FORBIDDEN", message)


class Stale(Refused):
    """Somebody changed the record since the caller read it; nothing was overwritten."""

    def __init__(self, expected: int, current: int) -> None:
        super().__init__(
            "STALE",
            f"This was changed by somebody else in the meantime: you had version {expected}, "
            f"it is now at version {current}. Read it again and repeat your change.",
            field="expectedVersion",
        )


class KeyReused(Refused):
    """The idempotency key stands for another request already."""

    def __init__(self) -> None:
        super().__init__(
            "IDEMPOTENCY_KEY_REUSED",
            "This idempotency key was used for another request. Give each request a key of its own.",
            field="idempotencyKey",
        )
