from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grasp_core.transforms import transform
from grasp_robots.allowed_contacts import random_values
from grasp_robots.description import RobotDescription
from grasp_robots.errors import JointValueError, UnknownNameError
from grasp_robots.kinematics import chain_poses, link_poses

HALF_PI = np.pi / 2

#: Modified DH rows (a, alpha, d, theta) of the Diana 7 as published beside its URDF.
DIANA7_DH = [
    (0.0, np.pi, -0.2856, 0.0),
    (0.0, HALF_PI, 0.0, 0.0),
    (0.0, -HALF_PI, -0.4586, 0.0),
    (0.065, HALF_PI, 0.0, 0.0),
    (-0.0528, -HALF_PI, -0.4554, 0.0),
    (-0.0122, -HALF_PI, 0.0, np.pi),
    (0.087, -HALF_PI, -0.1169, 0.0),
]


def by_dh(q: list[float]) -> np.ndarray:
    """Craig's convention: turn about x, shift along x, turn about z, shift along z."""
    T = np.eye(4)
    for (a, alpha, d, offset), value in zip(DIANA7_DH, q, strict=True):
        ca, sa = np.cos(alpha), np.sin(alpha)
        ct, st_ = np.cos(value + offset), np.sin(value + offset)
        T = T @ np.array(
            [
                [ct, -st_, 0, a],
                [st_ * ca, ct * ca, -sa, -d * sa],
                [st_ * sa, ct * sa, ca, d * ca],
                [0, 0, 0, 1],
            ]
        )
    return T


@pytest.mark.parametrize(
    ("q", "position", "diagonal"),
    [
        ([0, 0, 0, 0, 0, 0, 0], (-0.087, 0, 1.3165), (-1, 1, -1)),
        ([0, 0, 0, HALF_PI, 0, -HALF_PI, 0], (0.6074, 0, 0.6923), (1, 1, 1)),
        ([0, 0, 0, HALF_PI, 0, HALF_PI, 0], (0.4334, 0, 0.9261), (-1, 1, -1)),
    ],
)
def test_diana7_link7(
    diana7: RobotDescription,
    q: list[float],
    position: tuple[float, float, float],
    diagonal: tuple[float, float, float],
) -> None:
    (T,) = chain_poses(diana7, "base_link", "link7", [q])
    np.testing.assert_allclose(T, transform(np.diag(diagonal), position), atol=1e-9)


@given(st.lists(st.floats(-3, 3), min_size=7, max_size=7))
def test_diana7_urdf_and_dh_numbers_agree(diana7: RobotDescription, q: list[float]) -> None:
    (T,) = chain_poses(diana7, "base_link", "link7", [q])
    np.testing.assert_allclose(T, by_dh(q), atol=1e-12)


def test_diana7_tool0_points_out_of_the_arm(diana7: RobotDescription) -> None:
    """At home the tool looks straight down, which link7's z does not."""
    home = diana7.arms[0].home
    (T_base_tool,) = chain_poses(diana7, "base_link", "tool0", [home])
    np.testing.assert_allclose(T_base_tool[:3, 2], [0, 0, -1], atol=1e-12)
    (T_base_tcp,) = chain_poses(diana7, "base_link", "tcp", [home])
    np.testing.assert_allclose(T_base_tcp[:3, 0], [0, 0, -1], atol=1e-12)  # approach
    np.testing.assert_allclose(T_base_tcp[:3, 3], [0.6074, 0, 0.6923 - 0.14], atol=1e-9)


@pytest.mark.parametrize(
    ("side", "position"), [("r", (0.5645, 0.0015, 0.4184)), ("l", (0.5646, -0.0006, 0.4174))]
)
def test_yumi_flange_at_zero(
    yumi: RobotDescription, side: str, position: tuple[float, float, float]
) -> None:
    (T,) = chain_poses(yumi, "yumi_body", f"yumi_link_7_{side}", [[0.0] * 7])
    np.testing.assert_allclose(T[:3, 3], position, atol=1e-4)


