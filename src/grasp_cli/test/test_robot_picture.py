from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from grasp_cli.mesh_picture import PAPER
from grasp_cli.robot_picture import HEIGHT, WIDTH, home_values, robot_picture, shape_mesh
from grasp_robots.robot_file import load_robot
from grasp_robots.shapes import Shape

CONFIG = Path(__file__).parents[3] / "config"
DIANA7 = load_robot(CONFIG / "robots" / "diana7.yaml", CONFIG / "grippers")


@pytest.mark.parametrize(
    ("kind", "size"), [("box", (1.0, 2.0, 3.0)), ("cylinder", (1.0, 2.0)), ("sphere", (1.0,))]
)
def test_a_surface_holds_the_volume(kind: str, size: tuple[float, ...]) -> None:
    T = trimesh.transformations.translation_matrix([1, 2, 3])
    shape = Shape(kind, size, T)
    mesh = shape_mesh(shape)
    assert mesh.volume == pytest.approx(shape.volume, rel=0.03)
    np.testing.assert_allclose(mesh.bounds.mean(axis=0), [1, 2, 3], atol=1e-9)


def test_home_is_open_and_in_the_order_of_the_joints() -> None:
    np.testing.assert_allclose(home_values(DIANA7)[[0, 3, 5, 7]], [0, np.pi / 2, -np.pi / 2, 0.05])


def test_the_robot_fills_the_picture_and_the_scene_is_in_it() -> None:
    alone = robot_picture(DIANA7, home_values(DIANA7))
    assert alone.shape == (HEIGHT, WIDTH, 3)
    drawn = (alone != PAPER).any(axis=-1)
    rows = np.flatnonzero(drawn.any(axis=1))
    assert rows[0] < 0.12 * HEIGHT
    assert rows[-1] > 0.88 * HEIGHT
    table = trimesh.creation.box(bounds=[(0.3, -0.5, -0.1), (1.3, 0.5, 0.0)])
    scene = robot_picture(DIANA7, home_values(DIANA7), [table]).astype(int)
    wood = scene[..., 0] - scene[..., 2] > 25
    assert wood.mean() > 0.05
    assert (alone.astype(int)[..., 0] - alone[..., 2] > 25).mean() < 0.05  # the gripper only
