"""Spread a compiled loop over the processor's cores."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from numba import config

#: Below this many items a thread costs more (about 0.1 ms) than it saves.
SMALLEST_CHUNK = 64

#: Chunks per thread, so that a thread with easy items takes over the rest of one with hard items.
CHUNKS_PER_THREAD = 4


def for_each_chunk(work: Callable[[int, int], None], n: int) -> None:
    """Call ``work(begin, end)`` for consecutive ranges that together cover 0..n.

    `work` runs a numba kernel compiled with ``nogil=True`` that writes only its own items. Threads
    take the place of numba's ``parallel=True``: its thread pools do not survive a fork (PyTorch's
    data loaders), and one of them ends the process when two threads of a ROS executor meet in it.
    NUMBA_NUM_THREADS, which joblib sets in its workers, bounds the number of threads.
    """
    available: int = config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]  # set at run time
    threads = min(available, n // SMALLEST_CHUNK)
    if threads < 2:
        work(0, n)
        return
    chunks = threads * CHUNKS_PER_THREAD
    bounds = [n * i // chunks for i in range(chunks + 1)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, bounds[:-1], bounds[1:]))  # list() raises what a thread raised
