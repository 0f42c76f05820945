"""Times for a path under limits of velocity, acceleration and jerk, with ruckig.

ruckig (Berscheid and Kröger 2021) times one straight motion, so a path is cut into pieces that
start and end at rest. On each a scalar s runs from 0 to 1, and the joints follow as functions q(s):
straight from one corner to the next, or along one spline through the poses of a line.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import ruckig
from scipy.interpolate import make_interp_spline

from grasp_core.checks import Float
from grasp_executor.errors import TrajectoryError
from grasp_executor.planning_robot import JointGroup
from grasp_executor.trajectory import Path, Trajectory

#: s between two samples of a trajectory; controllers interpolate between them at their own rate.
SAMPLE_SEC = 0.01

#: Part of each limit that is used: the rest is for what lies between two samples, where controllers
#: interpolate (0.999 let accelerations exceed theirs by 1 % in 2 of 100 motions of a YuMi).
MARGIN = 0.98

#: Checked times in each of the seven phases of a profile.
CHECKS = 100

#: A curve gives q(s), q'(s), q''(s), q'''(s) as (4, N, J) for s (N,).
Curve = Callable[[Float], Float]


def time(
    path: Path, group: JointGroup, velocity_scale: float, acceleration_scale: float
) -> Trajectory:
    """Give a path times; see `MotionPlanner.time`."""
    for name, scale in (("velocity", velocity_scale), ("acceleration", acceleration_scale)):
        if not 0 < scale <= 1:
            raise TrajectoryError(f"{name} scale {scale} is not in (0, 1]")
    if path.positions.shape[1] != len(group.joints):
        raise TrajectoryError(
            f"waypoints of {path.positions.shape[1]} joints, {group.name} has {len(group.joints)}"
        )
    limits = MARGIN * np.stack(  # (3, J)
        [
            velocity_scale * group.max_velocity,
            acceleration_scale * group.max_acceleration,
            group.max_jerk,
        ]
    )
    pieces = [_timed(curve, limits) for curve in _curves(path)]
    starts = np.cumsum([0.0] + [times[-1] for times, _ in pieces])
    # A piece starts where and when the one before ends: its first sample is dropped.
    keep = [slice(0 if i == 0 else 1, None) for i in range(len(pieces))]
    times = np.concatenate(
        [start + piece[0][k] for start, piece, k in zip(starts, pieces, keep, strict=False)]
    )
    motion = np.concatenate([piece[1][:, k] for piece, k in zip(pieces, keep, strict=True)], axis=1)
    return Trajectory(group.name, group.joints, times, *motion)


def _curves(path: Path) -> list[Curve]:
    """Pieces of a path that are run through without a stop."""
    if path.smooth:
        return [_spline(path.positions)]
    return [_straight(a, b) for a, b in pairwise(path.positions)]


def _straight(start: Float, end: Float) -> Curve:
    def curve(s: Float) -> Float:
        out = np.zeros((4, len(s), len(start)))
        out[0] = start + s[:, None] * (end - start)
        out[1] = end - start
        return out

    return curve


def _spline(positions: Float) -> Curve:
    """Lay a curve through evenly spaced waypoints, with a continuous third derivative."""
    degree = min(5, len(positions) - 1)
    spline = make_interp_spline(np.linspace(0.0, 1.0, len(positions)), positions, k=degree)

    def curve(s: Float) -> Float:
        return np.stack([spline(s, order) for order in range(4)])

    return curve


def _timed(curve: Curve, limits: Float) -> tuple[Float, Float]:
    """Return times (N,) and positions, velocities, accelerations (3, N, J) of one piece.

    ruckig limits the derivatives of s such that q' alone keeps the limits (3, J) of the joints.
    What the bends of the curve add is removed afterwards by slowing the whole piece: with times k
    times as long, velocity shrinks by k, acceleration by k², jerk by k³. On a straight piece k is
    1.
    """
    slope = np.abs(curve(np.linspace(0.0, 1.0, 101))[1]).max(axis=0)  # (J,)
    moving = slope > 0
    if not moving.any():
        raise TrajectoryError("a path must not repeat a waypoint")
    most = (limits[:, moving] / slope[moving]).min(axis=1)  # (3,) limits of s', s'', s'''
    profile = _profile(most)
    k = _stretch(curve, profile, limits)
    count = int(np.ceil(k * profile.duration / SAMPLE_SEC)) + 1
    times = np.linspace(0.0, profile.duration, max(count, 2))
    motion, _ = _along(curve, profile, times)
    return k * times, motion / k ** np.arange(3)[:, None, None]


def _stretch(curve: Curve, profile: ruckig.Trajectory, limits: Float) -> float:
    """Factor >= 1 for the times of a piece that keeps the limits (3, J) of the joints."""
    ends = np.cumsum([0.0, *profile.profiles[0][0].t])  # of ruckig's phases; smooth between them
    phases = [np.linspace(a, b, CHECKS, endpoint=False) for a, b in pairwise(ends) if b > a]
    motion, jerks = _along(curve, profile, np.concatenate([*phases, ends[-1:]]))
    derivatives = motion[1], motion[2], jerks
    ratios = [np.abs(d / limit).max() for d, limit in zip(derivatives, limits, strict=True)]
    return max(1.0, *(float(ratio ** (1 / order)) for order, ratio in enumerate(ratios, start=1)))


def _profile(most: Float) -> ruckig.Trajectory:
    """Find the fastest s from 0 to 1, rest to rest, with limits of its three derivatives."""
    wanted = ruckig.InputParameter(1)
    wanted.current_position, wanted.target_position = [0.0], [1.0]
    wanted.max_velocity, wanted.max_acceleration, wanted.max_jerk = ([m] for m in most.tolist())
    profile = ruckig.Trajectory(1)
    result = ruckig.Ruckig(1).calculate(wanted, profile)
    if result not in (ruckig.Result.Working, ruckig.Result.Finished):
        raise TrajectoryError(f"ruckig finds no motion within {most.tolist()}: {result}")
    return profile


def _along(curve: Curve, profile: ruckig.Trajectory, times: Float) -> tuple[Float, Float]:
    """Positions, velocities, accelerations (3, N, J) and bounds of the jerk (N, J) at times (N,).

    The chain rule for q(s(t)), with v and a the first derivatives of s by time. The third is at
    most the profile's largest jerk, up or down.
    """
    states = np.array([profile.at_time(t) for t in times.tolist()])  # (N, 3, 1)
    s, v, a = np.moveaxis(states, 1, 0)  # (N, 1) each
    q, q1, q2, q3 = curve(np.clip(s[:, 0], 0.0, 1.0))
    motion = np.stack([q, q1 * v, q2 * v**2 + q1 * a])
    most_jerk = max(np.abs(profile.profiles[0][0].j))
    return motion, np.abs(q3 * v**3 + 3 * q2 * v * a) + np.abs(q1) * most_jerk
