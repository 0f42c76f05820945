from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from grasp_core.errors import ArrayError, GripperFileError
from grasp_core.gripper import Gripper

SHIPPED = Path(__file__).parents[3] / "config" / "grippers"

VALID: dict[str, Any] = {
    "stroke": {"min_m": 0.01, "max_m": 0.09},
    "finger": {"length_m": 0.05, "width_m": 0.02, "thickness_m": 0.008, "pad_length_m": 0.03},
    "palm": {"depth_m": 0.1, "width_m": 0.12, "height_m": 0.06},
    "T_tool_grasp": {"position_m": [0.0, 0.0, 0.15], "approach": [0, 0, 1], "closing": [1, 0, 0]},
    "command": {"joint": "finger_joint", "scale": -0.5, "offset": 0.045},
    "force_n": 20.0,
}


def write(folder: Path, data: Any) -> Path:
    path = folder / "hand.yaml"
    path.write_text(data if isinstance(data, str) else yaml.safe_dump(data), encoding="utf-8")
    return path


@pytest.fixture
def gripper(tmp_path: Path) -> Gripper:
    return Gripper.load(write(tmp_path, VALID))


def test_a_file_becomes_a_gripper(gripper: Gripper) -> None:
    assert gripper.name == "hand"
    assert (gripper.min_width, gripper.max_width) == (0.01, 0.09)
    assert (gripper.finger_length, gripper.pad_length) == (0.05, 0.03)
    assert (gripper.finger_width, gripper.finger_thickness) == (0.02, 0.008)
    assert gripper.palm_size == (0.1, 0.12, 0.06)
    assert (gripper.joint, gripper.scale, gripper.offset) == ("finger_joint", -0.5, 0.045)
    assert gripper.force_n == 20.0


def test_tool_transform_by_hand(gripper: Gripper) -> None:
    # The tool's z is the approach (x of the grasp), its x the closing direction (y of the grasp).
    np.testing.assert_array_equal(
        gripper.T_tool_grasp, [[0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0.15], [0, 0, 0, 1]]
    )
    with pytest.raises(ValueError, match="read-only"):
        gripper.T_tool_grasp[0, 0] = 1.0


@pytest.mark.parametrize(
    ("name", "stroke", "tcp_m"),
    [
        ("yumi_smart_gripper", (0.0, 0.05), 0.138),
        ("parallel_100mm", (0.0, 0.1), 0.14),
        ("franka_hand", (0.0, 0.08), 0.1034),
    ],
)
def test_shipped_grippers_load(name: str, stroke: tuple[float, float], tcp_m: float) -> None:
    gripper = Gripper.load(SHIPPED / f"{name}.yaml")
    assert gripper.name == name
    assert (gripper.min_width, gripper.max_width) == stroke
    np.testing.assert_allclose(gripper.T_tool_grasp[:3, 3], [0, 0, tcp_m])
    np.testing.assert_allclose(gripper.T_tool_grasp[:3, 0], [0, 0, 1])  # approach = tool z


def test_every_file_of_the_folder_is_tested() -> None:
    assert {path.stem for path in SHIPPED.iterdir()} == {
        "yumi_smart_gripper",
        "parallel_100mm",
        "franka_hand",
    }


def test_boxes_by_hand(gripper: Gripper) -> None:
    lower, upper = gripper.boxes(np.array([0.06]))
    # x: fingertips at 0, palm behind the fingers. y: pads at +-30 mm, fingers 8 mm thick.
    np.testing.assert_allclose(
        lower[0],
        [[-0.05, 0.03, -0.01], [-0.05, -0.038, -0.01], [-0.15, -0.06, -0.03]],
    )
    np.testing.assert_allclose(
        upper[0], [[0.0, 0.038, 0.01], [0.0, -0.03, 0.01], [-0.05, 0.06, 0.03]]
    )


def test_the_approach_sweep_stretches_the_boxes_backwards_only(gripper: Gripper) -> None:
    widths = np.array([0.02, 0.06])
    lower, upper = gripper.boxes(widths)
    swept_lower, swept_upper = gripper.boxes(widths, approach_distance=0.1)
    np.testing.assert_allclose(swept_lower, lower - [0.1, 0, 0])
    np.testing.assert_array_equal(swept_upper, upper)


def test_closing_region_by_hand(gripper: Gripper) -> None:
    lower, upper = gripper.closing_region(np.array([0.06]))
    np.testing.assert_allclose(lower, [[-0.03, -0.03, -0.01]])
    np.testing.assert_allclose(upper, [[0.0, 0.03, 0.01]])


