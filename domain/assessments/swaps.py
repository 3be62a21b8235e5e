"""Whether people could have answered otherwise without anything published being different.

Sums lie in groups, and a spread says which answers there are; together, and with answers being whole numbers between
two ends, they can say more than each. So for everybody a change of answers is looked for that changes theirs and
keeps what is published. To find one is proof; where none is found, somebody's answer is taken to be settled.

Two people of one atom with different answers can just exchange them. For an atom in which all gave one answer there
have to be two changes, each between two atoms, whose effects on the published sums cancel out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

Answers = Mapping[int, Sequence[int]]
"""The answers of each atom, by the signature that says in which published cells it is."""


def could_move(answers: Answers, lowest: int, highest: int) -> bool:
    """Whether everybody in these atoms could have answered otherwise, as far as sums say.

    One goes up a step and another down, and elsewhere one goes down and another up; all between the two ends.
    """
    return all(
        len(set(given)) > 1
        or (len(given) > 1 and lowest < given[0] < highest)
        or any(_moves(signature, given, answers, step, (lowest, highest)) for step in (1, -1))
        for signature, given in answers.items()
    )


def _moves(signature: int, given: Sequence[int], answers: Answers, step: int, ends: tuple[int, int]) -> bool:
    return _has_room(given, step, ends) and any(
        _has_room(other, -step, ends)
        and _has_room(answers[first], -step, ends)
        and _has_room(answers[second], step, ends)
        for partner, other in answers.items()
        if partner != signature
        for first, second in _pairs(signature, partner, answers)
        if first != signature
    )


def _has_room(given: Sequence[int], step: int, ends: tuple[int, int]) -> bool:
    return any(ends[0] <= answer + step <= ends[1] for answer in given)


def could_differ(answers: Answers) -> bool:
    """Whether everybody in these atoms could have answered otherwise, as far as sums and which answers there are say.

    Answers are exchanged, so that the answers that there are stay the same.
    """
    return all(
        len(set(given)) > 1 or _exchanges(signature, given, answers) for signature, given in answers.items()
    )


def _exchanges(signature: int, given: Sequence[int], answers: Answers) -> bool:
    return any(
        _cancels(given, other, difference, answers[first], answers[second], is_same=first == signature)
        for partner, other in answers.items()
        if partner != signature
        for first, second in _pairs(signature, partner, answers)
        for difference in {answer - given[0] for answer in other} - {0}
    )


def _pairs(signature: int, partner: int, answers: Answers) -> Iterator[tuple[int, int]]:
    """Pairs of atoms between which an exchange moves the sums of the same cells as between the two given."""
    gained, lost = signature & ~partner, partner & ~signature
    for first in answers:
        second = (first & ~gained) | lost
        if first & gained == gained and not first & lost and second in answers:
            yield first, second


def _cancels(
    given: Sequence[int],
    other: Sequence[int],
    difference: int,
    first: Sequence[int],
    second: Sequence[int],
    *,
    is_same: bool,
) -> bool:
    """Whether a second exchange, between `first` and `second`, takes back what one by `difference` moves."""
    if is_same:
        return len(given) > 1 and given[0] - difference in other
    return any(answer - difference in second for answer in set(first))
