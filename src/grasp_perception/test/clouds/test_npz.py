"""Clouds in NPZ files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grasp_core.errors import GraspError
from grasp_perception.clouds.npz import read_npz

XYZ = np.array([[[1, 2, 3], [0, 0, 0]], [[4, 5, 6], [np.nan] * 3]])
COLORS = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
K = np.array([[100.0, 0, 1], [0, 50, 0], [0, 0, 1]])
DEPTH = np.array([[1000, 0, 500], [0, 2000, 0]], np.uint16)


def save(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


def test_points_with_everything(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npz", xyz=XYZ, colors=COLORS, frame_id="optical", stamp_ns=7)
    cloud = read_npz(path, "camera")
    assert cloud.points.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert cloud.colors is not None
    assert cloud.colors.tolist() == [[0, 1, 2], [6, 7, 8]]
    assert cloud.source_shape == (2, 2)
    assert (cloud.frame_id, cloud.stamp_ns) == ("optical", 7)


@pytest.mark.parametrize(
    "depth", [DEPTH, DEPTH.astype(np.int32), (DEPTH / 1000).astype(np.float32), DEPTH / 1000]
)
def test_depth_in_millimetres_or_metres(tmp_path: Path, depth: np.ndarray) -> None:
    cloud = read_npz(save(tmp_path / "a.npz", depth=depth, intrinsics=K), "camera")
    expected = [[-0.01, 0, 1], [0.005, 0, 0.5], [0, 0.04, 2]]
    np.testing.assert_allclose(cloud.points, expected, atol=1e-7)
    assert cloud.frame_id == "camera"


def test_values_beyond_float32_and_infinite_depth_are_no_measurement(tmp_path: Path) -> None:
    xyz = np.array([[1e300, 1, 1], [1, 2, 3]])
    assert len(read_npz(save(tmp_path / "a.npz", xyz=xyz), "camera")) == 1
    depth = np.array([[np.inf, 1], [np.nan, -np.inf]])
    assert len(read_npz(save(tmp_path / "b.npz", depth=depth, intrinsics=K), "camera")) == 1


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({}, r"keys \[\], expected xyz, or depth and intrinsics"),
        ({"xyz": XYZ, "depth": DEPTH, "intrinsics": K}, r"keys \['depth', 'intrinsics', 'xyz'\]"),
        ({"depth": DEPTH}, r"keys \['depth'\]"),
        ({"xyz": XYZ, "color": COLORS}, r"keys \['color', 'xyz'\]"),
        ({"xyz": XYZ[..., :2]}, r"xyz: shape \(2, 2, 2\), expected \(N, 3\) or \(H, W, 3\)"),
        ({"xyz": 1.0}, "xyz: shape"),
        ({"xyz": np.array([["a"] * 3])}, "xyz: <U1 is no type of coordinates"),
        ({"xyz": XYZ, "colors": COLORS[0]}, r"colors: uint8 \(2, 3\), expected uint8 \(2, 2, 3\)"),
        ({"xyz": XYZ, "colors": COLORS / 255}, "colors: float64"),
        ({"xyz": XYZ, "stamp_ns": "now"}, "stamp_ns: not an array of numbers"),
        ({"xyz": XYZ, "frame_id": ""}, "a cloud needs the name of the frame"),
        ({"depth": DEPTH[0], "intrinsics": K}, r"depth: shape \(3,\), expected \(H, W\)"),
        ({"depth": DEPTH, "intrinsics": K[0]}, r"intrinsics: shape \(3,\)"),
        ({"depth": DEPTH, "intrinsics": -K}, "focal lengths -100.0, -50.0 must be positive"),
        ({"xyz": np.array([None, {}])}, r"damaged NPZ file .*allow_pickle"),
    ],
)
def test_errors_say_what_is_wrong(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    with pytest.raises(GraspError, match=message):
        read_npz(save(tmp_path / "a.npz", **arrays), "camera")


def test_damaged_files(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npz", xyz=XYZ)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(GraspError, match="damaged NPZ file"):
        read_npz(path, "camera")
    with (tmp_path / "b.npz").open("wb") as file:
        np.save(file, XYZ)
    with pytest.raises(GraspError, match="not an NPZ file of named arrays"):
        read_npz(tmp_path / "b.npz", "camera")
