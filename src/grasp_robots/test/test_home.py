from __future__ import annotations

import numpy as np

from grasp_robots.description import RobotDescription
from grasp_robots.home import home_values

H = np.pi / 2


def test_home_of_the_diana7_has_its_gripper_open(diana7: RobotDescription) -> None:
    np.testing.assert_allclose(home_values(diana7), [0, 0, 0, H, 0, -H, 0, 0.05])


def test_home_is_in_the_order_of_the_joints(yumi: RobotDescription) -> None:
    values = dict(zip(yumi.joint_names, home_values(yumi).tolist(), strict=True))
    assert values["yumi_joint_1_r"] == 0.3186
    assert values["yumi_joint_6_l"] == -2.0266
    assert values["gripper_r_joint"] == values["gripper_l_joint"] == 0.025
