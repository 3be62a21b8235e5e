"""Names for people who do not exist."""

from __future__ import annotations

from typing import Final

_GIVEN: Final = (
    "Amina Bryn Chiara Devan Esther Farid Gwen Hamish Ines Jakub Kirsty Leroy Moira Nasreen Owen Priya "
    "Quentin Rosa Sanjay Tamsin"
)
_FAMILY: Final = (
    "Ashdown Begum Carrick Dunmore Ellery Farrow Gathercole Harland Iqbal Jessop Kettle Lomax Mistry Nolan "
    "Okoro Penrose Quirk Rowntree Sandhu Thorley"
)


def names(start: int, number: int) -> list[str]:
    """So many names, from a place in the list of all of them: 400, without a repeat."""
    given, family = _GIVEN.split(), _FAMILY.split()
    return [
        f"{given[place % len(given)]} {family[(place + place // len(given)) % len(family)]}"
        for place in range(start, start + number)
    ]
