"""Train a network: open this file first.

One process, or several that torchrun started, go through the same steps. Whatever a run depends on
stands in its `TrainingRun` and in the data; a killed run that is called again goes on from its last
checkpoint and ends, on a CPU, with the weights of a run that was not killed, to the last bit.
"""

from __future__ import annotations

import copy
import dataclasses
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from grasp_learning.architecture import Architecture
from grasp_learning.checkpoint import Checkpoint, load_weights
from grasp_learning.errors import CheckpointError, TrainingError
from grasp_learning.learner import Learner
from grasp_learning.start_weights import StartWeights
from grasp_learning.task import Task
from grasp_learning.team import Team, join_team
from grasp_learning.train_params import FREE_ON_RESUME, TrainParams
from grasp_learning.train_report import TrainReport
from grasp_learning.view_data import (
    Batches,
    PreparedViews,
    ViewFolders,
    training_keys,
    validation_keys,
)

CHECKPOINT_NAME = "checkpoint.pt"


@dataclass(frozen=True)
class TrainingRun:
    """What is trained, on what, and how.

    Attributes
    ----------
    architecture, params : the network.
    settings : of the training.
    data, validation : folders of data sets.
    out : folder of the checkpoint and of TensorBoard's files; made where it does not exist.
    commit : of this program.
    start : weights to begin with; None draws them.
    """

    architecture: Architecture
    params: Any
    settings: TrainParams
    data: tuple[Path, ...]
    validation: tuple[Path, ...]
    out: Path
    commit: str
    start: StartWeights | None = None


def train(run: TrainingRun) -> Checkpoint:
    """Train to the end, from the beginning or from the checkpoint in the run's folder.

    Raises
    ------
    ShardError : a data set is incomplete or damaged.
    SampleError : a sample is damaged or holds a NaN.
    TrainingError : too few views for a batch, or the loss is not finite.
    CheckpointError : the folder's checkpoint is damaged or is of another run, or the weights to
        begin with are those of another network.
    """
    settings = run.settings
    with join_team() as team:
        views, held_out = ViewFolders(run.data), ViewFolders(run.validation)
        per_epoch = _steps_per_epoch(views, held_out, settings, team)
        steps = per_epoch * settings.epochs
        torch.manual_seed(settings.seed)
        task = run.architecture.make(run.params)
        if run.start is not None:
            load_weights(task.network, run.start.weights)
        on_cpu = copy.deepcopy(task)  # samples are prepared there, by forked processes
        learner = Learner(task, settings, steps, team)
        last = _start(run, learner, views)

        batches, validation = _batches(run, views, held_out, on_cpu, range(last.step, steps), team)
        began = time.monotonic() - last.seconds
        with TrainReport(run.out, last.step, steps, per_epoch, team.leads) as report:
            for step, batch in enumerate(batches, start=last.step + 1):
                rate = learner.learning_rate
                report.step(step, learner.learn(batch, step), rate)
                metrics = last.metrics
                if step % per_epoch == 0:
                    metrics = learner.validate(validation)
                    report.epoch(step, metrics)
                last = dataclasses.replace(last, step=step, metrics=metrics)
                if step % settings.checkpoint_steps == 0 or step == steps:
                    seconds = time.monotonic() - began
                    last = dataclasses.replace(last, seconds=seconds, **learner.state())
                    if team.leads:
                        last.save(run.out / CHECKPOINT_NAME)
        return last


def _steps_per_epoch(
    views: ViewFolders, held_out: ViewFolders, settings: TrainParams, team: Team
) -> int:
    per_step = settings.batch_size * team.size
    if len(views) < per_step:
        raise TrainingError(
            f"{len(views)} views for a batch_size of {settings.batch_size} in {team.size} "
            "processes: give more data or a smaller batch_size"
        )
    if len(held_out) < team.size:
        raise TrainingError(f"{len(held_out)} views to validate on in {team.size} processes")
    return len(views) // per_step


def _batches(
    run: TrainingRun,
    views: ViewFolders,
    held_out: ViewFolders,
    task: Task,
    steps: range,
    team: Team,
) -> tuple[Batches, Batches]:
    """Give the batches of these training steps, and those of a validation."""
    settings = run.settings
    size, workers = settings.batch_size, settings.workers
    return (
        Batches(
            PreparedViews(views, task, settings.seed),
            training_keys(len(views), size, steps, settings.seed, team.rank, team.size),
            workers,
        ),
        Batches(
            PreparedViews(held_out, task, settings.seed),
            validation_keys(len(held_out), size, team.rank, team.size),
            workers,
        ),
    )


def _start(run: TrainingRun, learner: Learner, views: ViewFolders) -> Checkpoint:
    """Take up the checkpoint in the run's folder, or give one of before the first step."""
    fresh = Checkpoint(
        architecture=run.architecture.name,
        params=dataclasses.asdict(run.params),
        settings=dataclasses.asdict(run.settings),
        gripper=views.gripper,
        data_digest=views.digest(),
        commit=run.commit,
        start="" if run.start is None else run.start.sha256,
        step=0,
        seconds=0.0,
        metrics={},
        **learner.state(),
    )
    path = run.out / CHECKPOINT_NAME
    if not path.exists():
        return fresh
    found = Checkpoint.load(path)
    _require_same_run(path, found, fresh)
    learner.restore(found)
    return dataclasses.replace(found, settings=fresh.settings, commit=fresh.commit)


def _require_same_run(path: Path, found: Checkpoint, wanted: Checkpoint) -> None:
    """Refuse to go on with a checkpoint that would give another result.

    Raises
    ------
    CheckpointError : names the first difference.
    """
    before, now = (
        {
            "architecture": checkpoint.architecture,
            "training data": checkpoint.data_digest,
            "first weights": checkpoint.start,
            **checkpoint.params,
            **checkpoint.settings,
        }
        for checkpoint in (found, wanted)
    )
    for key in [*now, *(key for key in before if key not in now)]:
        if key not in FREE_ON_RESUME and before.get(key) != now.get(key):
            raise CheckpointError(
                f"{path}: made with {key} = {before.get(key)!r}, now it is {now.get(key)!r}; "
                "choose another folder"
            )
