"""Sums and differences of sums over people, exactly: whole numbers only, nothing rounded, nothing sampled.

A *row* stands for one published sum: which coefficient each column has in it. A *column* stands for an atom, people
whom no row tells apart. All that adding and subtracting published sums can give is the span of the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import gcd
from typing import Final

Row = Mapping[int, int]
"""Coefficients by column. Columns that are not there have 0; no value is 0."""

MOST_STEPS: Final = 50_000
"""How long `lightest_within` looks. When it has not finished by then, it says yes, which is the safe answer."""


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


def isolates(rows: Iterable[Row], people: Sequence[int], k: int) -> bool:
    """Whether any combination of the rows, not all of it zero, is about 1 to k-1 people only.

    `people` has the number of people in the atom of each column. Exact, by row reduction: combinations that are
    zero on every atom of k or more people are a small space, and only they can be about so few.
    """
    span = Span(column for column, number in enumerate(people) if number >= k)
    for row in rows:
        span.add(row)
    return lightest_within(list(span.remainder.values()), people, k - 1)


def lightest_within(rows: Sequence[Row], people: Sequence[int], most: int) -> bool:
    """Whether a combination of independent rows, not zero, is about at most `most` people."""
    return _Search(people).finds(rows, most)


class _Search:
    """Looks for a vector about few people: for each atom, either it is paid for, or it has to be zero."""

    def __init__(self, people: Sequence[int]) -> None:
        self._people = people
        self._steps = 0

    def finds(self, rows: Sequence[Row], left: int) -> bool:
        """`rows` are independent on the columns that are not decided yet; `left` people can still be paid for."""
        self._steps += 1
        if self._steps > MOST_STEPS:
            return True
        if not rows:
            return False
        column = max({column for row in rows for column in row}, key=lambda c: (self._people[c], -c))
        if self._people[column] <= left and self._paid(rows, column, left - self._people[column]):
            return True
        return self.finds(_zero_at(column, rows), left)

    def _paid(self, rows: Sequence[Row], column: int, left: int) -> bool:
        rest = [{c: value for c, value in row.items() if c != column} for row in rows]
        # Once the atoms paid for are left out, rows that depend on each other have a combination about these alone.
        return not independent(rest) or self.finds(rest, left)


def _zero_at(column: int, rows: Sequence[Row]) -> list[Row]:
    """A basis of the combinations that are zero at the column."""
    base = next(row for row in rows if column in row)
    return [_without(column, row, base) if column in row else row for row in rows if row is not base]


def independent(rows: Iterable[Row]) -> bool:
    """Whether no row is a combination of the others."""
    basis: dict[int, Row] = {}
    for row in rows:
        rest = _reduced(row, basis)
        if not rest:
            return False
        basis[next(iter(rest))] = rest
    return True


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
