from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tf2_msgs.msg import TFMessage
from typer.testing import Result

from grasp_core.grasp_files import load_grasps
from grasp_core.grasps import Grasps
from grasp_core.transforms import transform
from grasp_nodes.geometry_ros import transform_message
from grasp_perception.bags.bag_writer import BagWriter
from grasp_perception.clouds.cloud_files import read_cloud_file
from grasp_perception.detectors import DEFAULT_DETECTOR, DETECTORS
from grasp_perception.gripper_files import load_gripper
from grasp_perception.node_params import PerceptionParams
from grasp_perception.pipeline import Pipeline
from grasp_perception.request import Request
from grasp_perception.ros import cloud_message
from grasp_perception.share import share_path

Command = Callable[..., Result]


def in_library(path: Path, gripper: str = "parallel_100mm", **request: object) -> Grasps:
    """What the pipeline itself finds."""
    pipeline = Pipeline(PerceptionParams(), load_gripper(gripper), DETECTORS[DEFAULT_DETECTOR]())
    return pipeline.run(read_cloud_file(path), Request(**request)).grasps  # type: ignore[arg-type]


def assert_same(found: Grasps, expected: Grasps) -> None:
    assert found.frame_id == expected.frame_id
    for name in ("rotations", "positions", "widths", "scores"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))


