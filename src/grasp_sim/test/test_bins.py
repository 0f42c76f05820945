from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from grasp_core.mesh_collision import boxes_hit_mesh
from grasp_core.triangle_tree import TriangleTree
from grasp_sim.bins import BINS, Bin
from grasp_sim.errors import SceneError


def test_walls_stand_around_the_inner_sides() -> None:
    corners = [np.array([np.subtract(c, h), np.add(c, h)]) for c, h in Bin(0.4, 0.2, 0.1).walls()]
    assert_allclose(corners[0], [(0.2, -0.105, 0.0), (0.205, 0.105, 0.1)])
    assert_allclose(corners[1], [(-0.205, -0.105, 0.0), (-0.2, 0.105, 0.1)])
    assert_allclose(corners[2], [(-0.2, 0.1, 0.0), (0.2, 0.105, 0.1)])
    assert_allclose(corners[3], [(-0.2, -0.105, 0.0), (0.2, -0.1, 0.1)])


def test_a_table_has_no_walls() -> None:
    assert BINS["table"].walls() == []


@pytest.mark.parametrize("name", BINS)
def test_the_mesh_has_its_floor_at_zero(name: str) -> None:
    box = BINS[name]
    mesh = box.mesh()
    assert mesh.is_watertight
    tree = TriangleTree.build(mesh.vertices, mesh.faces, "world")
    half = np.array([box.length / 2 - 1e-4, box.width / 2 - 1e-4, 0.0])
    for height, hit in ((1e-6, False), (-1e-6, True)):
        low, high = np.add(-half, (0, 0, height)), np.add(half, (0, 0, 1.0))
        found = boxes_hit_mesh(tree, np.eye(4)[None], low[None, None], high[None, None])
        assert found.tolist() == [hit]
    assert mesh.bounds[1, 2] == pytest.approx(box.height)


@pytest.mark.parametrize(
    "sides", [(0.0, 1.0, 0.1), (1.0, -1.0, 0.1), (1.0, 1.0, -0.1), (np.nan, 1, 1)]
)
def test_impossible_bins_are_refused(sides: tuple[float, float, float]) -> None:
    with pytest.raises(SceneError, match=r"sides must be > 0 m"):
        Bin(*sides)
