from __future__ import annotations

import pytest

from grasp_perception.stopwatch import Stopwatch


def test_stages_keep_their_order_and_add_up() -> None:
    watch = Stopwatch()
    for stage in ("b", "a", "b"):
        with watch(stage):
            pass
    assert list(watch.stage_ms) == ["b", "a"]
    before = watch.stage_ms["b"]
    with watch("b"):
        pass
    assert watch.stage_ms["b"] > before > 0


def test_a_stage_that_fails_is_timed_too() -> None:
    watch = Stopwatch()
    with pytest.raises(KeyError), watch("a"):
        raise KeyError
    assert watch.stage_ms["a"] > 0
