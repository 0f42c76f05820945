"""PLY files against Open3D's writer, PhoXi Control's layout, and every kind of damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import open3d as o3d
import pytest

from grasp_perception.clouds.ply import read_ply
from grasp_perception.errors import CloudFileError

TEXT = """\
ply
format ascii 1.0
comment made by hand
element sensor 2
property float gain
element vertex 3
property float x
property float y
property float z
property uchar red
property uchar green
property uchar blue
element face 1
property list uchar int vertex_indices
end_header
0.5
0.5
1 2 3 10 20 30
0 0 0 0 0 0
4 5 6 40 50 60
3 0 1 2
"""
PHOXI = """\
ply
format ascii 1.0
obj_info Photoneo PLY PointCloud (Width = 3; Height = 2; Ordered)
element vertex 6
property float x
property float y
property float z
property float nx
end_header
1000 2000 500 0
0 0 0 0
0 0 0 0
0 0 0 0
-100 50 800 0
0 0 0 0
"""


def write(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize("text", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_reads_what_open3d_writes(tmp_path: Path, text: bool, dtype: type) -> None:
    rng = np.random.default_rng(0)
    points = rng.uniform(0.1, 1, (50, 3)).astype(dtype)
    colors = rng.integers(0, 256, (50, 3), np.uint8)
    written = o3d.t.geometry.PointCloud(points)
    written.point.colors = colors
    written.point.normals = points
    path = tmp_path / "cloud.ply"
    o3d.t.io.write_point_cloud(path, written, write_ascii=text)
    cloud = read_ply(path, "camera")
    np.testing.assert_allclose(cloud.points, points, rtol=1e-5)  # text has six digits
    np.testing.assert_array_equal(cloud.colors, colors)


def test_text_between_other_elements(tmp_path: Path) -> None:
    cloud = read_ply(write(tmp_path / "a.ply", TEXT), "camera")
    assert cloud.points.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert cloud.colors is not None
    assert cloud.colors.tolist() == [[10, 20, 30], [40, 50, 60]]
    assert cloud.source_shape == (1, 3)


@pytest.mark.parametrize(("order", "code"), [("little", "<"), ("big", ">")])
def test_binary_after_another_element(tmp_path: Path, order: str, code: str) -> None:
    header = TEXT[: TEXT.index("0.5")].replace("ascii", f"binary_{order}_endian")
    vertex = np.dtype([("xyz", code + "f4", 3), ("rgb", "u1", 3)])
    vertices = np.array(
        [([1, 2, 3], [10, 20, 30]), ([0] * 3, [0] * 3), ([4, 5, 6], [1] * 3)], vertex
    )
    data = header.encode() + np.zeros(2, code + "f4").tobytes() + vertices.tobytes()
    cloud = read_ply(write(tmp_path / "a.ply", data), "camera")
    assert cloud.points.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert cloud.colors is not None
    assert cloud.colors.tolist() == [[10, 20, 30], [1, 1, 1]]


def test_phoxi_control_is_ordered_and_in_millimetres(tmp_path: Path) -> None:
    cloud = read_ply(write(tmp_path / "a.ply", PHOXI), "camera")
    np.testing.assert_allclose(cloud.points, [[1, 2, 0.5], [-0.1, 0.05, 0.8]], rtol=1e-6)
    assert cloud.source_shape == (2, 3)
    assert cloud.source_indices.tolist() == [0, 4]
    assert cloud.colors is None


@pytest.mark.parametrize(
    ("remark", "shape"),
    [
        ("Photoneo PLY PointCloud (Width = 3; Height = 2; Ordered)", (2, 3)),
        ("Photoneo PLY PointCloud (Width=3; Height=2)", (2, 3)),
        ("Photoneo PLY PointCloud (Width = 30; Height = 20)", (1, 6)),  # without invalid points
    ],
)
def test_binary_of_phoxi_control_with_normals_and_maps(
    tmp_path: Path, remark: str, shape: tuple[int, int]
) -> None:
    maps = ("nx", "ny", "nz", "Texture32", "Depth32", "Confidence32")
    vertex = np.dtype([(name, "<f4") for name in ("x", "y", "z", *maps)])
    vertices = np.zeros(6, vertex)
    vertices[4] = (-100, 50, 800, 0, 0, -1, 1234, 800, 0.5)
    lines = ["ply", "format binary_little_endian 1.0", f"obj_info {remark}", "element vertex 6"]
    lines += [*(f"property float {name}" for name in vertex.names), "end_header", ""]
    cloud = read_ply(
        write(tmp_path / "a.ply", "\n".join(lines).encode() + vertices.tobytes()), "camera"
    )
    np.testing.assert_allclose(cloud.points, [[-0.1, 0.05, 0.8]], rtol=1e-6)
    assert (cloud.source_shape, cloud.source_indices.tolist()) == (shape, [4])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("4 5 6 40 50 60\n3 0 1 2\n", "", "truncated: 2 of 3 points"),
        ("4 5 6 40 50 60\n3 0 1 2\n", "4 5 6\n", "points are not numbers"),
        ("4 5 6", "4 x 6", "points are not numbers .*x"),
        ("40 50 60", "40 50 600", "column 'blue': 600 is not a uint8"),
        ("property float z\n", "", r"vertex properties \['x', 'y', 'red'.*lack \['z'\]"),
        ("element vertex 3", "element point 3", r"no element 'vertex' among \['sensor', 'point'"),
        (
            "element vertex 3",
            "element vertex -3",
            "not a line of a PLY header: 'element vertex -3'",
        ),
        ("element vertex 3", "element vertex 4294967296", "not a line of a PLY header"),
        ("property float x", "property half x", "not a line of a PLY header: 'property half x'"),
        ("property float x", "property list uchar int x", "'vertex' has a list"),
        ("end_header\n", "", "not a line of a PLY header: '0.5'"),
        (TEXT[TEXT.index("end_header") :], "", "truncated: the header has no line 'end_header'"),
        ("format ascii", "format morse", "format 'morse', expected one of"),
        ("format ascii 1.0\n", "", "format '', expected one of"),
        ("ascii", "binary_little_endian", "'face' has a list"),
        ("ply\n", "plx\n", "not a PLY file: the first line is not 'ply'"),
    ],
)
def test_errors_say_what_is_wrong(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = TEXT
    if "binary" in new:  # faces first
        face = TEXT[TEXT.index("element face") : TEXT.index("end_header")]
        text = TEXT.replace(face, "").replace("element vertex", face + "element vertex")
    assert old in text
    with pytest.raises(CloudFileError, match=message):
        read_ply(write(tmp_path / "a.ply", text.replace(old, new, 1)), "camera")


def test_truncated_binary(tmp_path: Path) -> None:
    path = tmp_path / "cloud.ply"
    o3d.t.io.write_point_cloud(path, o3d.t.geometry.PointCloud(np.ones((9, 3), np.float32)))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(
        CloudFileError, match="9 points of 12 bytes need 108 bytes, the file has 107"
    ):
        read_ply(path, "camera")
