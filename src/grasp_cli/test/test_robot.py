from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import Result

Command = Callable[..., Result]

CONFIG = Path(__file__).parents[3] / "config"


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the repository's files, as they are now, for the installed ones."""
    share = tmp_path / "prefix" / "share" / "grasp_perception"
    share.mkdir(parents=True)
    (share / "config").symlink_to(CONFIG)
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path / "prefix"))


def test_a_robot_becomes_a_folder_of_files(grasp: Command, tmp_path: Path) -> None:
    out, picture = tmp_path / "config", tmp_path / "home.png"
    result = grasp(
        "robot", "diana7", "--out", out, "--picture", picture, "--prefix", "cell_",
        "--rename", "joint1=joint_1", "--hardware", "diana7_hardware/Diana7System",
        "--hardware-param", "ip=192.0.2.1", "--hardware-param", "auto_enable=true",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "diana7: 8 joints, arms diana7_arm" in result.output
    root = ElementTree.parse(out / "diana7.urdf").getroot()
    assert root.find("joint[@name='cell_joint_1']") is not None
    assert root.findtext("ros2_control/hardware/plugin") == "diana7_hardware/Diana7System"
    parameters = root.findall("ros2_control/hardware/param")
    assert [each.text for each in parameters] == ["192.0.2.1", "true"]
    assert len(root.findall("ros2_control/joint")) == 7  # the plugin moves no fingers
    assert (out / "moveit_cpp.yaml").exists()
    pixels = np.asarray(Image.open(picture), float)
    orange = (pixels[..., 0] > 1.5 * pixels[..., 2]) & (pixels[..., 0] > 100)
    assert 0.001 < orange.mean() < 0.2  # the gripper


def test_another_gripper_from_a_path(grasp: Command, tmp_path: Path) -> None:
    result = grasp(
        "robot", CONFIG / "robots" / "diana7.yaml", "--out", tmp_path, "--gripper", "franka_hand"
    )
    assert result.exit_code == 0, result.output
    root = ElementTree.parse(tmp_path / "diana7.urdf").getroot()
    limit = root.find("joint[@name='gripper_finger_joint']/limit")
    assert limit is not None
    assert limit.get("upper") == "0.04"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ur5"], "robot 'ur5' is unknown; valid: diana7, yumi, or the path of a .yaml file"),
        (["none.yaml"], "none.yaml: No such file or directory"),
        (["diana7", "--gripper", "claw"], "gripper 'claw' is unknown; valid: franka_hand"),
        (["diana7", "--rename", "joint1"], "'joint1' is not of the form KEY=VALUE"),
        (["diana7", "--hardware-param", "=1"], "'=1' is not of the form KEY=VALUE"),
        (["diana7", "--rename", "elbow=e"], "diana7 has no elbow; valid: arm_controller"),
    ],
)
def test_bad_input_is_one_line(
    grasp: Command, tmp_path: Path, arguments: list[str], message: str
) -> None:
    result = grasp("robot", *arguments, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert message in result.output
    assert not (tmp_path / "out").exists()
