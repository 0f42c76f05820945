"""`TrainReport`: shows how training goes, on the screen and in TensorBoard."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch.utils.tensorboard import SummaryWriter

from grasp_learning.errors import TrainingError

#: Folder of TensorBoard's files in that of the run.
TENSORBOARD = "tensorboard"


class TrainReport:
    """A progress bar, a line per epoch, and TensorBoard's files; also a context manager.

    Parameters
    ----------
    out : folder of the run.
    start, steps : steps that are done, and all; what TensorBoard has of later steps is dropped.
    per_epoch : steps of an epoch.
    shown : False in all processes but one, which report nothing.

    Raises
    ------
    TrainingError : the folder cannot be made.
    """

    def __init__(self, out: Path, start: int, steps: int, per_epoch: int, shown: bool) -> None:
        self._per_epoch, self._steps = per_epoch, steps
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            disable=not shown,
        )
        self._bar = self._progress.add_task("training", total=steps, completed=start)
        self._writer = None
        if shown:
            try:
                out.mkdir(parents=True, exist_ok=True)
                self._writer = SummaryWriter(str(out / TENSORBOARD), purge_step=start + 1)
            except OSError as error:
                raise TrainingError(f"{out}: {error.strerror or error}") from error
        self._stack = ExitStack()

    def __enter__(self) -> TrainReport:
        self._stack.enter_context(self._progress)
        if self._writer is not None:
            self._stack.enter_context(self._writer)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def step(self, step: int, parts: Mapping[str, float], learning_rate: float) -> None:
        """Report the loss of a step."""
        self._progress.update(
            self._bar, completed=step, description=f"training, loss {parts['total']:.4g}"
        )
        self._write("train", step, {**parts, "learning_rate": learning_rate})

    def epoch(self, step: int, metrics: Mapping[str, float]) -> None:
        """Report the validation after a step that ended an epoch."""
        values = ", ".join(f"{name} {value:.4g}" for name, value in metrics.items())
        epochs = f"{step // self._per_epoch}/{self._steps // self._per_epoch}"
        self._progress.console.print(f"epoch {epochs}: {values}", highlight=False, soft_wrap=True)
        self._write("validation", step, metrics)

    def _write(self, group: str, step: int, values: Mapping[str, float]) -> None:
        if self._writer is not None:
            for name, value in values.items():
                self._writer.add_scalar(f"{group}/{name}", value, step)
