"""A network of 24 weights that learns the friction of a view from its points; also a command.

``python tiny_training.py FOLDER OUT BATCH_SIZE`` trains it, for tests that need a process.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from grasp_core.camera import Camera
from grasp_core.params import check_params, parameter
from grasp_learning.architecture import Architecture
from grasp_learning.manifest import Manifest
from grasp_learning.shard_writer import ShardWriter
from grasp_learning.task import EmptySampleError
from grasp_learning.train import TrainingRun, train
from grasp_learning.train_params import TrainParams
from grasp_learning.view_arrays import encode_view
from grasp_learning.view_sample import View
from grasp_sim.scenes import SceneSpec

CAMERA = Camera(width=4, height=3, fx=4.0, fy=4.0, cx=1.5, cy=1.0)
PIXELS = np.arange(12)
#: Environment variable with the step in which the process kills itself.
KILL_AT = "TINY_TRAINING_KILL_AT"


def make_view(number: int) -> View:
    """A flat surface whose distance grows with the friction; no grasps."""
    friction = 0.3 + 0.5 * np.random.default_rng(number).random()
    rows, columns = np.divmod(PIXELS, 4)
    sight = np.column_stack([(columns - 1.5) / 4, (rows - 1.0) / 4, np.ones(12)])
    points = (sight * friction).astype(np.float32)
    return View(
        measured=points,
        measured_valid=np.ones(12, bool),
        clean=points,
        instances=np.zeros(12),
        classes=np.full(12, 0),
        grasp_index=np.full(12, -1),
        **dict.fromkeys(("rotations", "trial_rotations"), np.zeros((0, 3, 3))),
        **dict.fromkeys(("positions", "trial_positions"), np.zeros((0, 3))),
        **dict.fromkeys(("widths", "trial_widths", "quality", "grasp_instances"), np.zeros(0)),
        **dict.fromkeys(("trial_outcomes", "trial_sources"), np.zeros(0)),
        free=np.zeros(0, bool),
        contacts=np.zeros((0, 2, 3)),
        T_world_camera=np.eye(4),
        friction=friction,
        noise=1.0,
        spec=SceneSpec(number, ("box-0000",)),
    )


def make_arrays(number: int, view: View | None = None) -> dict[str, NDArray]:
    return encode_view(make_view(number) if view is None else view, CAMERA, PIXELS)


def write_views(folder: Path, count: int, first: int = 0, gripper: str = "tiny") -> Path:
    """A data set of views, four in a shard."""
    writer = ShardWriter(folder, Manifest(count, 4, {"gripper_name": gripper, "first": first}))
    for shard in writer.missing():
        writer.write(shard, lambda number: make_arrays(first + number))
    return folder


@dataclass(frozen=True)
class TinyParams:
    width: int = parameter(4, "Hidden units.", low=1)
    dropout: float = parameter(0.2, "Share that is dropped.", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        check_params(self)


class TinyDetector(nn.Module):
    """Proposes one grasp at the origin."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, points: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        score = self.network(points.abs().mean(dim=0, keepdim=True))[:, 0].sigmoid()
        return torch.eye(3).unsqueeze(0), torch.zeros(1, 3), 0.05 * score, score


class TinyTask:
    def __init__(self, params: TinyParams) -> None:
        self.network = nn.Sequential(
            nn.Linear(3, params.width),
            nn.Dropout(params.dropout),
            nn.ReLU(),
            nn.Linear(params.width, 1),
        )
        self.steps = 0

    @property
    def exportable(self) -> nn.Module:
        return TinyDetector(self.network)

    def prepare(self, view: View, rng: np.random.Generator) -> dict[str, Tensor]:
        if not view.measured_valid.any():
            raise EmptySampleError("the camera measured nothing")
        points = view.measured[rng.permutation(len(view))[:8]]
        return {
            "mean": torch.from_numpy(points.mean(axis=0)),
            "friction": torch.tensor([view.friction], dtype=torch.float32),
        }

    def loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        if self.network.training:
            self.steps += 1
            if self.steps == int(os.environ.get(KILL_AT, "0")):
                os.kill(os.getpid(), signal.SIGKILL)
        error = functional.mse_loss(self.network(batch["mean"]), batch["friction"])
        return {"total": error, "error": error}

    def metrics(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        return {"friction": batch["friction"].mean()}


TINY = Architecture(
    name="tiny",
    kind="proposer",
    params=TinyParams,
    make=TinyTask,
    presets={"full": {}, "narrow": {"width": 2, "epochs": 3}},
    margin_m=0.02,
    voxel_m=0.003,
    points=lambda params: 100 * params.width,
    variants={},
)


def tiny_run(
    folder: Path, out: Path, params: TinyParams | None = None, **settings: float | str
) -> TrainingRun:
    """Train on 12 views and validate on 5: 3 steps in each of 4 epochs."""
    values = {"epochs": 4, "batch_size": 4, "checkpoint_steps": 2, "learning_rate": 0.02}
    return TrainingRun(
        architecture=TINY,
        params=TinyParams() if params is None else params,
        settings=replace(TrainParams(**values), **settings),
        data=(write_views(folder / "a", 8), write_views(folder / "b", 4, first=8)),
        validation=(write_views(folder / "validation", 5, first=100),),
        out=out,
        commit="abc",
    )


if __name__ == "__main__":
    torch.set_num_threads(1)
    out, size = Path(sys.argv[2]), int(sys.argv[3])
    # Two processes are compared with one, and draw their dropout each for itself.
    params = TinyParams(dropout=0.0) if "WORLD_SIZE" in os.environ else TinyParams()
    trained = train(tiny_run(Path(sys.argv[1]), out, params, batch_size=size))
    out.mkdir(exist_ok=True)
    torch.save(dict(trained.weights), out / "weights.pt")
