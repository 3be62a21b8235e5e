"""What PostgreSQL's catalogue says of our tables, and what it has to say after each step.

`catalogues/` has it as lines of text: all of them after the first step, and for each later step those that go (`-`) and
those that come (`+`). `make catalogue` writes those of the last step. What a database has beyond that is its
operator's own: other tables, indexes, rights.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Refused

DIRECTORY = Path(__file__).parent / "catalogues"
POSTGRES = 18
"""The version in whose words `catalogues/` is written, and the oldest that will do."""
_TOLD = 5
_FIRST = "0001"

# Definitions are PostgreSQL's own words, which name the schema; ours may be in any. Bodies of functions are long, so
# their sums stand for them. NOT NULL counts only where every row has been looked at. Casts and brackets are left out of
# conditions: what pg_dump wrote and psql read has the same ones in other places.
_LINES = text(
    """
    WITH ours AS (
        SELECT oid, relname, relkind, relpersistence FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
            AND relname <> 'alembic_version'
            AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = pg_class.oid)
    ), said AS (
        SELECT format('table %s: %s%s', relname, relkind, relpersistence) AS line FROM ours
        UNION ALL
        SELECT format(
            'column %s.%s: %s%s%s%s', relname, attname, format_type(atttypid, atttypmod),
            CASE WHEN attnotnull AND n.oid IS NULL THEN ' not null' END,
            ' default ' || pg_get_expr(adbin, adrelid), attidentity::text || attgenerated::text
        )
        FROM ours JOIN pg_attribute a ON attrelid = ours.oid AND attnum > 0 AND NOT attisdropped
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        LEFT JOIN pg_constraint n
            ON n.conrelid = attrelid AND n.contype = 'n' AND NOT n.convalidated AND n.conkey = ARRAY[attnum]
        UNION ALL
        SELECT format('statistics %s.%s: none', relname, attname)
        FROM ours JOIN pg_attribute ON attrelid = ours.oid AND attstattarget = 0
        UNION ALL
        SELECT format(
            'constraint %s.%s: %s', relname, conname,
            regexp_replace(pg_get_constraintdef(c.oid), '::[a-z_ ]+(\\[\\])?|[()]', '', 'g')
        )
        FROM ours JOIN pg_constraint c ON conrelid = ours.oid AND contype IN ('c', 'f', 'p', 'u', 'x')
        UNION ALL
        SELECT format(
            'index %s.%s: %s%s', ours.relname, i.relname,
            regexp_replace(pg_get_indexdef(indexrelid), '::[a-z_ ]+(\\[\\])?|[()]', '', 'g'),
            CASE WHEN NOT indisvalid THEN ' invalid' END
        )
        FROM ours JOIN pg_index ON indrelid = ours.oid JOIN pg_class i ON i.oid = indexrelid
        UNION ALL
        SELECT format(
            'trigger %s.%s: %s %s', relname, tgname, tgenabled,
            regexp_replace(pg_get_triggerdef(t.oid), '::[a-z_ ]+(\\[\\])?|[()]', '', 'g')
        )
        FROM ours JOIN pg_trigger t ON tgrelid = ours.oid AND NOT tgisinternal
        UNION ALL
        SELECT format(
            'function %s(%s): %s %s', proname, pg_get_function_identity_arguments(oid), provolatile,
            md5(regexp_replace(prosrc, '\\s+', ' ', 'g'))
        )
        FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
    )
    SELECT replace(line, current_schema() || '.', '') FROM said
    """
)


async def lines(connection: AsyncConnection) -> set[str]:
    """What the catalogue of a database says of the tables in our schema, a line for each part of them."""
    return set(await connection.scalars(_LINES))


def expected(step: str) -> set[str]:
    """What it has to say after a step."""
    found: set[str] = set()
    for path in sorted(DIRECTORY.glob("*.txt")):
        if path.stem > step:
            break
        for line in path.read_text("utf-8").splitlines():
            (found.add if line.startswith("+") else found.remove)(line[2:])
    return found


async def require(connection: AsyncConnection, step: str | None) -> None:
    """Go on only where the tables of a database are those of the step at which it says it is; with None, it has none.

    Raises:
        Refused: DATABASE_ALTERED, or POSTGRES_TOO_OLD.
    """
    postgres = await _version(connection)
    there = await lines(connection)
    if step is None:
        _require_nothing(there)
        return
    wanted = expected(step)
    if postgres > POSTGRES:
        # Another version may say the same in other words, so only what it speaks of is compared.
        there, wanted = {_part(line) for line in there}, {_part(line) for line in wanted}
    if missing := wanted - there:
        raise Refused(
            "DATABASE_ALTERED",
            f"This database says that it is at step {step}, and its tables are not those of that step. Missing or "
            f"altered: {_told(missing)}. Undo what was changed, or restore a backup.",
        )


def _require_nothing(there: set[str]) -> None:
    """Go on only where no table, of somebody else's or of an unknown version, has a name that ours will have."""
    tables = {_part(line) for line in expected(_FIRST) if line.startswith("table ")}
    if in_the_way := tables & {_part(line) for line in there}:
        raise Refused(
            "DATABASE_ALTERED",
            "This database does not say at which step it is, and has tables with the names of ours: "
            f"{_told(in_the_way)}. Give Tandem a database of its own, or restore a backup.",
        )


async def _version(connection: AsyncConnection) -> int:
    number: int = await connection.scalar(text("SELECT current_setting('server_version_num')::int / 10000"))
    if number < POSTGRES:
        raise Refused(
            "POSTGRES_TOO_OLD",
            f"This is PostgreSQL {number}, and Tandem needs {POSTGRES} or newer: bring the server to that version.",
        )
    return number


def _part(line: str) -> str:
    """What a line speaks of, without what it says: the kind and the name of a part."""
    return line.split(":", maxsplit=1)[0]


def _told(missing: set[str]) -> str:
    """The parts that are missing, in words; what a missing table had is not told again."""
    parts = sorted({_part(line) for line in missing}, key=lambda part: (not part.startswith("table "), part))
    gone = tuple(f"{part.removeprefix('table ')}." for part in parts if part.startswith("table "))
    parts = [part for part in parts if not part.split(" ", maxsplit=1)[1].startswith(gone)]
    more = [f"and {len(parts) - _TOLD} more"] if len(parts) > _TOLD else []
    return ", ".join([*parts[:_TOLD], *more])
