from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grasp_core.errors import ArrayError, FrameError
from grasp_core.graspnet import from_rows, to_rows
from grasp_core.grasps import Grasps

# Approach along the camera's z, fingers close along its x.
ROTATION = np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]])
GRASP = Grasps(ROTATION[None], [[0.1, 0.2, 0.73]], [0.05], [0.9], "camera")
#: score, width, height, depth, R row by row, t = o - depth * approach, object id.
ROW = [0.9, 0.05, 0.02, 0.03, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0.1, 0.2, 0.7, 4]


def test_one_row_by_hand() -> None:
    row = to_rows(GRASP, depth_m=0.03, height_m=0.02, object_ids=4)
    np.testing.assert_allclose(row, [ROW], rtol=0, atol=1e-15)


def test_one_grasp_by_hand() -> None:
    grasp = from_rows([ROW], "camera")
    np.testing.assert_allclose(grasp.positions, [[0.1, 0.2, 0.73]])
    np.testing.assert_array_equal(grasp.rotations, [ROTATION])
    assert (grasp.widths.tolist(), grasp.scores.tolist()) == ([0.05], [0.9])
    assert grasp.frame_id == "camera"


def test_a_grasp_of_no_known_object_has_id_minus_one() -> None:
    assert to_rows(GRASP, depth_m=0.0, height_m=0.02)[0, 16] == -1


@given(st.integers(0, 2**32 - 1), st.integers(0, 5))
def test_rows_round_trip(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    rotations = Rotation.random(n, random_state=seed).as_matrix().reshape(n, 3, 3)
    grasps = Grasps(
        rotations, rng.normal(size=(n, 3)), rng.uniform(0, 0.1, n), rng.uniform(size=n), "camera"
    )
    depth, ids = rng.uniform(0, 0.04, n), rng.integers(0, 88, n)
    rows = to_rows(grasps, depth, 0.02, ids)
    assert rows.shape == (n, 17)
    back = from_rows(rows, "camera")
    np.testing.assert_array_equal(back.rotations, grasps.rotations)
    np.testing.assert_allclose(back.positions, grasps.positions, atol=1e-15)
    np.testing.assert_array_equal(back.widths, grasps.widths)
    np.testing.assert_array_equal(back.scores, grasps.scores)
    np.testing.assert_allclose(to_rows(back, depth, 0.02, ids), rows, atol=1e-15)
    for index in range(n):
        single = to_rows(grasps[index], depth[index], 0.02, ids[index])
        np.testing.assert_array_equal(single, rows[index : index + 1])


def test_rows_in_single_precision_are_read() -> None:
    # graspnetAPI stores float32.
    rotations = Rotation.random(100, random_state=0).as_matrix()
    rows = np.tile(np.array(ROW, dtype=np.float32), (100, 1))
    rows[:, 4:13] = rotations.reshape(100, 9)
    np.testing.assert_allclose(from_rows(rows, "camera").rotations, rotations, atol=1e-7)


def row_with(column: int, value: float) -> list[list[float]]:
    return [ROW, [*ROW[:column], value, *ROW[column + 1 :]]]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.zeros((2, 16)), r"rows: shape \(2, 16\), expected \(N, 17\)"),
        (ROW, r"rows: shape \(17,\), expected \(N, 17\)"),
        (row_with(0, 1.2), r"score of a row \(rescale foreign scores first\): 1.2 at 1 is not in"),
        (row_with(0, -1.0), r"score of a row .* -1 at 1 is not in \[0.0, 1.0\]"),
        (row_with(1, -0.1), "widths: -0.1 at 1"),
        (row_with(3, -0.1), "depth of a row: -0.1 at 1"),
        (row_with(4, 1.0), "rotations: matrix 1 is not a right-handed rotation"),
        (row_with(13, np.nan), r"rows: value at index \[1, 13\] is not finite"),
    ],
)
def test_rows_that_are_no_grasps_are_refused(rows: Any, message: str) -> None:
    with pytest.raises(ArrayError, match=message):
        from_rows(rows, "camera")


def test_rows_need_a_frame() -> None:
    with pytest.raises(FrameError, match="grasps need the name of the frame"):
        from_rows([ROW], "")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"depth_m": -0.01}, r"depth_m: -0.01 at 0 is not in \[0.0, inf\]"),
        ({"height_m": -0.02}, "height_m: -0.02 at 0"),
        ({"depth_m": [0.01, 0.02]}, r"depth_m: shape \(2,\), expected \(1\)"),
        ({"object_ids": [1, 2]}, r"object_ids: shape \(2,\), expected \(1\)"),
        ({"height_m": np.inf}, "height_m: value at index"),
    ],
)
def test_bad_extents_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ArrayError, match=message):
        to_rows(GRASP, **{"depth_m": 0.02, "height_m": 0.02, **change})
