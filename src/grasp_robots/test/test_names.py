from __future__ import annotations

import numpy as np
import pytest

from grasp_robots.description import RobotDescription
from grasp_robots.errors import RobotModelError, UnknownNameError
from grasp_robots.kinematics import chain_poses
from grasp_robots.names import renamed


def test_a_prefix_is_put_before_links_and_joints_only(diana7: RobotDescription) -> None:
    other = renamed(diana7, prefix="left_")
    assert other.root == "left_base_link"
    assert other.joint_names[:2] == ("left_joint1", "left_joint2")
    assert other.arms[0].group == "diana7_arm"
    assert other.arms[0].controller == "arm_controller"
    assert other.joint("left_gripper_finger_joint_mimic").mimic == "left_gripper_finger_joint"


def test_names_of_another_package(diana7: RobotDescription) -> None:
    names = {f"joint{i}": f"joint_{i}" for i in range(1, 8)}
    names |= {"diana7_arm": "arm", "arm_controller": "joint_trajectory_controller"}
    other = renamed(diana7, names)
    assert other.arm("arm").joints == tuple(f"joint_{i}" for i in range(1, 8))
    assert other.arm("arm").controller == "joint_trajectory_controller"


def test_the_robot_stays_the_same(yumi: RobotDescription) -> None:
    other = renamed(yumi, {"both_arms": "yumi_arms", "tcp_l": "gripper_l_center"}, prefix="cell1_")
    assert other.all_arms == "yumi_arms"
    home = yumi.arm("left_arm").home
    np.testing.assert_array_equal(
        chain_poses(other, "cell1_yumi_body", "cell1_gripper_l_center", [home]),
        chain_poses(yumi, "yumi_body", "tcp_l", [home]),
    )


def test_no_new_name_changes_nothing(diana7: RobotDescription) -> None:
    same = renamed(diana7)
    assert [link.name for link in same.links] == [link.name for link in diana7.links]
    assert same.joint_names == diana7.joint_names


def test_wrong_names_are_told(diana7: RobotDescription) -> None:
    with pytest.raises(UnknownNameError, match="diana7 has no elbow; valid: arm_controller, "):
        renamed(diana7, {"elbow": "joint4"})
    with pytest.raises(RobotModelError, match="two links are called link2"):
        renamed(diana7, {"link1": "link2"})
