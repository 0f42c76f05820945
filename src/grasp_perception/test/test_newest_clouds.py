from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from grasp_perception.newest_clouds import NewestClouds

BOTH = (0, 1)


def test_the_newest_is_kept() -> None:
    clouds: NewestClouds[str] = NewestClouds()
    assert clouds.since(0, 60.0) == [None]
    assert clouds.put("first", 10) == (False, False)
    assert clouds.put("second", 20) == (False, True)
    assert clouds.since(0, 60.0) == ["second"]
    assert clouds.take() == ["second"]
    assert clouds.take() == [None]
    assert clouds.since(0, 60.0) == ["second"]


def test_stamps_that_go_back_are_told_and_the_last_to_arrive_is_kept() -> None:
    clouds: NewestClouds[str] = NewestClouds()
    clouds.put("late", 20)
    assert clouds.put("early", 10) == (True, True)
    assert clouds.since(0, 0.0) == ["early"]
    assert clouds.since(20, 0.0) == [None]


def test_a_newer_one_is_waited_for() -> None:
    clouds: NewestClouds[str] = NewestClouds()
    clouds.put("old", 10)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(clouds.since, 15, 60.0)
        clouds.put("still old", 14)
        clouds.put("new", 15)
        assert waiting.result(60.0) == ["new"]


def test_one_that_arrives_later_counts_whatever_its_stamp() -> None:
    clouds: NewestClouds[str] = NewestClouds()
    clouds.put("old", 10)
    before = clouds.arrivals(0)
    assert clouds.after(before, 0.0, 0) is None
    clouds.put("of another clock", 3)
    assert clouds.after(before, 0.0, 0) == "of another clock"


def test_waiting_ends() -> None:
    clouds: NewestClouds[str] = NewestClouds()
    clouds.put("old", 10)
    assert clouds.since(11, 0.05) == [None]
    with ThreadPoolExecutor() as pool:
        start = monotonic()
        waiting = pool.submit(clouds.since, 11, 60.0)
        triggered = pool.submit(clouds.after, clouds.arrivals(0), 60.0, 0)
        clouds.close()
        assert waiting.result(60.0) == [None]
        assert triggered.result(60.0) is None
        assert monotonic() - start < 30.0
    assert clouds.since(0, 0.0) == [None]
    clouds.open()
    clouds.put("new", 12)
    assert clouds.since(11, 0.0) == ["new"]


def test_clouds_of_two_cameras_belong_together_within_the_window() -> None:
    clouds: NewestClouds[str] = NewestClouds(2, window_sec=0.001)
    clouds.put("left", 5_000_000, 0)
    clouds.put("right", 5_999_999, 1)
    assert clouds.since(0, 0.0, BOTH) == ["left", "right"]
    clouds.put("right, later", 6_000_001, 1)  # more than 1 ms after the left one
    assert clouds.since(0, 0.0, BOTH) == [None, "right, later"]
    assert clouds.since(0, 0.0, (0,)) == ["left"]


def test_a_second_camera_is_waited_for_within_the_window() -> None:
    clouds: NewestClouds[str] = NewestClouds(2, window_sec=60.0)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(clouds.since, 1, 60.0, BOTH)
        clouds.put("left", 10, 0)
        clouds.put("right", 20, 1)
        assert waiting.result(60.0) == ["left", "right"]


def test_without_a_second_camera_it_goes_on() -> None:
    clouds: NewestClouds[str] = NewestClouds(2, window_sec=0.05)
    clouds.put("left", 10, 0)
    assert clouds.since(0, 60.0, BOTH) == ["left", None]
    assert clouds.take() == ["left", None]
    assert clouds.take() == [None, None]
