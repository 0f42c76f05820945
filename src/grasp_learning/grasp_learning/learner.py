"""`Learner`: takes steps of optimisation and validates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR, ReduceLROnPlateau

from grasp_learning.checkpoint import Checkpoint
from grasp_learning.errors import TrainingError
from grasp_learning.layer_precision import layers_in_bfloat16
from grasp_learning.task import Task
from grasp_learning.team import Team
from grasp_learning.train_params import ONE_CYCLE, TrainParams
from grasp_learning.view_data import Batch

#: Epochs without a better validation before the learning rate falls to a tenth.
PATIENCE = 3


class Learner:
    """A task with its optimiser and its learning rate.

    Parameters
    ----------
    steps : of the whole training.
    """

    def __init__(self, task: Task, params: TrainParams, steps: int, team: Team) -> None:
        self._task, self._params, self._team = task, params, team
        self._network = task.network.to(team.device)
        if team.device.type == "cuda" and params.mixed_precision:
            layers_in_bfloat16(self._network)
        self._loss = team.shared(_Loss(task))
        self.optimizer = AdamW(
            self._network.parameters(), lr=params.learning_rate, weight_decay=params.weight_decay
        )
        self.schedule: OneCycleLR | ReduceLROnPlateau
        if params.schedule == ONE_CYCLE:
            self.schedule = OneCycleLR(self.optimizer, params.learning_rate, total_steps=steps)
        else:
            self.schedule = ReduceLROnPlateau(self.optimizer, patience=PATIENCE)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on where the checkpoint was made.

        Raises
        ------
        CheckpointError : its weights are those of another architecture.
        """
        checkpoint.load_weights(self._network)
        self.optimizer.load_state_dict(dict(checkpoint.optimizer))
        self.schedule.load_state_dict(dict(checkpoint.schedule))

    def state(self) -> dict[str, Any]:
        """Give the fields of `Checkpoint` that hold weights, optimiser and learning rate."""
        return {
            "weights": self._network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
        }

    @property
    def learning_rate(self) -> float:
        """The rate of the next step."""
        return float(self.optimizer.param_groups[0]["lr"])

    def learn(self, batch: Batch, step: int) -> dict[str, float]:
        """Take step number `step` and give the parts of its loss.

        Dropout and whatever else is random in a step follows from the seed, the step and the rank.

        Raises
        ------
        TrainingError : the loss is not finite.
        """
        state = np.random.SeedSequence([self._params.seed, step, self._team.rank])
        torch.manual_seed(int(state.generate_state(1)[0]))
        self._network.train()
        losses = self._loss(self._on_device(batch))
        parts = {name: float(value.detach()) for name, value in losses.items()}
        if not np.isfinite(parts["total"]):
            raise TrainingError(f"the loss is not finite at step {step}: {parts}")
        self.optimizer.zero_grad()
        losses["total"].backward()
        clip_grad_norm_(self._network.parameters(), self._params.clip_norm)
        self.optimizer.step()
        if isinstance(self.schedule, OneCycleLR):
            self.schedule.step()
        return parts

    def validate(self, batches: Iterable[Batch]) -> dict[str, float]:
        """Give the means of the loss's parts (`loss_*`) and of the task's metrics over all views.

        Ends an epoch: the learning rate falls where the loss has stalled.
        """
        self._network.eval()
        sums: dict[str, float] = defaultdict(float)
        count = 0
        with torch.no_grad():
            for batch in map(self._on_device, batches):
                views = len(next(iter(batch.values())))
                losses = {f"loss_{k}": value for k, value in self._task.loss(batch).items()}
                for name, value in {**losses, **self._task.metrics(batch)}.items():
                    sums[name] += float(value) * views
                count += views
        metrics = self._team.mean(sums, count)
        if isinstance(self.schedule, ReduceLROnPlateau):
            self.schedule.step(metrics["loss_total"])
        return metrics

    def _on_device(self, batch: Batch) -> Batch:
        return {name: value.to(self._team.device) for name, value in batch.items()}


class _Loss(nn.Module):
    """The loss of a task as a forward pass, which is what DistributedDataParallel hooks into."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.network = task.network
        self._task = task

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        return self._task.loss(batch)
