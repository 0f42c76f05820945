"""`AttemptLog`: writes the record of one attempt while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from grasp_core.grasps import Grasps
from grasp_executor.pick_result import Attempt, PickCode, PickStage

#: Told of each stage that is entered, and the part of the pick that is done then.
Observer = Callable[[PickStage, float], None]


class AttemptLog:
    """Stages and their times.

    Attributes
    ----------
    arm, grasp : as in `Attempt`; to be set when they are chosen.
    """

    def __init__(self, observe: Observer) -> None:
        self.arm = ""
        self.grasp: Grasps | None = None
        self._observe = observe
        self._stage = PickStage.DETECT
        self._stage_ms: dict[str, float] = {}
        self._started_ns = time.time_ns()

    @contextmanager
    def entered(self, stage: PickStage) -> Iterator[None]:
        """Run a stage; its time counts also where it fails."""
        self._stage = stage
        self._observe(stage, stage.progress)
        start = time.perf_counter()
        try:
            yield
        finally:
            self._stage_ms[stage.value] = 1e3 * (time.perf_counter() - start)

    def end(self, code: PickCode, message: str = "") -> Attempt:
        """Return the record."""
        return Attempt(
            code=code,
            message=message,
            stage=self._stage,
            arm=self.arm,
            grasp=self.grasp,
            stage_ms=self._stage_ms,
            started_ns=self._started_ns,
        )
