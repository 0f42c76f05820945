from __future__ import annotations

import dataclasses
import os
import runpy
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from grasp_learning.checkpoint import Checkpoint
from grasp_learning.errors import CheckpointError, SampleError, ShardError, TrainingError
from grasp_learning.manifest import Manifest
from grasp_learning.shard_writer import ShardWriter
from grasp_learning.start_weights import StartWeights
from grasp_learning.train import train

SCRIPT = Path(__file__).with_name("tiny_training.py")
tiny = SimpleNamespace(**runpy.run_path(str(SCRIPT)))


def assert_same_weights(first: Checkpoint, second: Checkpoint) -> None:
    assert first.weights.keys() == second.weights.keys()
    for name, tensor in first.weights.items():
        assert torch.equal(tensor, second.weights[name]), name


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("views")


@pytest.fixture(scope="module")
def whole(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """A run that nothing disturbs."""
    torch.set_num_threads(1)
    return train(tiny.tiny_run(folder, tmp_path_factory.mktemp("whole")))


def test_training_lowers_the_loss(folder: Path, tmp_path: Path) -> None:
    first = train(tiny.tiny_run(folder, tmp_path / "one", epochs=1)).metrics["loss_total"]
    trained = train(tiny.tiny_run(folder, tmp_path / "ten", epochs=10, learning_rate=0.1))
    assert trained.metrics["loss_total"] < 0.3 * first


def test_a_killed_run_ends_with_the_weights_of_a_whole_one(
    folder: Path, whole: Checkpoint, tmp_path: Path
) -> None:
    command = [sys.executable, str(SCRIPT), str(folder), str(tmp_path), "4"]
    # 12 steps, a checkpoint every 2: killed in step 6, after that of step 4.
    killed = subprocess.run(command, env={**os.environ, tiny.KILL_AT: "6"}, timeout=240)
    assert killed.returncode == -signal.SIGKILL
    assert Checkpoint.load(tmp_path / "checkpoint.pt").step == 4
    resumed = train(tiny.tiny_run(folder, tmp_path))
    assert resumed.step == whole.step == 12
    assert_same_weights(resumed, whole)
    assert resumed.metrics == whole.metrics


class StopError(Exception):
    """Stands for whatever ends a process."""


def stopping(run: Any, after: int) -> Any:
    """The run with a task that fails in the step after so many."""

    class Stopping(tiny.TinyTask):
        def loss(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
            if self.network.training and self.steps == after:
                raise StopError
            return super().loss(batch)

    return with_task(run, Stopping)


def with_task(run: Any, task: type) -> Any:
    return dataclasses.replace(run, architecture=dataclasses.replace(run.architecture, make=task))


@pytest.mark.parametrize("schedule", ["one_cycle", "plateau"])
def test_stopping_and_workers_change_nothing(schedule: str, folder: Path, tmp_path: Path) -> None:
    settings = {"schedule": schedule, "epochs": 2}
    whole = train(tiny.tiny_run(folder, tmp_path / "whole", **settings))
    out = tmp_path / "parts"
    run = tiny.tiny_run(folder, out, **settings, checkpoint_steps=1)
    for _ in range(2):  # two of the six steps in each call, the second in the midst of an epoch
        with pytest.raises(StopError):
            train(stopping(run, after=2))
    last = tiny.tiny_run(folder, out, **settings, checkpoint_steps=3, workers=1)
    assert_same_weights(train(last), whole)


def test_a_run_may_begin_with_trained_weights(
    folder: Path, whole: Checkpoint, tmp_path: Path
) -> None:
    whole.save(tmp_path / "before.pt")
    start = StartWeights.of_run(tmp_path / "before.pt")
    run = tiny.tiny_run(folder, tmp_path / "run", epochs=1, learning_rate=1e-7)
    trained = train(dataclasses.replace(run, start=start))
    assert trained.start == start.sha256
    for name, tensor in trained.weights.items():
        torch.testing.assert_close(tensor, whole.weights[name], rtol=0.0, atol=1e-5)
    with pytest.raises(CheckpointError, match=f"first weights = '{start.sha256}', now it is ''"):
        train(run)
    wider = tiny.tiny_run(folder, tmp_path / "wider", tiny.TinyParams(width=5))
    with pytest.raises(CheckpointError, match=r"another architecture: '0\.bias' is"):
        train(dataclasses.replace(wider, start=start))


def test_another_seed_gives_other_weights(folder: Path, whole: Checkpoint, tmp_path: Path) -> None:
    other = train(tiny.tiny_run(folder, tmp_path, seed=1))
    assert not torch.equal(other.weights["0.weight"], whole.weights["0.weight"])


def test_a_finished_run_trains_no_further(folder: Path, tmp_path: Path) -> None:
    run = tiny.tiny_run(folder, tmp_path, epochs=1)
    first = train(run)
    before = (tmp_path / "checkpoint.pt").read_bytes()
    assert_same_weights(train(run), first)
    assert (tmp_path / "checkpoint.pt").read_bytes() == before


def test_a_checkpoint_tells_where_it_comes_from(whole: Checkpoint) -> None:
    assert (whole.architecture, whole.gripper, whole.commit) == ("tiny", "tiny", "abc")
    assert whole.params == {"width": 4, "dropout": 0.2}
    assert whole.settings["batch_size"] == 4
    assert len(whole.data_digest) == 64
    assert set(whole.metrics) == {"loss_total", "loss_error", "friction"}
    assert whole.seconds > 0


def test_validation_averages_over_views(whole: Checkpoint) -> None:
    # Batches of 4 and 1: the mean over the views is not that of the two batches' means.
    frictions = [tiny.make_view(100 + number).friction for number in range(5)]
    assert whole.metrics["friction"] == pytest.approx(np.mean(frictions), rel=1e-6)


def test_tensorboard_has_every_step_once_after_a_resume(folder: Path, tmp_path: Path) -> None:
    run = tiny.tiny_run(folder, tmp_path, epochs=2)
    with pytest.raises(StopError):
        train(stopping(run, after=3))  # the last checkpoint is that of step 2
    train(run)
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert [event.step for event in events.Scalars("train/total")] == [1, 2, 3, 4, 5, 6]
    assert [event.step for event in events.Scalars("validation/loss_total")] == [3, 6]


def test_a_nan_in_the_data_names_the_sample(folder: Path, tmp_path: Path) -> None:
    arrays = tiny.make_arrays(0)
    damaged = {**arrays, "pose": np.full((4, 4), np.nan)}
    writer = ShardWriter(tmp_path / "nan", Manifest(4, 4, {"gripper_name": "tiny"}))
    writer.write(0, lambda number: damaged if number == 2 else arrays)
    run = tiny.tiny_run(folder, tmp_path / "out")
    run = dataclasses.replace(run, data=(tmp_path / "nan",))
    with pytest.raises(SampleError, match=r"nan, sample 2: T_world_camera: .* not finite"):
        train(run)
    workers = dataclasses.replace(run.settings, workers=1)
    with pytest.raises(SampleError, match=r"^[^\n]*nan, sample 2: T_world_camera: [^\n]*$"):
        train(dataclasses.replace(run, settings=workers))


def test_a_nan_that_a_task_makes_names_the_sample(folder: Path, tmp_path: Path) -> None:
    class Dividing(tiny.TinyTask):
        def prepare(self, view: object, rng: object) -> dict[str, torch.Tensor]:
            return {**super().prepare(view, rng), "mean": torch.full((3,), np.nan)}

    run = with_task(tiny.tiny_run(folder, tmp_path), Dividing)
    with pytest.raises(SampleError, match=r", sample \d: mean holds a NaN or an infinity"):
        train(run)


def test_a_loss_that_is_not_finite_names_the_step(folder: Path, tmp_path: Path) -> None:
    class Exploding(tiny.TinyTask):
        def loss(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
            losses = super().loss(batch)
            return {**losses, "total": losses["total"] / (self.steps < 2)}

    run = with_task(tiny.tiny_run(folder, tmp_path), Exploding)
    with pytest.raises(TrainingError, match=r"not finite at step 2: {'total': inf, 'error': 0"):
        train(run)


def test_a_missing_shard_stops_before_training(folder: Path, tmp_path: Path) -> None:
    data = tiny.write_views(tmp_path / "cut", 8)
    (data / "shard_000001.zip").unlink()
    run = dataclasses.replace(tiny.tiny_run(folder, tmp_path / "out"), data=(data,))
    with pytest.raises(ShardError, match=r"shard_000001.zip: missing"):
        train(run)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"settings": {"learning_rate": 0.5}}, r"learning_rate = 0.02, now it is 0.5; choose"),
        ({"params": {"width": 3}}, r"width = 4, now it is 3"),
        ({"architecture": {"name": "other"}}, r"architecture = 'tiny', now it is 'other'"),
    ],
)
def test_a_folder_holds_one_run(
    change: dict[str, dict], message: str, folder: Path, tmp_path: Path
) -> None:
    run = tiny.tiny_run(folder, tmp_path, epochs=1)
    train(run)
    changed = {name: dataclasses.replace(getattr(run, name), **v) for name, v in change.items()}
    with pytest.raises(CheckpointError, match=message):
        train(dataclasses.replace(run, **changed))


def test_a_run_refuses_a_checkpoint_of_other_data(folder: Path, tmp_path: Path) -> None:
    run = tiny.tiny_run(folder, tmp_path, epochs=1)
    train(run)
    with pytest.raises(CheckpointError, match=r"training data = '[0-9a-f]{64}', now it is"):
        train(dataclasses.replace(run, data=run.data[::-1]))


def test_too_few_views_for_a_batch(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"12 views for a batch_size of 13 in 1 processes"):
        train(tiny.tiny_run(folder, tmp_path, batch_size=13))
