"""PCD files against Open3D's writer and reader, and every way in which they can be damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import open3d as o3d
import pytest

from grasp_perception.clouds.pcd import read_pcd
from grasp_perception.errors import CloudFileError

ORDERED = """\
# .PCD v0.7 - Point Cloud Data file format
VERSION 0.7
FIELDS rgb _ x y z
SIZE 4 1 4 4 4
TYPE U U F F F
COUNT 1 3 1 1 1
WIDTH 3
HEIGHT 2
VIEWPOINT 0.5 0 -1 1 0 0 0
POINTS 6
DATA ascii
660510 9 9 9 1 2 3
0 9 9 9 nan nan nan
0 9 9 9 0 0 0
4278190335 9 9 9 4 5 6
0 9 9 9 7 8 9
0 9 9 9 1 1 1
"""


def write(path: Path, text: str, body: bytes = b"") -> Path:
    path.write_bytes(text.encode() + body)
    return path


@pytest.fixture
def open3d_cloud() -> o3d.t.geometry.PointCloud:
    rng = np.random.default_rng(0)
    cloud = o3d.t.geometry.PointCloud(rng.uniform(0.1, 1, (50, 3)).astype(np.float32))
    cloud.point.colors = rng.integers(0, 256, (50, 3), np.uint8)
    return cloud


@pytest.mark.parametrize(("text", "compressed"), [(True, False), (False, False), (False, True)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_reads_what_open3d_writes(
    tmp_path: Path,
    open3d_cloud: o3d.t.geometry.PointCloud,
    text: bool,
    compressed: bool,
    dtype: type,
) -> None:
    points = open3d_cloud.point.positions.numpy()
    open3d_cloud.point.positions = o3d.core.Tensor(points.astype(dtype))
    path = tmp_path / "cloud.pcd"
    o3d.t.io.write_point_cloud(path, open3d_cloud, text, compressed)
    cloud = read_pcd(path, "camera")
    np.testing.assert_allclose(cloud.points, points, rtol=1e-6)
    np.testing.assert_array_equal(cloud.colors, open3d_cloud.point.colors.numpy())
    assert cloud.frame_id == "camera"


def test_shape_viewpoint_padding_and_packed_colors(tmp_path: Path) -> None:
    cloud = read_pcd(write(tmp_path / "a.pcd", ORDERED), "camera")
    assert cloud.points.tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9], [1, 1, 1]]
    assert cloud.source_indices.tolist() == [0, 3, 4, 5]
    assert cloud.source_shape == (2, 3)
    assert cloud.viewpoint.tolist() == [0.5, 0, -1]
    assert cloud.colors is not None
    assert cloud.colors[:2].tolist() == [[10, 20, 30], [0, 0, 255]]


@pytest.mark.parametrize("name", ["rgb", "rgba"])
@pytest.mark.parametrize("kind", ["U", "I", "F"])
def test_binary_colors_of_any_type_of_four_bytes(tmp_path: Path, kind: str, name: str) -> None:
    header = (
        f"FIELDS x y z {name}\nSIZE 4 4 4 4\nTYPE F F F {kind}\nWIDTH 1\nHEIGHT 1\nDATA binary\n"
    )
    body = np.array([1, 2, 3], "<f4").tobytes() + bytes([30, 20, 10, 255])
    cloud = read_pcd(write(tmp_path / "a.pcd", header, body), "camera")
    assert cloud.colors is not None
    assert cloud.colors.tolist() == [[10, 20, 30]]


def test_windows_line_ends(tmp_path: Path) -> None:
    cloud = read_pcd(write(tmp_path / "a.pcd", ORDERED.replace("\n", "\r\n")), "camera")
    assert len(cloud) == 4


@pytest.mark.parametrize("encoding", ["ascii", "binary", "binary_compressed"])
def test_no_points_are_an_empty_cloud(tmp_path: Path, encoding: str) -> None:
    header = "FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH 0\nHEIGHT 1\nDATA "
    path = write(tmp_path / "a.pcd", f"{header}{encoding}\n", bytes(8))
    assert len(read_pcd(path, "camera")) == 0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("0 9 9 9 1 1 1\n", "", "truncated: 5 of 6 points"),
        ("4 5 6\n", "4\n", "points are not numbers"),
        ("4 5 6\n", "4 five 6\n", "points are not numbers .*five"),
        ("660510", "-1", "column 'rgb': -1 is not a uint32"),
        ("DATA ascii", "DATA binary", "truncated: 6 points of 19 bytes need 114 bytes"),
        ("DATA ascii", "DATA zip", r"DATA 'zip', expected one of \['ascii', 'binary'"),
        ("DATA ascii\n", "", "not a PCD file: the header has no DATA line"),
        ("POINTS 6", "POINTS 5", "POINTS 5 is not WIDTH 3 x HEIGHT 2"),
        ("WIDTH 3", "WIDTH -3", r"WIDTH \['-3'\], expected 1 whole numbers"),
        ("WIDTH 3", "WIDTH 3333333333", r"WIDTH \['3333333333'\], expected 1 whole"),
        ("WIDTH 3\n", "", r"WIDTH \[\], expected 1 whole numbers"),
        ("FIELDS rgb _ x y z", "FIELDS rgb _ x y w", r"lack \['z'\]"),
        (
            "FIELDS rgb _ x y z",
            "FIELDS rgb rgb x y z",
            r"columns \['rgb', 'rgb', 'x', 'y', 'z'\] are not unique",
        ),
        ("SIZE 4 1", "SIZE 8 1", "rgb has 8 bytes, expected 4"),
        ("SIZE 4 1 4", "SIZE 4 1 2", "field 'x': TYPE F of SIZE 2 does not exist"),
        ("TYPE U U F", "TYPE U U U", "field 'x': TYPE U COUNT 1, expected F and 1"),
        ("TYPE U U F F F", "TYPE U U", r"TYPE \['U', 'U'\], expected 5 of F, U, I"),
        ("VIEWPOINT 0.5 0 -1", "VIEWPOINT 0.5 zero -1", "VIEWPOINT: .*'zero'"),
        ("VIEWPOINT 0.5 0 -1", "VIEWPOINT nan 0 -1", "VIEWPOINT .*expected three numbers"),
    ],
)
def test_errors_say_what_is_wrong(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in ORDERED
    path = write(tmp_path / "a.pcd", ORDERED.replace(old, new, 1))
    with pytest.raises(CloudFileError, match=message):
        read_pcd(path, "camera")


def test_damage_of_the_compressed_kind(
    tmp_path: Path, open3d_cloud: o3d.t.geometry.PointCloud
) -> None:
    path = tmp_path / "cloud.pcd"
    o3d.t.io.write_point_cloud(path, open3d_cloud, write_ascii=False, compressed=True)
    good = path.read_bytes()
    body = good.index(b"binary_compressed\n") + len(b"binary_compressed\n")
    damages = {
        "truncated: no points follow": good[: body + 7],
        r"truncated: \d+ of \d+ compressed bytes": good[:-1],
        "799 bytes are not 50 points of 16 bytes": (
            good[: body + 4] + (799).to_bytes(4, "little") + good[body + 8 :]
        ),
        "the compressed points are damaged": good[: body + 8] + b"\xff" * (len(good) - body - 8),
    }
    for message, data in damages.items():
        path.write_bytes(data)
        with pytest.raises(CloudFileError, match=message):
            read_pcd(path, "camera")


def test_damage_is_not_told_on_the_console(
    tmp_path: Path, open3d_cloud: o3d.t.geometry.PointCloud, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cloud.pcd"
    o3d.t.io.write_point_cloud(path, open3d_cloud, write_ascii=False, compressed=True)
    data = path.read_bytes()
    path.write_bytes(data[:-400] + b"\xff" * 400)
    with pytest.raises(CloudFileError):
        read_pcd(path, "camera")
    assert capfd.readouterr() == ("", "")
