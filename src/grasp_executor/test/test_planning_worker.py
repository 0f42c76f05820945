from __future__ import annotations

import threading

import numpy as np
import pytest

from grasp_core.transforms import transform
from grasp_executor.budget import Budget
from grasp_executor.embedded.embedded_planner import EmbeddedPlanner
from grasp_executor.planner import MotionPlanner, PlanningCode
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.planning_worker import PlanningWorker
from grasp_executor.shapes import Box

EMPTY = PlanningScene()
PATIENCE_SEC = 10.0


@pytest.fixture
def worker(toy_arm):
    with PlanningWorker(EmbeddedPlanner(toy_arm)) as worker:
        yield worker


def test_work_runs_in_one_other_thread_in_its_scene(worker, home) -> None:
    def work(planner: MotionPlanner, budget: Budget) -> tuple[int, bool]:
        assert budget.remaining_sec <= 5.0
        return threading.get_ident(), planner.valid("arm", home).ok

    blocked = EMPTY.with_obstacle("block", Box(np.ones(3)), np.eye(4))
    futures = [worker.submit(scene, work, 5.0) for scene in (EMPTY, blocked, EMPTY)]
    results = [future.result(timeout=PATIENCE_SEC) for future in futures]
    assert [ok for _, ok in results] == [True, False, True]
    assert {thread for thread, _ in results} != {threading.get_ident()}
    assert len({thread for thread, _ in results}) == 1


def test_an_error_reaches_the_caller(worker) -> None:
    future = worker.submit(EMPTY, lambda *_: 1 // 0, 5.0)
    with pytest.raises(ZeroDivisionError):
        future.result(timeout=PATIENCE_SEC)


def wait_until_cancelled(started: threading.Event):
    """Work that never ends on its own: it solves for a pose out of reach, again and again."""

    def work(planner: MotionPlanner, budget: Budget) -> PlanningCode:
        started.set()
        code = PlanningCode.NO_IK_SOLUTION
        far = transform(np.eye(3), [5, 0, 0])
        while code is PlanningCode.NO_IK_SOLUTION:
            rng = np.random.default_rng(0)
            code = planner.ik("arm", far, np.zeros(6), count=1, rng=rng, budget=budget).code
        return code

    return work


def test_cancel_ends_what_was_submitted_before_and_nothing_else(worker) -> None:
    started = threading.Event()
    running = worker.submit(EMPTY, wait_until_cancelled(started), 30.0)
    waiting = worker.submit(EMPTY, lambda _, budget: budget.cancelled, 30.0)
    assert started.wait(PATIENCE_SEC)
    worker.cancel()
    after = worker.submit(EMPTY, lambda _, budget: budget.cancelled, 30.0)
    assert running.result(timeout=PATIENCE_SEC) is PlanningCode.PREEMPTED
    assert waiting.result(timeout=PATIENCE_SEC) is True
    assert after.result(timeout=PATIENCE_SEC) is False


def test_close_ends_the_work_and_refuses_more(toy_arm) -> None:
    worker = PlanningWorker(EmbeddedPlanner(toy_arm))
    started = threading.Event()
    running = worker.submit(EMPTY, wait_until_cancelled(started), 30.0)
    waiting = worker.submit(EMPTY, wait_until_cancelled(started), 30.0)
    assert started.wait(PATIENCE_SEC)
    worker.close()
    assert running.result(timeout=0) is PlanningCode.PREEMPTED
    assert waiting.cancelled()
    with pytest.raises(RuntimeError, match="shutdown"):
        worker.submit(EMPTY, lambda *_: None, 1.0)
