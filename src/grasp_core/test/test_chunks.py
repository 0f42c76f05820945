from __future__ import annotations

import threading

import pytest

from grasp_core import chunks
from grasp_core.chunks import SMALLEST_CHUNK, for_each_chunk


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("n", [0, 1, SMALLEST_CHUNK, 10 * SMALLEST_CHUNK + 3])
def test_every_item_is_visited_once(monkeypatch: pytest.MonkeyPatch, threads: int, n: int) -> None:
    monkeypatch.setattr(chunks.config, "NUMBA_NUM_THREADS", threads)
    visits = [0] * n

    def work(begin: int, end: int) -> None:
        for i in range(begin, end):
            visits[i] += 1

    for_each_chunk(work, n)
    assert visits == [1] * n


def test_two_threads_work_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks.config, "NUMBA_NUM_THREADS", 2)
    both_are_here = threading.Barrier(2, timeout=10.0)  # seconds; raises when one thread is alone
    for_each_chunk(lambda _begin, _end: both_are_here.wait(), 2 * SMALLEST_CHUNK)


def test_an_error_in_a_thread_reaches_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks.config, "NUMBA_NUM_THREADS", 2)

    def work(begin: int, _end: int) -> None:
        if begin > 0:
            raise ArithmeticError(f"at {begin}")

    with pytest.raises(ArithmeticError, match="at 80"):
        for_each_chunk(work, 10 * SMALLEST_CHUNK)
