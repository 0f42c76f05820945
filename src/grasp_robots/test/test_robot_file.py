from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from grasp_core.gripper import Gripper
from grasp_robots.description import RobotDescription
from grasp_robots.errors import RobotFileError
from grasp_robots.robot_file import load_robot

H = np.pi / 2


def write(folder: Path, data: Any) -> Path:
    path = folder / "robot.yaml"
    path.write_text(data if isinstance(data, str) else yaml.safe_dump(data), encoding="utf-8")
    return path


def test_every_file_of_the_folder_is_tested(robot_folder: Path) -> None:
    assert {path.stem for path in robot_folder.iterdir()} == {"diana7", "yumi"}


def test_diana7_numbers(diana7: RobotDescription) -> None:
    (arm,) = diana7.arms
    limits = [diana7.limits(joint) for joint in arm.joints]
    assert [joint.velocity for joint in limits] == [2.618] * 6 + [3.1416]
    assert [joint.effort for joint in limits] == [235.0, 235.0, 111.0, 111.0, 54.0, 54.0, 54.0]
    assert (limits[3].lower, limits[3].upper) == (0.0, 3.05)
    assert sum(diana7.link(f"link{i}").mass for i in range(1, 8)) == pytest.approx(21.83)
    np.testing.assert_allclose(arm.home, [0, 0, 0, H, 0, -H, 0])


def test_yumi_chain_order_and_limits(yumi: RobotDescription) -> None:
    assert [arm.group for arm in yumi.arms] == ["right_arm", "left_arm"]
    for arm, side in zip(yumi.arms, "rl", strict=True):
        assert arm.joints == tuple(f"yumi_joint_{axis}_{side}" for axis in (1, 2, 7, 3, 4, 5, 6))
    axis_3 = yumi.limits("yumi_joint_3_l")
    assert axis_3.mechanical == (-2.15548, 1.39626)
    assert (axis_3.lower, axis_3.upper) == pytest.approx((-2.05548, 1.29626))
    assert yumi.limits("yumi_joint_4_r").velocity == 6.98132
    assert sum(link.mass for link in yumi.links) == pytest.approx(38.46)  # with two grippers


def test_limits_lie_inside_the_mechanical_ones(robot: RobotDescription) -> None:
    for name in robot.joint_names:
        limits = robot.limits(name)
        assert limits.mechanical[0] <= limits.lower < limits.upper <= limits.mechanical[1]


def test_masses_and_inertias_are_physical(robot: RobotDescription) -> None:
    for link in robot.links:
        if link.shapes:
            moments = np.linalg.eigvalsh(link.inertia)
            assert link.mass > 0
            assert 0 < moments[0] <= moments[2] < moments[0] + moments[1]


def test_another_gripper_can_be_mounted(robot_folder: Path, gripper_folder: Path) -> None:
    franka = Gripper.load(gripper_folder / "franka_hand.yaml")
    robot = load_robot(robot_folder / "diana7.yaml", gripper_folder, franka)
    assert robot.arms[0].mount.gripper is franka
    np.testing.assert_allclose(robot.joint("tcp_joint").T_parent_joint[2, 3], 0.1034)
    assert robot.limits("gripper_finger_joint").upper == 0.04


def change(*keys: str | int, to: Any) -> Callable[[Any], None]:
    """Make a change of one entry; None deletes it."""

    def apply(data: Any) -> None:
        for key in keys[:-1]:
            data = data[key]
        if to is None:
            del data[keys[-1]]
        else:
            data[keys[-1]] = to

    return apply


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (change("arms", to=None), "the file lacks arms"),
        (change("colour", to="red"), "the file has unknown colour; valid: links, joints, arms"),
        (change("links", to=[1]), r"the file\.links: expected a mapping of names, got \[1\]"),
        (change("links", "link1", "mass_kg", to=-1.0), r"link link1: mass -1\.0 kg with 2 shapes"),
        (change("links", "link1", "shapes", to=3), r"links\.link1\.shapes: 3 is not a list"),
        (
            change("links", "link1", "shapes", 0, "kind", to="cone"),
            "shape 'cone' is unknown; valid: box, cylinder, sphere",
        ),
        (change("joints", "joint1", "kind", to="ball"), "kind 'ball' is unknown; valid: fixed,"),
        (change("joints", "joint1", "axis", to=[0, 0, 0]), "cannot normalize"),
        (
            change("joints", "joint1", "position_m", to=[0, 0]),
            r"joint1\.position_m: 2 numbers given, 3 expected",
        ),
        (
            change("joints", "joint1", "position_m", to=[0, 0, "up"]),
            r"joint1\.position_m: 'up' is not a finite number",
        ),
        (change("joints", "joint1", "limits", to=None), "joint joint1: revolute, with limits None"),
        (
            change("joints", "joint1", "limits", "velocity", to=0.0),
            r"velocity limit 0\.0 must be > 0",
        ),
        (
            change("joints", "joint1", "limits", "travel", to=[-4, 4]),
            r"travel -4\.0 to 4\.0 must be inside the mechanical one, -3\.12414 to 3\.12414",
        ),
        (
            change("joints", "joint2", "parent", to="link9"),
            "joint joint2 from link9 to link2 must lead from a link that is reached",
        ),
        (change("arms", "diana7_arm", "poses", to={}), "arm diana7_arm lacks the pose home"),
        (
            change("arms", "diana7_arm", "poses", "home", to=[0.0] * 6),
            "arm diana7_arm, pose home: 6 values for 7 joints",
        ),
        (
            change("arms", "diana7_arm", "poses", "home", 3, to=-0.5),
            r"pose home: joint4 at -0\.5 is outside 0\.0 to 3\.05",
        ),
        (
            change("arms", "diana7_arm", "joints", 0, to="joint2"),
            "those from base_link to tool0 are joint1, joint2, joint3",
        ),
        (change("arms", "diana7_arm", "controller", to=""), "controller: '' is not a name"),
        (
            change("arms", "diana7_arm", "gripper", "file", to="claw"),
            r"claw\.yaml: No such file or directory",
        ),
        (
            change("arms", "diana7_arm", "gripper", "links", to=["a", "b"]),
            r"gripper\.links: 2 names given, 3 expected",
        ),
        (change("cartesian", "velocity", to=0), r"cartesian\.velocity: 0\.0 must be > 0\.0"),
    ],
)
def test_a_wrong_entry_is_named(
    tmp_path: Path,
    robot_folder: Path,
    gripper_folder: Path,
    edit: Callable[[Any], None],
    message: str,
) -> None:
    data = yaml.safe_load((robot_folder / "diana7.yaml").read_text(encoding="utf-8"))
    edit(data)
    with pytest.raises(RobotFileError, match=message) as caught:
        load_robot(write(tmp_path, data), gripper_folder)
    assert str(caught.value).startswith(str(tmp_path / "robot.yaml"))


def test_a_file_that_is_none_is_named(tmp_path: Path, gripper_folder: Path) -> None:
    with pytest.raises(RobotFileError, match="No such file"):
        load_robot(tmp_path / "none.yaml", gripper_folder)
    with pytest.raises(RobotFileError, match="not YAML"):
        load_robot(write(tmp_path, "a: [1"), gripper_folder)
    with pytest.raises(RobotFileError, match="expected a mapping of names, got None"):
        load_robot(write(tmp_path, ""), gripper_folder)
