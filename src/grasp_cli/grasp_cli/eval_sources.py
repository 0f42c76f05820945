"""Views on which detectors are evaluated: of a generated data set, or of GraspNet-1Billion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np

from grasp_cli.data_candidates import inner_region
from grasp_cli.data_set import DataSet
from grasp_cli.errors import OptionError
from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import transform
from grasp_learning.evaluation.judged_scene import JudgedScene
from grasp_learning.evaluation.scene_sources import GraspNetScenes, simulated_scene
from grasp_learning.graspnet1b.frame import GraspNetFrame
from grasp_learning.graspnet1b.reader import GraspNetReader
from grasp_learning.simulated_view import CAMERA_FRAME
from grasp_learning.view_sample import View
from grasp_perception.gripper_files import load_gripper
from grasp_perception.request import Region
from grasp_sim.bins import BINS
from grasp_sim.scenes import WORLD

#: Gripper of GraspNet-1Billion: fingers of its shape.
GRASPNET_GRIPPER = "parallel_100mm"
#: Metres around the objects that belong to the workspace (Scale-Balanced Grasp's repository).
MARGIN_M = 0.02
#: First scenes of the data set's splits; what comes before is for training.
SPLITS = {"seen": 100, "similar": 130, "novel": 160}


@dataclass(frozen=True, eq=False)
class Sample:
    """One view, all in the frame of its cloud.

    Attributes
    ----------
    setting : name under which the figures of this view and others are put together.
    scene_number : of the scene that this is a view of.
    cloud : as measured.
    region : where grasps are sought; None: everywhere.
    scene : the true shapes.
    labels : true grasps that are free; None where there are none to compare with.
    """

    setting: str
    scene_number: int
    cloud: PointCloud
    region: Region | None
    scene: JudgedScene
    labels: Grasps | None


class Source(Protocol):
    """Numbered views of numbered scenes.

    Attributes
    ----------
    gripper : that grasps are sought for.
    numbers : of the views.
    command : option of `grasp eval` that names these views, after what makes them.
    """

    gripper: Gripper
    numbers: list[int]
    command: str

    def sample(self, number: int) -> Sample:
        """Read a view."""
        ...


class SimulatedViews:
    """Views of a generated data set.

    Raises
    ------
    GraspError : no data set, for another gripper, or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._data = DataSet.open(folder)
        self.gripper = self._data.gripper
        self.numbers = self._data.reader.numbers
        self.command = f"{self._data.made_by} && grasp eval --data DIR"
        self.setting = f"{self._data.recipe.catalogue} objects"

    def view(self, number: int) -> View:
        """Read a view as the data set has it.

        Raises
        ------
        GraspError : its arrays are damaged.
        """
        return self._data.view(number)

    def scene_number(self, number: int) -> int:
        """Give the number of the scene that a view is of."""
        return number // self._data.recipe.views

    def sample(self, number: int) -> Sample:
        """Read a view, in the frame "world".

        Raises
        ------
        GraspError : its arrays are damaged, or its scene cannot be made here.
        """
        view = self.view(number)
        seen = view.measured[view.measured_valid]
        cloud = PointCloud.from_xyz(seen, CAMERA_FRAME).transformed(view.T_world_camera, WORLD)
        good = view.free & (view.quality > 0)
        labels = Grasps(
            view.rotations[good].astype(np.float64),
            view.positions[good].astype(np.float64),
            view.widths[good].astype(np.float64),
            np.minimum(view.quality[good], 1.0),
            CAMERA_FRAME,
        ).transformed(view.T_world_camera, WORLD)
        return Sample(
            setting=self.setting,
            scene_number=self.scene_number(number),
            cloud=cloud,
            region=inner_region(BINS[view.spec.bin], WORLD),
            scene=simulated_scene(view.spec),
            labels=labels,
        )


class GraspNetViews:
    """Views of the test scenes of a GraspNet-1Billion folder, else of all; in the optical frame.

    Raises
    ------
    GraspError : no such folder or camera, or it has no scenes.
    """

    def __init__(self, root: Path, camera: str) -> None:
        self._root, self._camera = root, camera
        self.gripper = load_gripper(GRASPNET_GRIPPER)
        reader = GraspNetReader(root, camera)
        tests = [scene for scene in reader.scenes() if scene >= min(SPLITS.values())]
        scenes = tests or reader.scenes()
        if not scenes:
            raise OptionError(f"{root}: no scenes")
        self._places = [
            (scene, frame) for scene in scenes for frame in range(reader.frame_count(scene))
        ]
        self.numbers = list(range(len(self._places)))
        self.command = f"grasp eval --graspnet ROOT --camera {camera}"

    def sample(self, number: int) -> Sample:
        """Read a view.

        Raises
        ------
        GraspNetFileError : a file is missing or damaged.
        """
        reader, scenes = _graspnet(self._root, self._camera)
        scene_number, index = self._places[number]
        frame = reader.frame(scene_number, index)
        cloud = frame.cloud(CAMERA_FRAME)
        split = [name for name, first in SPLITS.items() if first <= scene_number]
        return Sample(
            setting=f"GraspNet-1Billion {self._camera} {split[-1] if split else 'train'}",
            scene_number=scene_number,
            cloud=cloud,
            region=_workspace(frame, cloud),
            scene=scenes.scene(frame, CAMERA_FRAME),
            labels=None,
        )


@lru_cache(maxsize=1)
def _graspnet(root: Path, camera: str) -> tuple[GraspNetReader, GraspNetScenes]:
    """Read the models once in each process."""
    reader = GraspNetReader(root, camera)
    return reader, GraspNetScenes(reader)


def _workspace(frame: GraspNetFrame, cloud: PointCloud) -> Region | None:
    """Box along the camera's axes around the pixels of objects; None where there are none."""
    points = cloud.points[frame.label.flat[cloud.source_indices] > 0]
    if len(points) == 0:
        return None
    low, high = points.min(axis=0) - MARGIN_M, points.max(axis=0) + MARGIN_M
    return Region(transform(np.eye(3), (low + high) / 2), high - low, CAMERA_FRAME)
