from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grasp_core.errors import ArrayError
from grasp_executor.errors import PlanningRobotError


def test_the_root_and_the_links_come_from_the_urdf(toy_arm) -> None:
    assert toy_arm.base_link == "base_link"
    assert toy_arm.links == {"base_link", "finger_left", "finger_right", "tcp"} | {
        f"link_{i}" for i in range(1, 7)
    }


def test_a_fixed_link_is_moved_by_the_last_joint_above(toy_arm) -> None:
    moved = {link: toy_arm.moving_link(link) for link in ("tcp", "link_6", "finger_left")}
    assert moved == {"tcp": "link_6", "link_6": "link_6", "finger_left": "finger_left"}
    assert toy_arm.moving_link("base_link") == "base_link"


def test_states_are_compared_with_the_limits(toy_arm) -> None:
    group = toy_arm.group("arm")
    assert group.within(group.upper)
    assert group.within(np.stack([group.lower, group.upper]))
    assert not group.within(group.upper + 1e-9 * np.eye(6)[3])


def test_limits_that_no_motion_keeps_are_refused(toy_arm) -> None:
    group = toy_arm.group("arm")
    with pytest.raises(PlanningRobotError, match=r"arm.max_jerk: \[0.0, .* must be positive"):
        replace(group, max_jerk=np.zeros(6))
    with pytest.raises(PlanningRobotError, match=r"arm: lower limits .* must be below"):
        replace(group, lower=group.upper)
    with pytest.raises(ArrayError, match=r"arm.upper: shape \(5,\), expected \(6\)"):
        replace(group, upper=group.upper[:5])


def test_text_and_numbers_must_agree(toy_arm) -> None:
    group = toy_arm.group("arm")
    with pytest.raises(PlanningRobotError, match="the URDF is not XML"):
        replace(toy_arm, urdf="robot")
    with pytest.raises(PlanningRobotError, match="must have one root link, has \\[\\]"):
        replace(toy_arm, urdf="<robot/>")
    with pytest.raises(PlanningRobotError, match="joint 'j' of the URDF names no child link"):
        replace(toy_arm, urdf="<robot><link name='a'/><joint name='j'/></robot>")
    with pytest.raises(PlanningRobotError, match="home must name the joints"):
        replace(toy_arm, home={"joint_1": 0.0})
    with pytest.raises(PlanningRobotError, match=r"group arm: the URDF has no \['flange'\]"):
        replace(toy_arm, groups={"arm": replace(group, tip_link="flange")})
    with pytest.raises(PlanningRobotError, match=r"no group 'leg'; the robot has \['arm'\]"):
        toy_arm.group("leg")
