"""Numbers as they are kept."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import overload

PLACES = 6


@overload
def figure(number: Fraction | float) -> Decimal: ...
@overload
def figure(number: Fraction | float | None) -> Decimal | None: ...
def figure(number: Fraction | float | None) -> Decimal | None:
    """A number rounded to six decimals, far below what one answer can move; None stays None."""
    if number is None:
        return None
    if isinstance(number, Fraction):
        return round(Decimal(number.numerator) / Decimal(number.denominator), PLACES)
    return round(Decimal(number), PLACES)