def test_yumi_tcp_is_138_mm_beyond_the_flange(yumi: RobotDescription) -> None:
    (T,) = chain_poses(yumi, "yumi_link_7_r", "tcp_r", np.zeros((1, 0)))
    np.testing.assert_allclose(T[:3, 3], [0, 0, 0.138], atol=1e-12)
    np.testing.assert_allclose(T[:3, 0], [0, 0, 1], atol=1e-12)  # approach
    np.testing.assert_allclose(T[:3, 1], [1, 0, 0], atol=1e-12)  # closing


def test_yumi_home_poses_mirror_each_other(yumi: RobotDescription) -> None:
    right, left = (chain_poses(yumi, arm.base, arm.tcp, [arm.home])[0] for arm in yumi.arms)
    np.testing.assert_allclose(right[:3, 3], [0.35, -0.3, 0.25], atol=1e-3)
    np.testing.assert_allclose(left[:3, 3], [0.35, 0.3, 0.25], atol=1e-3)
    np.testing.assert_allclose(right[:3, 0], [0, 0, -1], atol=1e-3)
    np.testing.assert_allclose(left[:3, 0], [0, 0, -1], atol=1e-3)


def test_fingers_part_by_the_width(robot: RobotDescription) -> None:
    """The inner faces of the closed fingers touch; each finger moves by half of the width."""
    for arm in robot.arms:
        values = np.zeros((2, len(robot.joint_names)))
        index = robot.joint_names.index(arm.mount.joints[0])
        values[1, index] = arm.mount.gripper.joint_position(0.04)
        poses = link_poses(robot, values)
        palm, left, right = (poses[link] for link in arm.mount.links)
        between = np.linalg.inv(palm) @ left
        np.testing.assert_allclose(between[:, :3, 3], [[0, 0, 0], [0, 0.02, 0]], atol=1e-12)
        between = np.linalg.inv(palm) @ right
        np.testing.assert_allclose(between[:, :3, 3], [[0, 0, 0], [0, -0.02, 0]], atol=1e-12)


def test_a_batch_equals_a_loop_and_a_chain_equals_the_tree(robot: RobotDescription) -> None:
    values = random_values(robot, np.random.default_rng(1), 4)
    poses = link_poses(robot, values)
    for i in range(4):
        for name, T in link_poses(robot, values[i : i + 1]).items():
            np.testing.assert_array_equal(T[0], poses[name][i])
    for arm in robot.arms:
        columns = [robot.joint_names.index(joint) for joint in arm.joints]
        chained = chain_poses(robot, arm.base, arm.tcp, values[:, columns])
        np.testing.assert_allclose(chained, poses[arm.tcp], atol=1e-12)


def test_a_chain_to_a_mimicking_finger_takes_its_leader(diana7: RobotDescription) -> None:
    chained = chain_poses(diana7, "gripper_palm", "gripper_right_finger", [[0.03]])
    np.testing.assert_allclose(chained[0, :3, 3], [0, -0.03, 0], atol=1e-15)


def test_an_empty_batch_stays_empty(diana7: RobotDescription) -> None:
    assert link_poses(diana7, np.zeros((0, 8)))["tcp"].shape == (0, 4, 4)


def test_wrong_values_are_named(diana7: RobotDescription) -> None:
    with pytest.raises(JointValueError, match=r"shape \(1, 6\), expected \(N, 7\): joint1, "):
        chain_poses(diana7, "base_link", "tool0", [[0.0] * 6])
    with pytest.raises(JointValueError, match="value nan of joint joint3 is not finite"):
        chain_poses(diana7, "base_link", "tool0", [[0, 0, np.nan, 0, 0, 0, 0]])
    with pytest.raises(UnknownNameError, match="link1 does not hang on link2"):
        chain_poses(diana7, "link2", "link1", [[0.0]])
    with pytest.raises(UnknownNameError, match="no link 'hand'; valid: base_link, link1"):
        chain_poses(diana7, "base_link", "hand", [[0.0]])
