"""Grasps executed in physics: the file to open first.

A free gripper approaches, closes with its force, lifts by 20 cm and shakes. The grasp has succeeded
if an object is then still between the fingers: nothing but friction holds it.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

import mujoco
import numpy as np

from grasp_core.checks import Float, check_array, check_rotations
from grasp_core.errors import FrameError
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_sim.cell import LOOK_SEC, Cell
from grasp_sim.free_gripper import APPROACH_FORCE_N, ARM_FORCE_N
from grasp_sim.scenes import WORLD, Scene

#: Metres back along the approach direction where the straight way to the grasp begins, and the time
#: it takes.
APPROACH_M, APPROACH_SEC = 0.10, 0.4

#: Seconds after which the hand has caught up with its command, and the metres by which it may still
#: miss the grasp; more means that something stopped it.
ARRIVAL_SEC, ARRIVAL_M = 0.04, 0.003

#: Metres that the hand may be inside something at the pre-grasp, where it appears from nowhere.
PENETRATION_M = 0.0005

#: Seconds for closing at most, twice what the widest gripper needs, and the speed in m/s below
#: which the fingers have closed.
CLOSE_SEC, CLOSED_SPEED = 1.0, 0.001

#: Metres by which a width may be outside the stroke: detectors compute in float32.
ROUNDING_M = 1e-6

LIFT_M, LIFT_SEC = 0.20, 0.6

#: Peak to peak, metres, along the world's x and then its y: 0.64 g at most.
SHAKE_M, SHAKE_PERIODS, SHAKE_PERIOD_SEC = 0.02, 2, 0.25


class Outcome(enum.Enum):
    """How a grasp ended; only `HELD` is a success."""

    HELD = "held after lift and shake"
    COLLISION = "stopped by a collision on the approach"
    EMPTY = "closed on nothing"
    SLIPPED_IN_LIFT = "slipped in the lift"
    SLIPPED_IN_SHAKE = "slipped in the shake"


@dataclass(frozen=True)
class Trial:
    """What came of one grasp.

    Attributes
    ----------
    outcome : how it ended.
    objects : indices of the objects held at the end, or of those that slipped; usually one, more
        where several were pinched together.
    opening_m : metres between the fingers after closing; NaN if they did not get to close.
    duration_sec : simulated seconds.
    """

    outcome: Outcome
    objects: tuple[int, ...]
    opening_m: float
    duration_sec: float

    @property
    def success(self) -> bool:
        """Whether an object was held after lift and shake."""
        return self.outcome is Outcome.HELD


def try_grasps(scene: Scene, gripper: Gripper, grasps: Grasps) -> list[Trial]:
    """Execute each grasp on the scene at rest, as if none had been before it.

    Raises
    ------
    FrameError : the grasps are not in the frame "world".
    ArrayError : a width is outside the gripper's stroke.
    """
    if grasps.frame_id != WORLD:
        raise FrameError(f"grasps are in {grasps.frame_id!r}, expected {WORLD!r}")
    cell = Cell(scene, gripper)
    trials = []
    for T_world_grasp, width in zip(grasps.T_frame_grasp, grasps.widths, strict=True):
        cell.reset()
        trials.append(try_grasp(cell, T_world_grasp, float(width)))
    return trials


def try_grasp(cell: Cell, T_world_grasp: Float, width: float) -> Trial:
    """Execute one grasp on the cell as it is; it stops with what it holds in the air.

    Parameters
    ----------
    T_world_grasp : (4, 4) pose of the grasp frame.
    width : metres between the fingers on the approach.

    Raises
    ------
    ArrayError : the pose is not rigid or not finite, or the width is outside the stroke.
    UnstableSimulationError : MuJoCo warns, so that the result means nothing.
    """
    T = check_array(T_world_grasp, (4, 4), "T_world_grasp")
    R = check_rotations(T[None, :3, :3], "T_world_grasp")[0]
    width = _within_stroke(cell.gripper, width)
    start = cell.data.time
    outcome, objects, opening = Outcome.COLLISION, set[int](), math.nan
    if _approach(cell, T, width):
        objects, opening = _close(cell)
        outcome = _lift_and_shake(cell, R) if objects else Outcome.EMPTY
    cell.check_stable()
    if outcome is Outcome.HELD:
        objects = cell.grasped()
    return Trial(outcome, tuple(sorted(objects)), opening, cell.data.time - start)


def _within_stroke(gripper: Gripper, width: float) -> float:
    """Return the width, rid of rounding beyond the ends of the stroke."""
    nearest = min(max(width, gripper.min_width), gripper.max_width)
    if not abs(width - nearest) <= ROUNDING_M:
        gripper.joint_position(width)  # refuses it, with the stroke in the message
    return nearest


def _approach(cell: Cell, T_world_grasp: Float, width: float) -> bool:
    """Move from the pre-grasp to the grasp; False if something is in the way."""
    cell.hand.limit_arm(cell.model, APPROACH_FORCE_N)
    back = np.array([-APPROACH_M, 0.0, 0.0])
    cell.hand.put(cell.data, T_world_grasp, back, width)
    mujoco.mj_forward(cell.model, cell.data)
    if cell.hand_depth() > PENETRATION_M:
        return False
    cell.move(back, np.zeros(3), APPROACH_SEC)
    cell.wait(ARRIVAL_SEC)
    return bool(np.abs(cell.hand.offset(cell.data)).max() <= ARRIVAL_M)


def _close(cell: Cell) -> tuple[set[int], float]:
    """Close until the fingers stand still; return what is between them, and their opening."""
    cell.hand.limit_arm(cell.model, ARM_FORCE_N)
    cell.hand.close(cell.data)
    end = cell.data.time + CLOSE_SEC
    cell.wait(LOOK_SEC)
    while cell.data.time < end and cell.hand.finger_speed(cell.data) > CLOSED_SPEED:
        cell.wait(LOOK_SEC)
    return cell.grasped(), cell.hand.opening(cell.data)


def _lift_and_shake(cell: Cell, R_world_grasp: Float) -> Outcome:
    """Lift straight up, then shake along the world's x and y."""
    x, y, up = R_world_grasp  # the world's axes in the grasp frame
    lifted = cell.T_world_object[:, 2, 3] + LIFT_M / 2
    cell.move(np.zeros(3), LIFT_M * up, LIFT_SEC)
    if not cell.grasped(above=lifted):
        return Outcome.SLIPPED_IN_LIFT
    for direction in (x, y):
        cell.swing(LIFT_M * up, SHAKE_M * direction, SHAKE_PERIOD_SEC, SHAKE_PERIODS)
    return Outcome.HELD if cell.grasped(above=lifted) else Outcome.SLIPPED_IN_SHAKE
