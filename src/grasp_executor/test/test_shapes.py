from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grasp_executor.errors import PlanningSceneError
from grasp_executor.shapes import Box, Mesh, Voxels

COORDINATE = st.floats(-2, 2, allow_nan=False)


def test_voxels_of_points() -> None:
    points = np.array([[0.001, 0.0, -0.001], [0.019, 0.019, -0.019], [0.021, 0.0, 0.0]])
    voxels = Voxels.of_points(points, 0.02)
    np.testing.assert_array_equal(voxels.cells, [[0, 0, -1], [1, 0, 0]])
    np.testing.assert_allclose(voxels.centers(), [[0.01, 0.01, -0.01], [0.03, 0.01, 0.01]])


@given(st.lists(st.tuples(COORDINATE, COORDINATE, COORDINATE), min_size=1, max_size=20))
def test_every_point_is_in_a_voxel_and_no_voxel_is_empty(points: list[tuple[float, ...]]) -> None:
    cloud = np.array(points)
    voxels = Voxels.of_points(cloud, 0.05)
    inside = (np.abs(cloud[:, None] - voxels.centers()) <= 0.025 + 1e-9).all(axis=-1)
    assert inside.any(axis=1).all()
    assert inside.any(axis=0).all()


def test_shapes_without_extent_are_refused() -> None:
    with pytest.raises(PlanningSceneError, match=r"box size \[1.0, 0.0, 1.0\] must be positive"):
        Box(np.array([1, 0, 1]))
    with pytest.raises(PlanningSceneError, match="voxels need at least one cell"):
        Voxels.of_points(np.zeros((0, 3)), 0.01)
    with pytest.raises(PlanningSceneError, match="voxel size 0 m must be positive"):
        Voxels.of_points(np.zeros((1, 3)), 0)
    with pytest.raises(PlanningSceneError, match="voxel size inf m must be positive"):
        Voxels(np.zeros((1, 3)), np.inf)


def test_a_mesh_indexes_its_vertices() -> None:
    with pytest.raises(PlanningSceneError, match="index 0 to 3, there are 3 vertices"):
        Mesh(np.eye(3), np.array([[0, 1, 3]]))
    with pytest.raises(PlanningSceneError, match="a mesh needs at least one triangle"):
        Mesh(np.eye(3), np.zeros((0, 3)))
