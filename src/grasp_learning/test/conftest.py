"""Fixtures of all tests of grasp_learning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest
import torch
import trimesh
from hypothesis import settings
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from grasp_core.camera import Camera
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import grasp_rotation, inverse, transform
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

if TYPE_CHECKING:
    from grasp_learning.view_sample import View

# The first call of a test may compile a numba kernel; how long it takes says nothing.
settings.register_profile("grasp_learning", deadline=None)
settings.load_profile("grasp_learning")

CAMERA = Camera(width=96, height=72, fx=90.0, fy=91.0, cx=47.0, cy=35.0)
#: The table's frame lies before the robot.
T_WORLD_TABLE = transform(np.eye(3), [0.5, 0.0, 0.0])

#: Sides (closing direction first) and places of two bricks on a table, metres.
BRICKS = (
    ((0.04, 0.08, 0.05), (-0.05, 0.0, 0.025), 0.0),
    ((0.015, 0.05, 0.02), (0.05, 0.02, 0.010), 0.6),
)


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


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    torch.set_num_threads(1)  # threads that spin disturb each other on a shared machine


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


#: Camera of `random_view`.
SMALL_CAMERA = Camera(width=8, height=6, fx=10.0, fy=20.0, cx=3.0, cy=2.0)


def make_view(seed: int, labels: int, trials: int) -> tuple[View, NDArray[np.int64]]:
    """A view of 20 random pixels of `SMALL_CAMERA`, and the pixels' numbers."""
    from grasp_learning.scene_labels import PointClass
    from grasp_learning.view_sample import View
    from grasp_sim.scenes import SceneSpec

    rng = np.random.default_rng(seed)
    pixels = np.sort(rng.choice(48, 20, replace=False))
    rows, columns = np.divmod(pixels, 8)
    sight = np.column_stack([(columns - 3.0) / 10.0, (rows - 2.0) / 20.0, np.ones(20)])
    valid = rng.random(20) < 0.8
    index = rng.integers(-1, labels, 20) if labels else np.full(20, -1)
    view = View(
        measured=sight * (rng.uniform(0.4, 1.3, (20, 1)) * valid[:, None]),
        measured_valid=valid,
        clean=sight * rng.uniform(0.4, 1.3, (20, 1)),
        instances=rng.integers(0, 3, 20),
        classes=np.where(index >= 0, PointClass.POSITIVE, rng.integers(0, 3, 20)),
        grasp_index=index,
        rotations=Rotation.random(labels, rng=rng).as_matrix(),
        positions=rng.uniform(-1, 1, (labels, 3)),
        widths=rng.uniform(0, 0.1, labels),
        quality=rng.uniform(0, 1e-3, labels),
        grasp_instances=rng.integers(1, 3, labels),
        free=rng.random(labels) < 0.5,
        contacts=rng.uniform(-1, 1, (labels, 2, 3)),
        trial_rotations=Rotation.random(trials, rng=rng).as_matrix(),
        trial_positions=rng.uniform(-1, 1, (trials, 3)),
        trial_widths=rng.uniform(0, 0.1, trials),
        trial_outcomes=rng.integers(0, 5, trials),
        trial_sources=rng.integers(0, 3, trials),
        T_world_camera=transform(Rotation.random(rng=rng).as_matrix(), rng.random(3)),
        friction=0.4,
        noise=1.5,
        spec=SceneSpec(7, ("bolt-0000", "cup-0001"), friction=0.4),
    )
    return view, pixels


@pytest.fixture(scope="session")
def random_view() -> Callable[[int, int, int], tuple[View, NDArray[np.int64]]]:
    """Makes views from a seed, a number of labels and a number of trials."""
    return make_view


@pytest.fixture(scope="session")
def small_camera() -> Camera:
    return SMALL_CAMERA


def _brick_grasps(
    sides: tuple[float, ...], T_world_brick: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Rotations and origins of grasps along a brick, from above and from both sides of that."""
    rotations, origins = [], []
    for along in np.linspace(-0.3, 0.3, 5) * sides[1]:
        for tilt in (-0.5, 0.0, 0.5):
            approach = np.array([0.0, np.sin(tilt), -np.cos(tilt)])
            rotations.append(grasp_rotation(approach, [1.0, 0.0, 0.0]))
            origins.append([0.0, along, sides[2] / 2 - 0.005] + 0.01 * approach)
    R, t = T_world_brick[:3, :3], T_world_brick[:3, 3]
    return R @ np.array(rotations), np.array(origins) @ R.T + t


@pytest.fixture(scope="session")
def table_view() -> View:
    """Two bricks on a table, seen from above by a noisy camera; 30 grasps, 25 of them free."""
    from grasp_learning.view_sample import View
    from grasp_sim.scenes import SceneSpec

    camera = Camera(width=120, height=90, fx=160.0, fy=160.0, cx=60.0, cy=45.0)
    T_world_camera = orbit([0.0, 0.0, 0.0], 0.4, 0.3, 0.4)
    board = trimesh.creation.box((0.6, 0.6, 0.02))
    table = transform(np.eye(3), [0.0, 0.0, -0.01])
    meshes = [PlacedMesh(board.vertices, board.faces, table, 0)]
    rotations, origins, widths = [], [], []
    for number, (sides, place, turn) in enumerate(BRICKS, start=1):
        T = trimesh.transformations.rotation_matrix(turn, [0, 0, 1])
        T[:3, 3] = place
        brick = trimesh.creation.box(sides)
        meshes.append(PlacedMesh(brick.vertices, brick.faces, T, number))
        R, o = _brick_grasps(sides, T)
        rotations.append(R)
        origins.append(o)
        widths.append(np.full(len(o), sides[0] + 0.005))
    frame = RayScene(meshes).render(camera, T_world_camera)
    both = capture(frame, StereoNoise(), np.random.default_rng(0))
    clean = both.clean_cloud("camera")
    measured = np.zeros((camera.width * camera.height, 3), np.float32)
    cloud = both.cloud("camera")
    measured[cloud.source_indices] = cloud.points
    T_camera_world = inverse(T_world_camera)
    R, t = T_camera_world[:3, :3], T_camera_world[:3, 3]
    n, count = len(clean), 30
    return View(
        measured=measured[clean.source_indices],
        measured_valid=both.depth.flat[clean.source_indices] > 0,
        clean=clean.points,
        instances=frame.instances.flat[clean.source_indices].astype(np.int16),
        classes=np.zeros(n),
        grasp_index=np.full(n, -1),
        rotations=R @ np.concatenate(rotations),
        positions=np.concatenate(origins) @ R.T + t,
        widths=np.concatenate(widths),
        quality=np.tile(np.linspace(1e-4, 1e-3, 15), 2),
        grasp_instances=np.repeat([1, 2], 15),
        free=np.arange(count) % 6 > 0,
        contacts=np.zeros((count, 2, 3)),
        trial_rotations=np.zeros((0, 3, 3)),
        trial_positions=np.zeros((0, 3)),
        trial_widths=np.zeros(0),
        trial_outcomes=np.zeros(0),
        trial_sources=np.zeros(0),
        T_world_camera=T_world_camera,
        friction=0.5,
        noise=1.0,
        spec=SceneSpec(0, ("box-0000", "box-0001")),
    )
