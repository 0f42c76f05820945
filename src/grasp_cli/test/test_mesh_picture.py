from __future__ import annotations

import numpy as np
import pytest
import trimesh

from grasp_cli.mesh_picture import BAR_SHARE, PAPER, fork_corners, mesh_picture
from grasp_core.grasps import Grasps
from grasp_core.transforms import inverse, transform
from grasp_perception.picture.views import View
from grasp_sim.ray_scene import PlacedMesh, RayScene

#: From 1 m above, looking down; x of the world goes right, y up; 400 pixels per metre at z = 0.
T_WORLD_VIEW = transform(np.diag([1.0, -1.0, -1.0]), [0.0, 0.0, 1.0])
VIEW = View(inverse(T_WORLD_VIEW), focal=400.0, cx=80.0, cy=80.0, width=160, height=160)
CUBE = trimesh.creation.box((0.1, 0.1, 0.1))
SCENE = RayScene([PlacedMesh(CUBE.vertices, CUBE.faces, np.eye(4), 1)])
COLORS = np.array([(0.5, 0.5, 0.5), (0.0, 0.0, 1.0)], np.float32)
RED = np.array([(1.0, 0.0, 0.0)], np.float32)


def downward(position: tuple[float, float, float], width: float) -> Grasps:
    rotation = np.array([[0, 1, 0], [0, 0, -1], [-1, 0, 0]], float)  # approach -z, closing x
    return Grasps(rotation[None], np.array([position]), [width], [1.0], "world")  # type: ignore[arg-type]


def test_a_mesh_stands_on_paper_in_its_colour() -> None:
    none = Grasps.empty("world")
    picture = mesh_picture(VIEW, SCENE, COLORS, none, np.zeros((0, 3), np.float32), 0.02)
    assert picture.shape == (80, 80, 3)
    assert (picture[5, 5] == PAPER).all()
    red, green, blue = picture[40, 40]
    assert (red, green) == (0, 0)
    assert blue > 150
    # 10 cm at 0.95 m: 42 of 160 pixels, 21 after averaging.
    assert (picture[40, :, 0] == 0).sum() == pytest.approx(21, abs=1)


def test_a_fork_has_its_tips_at_the_opening() -> None:
    fork = downward((0.0, 0.0, 0.2), 0.12)
    picture = mesh_picture(VIEW, SCENE, COLORS, fork, RED, 0.15).astype(int)
    red = picture[..., 0] - picture[..., 1] > 30
    columns, rows = (np.flatnonzero(red.any(axis=axis)) for axis in (0, 1))
    # The bridge lies 15 cm behind the tips, at depth 0.65 m, and spans 12 cm and two bars.
    span = (0.12 + 2 * BAR_SHARE * 0.15) * 400 / 0.65 / 2
    assert columns[-1] - columns[0] + 1 == pytest.approx(span, abs=2)
    assert rows.mean() == pytest.approx(39.5, abs=1)


def test_corners_are_tips_and_stem() -> None:
    corners = fork_corners(downward((0.1, 0.0, 0.0), 0.04), 0.05)
    np.testing.assert_allclose(corners[:2], [[0.12, 0, 0], [0.08, 0, 0]], atol=1e-12)
    np.testing.assert_allclose(corners[2], [0.1, 0, 0.05], atol=1e-12)
    np.testing.assert_allclose(corners[3], [0.1, 0, 0.08], atol=1e-12)
