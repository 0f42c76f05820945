"""`PlanningWorker`: planning in one thread of its own, so that no callback ever waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import TypeVar

from grasp_executor.budget import Budget
from grasp_executor.planner import MotionPlanner
from grasp_executor.planning_scene import PlanningScene

T = TypeVar("T")


class PlanningWorker:
    """The one thread that uses a planner; RoboPlan releases the interpreter while it works.

    Parameters
    ----------
    planner : used by nobody else from now on.
    """

    def __init__(self, planner: MotionPlanner) -> None:
        self._planner = planner
        self._cancelled = threading.Event()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="planning")

    def submit(
        self,
        scene: PlanningScene,
        work: Callable[[MotionPlanner, Budget], T],
        timeout_sec: float,
    ) -> Future[T]:
        """Run `work` in the scene; its time starts when its turn comes.

        Raises
        ------
        RuntimeError : the worker is closed.
        """
        cancelled = self._cancelled

        def run() -> T:
            budget = Budget(timeout_sec, cancelled)
            self._planner.set_scene(scene)
            return work(self._planner, budget)

        return self._thread.submit(run)

    def cancel(self) -> None:
        """End the work submitted so far; each of its calls returns PREEMPTED, within a slice."""
        before, self._cancelled = self._cancelled, threading.Event()
        before.set()

    def close(self) -> None:
        """Call off everything and wait for the thread, at most for one slice of planning."""
        self.cancel()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> PlanningWorker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
