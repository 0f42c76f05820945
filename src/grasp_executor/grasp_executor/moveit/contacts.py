"""Which pairs of names touch, found by asking about sets of pairs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

#: Names of two links or objects.
Pair = tuple[str, str]


def touching_pairs(pairs: Sequence[Pair], touch: Callable[[Sequence[Pair]], bool]) -> list[Pair]:
    """Return the pairs that touch, by halving the set.

    moveit_py says that something touches, but not what: it has no type for a contact.

    Parameters
    ----------
    touch : whether any pair of a set does.
    """
    if not pairs or not touch(pairs):
        return []
    if len(pairs) == 1:
        return list(pairs)
    half = len(pairs) // 2
    return touching_pairs(pairs[:half], touch) + touching_pairs(pairs[half:], touch)
