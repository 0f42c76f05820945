"""Parameters of the node of grasp_sim. MuJoCo is not needed to list them."""

from __future__ import annotations

from dataclasses import dataclass

from grasp_core.errors import ParameterError
from grasp_core.params import check_params, parameter
from grasp_sim.bins import BINS
from grasp_sim.drivers import DRIVERS
from grasp_sim.objects.catalogue import NOVEL, NOVEL_SMALL, SIMILAR, TRAINING
from grasp_sim.objects.model import MAX_FRICTION

#: Objects that a scene is drawn from.
CATALOGUES = {
    "training": TRAINING,
    "similar": SIMILAR,
    "novel": NOVEL,
    "novel_small": NOVEL_SMALL,
}


@dataclass(frozen=True)
class SimCameraParams:
    """Parameters of the simulated camera and of the scene that it looks at."""

    camera: str = parameter(
        "d435", "Camera and driver that the node stands for.", choices=tuple(DRIVERS)
    )
    rate: float = parameter(2.0, "Frames per second.", unit="Hz", low=0.1, high=30.0)
    noise: float = parameter(1.0, "Factor of the camera's errors of depth.", low=0.0, high=10.0)
    seed: int = parameter(0, "Seed of the scene, the place of the camera and the noise.", low=0)
    catalogue: str = parameter(
        "similar", "Objects that a scene is drawn from.", choices=tuple(CATALOGUES)
    )
    count: int = parameter(8, "Number of objects drawn from the catalogue.", low=1, high=30)
    objects: str = parameter(
        "", "Names of objects with commas between, such as cup-0003,bolt-0003; empty: drawn."
    )
    mode: str = parameter(
        "pile", "Objects are dropped, or stand side by side.", choices=("pile", "packed")
    )
    bin: str = parameter("bin", "What the objects lie in.", choices=tuple(BINS))
    friction: float = parameter(
        0.0,
        "Coefficient of friction of all objects; 0: each has its own.",
        low=0,
        high=MAX_FRICTION,
    )

    def __post_init__(self) -> None:
        check_params(self)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the objects that were asked for, or of those to draw `count` from."""
        if not self.objects:
            return CATALOGUES[self.catalogue]
        return tuple(name.strip() for name in self.objects.split(","))


@dataclass(frozen=True)
class SimArmParams(SimCameraParams):
    """Parameters of the simulated arms, and of the camera and the scene in their cell."""

    cell_file: str = parameter("", "File of the cell, such as config/cells/yumi.yaml; required.")
    gripper_action: str = parameter(
        "parallel", "Interface of the grippers: ParallelGripperCommand or GripperCommand.",
        choices=("parallel", "single"),
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.cell_file:
            raise ParameterError("cell_file: '' is no file, such as config/cells/yumi.yaml")
