"""Files of all kinds through the one function that people use: found by ending, damaged, real."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import open3d as o3d
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from grasp_core.camera import Camera
from grasp_perception.clouds.cloud_files import DEFAULT_FRAME, read_cloud_file, read_depth_file
from grasp_perception.errors import CloudFileError

NAMES = ("text.pcd", "binary.pcd", "compressed.pcd", "text.ply", "binary.ply", "cloud.npz", "d.png")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same ten points in a file of every kind; the depth image holds others."""
    folder = tmp_path_factory.mktemp("clouds")
    rng = np.random.default_rng(0)
    points = rng.uniform(0.1, 1, (10, 3)).astype(np.float32)
    cloud = o3d.t.geometry.PointCloud(points)
    cloud.point.colors = rng.integers(0, 256, (10, 3), np.uint8)
    for name in NAMES[:5]:
        kind, ending = name.split(".")
        text = kind == "text"
        o3d.t.io.write_point_cloud(folder / name, cloud, text, kind == "compressed")
        assert (folder / name).suffix == f".{ending}"
    np.savez(folder / "cloud.npz", xyz=points)
    Image.fromarray(rng.integers(1, 9000, (2, 5), np.uint16)).save(folder / "d.png")
    (folder / "intrinsics.yaml").write_text("{fx: 100, fy: 100, cx: 2, cy: 1}")
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_is_found_by_its_ending(folder: Path, name: str) -> None:
    cloud = read_cloud_file(str(folder / name))
    assert len(cloud) == 10
    assert cloud.frame_id == DEFAULT_FRAME
    if name != "d.png":
        np.testing.assert_allclose(cloud.points, read_cloud_file(folder / "cloud.npz").points, 1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_empty_and_missing_files(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with pytest.raises(CloudFileError, match=rf"^{path}: No such file or directory"):
        read_cloud_file(path)
    path.touch()
    with pytest.raises(CloudFileError, match=rf"^{path}: the file is empty"):
        read_cloud_file(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(CloudFileError, match=rf"^{path}: "):
        read_cloud_file(path)


def test_unknown_ending(tmp_path: Path) -> None:
    path = tmp_path / "cloud.xyz"
    with pytest.raises(CloudFileError, match=r"cloud\.xyz: No such file"):
        read_cloud_file(path)
    path.write_text("0 0 1\n")
    with pytest.raises(CloudFileError, match=r"ending '.xyz', expected one of \['.pcd', '.ply'"):
        read_cloud_file(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from(NAMES),
    st.integers(0, 2000),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=4),
)
def test_a_damaged_file_is_refused_or_read_but_never_more(
    folder: Path, tmp_path: Path, name: str, size: int, changes: list[tuple[int, int]]
) -> None:
    data = bytearray((folder / name).read_bytes())
    for position, value in changes:
        data[position % len(data)] = value
    if not changes:
        data = data[: size % len(data)]
    (tmp_path / "intrinsics.yaml").write_bytes((folder / "intrinsics.yaml").read_bytes())
    path = tmp_path / name
    path.write_bytes(data)
    try:
        cloud = read_cloud_file(path)
    except CloudFileError as error:
        cause = str(error)
    else:
        cause = f"{path}: none"
        assert changes or len(cloud) == 10  # only what follows the points was cut off
    assert cause.startswith(f"{path}: ")


def test_real_frames(real_data: Callable[[str], Path]) -> None:
    mug = read_cloud_file(real_data("kinect_tabletop/table_mug.pcd"))
    assert len(mug) == 104_444
    np.testing.assert_allclose(mug.points[0], [-0.0090522999, -0.014764, 0.99120998])
    can = read_cloud_file(real_data("kinect_tabletop/krylon.pcd"))
    assert len(can) == 4_467
    frame = real_data("realsense_clutter")
    camera = Camera(1280, 720, 927.17, 927.37, 651.32, 349.62)
    clutter = read_depth_file(frame / "depth.png", camera, frame / "color.png")
    assert clutter.source_shape == (720, 1280)
    assert clutter.colors is not None
    assert 0.4 < np.median(clutter.points[:, 2]) < 0.55  # the table is at 0.47 to 0.53 m
