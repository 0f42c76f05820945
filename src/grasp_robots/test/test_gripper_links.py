from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grasp_core.transforms import transform_points
from grasp_robots.description import RobotDescription
from grasp_robots.errors import RobotModelError
from grasp_robots.gripper_links import closed_and_open, gripper_joints, gripper_links
from grasp_robots.kinematics import link_poses


@pytest.mark.parametrize("width", [0.0, 0.03])
def test_shapes_are_the_boxes_of_the_gripper_file(robot: RobotDescription, width: float) -> None:
    """Palm and fingers, seen from the tcp, are where the detector's collision check has them."""
    for arm in robot.arms:
        gripper = arm.mount.gripper
        values = np.zeros((1, len(robot.joint_names)))
        values[0, robot.joint_names.index(arm.mount.joints[0])] = gripper.joint_position(width)
        poses = {name: T[0] for name, T in link_poses(robot, values).items()}
        lower, upper = gripper.boxes(np.array([width]))
        palm, left, right = arm.mount.links
        for i, name in enumerate((left, right, palm)):
            (shape,) = robot.link(name).shapes
            T_tcp_shape = np.linalg.inv(poses[arm.tcp]) @ poses[name] @ shape.T_link_shape
            half = np.array(shape.size_m) / 2
            corners = transform_points(T_tcp_shape, np.stack([-half, half]))
            np.testing.assert_allclose(corners, [lower[0, i], upper[0, i]], atol=1e-12)


def test_the_mass_is_spread_by_volume(diana7: RobotDescription) -> None:
    tcp, palm, left, right = gripper_links(diana7.arms[0], 1.0)
    assert (tcp.name, tcp.mass) == ("tcp", 0.0)
    # 80 x 140 x 60 mm and twice 60 x 10 x 20 mm: 672 and 12 of 696 cubic centimetres
    assert palm.mass == pytest.approx(672 / 696)
    assert left.mass == right.mass == pytest.approx(12 / 696)


def test_a_reversed_drive_opens_the_same_way(diana7: RobotDescription) -> None:
    """With scale -0.5 and offset 0.05 the joint value 0.05 is closed, and 0 is 100 mm open."""
    arm = diana7.arms[0]
    gripper = replace(arm.mount.gripper, scale=-0.5, offset=0.05)
    assert closed_and_open(gripper) == {"closed": 0.05, "open": 0.0}
    mount = replace(arm.mount, gripper=gripper)
    joints = gripper_joints(replace(arm, mount=mount), 0.05, 0.5, 5.0)
    left, right = joints[2:]
    for value, half in ((0.05, 0.0), (0.0, 0.05), (0.02, 0.03)):
        for joint, side in ((left, 1), (right, -1)):
            at = joint.T_parent_joint[1, 3] + value * joint.axis[1]
            assert at == pytest.approx(side * half)
    assert (left.limits.lower, left.limits.upper) == (0.0, 0.05)
    assert (left.mimic, right.mimic) == (None, left.name)


def test_an_indirect_drive_is_refused(diana7: RobotDescription) -> None:
    arm = diana7.arms[0]
    mount = replace(arm.mount, gripper=replace(arm.mount.gripper, scale=-7.0))
    with pytest.raises(RobotModelError, match=r"command\.scale -7\.0 drives no sliding finger"):
        gripper_joints(replace(arm, mount=mount), 0.05, 0.5, 5.0)
