from __future__ import annotations

import numpy as np
import pytest

from grasp_robots.arm import HOME
from grasp_robots.description import RobotDescription


def test_home_is_the_pose_of_that_name(robot: RobotDescription) -> None:
    for arm in robot.arms:
        np.testing.assert_array_equal(arm.home, arm.poses[HOME])


def test_poses_cannot_be_changed(diana7: RobotDescription) -> None:
    with pytest.raises(TypeError, match="item assignment"):
        diana7.arms[0].poses[HOME] = (0.0,)  # type: ignore[index]
