"""`Path` and `Trajectory`: motions of a group's joints, without and with time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grasp_core.checks import Float, check_array
from grasp_executor.errors import TrajectoryError


@dataclass(frozen=True, eq=False)
class Path:
    """Waypoints of a group's joints.

    Attributes
    ----------
    group : name of the group.
    positions : (N, J) rad or m, N >= 2.
    smooth : True: the waypoints sample a smooth curve evenly (a straight line of the tip), which is
        run through without a stop. False: the joints go straight from one to the next; a
        jerk-limited motion has to stop at each corner.
    """

    group: str
    positions: Float
    smooth: bool

    def __post_init__(self) -> None:
        """Raise TrajectoryError for fewer than two waypoints."""
        positions = check_array(self.positions, (None, None), "waypoints")
        if len(positions) < 2:
            raise TrajectoryError(f"a path needs two waypoints, got {len(positions)}")
        object.__setattr__(self, "positions", positions)


@dataclass(frozen=True, eq=False)
class Trajectory:
    """A motion of a group's joints in time, sampled, with its derivatives.

    Attributes
    ----------
    group : name of the group.
    joints : names of the J joints.
    times : (N,) s, from 0, growing, N >= 2.
    positions, velocities, accelerations : (N, J) rad or m, per s, per s².
    """

    group: str
    joints: tuple[str, ...]
    times: Float
    positions: Float
    velocities: Float
    accelerations: Float

    def __post_init__(self) -> None:
        """Raise TrajectoryError for times that do not start at 0 or do not grow."""
        times = check_array(self.times, (None,), "times")
        if len(times) < 2 or times[0] != 0 or not (np.diff(times) > 0).all():
            raise TrajectoryError("times must start at 0 and grow, two samples at least")
        object.__setattr__(self, "times", times)
        for name in ("positions", "velocities", "accelerations"):
            array = check_array(getattr(self, name), (len(times), len(self.joints)), name)
            object.__setattr__(self, name, array)

    @property
    def duration_sec(self) -> float:
        """Seconds from the first to the last sample."""
        return float(self.times[-1])

    def resampled(self, max_step: float) -> Float:
        """Positions (M, J) along the motion, at most `max_step` (rad or m) of any joint apart.

        Between two samples the joints follow the cubic through both positions and velocities.
        """
        spans = np.diff(self.times)[:, None]
        change = np.abs(np.diff(self.positions, axis=0)).max(axis=1)
        parts = np.maximum(np.ceil(change / max_step).astype(int), 1)
        sample = np.repeat(np.arange(len(parts)), parts)
        first = np.repeat(np.cumsum(parts) - parts, parts)
        u = ((np.arange(len(sample)) - first) / parts[sample])[:, None]  # (M - 1, 1)
        start, end = self.positions[sample], self.positions[sample + 1]
        out, into = (spans * self.velocities[:-1])[sample], (spans * self.velocities[1:])[sample]
        between = (
            (2 * u**3 - 3 * u**2 + 1) * start
            + (u**3 - 2 * u**2 + u) * out
            + (3 * u**2 - 2 * u**3) * end
            + (u**3 - u**2) * into
        )
        positions: Float = np.concatenate([between, self.positions[-1:]])
        return positions
