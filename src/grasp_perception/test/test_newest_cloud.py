from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from grasp_perception.newest_cloud import NewestCloud


def test_the_newest_is_kept() -> None:
    clouds: NewestCloud[str] = NewestCloud()
    assert clouds.since(0, 60.0) is None
    assert clouds.put("first", 10) == (False, False)
    assert clouds.put("second", 20) == (False, True)
    assert clouds.since(0, 60.0) == "second"
    assert clouds.take() == "second"
    assert clouds.take() is None
    assert clouds.since(0, 60.0) == "second"


def test_stamps_that_go_back_are_told_and_the_last_to_arrive_is_kept() -> None:
    clouds: NewestCloud[str] = NewestCloud()
    clouds.put("late", 20)
    assert clouds.put("early", 10) == (True, True)
    assert clouds.since(0, 0.0) == "early"
    assert clouds.since(20, 0.0) is None


def test_a_newer_one_is_waited_for() -> None:
    clouds: NewestCloud[str] = NewestCloud()
    clouds.put("old", 10)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(clouds.since, 15, 60.0)
        clouds.put("still old", 14)
        clouds.put("new", 15)
        assert waiting.result(60.0) == "new"


def test_waiting_ends() -> None:
    clouds: NewestCloud[str] = NewestCloud()
    clouds.put("old", 10)
    assert clouds.since(11, 0.05) is None
    with ThreadPoolExecutor() as pool:
        start = monotonic()
        waiting = pool.submit(clouds.since, 11, 60.0)
        clouds.close()
        assert waiting.result(60.0) is None
        assert monotonic() - start < 30.0
    assert clouds.since(0, 0.0) is None
    clouds.open()
    clouds.put("new", 12)
    assert clouds.since(11, 0.0) == "new"
