"""Each fault is put into a good trajectory, and found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grasp_core.transforms import transform
from grasp_executor.collision_world import CollisionWorld
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.shapes import Box
from grasp_executor.trajectory import Trajectory
from grasp_executor.trajectory_check import check_trajectory

DURATION = 4.0


@pytest.fixture
def swing(toy_arm, home) -> Trajectory:
    """Joint 1 turns by 1 rad on 10 u³ - 15 u⁴ + 6 u⁵, at rest at both ends."""
    times = np.linspace(0, DURATION, 401)
    u = times / DURATION
    first = np.eye(6)[0]
    return Trajectory(
        "arm",
        toy_arm.group("arm").joints,
        times,
        home + np.outer(10 * u**3 - 15 * u**4 + 6 * u**5, first),
        np.outer(30 * u**2 - 60 * u**3 + 30 * u**4, first) / DURATION,
        np.outer(60 * u - 180 * u**2 + 120 * u**3, first) / DURATION**2,
    )


def check(toy_arm, trajectory: Trajectory, scene: PlanningScene | None = None):
    world = CollisionWorld(toy_arm, scene or PlanningScene())
    return check_trajectory(trajectory, toy_arm.group("arm"), world)


def test_a_good_one_has_no_fault_and_its_ratios(toy_arm, swing) -> None:
    result = check(toy_arm, swing)
    assert result.faults == ()
    # 1.875 / 4 s of 2 rad/s; 5.7735 / 16 s² of 5 rad/s²; 60 / 64 s³ of 50 rad/s³, at the ends.
    assert result.velocity_ratio == pytest.approx(0.234375)
    assert result.acceleration_ratio == pytest.approx(0.072169, abs=1e-5)
    assert result.jerk_ratio == pytest.approx(0.01875, rel=0.02)


def test_too_fast(toy_arm, swing) -> None:
    k = 5.0
    fast = replace(
        swing,
        times=swing.times / k,
        velocities=swing.velocities * k,
        accelerations=swing.accelerations * k**2,
    )
    first, second, third = check(toy_arm, fast).faults
    assert first == "velocity of joint_1 is 1.172 of its limit"
    assert second == "acceleration of joint_1 is 1.804 of its limit"
    assert third.startswith("jerk of joint_1 is 2.3")


def test_outside_the_travel(toy_arm, swing) -> None:
    far = replace(swing, positions=swing.positions + 2.5 * np.eye(6)[0])
    (fault,) = check(toy_arm, far).faults
    assert fault == "joint_1 runs from 2.5000 to 3.5000, its limits are -2.9000 and 2.9000"


def test_a_jump_between_samples(toy_arm, swing) -> None:
    positions = swing.positions.copy()
    positions[200:] += 0.01 * np.eye(6)[5]
    (fault,) = check(toy_arm, replace(swing, positions=positions)).faults
    assert fault == "at 1.990 s positions leave the velocities behind by 0.0100"


def test_an_end_in_motion(toy_arm, swing) -> None:
    half = {
        name: getattr(swing, name)[:201]
        for name in ("times", "positions", "velocities", "accelerations")
    }
    (fault,) = check(toy_arm, replace(swing, **half)).faults
    assert fault == "starts or ends at a velocity of 0.4688, not at rest"


def test_something_thin_between_two_samples(toy_arm, swing) -> None:
    """With samples 0.5 s apart the fingers jump over a needle; the check does not."""
    few = {
        name: getattr(swing, name)[::50]
        for name in ("times", "positions", "velocities", "accelerations")
    }
    coarse = replace(swing, **few)
    middle = (coarse.positions[3] + coarse.positions[4]) / 2
    empty = CollisionWorld(toy_arm, PlanningScene())
    needle = empty.link_pose("arm", middle, "tcp")[:3, 3]
    scene = PlanningScene().with_obstacle(
        "needle", Box(np.full(3, 0.002)), transform(np.eye(3), needle)
    )
    world = CollisionWorld(toy_arm, scene)
    assert not any(world.in_collision("arm", positions) for positions in coarse.positions)
    fault = check(toy_arm, coarse, scene).faults[-1]
    assert fault.startswith("in contact at [0.")
    assert "- needle" in fault
