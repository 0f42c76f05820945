from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grasp_core.transforms import transform
from grasp_executor.moveit.objects import boxes_of, free_pairs
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.shapes import Box, Voxels

CUBE = Box(np.full(3, 0.1))


def test_a_box_is_itself() -> None:
    sizes, poses = boxes_of(Box(np.array([0.1, 0.2, 0.3])))
    np.testing.assert_array_equal(sizes, [[0.1, 0.2, 0.3]])
    np.testing.assert_array_equal(poses, [np.eye(4)])


def test_a_row_of_voxels_is_one_box() -> None:
    row = [[-1, 0, 0], [1, 0, 0], [0, 0, 0], [3, 0, 0], [3, 1, 0]]
    sizes, poses = boxes_of(Voxels(np.array(row), 0.02))
    np.testing.assert_allclose(sizes, [[0.06, 0.02, 0.02]] + 2 * [[0.02, 0.02, 0.02]])
    centers = [[0.01, 0.01, 0.01], [0.07, 0.01, 0.01], [0.07, 0.03, 0.01]]  # first: -0.02 to 0.04
    np.testing.assert_allclose(poses, [transform(np.eye(3), center) for center in centers])


CELLS = st.tuples(*[st.integers(-3, 3)] * 3)


@given(st.lists(CELLS, min_size=1, max_size=60))
def test_boxes_fill_the_same_cells(cells: list[tuple[int, int, int]]) -> None:
    filled: list[tuple[int, ...]] = []
    for size, pose in zip(*boxes_of(Voxels(np.array(cells), 1.0)), strict=True):
        low = np.round(pose[:3, 3] - size / 2).astype(int)
        filled += [(low[0] + i, low[1], low[2]) for i in range(round(size[0]))]
    assert sorted(filled) == sorted(set(cells))


def test_what_stands_still_together_is_free(toy_arm) -> None:
    scene = (
        PlanningScene()
        .with_obstacle("table", CUBE, np.eye(4))
        .with_obstacle("wall", CUBE, np.eye(4))
        .with_attached("held", CUBE, "tcp", np.eye(4), ["finger_left"])
        .with_allowed("wall", "link_2")
        .with_allowed("wall", "held")
    )
    found = free_pairs(toy_arm, scene)
    # Obstacles and the foot; the object and what is on the last joint; holding; two permissions.
    assert found == {
        ("base_link", "table"),
        ("base_link", "wall"),
        ("table", "wall"),
        ("held", "link_6"),
        ("held", "tcp"),
        ("link_6", "tcp"),
        ("finger_left", "held"),
        ("link_2", "wall"),
        ("held", "wall"),
    }
