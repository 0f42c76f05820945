"""An independent, dense check of a timed trajectory before any arm moves: limits, collisions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grasp_core.checks import Float
from grasp_executor.collision_world import CollisionWorld
from grasp_executor.planning_robot import JointGroup
from grasp_executor.trajectory import Trajectory

#: rad, most that a joint moves between two checked states.
STEP_RAD = 0.01

#: What a limit may be exceeded by: rounding, and the finite differences of the jerk.
LIMIT_TOLERANCE = 0.01

#: rad (or m). Positions must follow from the velocities to this, sample by sample.
CONSISTENCY = 1e-3


@dataclass(frozen=True)
class TrajectoryCheck:
    """What the check found.

    Attributes
    ----------
    faults : one sentence for each kind of fault; empty: the trajectory may be executed.
    velocity_ratio, acceleration_ratio, jerk_ratio : largest part of a limit that is used.
    """

    faults: tuple[str, ...]
    velocity_ratio: float
    acceleration_ratio: float
    jerk_ratio: float


def check_trajectory(
    trajectory: Trajectory, group: JointGroup, world: CollisionWorld
) -> TrajectoryCheck:
    """Check a trajectory against the limits of its group and against everything that it may hit."""
    spans = np.diff(trajectory.times)[:, None]
    jerks = np.diff(trajectory.accelerations, axis=0) / spans
    ratios = {
        name: _ratios(values, most)
        for name, values, most in (
            ("velocity", trajectory.velocities, group.max_velocity),
            ("acceleration", trajectory.accelerations, group.max_acceleration),
            ("jerk", jerks, group.max_jerk),
        )
    }
    faults = [
        f"{name} of {group.joints[int(ratio.argmax())]} is {ratio.max():.3f} of its limit"
        for name, ratio in ratios.items()
        if ratio.max() > 1 + LIMIT_TOLERANCE
    ]
    largest = [float(ratio.max()) for ratio in ratios.values()]
    return TrajectoryCheck(
        tuple(
            faults
            + _position_faults(trajectory, group)
            + _consistency_faults(trajectory)
            + _collision_faults(trajectory, world)
        ),
        *largest,
    )


def _ratios(values: Float, most: Float) -> Float:
    """Largest value of each joint as a part of its limit, (J,)."""
    ratios: Float = np.abs(values).max(axis=0) / most
    return ratios


def _position_faults(trajectory: Trajectory, group: JointGroup) -> list[str]:
    slack = 1e-9  # rounding where a state is on its limit
    low, high = trajectory.positions.min(axis=0), trajectory.positions.max(axis=0)
    outside = (low < group.lower - slack) | (high > group.upper + slack)
    return [
        f"{joint} runs from {low[i]:.4f} to {high[i]:.4f}, "
        f"its limits are {group.lower[i]:.4f} and {group.upper[i]:.4f}"
        for i, joint in enumerate(group.joints)
        if outside[i]
    ]


def _consistency_faults(trajectory: Trajectory) -> list[str]:
    """Positions that do not follow from the velocities, or a start or an end in motion."""
    faults = []
    spans = np.diff(trajectory.times)[:, None]
    mean = (trajectory.velocities[:-1] + trajectory.velocities[1:]) / 2
    off = np.abs(np.diff(trajectory.positions, axis=0) - spans * mean).max(axis=1)
    if off.max() > CONSISTENCY:
        at = trajectory.times[int(off.argmax())]
        faults.append(f"at {at:.3f} s positions leave the velocities behind by {off.max():.4f}")
    ends = np.abs(trajectory.velocities[[0, -1]]).max()
    if ends > CONSISTENCY:
        faults.append(f"starts or ends at a velocity of {ends:.4f}, not at rest")
    return faults


def _collision_faults(trajectory: Trajectory, world: CollisionWorld) -> list[str]:
    """Find the first contact on the way."""
    for positions in trajectory.resampled(STEP_RAD):
        if world.in_collision(trajectory.group, positions):
            pairs = world.contacts(trajectory.group, positions)
            where = np.round(positions, 3).tolist()
            return [f"in contact at {where}: " + ", ".join(f"{a} - {b}" for a, b in pairs)]
    return []
