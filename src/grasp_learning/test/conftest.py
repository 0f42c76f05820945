"""Fixtures of all tests of grasp_learning."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import trimesh
from hypothesis import settings
from numpy.typing import NDArray

from grasp_core.camera import Camera
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import grasp_rotation, transform
from grasp_learning.closed_surface import ClosedSurface
from grasp_learning.graspnet1b.export import to_graspnet
from grasp_learning.graspnet1b.frame import GraspNetFrame
from grasp_learning.graspnet1b.labels import ObjectGraspLabels, on_grid
from grasp_learning.graspnet1b.writer import GraspNetWriter
from grasp_learning.object_grasps import ObjectGrasps
from grasp_learning.object_labels import LabelParams, label_object
from grasp_sim.ray_scene import PlacedMesh, RayScene
from grasp_sim.sensor_noise import capture
from grasp_sim.stereo_noise import StereoNoise
from grasp_sim.views import orbit

# The first call of a test may compile a numba kernel; how long it takes says nothing.
settings.register_profile("grasp_learning", deadline=None)
settings.load_profile("grasp_learning")

CAMERA = Camera(width=96, height=72, fx=90.0, fy=91.0, cx=47.0, cy=35.0)
#: The table's frame lies before the robot.
T_WORLD_TABLE = transform(np.eye(3), [0.5, 0.0, 0.0])


def _at(x: float, y: float, z: float) -> NDArray[np.float64]:
    """Translation to add to a transform at the origin."""
    return transform(np.eye(3), [x, y, z]) - np.eye(4)


class TinyScene:
    """Two objects on a table, seen from two sides, to be exported in GraspNet-1Billion's layout."""

    number = 3
    #: Object id -> mesh, and its place in the world. The order is not that of the ids.
    meshes: ClassVar = {
        5: trimesh.creation.box((0.06, 0.04, 0.05)),
        0: trimesh.creation.icosphere(3, 0.03),
    }
    poses: ClassVar = {
        5: trimesh.transformations.rotation_matrix(0.5, [0, 0, 1]) + _at(0.5, 0.0, 0.025),
        0: np.eye(4) + _at(0.57, 0.05, 0.03),
    }

    def frames(self) -> list[GraspNetFrame]:
        board = trimesh.creation.box((2.0, 2.0, 0.02))
        meshes = [PlacedMesh(board.vertices, board.faces, np.eye(4) + _at(0.5, 0, -0.01), 0)]
        for instance, (object_id, mesh) in enumerate(self.meshes.items(), start=1):
            pose = self.poses[object_id]
            meshes.append(PlacedMesh(mesh.vertices, mesh.faces, pose, instance))
        scene, rng = RayScene(meshes), np.random.default_rng(0)
        objects = {i: (k, self.poses[k]) for i, k in enumerate(self.meshes, start=1)}
        frames = []
        for azimuth_rad in (0.2, 1.4):
            view = scene.render(CAMERA, orbit([0.52, 0.02, 0.02], 0.5, 0.5, azimuth_rad))
            frames.append(to_graspnet(capture(view, StereoNoise(), rng), objects, T_WORLD_TABLE))
        return frames

    def labels(self, object_id: int) -> ObjectGraspLabels:
        rng = np.random.default_rng(object_id)
        rotations = grasp_rotation(rng.standard_normal((6, 3)), rng.standard_normal((6, 3)))
        positions = rng.uniform(-0.03, 0.03, (6, 3))
        grasps = Grasps(rotations, positions, rng.random(6), np.zeros(6), "object")
        return on_grid(grasps, rng.uniform(0.1, 1.0, 6), rng.random(6) < 0.3)

    def collision(self, object_id: int) -> NDArray[np.bool_]:
        labels = self.labels(object_id)
        collides: NDArray[np.bool_] = labels.collision | (
            (labels.scores > 0) & (labels.scores < 0.3)
        )
        return collides

    def export(self, root: Path) -> list[GraspNetFrame]:
        frames = self.frames()
        writer = GraspNetWriter(root, "realsense")
        for object_id, mesh in self.meshes.items():
            writer.write_object(object_id, mesh.vertices, mesh.faces, self.labels(object_id))
        collision = [self.collision(object_id) for object_id in self.meshes]
        writer.write_scene(self.number, frames, collision, {5: "brick", 0: "ball"})
        return frames


@pytest.fixture(scope="session")
def tiny() -> TinyScene:
    return TinyScene()


@pytest.fixture(scope="session")
def yumi() -> Gripper:
    """Stroke 0 to 50 mm, fingers 47 x 15 x 8 mm."""
    config = Path(__file__).parents[3] / "config" / "grippers"
    return Gripper.load(config / "yumi_smart_gripper.yaml")


@pytest.fixture(scope="session")
def cube() -> trimesh.Trimesh:
    """Edge 30 mm, around the origin."""
    return trimesh.creation.box((0.03, 0.03, 0.03))


@pytest.fixture(scope="session")
def cube_labels(cube: trimesh.Trimesh, yumi: Gripper) -> ObjectGrasps:
    surface = ClosedSurface(cube.vertices, cube.faces, np.zeros(3))
    params = LabelParams(contacts=1500, directions=2, approaches=8)
    return label_object(surface, yumi, params, np.random.default_rng(0))
