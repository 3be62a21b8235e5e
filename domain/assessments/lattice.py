"""Sums and differences of sums over people, exactly: whole numbers only, nothing rounded, nothing sampled.

A *row* stands for one published sum: which coefficient each column has in it. A *column* stands for an atom, people
whom no row tells apart. All that adding and subtracting published sums can give is the span of the rows.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from math import gcd
from typing import Final

Row = Mapping[int, int]
"""Coefficients by column. Columns that are not there have 0; no value is 0."""

MOST_STEPS: Final = 50_000
"""How long `isolates` looks. When it has not finished by then, it says yes, which is the safe answer."""
MOST_STEPS_WITH_ABSENT: Final = 1_000
"""The same where people may be absent: then more atoms are small, and what is not found soon takes minutes."""


class Span:
    """Everything that rows add up to. What vanishes on the `leading` columns is kept apart, as `remainder`.

    `remainder` has a basis of exactly those vectors of the span that are zero on every leading column, by the
    column that each of them begins with.
    """

    def __init__(self, leading: Iterable[int]) -> None:
        self._leading = frozenset(leading)
        self._basis: dict[int, Row] = {}
        self.remainder: dict[int, Row] = {}

    def add(self, row: Row) -> bool:
        """Add a row. True where `remainder` grew by it."""
        rest = _reduced(row, self._basis)
        pivot = next((column for column in rest if column in self._leading), None)
        if pivot is not None:
            self._basis[pivot] = rest
            return False
        rest = _reduced(rest, self.remainder)
        if rest:
            self.remainder[next(iter(rest))] = rest
        return bool(rest)


def _reduced(row: Row, basis: Mapping[int, Row]) -> Row:
    """The row without the columns that the basis begins with. Its rows do not contain the pivots before them."""
    for pivot, base in basis.items():
        if pivot in row:
            row = _without(pivot, row, base)
    return row


def _without(pivot: int, row: Row, base: Row) -> Row:
    """A multiple of the row, plus one of the base, in which the pivot's coefficient is 0."""
    keep, take = base[pivot], -row[pivot]
    columns = [*row, *(column for column in base if column not in row)]
    mixed = {column: keep * row.get(column, 0) + take * base.get(column, 0) for column in columns}
    divisor = gcd(*mixed.values()) or 1
    return {column: value // divisor for column, value in mixed.items() if value}


def isolates(
    rows: Iterable[Row],
    people: Sequence[int],
    k: int,
    *,
    absent: Mapping[int, int] | None = None,
    added: Container[int] | None = None,
) -> bool:
    """Whether any combination of the rows, not all of it zero, could be about 1 to k-1 people only.

    `people` has the number of people in the atom of each of the first columns. Exact, by row reduction: combinations
    that are zero on every atom of k or more people are a small space, and only they can be about so few.

    Columns after those are no people. One in `absent` says by how much rows count an atom of one round, out of whom
    so many people, nobody knows which, are not counted: whoever they are, each of them may be what a combination
    does not have, or what it has left. Columns in `added`, if given, are those of which a combination must have some.
    """
    missing = absent or {}
    kept = list(rows)
    before, most = -1, k - 1 + sum(missing.values())
    # What is zero on the large atoms may be about fewer absent people, and then more atoms are large.
    while most != before:
        before = most
        span = Span(column for column, number in enumerate(people) if number > most)
        for row in kept:
            span.add(row)
        kept = list(span.remainder.values())
        most = k - 1 + _absent(kept, missing)
    return _Search(people, k, missing, added).finds(kept, frozenset(), 0)


def _columns(rows: Iterable[Row]) -> set[int]:
    return {column for row in rows for column in row}


def _absent(rows: Iterable[Row], absent: Mapping[int, int]) -> int:
    return sum(absent[column] for column in _columns(rows) & absent.keys())


class _Search:
    """Looks for a combination about few people: for each atom, either it is paid for, or it has to be zero."""

    def __init__(
        self, people: Sequence[int], k: int, absent: Mapping[int, int], added: Container[int] | None
    ) -> None:
        self._people = people
        self._k = k
        self._absent = absent
        self._added = added
        self._left = MOST_STEPS_WITH_ABSENT if absent else MOST_STEPS

    def finds(self, rows: Sequence[Row], paid: frozenset[int], price: int) -> bool:
        """`rows` are the independent combinations left, when the atoms paid for may have any coefficient."""
        self._left -= 1
        if self._left < 0:
            return True
        columns = _columns(rows)
        # As many absent people as are spoken of may cancel as many who are paid for.
        if not self._speaks(columns) or price - _absent(rows, self._absent) >= self._k:
            return False
        undecided = [column for column in columns if column < len(self._people) and column not in paid]
        if not undecided:
            return bool(columns & paid) or not self._absent.keys().isdisjoint(columns)
        column = max(undecided, key=lambda c: (self._people[c], -c))
        return self.finds(rows, paid | {column}, price + self._people[column]) or self.finds(
            _zero_at(column, rows), paid, price
        )

    def _speaks(self, columns: Iterable[int]) -> bool:
        """Whether there is anything in the combinations left, and something that is added, where that is asked."""
        return any(self._added is None or column in self._added for column in columns)


def _zero_at(column: int, rows: Sequence[Row]) -> list[Row]:
    """A basis of the combinations that are zero at the column."""
    base = next(row for row in rows if column in row)
    return [_without(column, row, base) if column in row else row for row in rows if row is not base]


def contains_sign(rows: Sequence[Row], signs: Mapping[int, int]) -> bool:
    """Whether a combination of independent rows, not zero, has the given sign (1 or -1) or 0 at every column.

    That is a cone, which holds nothing but zero or something of every size. So the linear programme that looks
    for the largest in it up to size 1 has the value 0 or 1, and rounding cannot blur the two.
    """
    if len(rows) <= 1:
        return any(len({value > 0 for value in _signed(row, signs).values()}) == 1 for row in rows)
    from scipy.optimize import linprog  # noqa: PLC0415 - slow to import, and seldom needed

    columns = sorted({column for row in rows for column in row})
    scaled = [_scaled(_signed(row, signs)) for row in rows]
    matrix = [[row.get(column, 0.0) for row in scaled] for column in columns]
    size = [sum(coefficients) for coefficients in zip(*matrix, strict=True)]
    found = linprog(
        [-value for value in size],
        A_ub=[[-value for value in line] for line in matrix] + [size],
        b_ub=[0.0] * len(columns) + [1.0],
        bounds=(None, None),
        method="highs",
    )
    return not found.success or -float(found.fun) > 0.5  # noqa: PLR2004 - between 0 and 1


def _scaled(row: Row) -> dict[int, float]:
    largest = max(abs(value) for value in row.values())
    return {column: value / largest for column, value in row.items()}


def _signed(row: Row, signs: Mapping[int, int]) -> Row:
    return {column: value * signs[column] for column, value in row.items()}
