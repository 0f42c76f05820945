"""The self-filter in the YuMi's cell, as its camera sees it with an arm over the bin."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from grasp_core.checks import Float
from grasp_core.transforms import inverse, transform
from grasp_perception.robot_solids import load_robot_solids
from grasp_perception.self_filter import SelfFilter
from grasp_robots.home import home_values
from grasp_robots.kinematics import link_poses
from grasp_robots.work_cell import WorkCell, load_work_cell
from grasp_sim.arm_scenery import shape_mesh
from grasp_sim.cameras import PHOXI_BIN
from grasp_sim.ray_scene import PlacedMesh, RayScene
from grasp_sim.views import look_at

CELL = Path(__file__).parents[3] / "config" / "cells" / "yumi.yaml"
CAMERA = "phoxi"
PADDING_M = 0.015
#: What a pixel shows.
TABLE, OBJECT, ROBOT = 0, 1, 2


class Links:
    """Poses of the robot's links in the camera, and of nothing else."""

    def __init__(self, T_camera_link: dict[str, Float]) -> None:
        self._T_camera_link = T_camera_link

    def lookup(self, target: str, source: str, stamp_ns: int) -> Float:  # noqa: ARG002
        assert target == CAMERA
        return self._T_camera_link[source]


@pytest.fixture(scope="module")
def cell() -> WorkCell:
    return load_work_cell(CELL)


def reaching(cell: WorkCell) -> dict[str, Float]:
    """Poses of the links in the world, with the left gripper as near above the bin as at random."""
    robot = cell.robot
    rng = np.random.default_rng(0)
    offsets = rng.uniform(-1.0, 1.0, (2000, len(robot.joint_names)))
    offsets[:, [name not in robot.arm("left_arm").joints for name in robot.joint_names]] = 0.0
    poses = link_poses(robot, home_values(robot) + offsets)
    T_world_link = {link: cell.T_world_root @ T for link, T in poses.items()}
    tips = T_world_link[robot.arm("left_arm").tcp][:, :3, 3]
    best = int(np.argmin(np.linalg.norm(tips - [0.0, 0.0, 0.2], axis=1)))
    assert np.linalg.norm(tips[best] - [0.0, 0.0, 0.2]) < 0.15
    return {link: T[best] for link, T in T_world_link.items()}


def test_the_arm_goes_and_the_objects_stay(cell: WorkCell) -> None:
    T_world_link = reaching(cell)
    table = trimesh.creation.box((1.0, 1.0, 0.02))
    cube = trimesh.creation.box((0.04, 0.04, 0.04))
    meshes = [PlacedMesh(table.vertices, table.faces, at(0.0, 0.0, -0.01), TABLE)]
    for x in (-0.1, 0.0, 0.1):
        for y in (-0.1, 0.0, 0.1):
            meshes.append(PlacedMesh(cube.vertices, cube.faces, at(x, y, 0.02), OBJECT))
    for link in cell.robot.links:
        for mesh in map(shape_mesh, link.shapes):
            pose = T_world_link[link.name]
            meshes.append(PlacedMesh(mesh.vertices, mesh.faces, pose, ROBOT))
    T_world_camera = look_at(*cell.cameras[CAMERA])
    frame = RayScene(meshes).render(PHOXI_BIN.camera, T_world_camera)
    cloud = PHOXI_BIN.camera.deproject(frame.depth, CAMERA)
    shown = frame.instances.ravel()
    assert (shown == ROBOT).sum() > 20_000
    assert (shown == OBJECT).sum() > 5_000

    T_camera_link = {link: inverse(T_world_camera) @ T for link, T in T_world_link.items()}
    robot = SelfFilter(load_robot_solids(str(CELL)), PADDING_M, Links(T_camera_link))
    left = shown[robot.without_robot(cloud).source_indices]
    assert (left == ROBOT).sum() == 0
    for kind in (TABLE, OBJECT):
        # But for what is as near to the robot as the padding.
        assert (left == kind).sum() > 0.97 * (shown[cloud.source_indices] == kind).sum()

    at_home = link_poses(cell.robot, home_values(cell.robot)[None])
    elsewhere = {
        link: inverse(T_world_camera) @ cell.T_world_root @ T[0] for link, T in at_home.items()
    }
    wrong = SelfFilter(load_robot_solids(str(CELL)), PADDING_M, Links(elsewhere))
    stays = shown[wrong.without_robot(cloud).source_indices]
    assert (stays == ROBOT).sum() > 5_000  # poses of another moment leave the arm there


def at(x: float, y: float, z: float) -> Float:
    return transform(np.eye(3), (x, y, z))
