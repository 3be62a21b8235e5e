"""Methods: those that come with Tandem, which a migration puts into the database, and those of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from uuid import NAMESPACE_URL, UUID, uuid5

import yaml
from sqlalchemy import insert, literal_column
from sqlalchemy.dialects.postgresql.asyncpg import dialect

from domain.access.viewers import Permission
from domain.errors import Refused
from domain.keep import KEEP, Keep, change
from domain.sessions.practice import Method, MethodSource
from domain.work import Work


@dataclass(frozen=True, slots=True)
class ShippedMethod:
    """A method of the file: its name, the page that explains it, and our line on it."""

    name: str
    url: str
    description: str

    @property
    def id(self) -> UUID:
        """The same in every installation."""
        return uuid5(NAMESPACE_URL, self.url)


@cache
def shipped() -> tuple[ShippedMethod, ...]:
    """The methods of `methods.yaml`, in its order; that file says whose they are."""
    content = yaml.safe_load(
        (resources.files("domain.sessions") / "methods.yaml").read_text(encoding="utf-8")
    )
    return tuple(
        ShippedMethod(given["name"], f"{content['site']}{given['page']}/", given["description"])
        for given in content["methods"]
    )


def put_in() -> str:
    """The statement that puts the shipped methods into a database that has none; for a migration."""
    statement = insert(Method).values(
        [
            {
                "id": each.id,
                "name": each.name,
                "source": MethodSource.LIBERATING_STRUCTURES.name,
                "description": each.description,
                "url": each.url,
                "version": 1,
                "valid_from": literal_column("'-infinity'"),
            }
            for each in shipped()
        ]
    )
    text = str(statement.compile(dialect=dialect(), compile_kwargs={"literal_binds": True}))  # type: ignore[no-untyped-call]
    return text.replace("), (", "),\n(")


async def add(work: Work, *, name: str, description: str, url: str | None = None) -> Method:
    """A method of one's own, for agendas to name.

    Raises:
        Refused: EMPTY_NAME, EMPTY_DESCRIPTION, BAD_URL or NAME_TAKEN.
    """
    work.require(Permission.EDIT_SESSIONS)
    method = work.add(Method(name=name, source=MethodSource.OWN, description=description, url=url))
    work.record("method.added", method)
    await work.save(_name_taken(method))
    return method


async def update(
    work: Work,
    method_id: UUID,
    *,
    expected_version: int | None = None,
    name: str | Keep = KEEP,
    description: str | Keep = KEEP,
    url: str | Keep | None = KEEP,
) -> Method:
    """Change what a method of one's own is called, or what is said of it.

    Raises:
        Refused: SHIPPED_METHOD, EMPTY_NAME, EMPTY_DESCRIPTION, BAD_URL or NAME_TAKEN.
    """
    work.require(Permission.EDIT_SESSIONS)
    method = await work.find(Method, method_id, for_update=True, expected_version=expected_version)
    method.require_own()
    change(method, name=name, description=description, url=url)
    work.record("method.updated", method)
    await work.save(_name_taken(method))
    return method


def _name_taken(method: Method) -> dict[str, Refused]:
    refusal = Refused(
        "NAME_TAKEN", f"There is a method {method.name} already. Choose that, or another name.", field="name"
    )
    return {"uq_methods_name": refusal}