@pytest.fixture(scope="module")
def bag(block_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clouds: the block, then a table with nothing on it."""
    path = tmp_path_factory.mktemp("bag") / "block"
    cloud = read_cloud_file(block_file)
    table = cloud.select(cloud.points[:, 2] > 0.53)
    with BagWriter(path, share_path("grasp_msgs") / "msg") as writer:
        for i, each in enumerate((cloud, table)):
            writer.write("/cloud", "sensor_msgs/msg/PointCloud2", cloud_message(each), i * 10**9)
    return path


@pytest.mark.parametrize("ending", ["json", "npz"])
def test_the_file_holds_what_the_pipeline_finds(
    ending: str, grasp: Command, block_file: Path, tmp_path: Path
) -> None:
    out, picture = tmp_path / f"grasps.{ending}", tmp_path / "grasps.png"
    result = grasp("detect", block_file, "--top", 5, "--out", out, "--picture", picture)
    expected = in_library(block_file, max_grasps=5)
    assert len(expected) == 5
    assert_same(load_grasps(out), expected)
    assert result.exit_code == 0
    with Image.open(picture) as image:
        assert image.width > 1000


def test_the_table_has_a_line_per_grasp_and_the_time_of_each_stage(
    grasp: Command, block_file: Path
) -> None:
    expected = in_library(block_file, max_grasps=3)
    lines = grasp("detect", block_file, "--top", 3).stdout.splitlines()
    assert lines[0].strip() == "3 grasps in camera"
    rows = [line.split() for line in lines[1:] if line.split()[:1] in (["1"], ["2"], ["3"])]
    for row, score, width, position, approach in zip(
        rows, expected.scores, expected.widths, expected.positions, expected.approach, strict=True
    ):
        assert row[1:3] == [f"{score:.3f}", f"{1000 * width:.0f}"]
        np.testing.assert_allclose(np.array(row[3:6], float), position, atol=5.1e-4)
        np.testing.assert_allclose(np.array(row[6:9], float), approach, atol=5.1e-3)
        # The table faces the camera: straight down is +z of the optical frame.
        assert float(row[9]) == pytest.approx(np.rad2deg(np.arccos(approach[2])), abs=1.0)
    assert {"downsample", "detect", "collision", "nms"} <= {
        line.split()[0] for line in lines if line.split()
    }


def test_a_gripper_is_taken_by_name_or_by_file(
    grasp: Command, block_file: Path, tmp_path: Path
) -> None:
    expected = in_library(block_file, "franka_hand", max_grasps=20)
    file = share_path("grasp_perception") / "config" / "grippers" / "franka_hand.yaml"
    for gripper in ("franka_hand", file):
        out = tmp_path / "grasps.npz"
        assert grasp("detect", block_file, "--gripper", gripper, "--out", out).exit_code == 0
        assert_same(load_grasps(out), expected)


def test_a_depth_image_with_intrinsics_is_the_same_cloud(
    grasp: Command, block_file: Path, block_depth: np.ndarray, tmp_path: Path
) -> None:
    depth, color, out = (tmp_path / name for name in ("depth.png", "color.png", "grasps.npz"))
    Image.fromarray(np.round(1000 * block_depth).astype(np.uint16)).save(depth)
    Image.new("RGB", (160, 120), "red").save(color)
    intrinsics = ("--intrinsics", "150,150,80,60")
    result = grasp("detect", depth, *intrinsics, "--color", color, "--out", out)
    assert result.exit_code == 0
    expected = in_library(block_file, max_grasps=20)
    np.testing.assert_allclose(load_grasps(out).positions, expected.positions, atol=1e-5)


def test_mask_and_region_choose_where(grasp: Command, block_file: Path, tmp_path: Path) -> None:
    mask, out = tmp_path / "mask.png", tmp_path / "grasps.npz"
    pixels = np.zeros((120, 160), np.uint8)
    pixels[37:60] = 9  # the upper half of the block, y < 0
    Image.fromarray(pixels).save(mask)
    assert grasp("detect", block_file, "--mask", mask, "--out", out).exit_code == 0
    assert (load_grasps(out).positions[:, 1] < 0.01).all()
    region = ("--region", "0,0.1,0.5,0.4,0.2,0.4")  # y from 0 to 0.2
    assert grasp("detect", block_file, *region, "--out", out).exit_code == 0
    assert (load_grasps(out).positions[:, 1] > -0.01).all()


def test_parameters_come_from_a_ros_parameter_file(
    grasp: Command, block_file: Path, tmp_path: Path
) -> None:
    params, out = tmp_path / "params.yaml", tmp_path / "grasps.npz"
    params.write_text("perception: {ros__parameters: {gripper: franka_hand, min_score: 0.6}}")
    assert grasp("detect", block_file, "--params", params, "--out", out).exit_code == 0
    expected = in_library(block_file, "franka_hand", max_grasps=20, min_score=0.6)
    assert_same(load_grasps(out), expected)


def test_a_cloud_of_a_bag_is_chosen_by_its_number(
    grasp: Command, bag: Path, block_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "grasps.npz"
    assert grasp("detect", bag, "--out", out).exit_code == 0
    assert_same(load_grasps(out), in_library(block_file, max_grasps=20))
    second = grasp("detect", bag, "--index", 1, "--topic", "/cloud")
    assert second.exit_code == 1
    assert "No grasps: no point above the support plane." in second.stdout


def test_a_cloud_without_grasps_ends_with_1_and_its_reason(
    grasp: Command, block_file: Path, tmp_path: Path
) -> None:
    out, picture = tmp_path / "none.json", tmp_path / "none.png"
    nowhere = ("--region", "5,5,5,0.1,0.1,0.1")
    result = grasp("detect", block_file, *nowhere, "--out", out, "--picture", picture)
    assert result.exit_code == 1
    assert "No grasps: the region of interest holds no point." in result.stdout
    assert len(load_grasps(out)) == 0
    assert picture.exists()


def make_bad_input(folder: Path) -> None:
    """Everything that the next test names."""
    (folder / "empty.pcd").touch()
    header = "VERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\n"
    (folder / "cut.pcd").write_text(header + "WIDTH 3\nHEIGHT 1\nPOINTS 3\nDATA ascii\n0 0 1\n")
    (folder / "cloud.xyz").write_text("0 0 1\n")
    (folder / "bad.mcap").write_bytes(b"no bag")
    (folder / "no_bag").mkdir()
    Image.new("I;16", (160, 120)).save(folder / "lonely.png")
    Image.new("L", (10, 10), 1).save(folder / "small.png")
    Image.new("RGB", (160, 120)).save(folder / "rgb.png")
    (folder / "text.png").write_text("text")
    millimetres = np.random.default_rng(0).uniform(400, 600, (50, 3)).astype(np.float32)
    np.savez(folder / "mm.npz", xyz=millimetres)
    (folder / "unknown.yaml").write_text("perception: {ros__parameters: {voxels: 1}}")
    (folder / "range.yaml").write_text("perception: {ros__parameters: {voxel_size: -1.0}}")
    (folder / "gripper.yaml").write_text("stroke: {min_m: 0.0, max_m: 0.1}\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.pcd"], "missing.pcd: No such file or directory"),
        (["empty.pcd"], "empty.pcd: the file is empty"),
        (["cut.pcd"], "cut.pcd: "),
        (["cloud.xyz"], "cloud.xyz: ending '.xyz', expected one of"),
        (["lonely.png"], "a depth image needs its intrinsics in lonely.yaml or intrinsics.yaml"),
        (["lonely.png", "--intrinsics", "1,2,3"], "--intrinsics '1,2,3', expected numbers fx,fy"),
        (["lonely.png", "--intrinsics", "1,1,a,1"], "--intrinsics '1,1,a,1', expected numbers"),
        (["text.png", "--intrinsics", "1,1,1,1"], "text.png: not an image that can be read"),
        (["lonely.png", "--color", "rgb.png"], "--color needs --intrinsics"),
        (["mm.npz"], "the cloud seems to be in millimetres"),
        (["bad.mcap"], "bad.mcap: damaged bag"),
        (["no_bag"], "no_bag: a folder without metadata.yaml is not a bag"),
        (["{block}", "--topic", "/cloud"], "--topic is for a bag, and {block} is none"),
        (["{block}", "--index", "1"], "--index is for a bag"),
        (["{block}", "--intrinsics", "1,1,1,1"], "--intrinsics is for a depth image (.png)"),
        (["{bag}", "--index", "7"], "has 2 clouds; --index 7 counts from 0"),
        (["{bag}", "--topic", "/other"], "no topic '/other' of clouds or depth images"),
        (["{block}", "--gripper", "hook"], "gripper 'hook' is unknown; valid: franka_hand, "),
        (["{block}", "--gripper", "gripper.yaml"], "gripper.yaml: the file lacks finger, palm"),
        (["{block}", "--params", "unknown.yaml"], "unknown parameter voxels; valid: "),
        (["{block}", "--params", "range.yaml"], "voxel_size: -1.0 is not in [0.0005, 0.05] m"),
        (["{block}", "--params", "none.yaml"], "none.yaml: No such file or directory"),
        (["{block}", "--mask", "small.png"], "the target mask is (10, 10), the cloud is (120, 160"),
        (["{block}", "--mask", "rgb.png"], "rgb.png: shape (120, 160, 3), expected one channel"),
        (["{block}", "--mask", "text.png"], "text.png: not an image that can be read"),
        (["{block}", "--mask", "none.png"], "none.png: No such file or directory"),
        (["{block}", "--region", "1,2"], "--region '1,2', expected numbers cx,cy,cz,sx,sy,sz"),
        (["{block}", "--region", "0,0,0,1,1,0"], "region size [1.0, 1.0, 0.0] must be positive"),
        (["{block}", "--out", "a.csv"], "--out a.csv: ending '.csv', expected one of"),
        (["{block}", "--picture", "a.jpg"], "--picture a.jpg: ending '.jpg'"),
        (["{block}", "--out", "no/a.json"], "--out no/a.json: there is no folder no"),
    ],
)
def test_bad_input_ends_with_2_and_one_line(
    arguments: list[str],
    message: str,
    grasp: Command,
    block_file: Path,
    bag: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    make_bad_input(tmp_path)
    result = grasp("detect", *[each.format(block=block_file, bag=bag) for each in arguments])
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    assert message.format(block=block_file) in line
    assert result.stdout == ""


def test_grasps_of_a_bag_are_told_and_drawn_in_the_frame_that_is_wanted(
    grasp: Command, block_file: Path, tmp_path: Path
) -> None:
    cloud = replace(read_cloud_file(block_file), stamp_ns=10**9)
    # The camera is 1 m above the origin of the world and looks down; x stays x.
    T_world_camera = transform([[1, 0, 0], [0, -1, 0], [0, 0, -1]], [0, 0, 1.0])
    static = TFMessage(transforms=[transform_message(T_world_camera, "world", "camera", 0)])
    with BagWriter(tmp_path / "bag", share_path("grasp_msgs") / "msg") as writer:
        writer.write("/tf_static", "tf2_msgs/msg/TFMessage", static, 10**9)
        writer.write("/cloud", "sensor_msgs/msg/PointCloud2", cloud_message(cloud), 10**9)
    params, out, picture = (tmp_path / name for name in ("p.yaml", "grasps.npz", "grasps.png"))
    params.write_text("perception: {ros__parameters: {frame: world}}")
    files = ("--params", params, "--out", out, "--picture", picture)
    result = grasp("detect", tmp_path / "bag", *files)
    assert result.exit_code == 0
    assert f"{len(load_grasps(out))} grasps in world" in result.stdout
    # The top of the block is 0.5 m before the camera, the table 0.56 m.
    assert (np.abs(load_grasps(out).positions[:, 2] - 0.47) < 0.04).all()
    assert (load_grasps(out).approach[:, 2] < -0.3).all()
    assert picture.exists()