@given(st.lists(st.floats(0, 0.1), max_size=4))
def test_boxes_of_a_batch_equal_their_singles(widths: list[float]) -> None:
    gripper = Gripper.load(SHIPPED / "franka_hand.yaml")
    for corners, single in (
        (gripper.boxes(np.array(widths)), lambda w: gripper.boxes(np.array([w]))),
        (gripper.closing_region(np.array(widths)), lambda w: gripper.closing_region(np.array([w]))),
    ):
        assert all(len(corner) == len(widths) for corner in corners)
        for index, width in enumerate(widths):
            for corner, alone in zip(corners, single(width), strict=True):
                np.testing.assert_array_equal(corner[index], alone[0])


@given(st.floats(0, 0.1))
def test_boxes_do_not_overlap(width: float) -> None:
    gripper = Gripper.load(SHIPPED / "parallel_100mm.yaml")
    lower, upper = (corner[0] for corner in gripper.boxes(np.array([width])))
    assert (lower < upper).all()
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert (np.minimum(upper[a], upper[b]) <= np.maximum(lower[a], lower[b])).any()


def test_width_becomes_a_joint_position(gripper: Gripper) -> None:
    assert gripper.joint_position(0.09) == pytest.approx(0.0)
    assert gripper.joint_position(0.01) == pytest.approx(0.04)
    message = "width 0.1 m is outside the stroke of hand, 0.01 to 0.09 m"
    with pytest.raises(ArrayError, match=message):
        gripper.joint_position(0.1)
    with pytest.raises(ArrayError, match="width nan m is outside the stroke"):
        gripper.joint_position(np.nan)


REMOVE = object()


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("force_n", REMOVE, "the file lacks force_n"),
        ("stroke.max_m", REMOVE, "stroke lacks max_m"),
        ("command.joint", REMOVE, "command lacks joint"),
        ("colour", "red", "the file has unknown colour; valid: stroke, finger, palm"),
        ("finger.depth_m", 0.1, "finger has unknown depth_m; valid: length_m, width_m"),
        ("finger", 3, "finger must map length_m, width_m, .* to values, got 3"),
        ("stroke.min_m", -0.01, "stroke.min_m: -0.01 must be >= 0.0"),
        ("stroke.max_m", 0.01, "stroke.max_m: 0.01 must be > 0.01"),
        ("finger.length_m", 0, "finger.length_m: 0 must be > 0.0"),
        ("finger.width_m", -0.02, "finger.width_m: -0.02 must be > 0.0"),
        ("finger.thickness_m", -1, "finger.thickness_m: -1 must be > 0.0"),
        ("finger.pad_length_m", 0.06, "finger.pad_length_m: 0.06 is longer than the finger 0.05"),
        ("palm.depth_m", 0.0, "palm.depth_m: 0.0 must be > 0.0"),
        ("palm.width_m", "wide", "palm.width_m: 'wide' is not a finite number"),
        ("palm.height_m", float("nan"), "palm.height_m: nan is not a finite number"),
        ("force_n", True, "force_n: True is not a finite number"),
        ("force_n", None, "force_n: None is not a finite number"),
        ("force_n", float("inf"), "force_n: inf is not a finite number"),
        ("force_n", -20.0, "force_n: -20.0 must be > 0.0"),
        ("T_tool_grasp.position_m", [0, 0], r"T_tool_grasp.position_m: shape \(2,\), expected \(3"),
        ("T_tool_grasp.approach", "down", "T_tool_grasp.approach: not an array of numbers"),
        ("T_tool_grasp.approach", [0, 0, 0], "cannot normalize a vector of length zero"),
        ("T_tool_grasp.closing", [0, 0, 2], "approach and closing direction are parallel"),
        ("command.joint", "", "command.joint: '' is not a joint name"),
        ("command.joint", 1, "command.joint: 1 is not a joint name"),
        ("command.scale", 0, "command.scale: 0 would never move the fingers"),
        ("command.offset", [0], r"command.offset: \[0\] is not a finite number"),
    ],
)
def test_bad_values_name_the_file_and_the_key(
    tmp_path: Path, key: str, value: Any, message: str
) -> None:
    data = copy.deepcopy(VALID)
    *section, last = key.split(".")
    target = data[section[0]] if section else data
    if value is REMOVE:
        del target[last]
    else:
        target[last] = value
    with pytest.raises(GripperFileError, match=f"hand.yaml: {message}"):
        Gripper.load(write(tmp_path, data))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file must map stroke, finger, .* to values, got None"),
        ("- 1\n- 2\n", r"the file must map .* to values, got \[1, 2\]"),
        ("stroke: {min_m: 0.0", "not YAML"),
        ("force_n: !!python/object:os.system {}", "not YAML"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(GripperFileError, match=f"hand.yaml: {message}"):
        Gripper.load(write(tmp_path, text))


def test_bytes_that_are_not_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "hand.yaml"
    path.write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(GripperFileError, match=r"hand\.yaml: not YAML"):
        Gripper.load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(GripperFileError, match=r"none.yaml: No such file or directory"):
        Gripper.load(tmp_path / "none.yaml")
    with pytest.raises(GripperFileError, match="Is a directory"):
        Gripper.load(tmp_path)
