from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from grasp_executor.moveit.contacts import Pair, touching_pairs

PAIRS = [(f"a{i}", f"b{i}") for i in range(25)]


@given(st.sets(st.sampled_from(PAIRS)))
def test_the_touching_pairs_are_found_in_order(touching: set[Pair]) -> None:
    found = touching_pairs(PAIRS, lambda pairs: bool(touching & set(pairs)))
    assert found == sorted(touching, key=PAIRS.index)


def test_one_of_many_takes_few_questions() -> None:
    asked: list[Sequence[Pair]] = []

    def touch(pairs: Sequence[Pair]) -> bool:
        asked.append(pairs)
        return PAIRS[7] in pairs

    assert touching_pairs(PAIRS, touch) == [PAIRS[7]]
    assert len(asked) <= 11  # one, then two for each of five halvings
    assert touching_pairs([], touch) == []
