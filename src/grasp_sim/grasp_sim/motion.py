"""`Motion`: a joint trajectory as a controller follows it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import BPoly

from grasp_core.checks import Float
from grasp_sim.errors import CommandError

#: rad/s or m/s at the last point above which a trajectory does not end at rest.
REST_SPEED = 1e-3


@dataclass(frozen=True, eq=False)
class Motion:
    """Points of J joints in time; between them lines, cubics or quintics.

    joint_trajectory_controller has the same rule: the polynomials of lowest degree through the
    positions, and through the velocities and accelerations that are given.

    Attributes
    ----------
    times : (N,) seconds from the start, growing, not negative.
    positions : (N, J) rad or m.
    velocities, accelerations : (N, J), or None.

    Raises
    ------
    CommandError : no points, a wrong number of values, one that is not finite, times that do not
        grow, accelerations without velocities, or a last point that is not at rest.
    """

    times: Float
    positions: Float
    velocities: Float | None = None
    accelerations: Float | None = None

    def __post_init__(self) -> None:
        count = len(self.times)
        if count == 0:
            raise CommandError("the trajectory has no points")
        if not (self.times[0] >= 0 and (np.diff(self.times) > 0).all()):
            raise CommandError(f"times {list(self.times)} s must grow from 0 or later")
        if self.accelerations is not None and self.velocities is None:
            raise CommandError("accelerations are given without velocities")
        shape = (count, self.positions.shape[-1])
        for name in ("positions", "velocities", "accelerations"):
            values = getattr(self, name)
            if values is None:
                continue
            if values.shape != shape or not np.isfinite(values).all():
                raise CommandError(f"{name} of shape {values.shape} must be {shape}, all finite")
        if self.velocities is not None and np.abs(self.velocities[-1]).max() > REST_SPEED:
            raise CommandError(f"the last point has velocities {self.velocities[-1].tolist()}")

    @property
    def duration_sec(self) -> float:
        """Seconds until the last point."""
        return float(self.times[-1])

    def curve(self, position: Float, velocity: Float) -> BPoly:
        """Positions (J,) over time, from a start (J,) at time 0 if the first point is later."""
        columns = [
            c for c in (self.positions, self.velocities, self.accelerations) if c is not None
        ]
        times, points = self.times, np.stack(columns, axis=1)  # (N, derivatives, J)
        if times[0] > 0:
            start = np.stack([position, velocity, np.zeros_like(position)])[: len(columns)]
            times = np.concatenate([[0.0], times])
            points = np.concatenate([start[None], points])
        elif len(times) == 1:  # a curve needs two points: it stays there
            times = np.array([0.0, np.finfo(np.float64).eps])
            points = np.repeat(points, 2, axis=0)
        return BPoly.from_derivatives(times, points)
