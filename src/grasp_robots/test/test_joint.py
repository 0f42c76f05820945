from __future__ import annotations

import numpy as np
import pytest

from grasp_core.errors import ArrayError
from grasp_robots.errors import RobotModelError
from grasp_robots.joint import Joint, JointLimits

LIMITS = JointLimits(-1.0, 1.0, (-1.1, 1.1), 2.0, 3.0, 4.0, 5.0)


def test_the_axis_is_made_a_unit_vector() -> None:
    joint = Joint("j", "revolute", "a", "b", np.eye(4), (0.0, 3.0, 4.0), LIMITS)
    np.testing.assert_allclose(joint.axis, [0, 0.6, 0.8])
    with pytest.raises(ArrayError, match="vector of length zero"):
        Joint("j", "revolute", "a", "b", np.eye(4), (0.0, 0.0, 0.0), LIMITS)


def test_only_a_joint_with_a_value_of_its_own_moves() -> None:
    assert Joint("j", "prismatic", "a", "b", np.eye(4), limits=LIMITS).moving
    assert not Joint("j", "prismatic", "a", "b", np.eye(4), limits=LIMITS, mimic="k").moving
    assert not Joint("j", "fixed", "a", "b", np.eye(4)).moving


def test_limits_belong_to_what_moves() -> None:
    with pytest.raises(RobotModelError, match="joint j: fixed, with limits JointLimits"):
        Joint("j", "fixed", "a", "b", np.eye(4), limits=LIMITS)
    with pytest.raises(RobotModelError, match="joint j: revolute, with limits None"):
        Joint("j", "revolute", "a", "b", np.eye(4))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((1.0, 1.0, (-2.0, 2.0), 1.0, 1.0, 1.0, 1.0), r"travel 1\.0 to 1\.0 must be inside"),
        ((-3.0, 1.0, (-2.0, 2.0), 1.0, 1.0, 1.0, 1.0), r"travel -3\.0 to 1\.0 must be inside"),
        ((-1.0, 1.0, (-2.0, 2.0), 1.0, 0.0, 1.0, 1.0), r"acceleration limit 0\.0 must be > 0"),
        ((-1.0, 1.0, (-2.0, 2.0), 1.0, 1.0, np.inf, 1.0), "jerk limit inf must be > 0"),
    ],
)
def test_impossible_limits_are_named(values: tuple, message: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(RobotModelError, match=message):
        JointLimits(*values)
