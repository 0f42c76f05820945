"""Shapes and a scene whose good and bad grasps are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import trimesh
from numpy.typing import ArrayLike

from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import grasp_rotation, transform
from grasp_learning.evaluation.body import Body
from grasp_learning.evaluation.judged_scene import JudgedScene

#: Sides of a cube, a plate that stands on its edge and a pin, metres; and their places on a table.
SIDES = {"cube": (0.05, 0.05, 0.05), "plate": (0.004, 0.08, 0.06), "pin": (0.01, 0.01, 0.03)}
PLACES = {"cube": (0.0, 0.0, 0.025), "plate": (0.15, 0.0, 0.03), "pin": (-0.15, 0.0, 0.015)}


def box(sides: ArrayLike) -> Body:
    mesh = trimesh.creation.box(sides)
    return Body(mesh.vertices, mesh.faces)


@pytest.fixture(scope="session")
def wide() -> Gripper:
    """Stroke 0 to 100 mm; fingers 60 x 20 x 10 mm with pads of 40 mm; a palm of 14 cm."""
    config = Path(__file__).parents[4] / "config" / "grippers"
    return Gripper.load(config / "parallel_100mm.yaml")


@pytest.fixture(scope="session")
def table_scene() -> JudgedScene:
    """A cube (0), a plate (1) and a pin (2) in a row along x on a table, whose top is z = 0."""
    poses = np.array([transform(np.eye(3), place) for place in PLACES.values()])
    table = transform(np.eye(3), [0.0, 0.0, -0.01])
    bodies = tuple(box(sides) for sides in SIDES.values())
    return JudgedScene(bodies, poses, box((0.6, 0.6, 0.02)), table, "world")


@pytest.fixture(scope="session")
def down() -> Callable[..., Grasps]:
    """Makes grasps from above that close along x, with widths, and scores that fall by 0.01."""

    def make(positions: ArrayLike, widths: ArrayLike) -> Grasps:
        origins = np.reshape(positions, (-1, 3)).astype(float)
        n = len(origins)
        rotation = grasp_rotation([0.0, 0.0, -1.0], [1.0, 0.0, 0.0])
        scores = 1.0 - 0.01 * np.arange(n)
        return Grasps(np.tile(rotation, (n, 1, 1)), origins, np.full(n, widths), scores, "world")

    return make
