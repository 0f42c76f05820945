"""Collision of a gripper with a point cloud."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_core.errors import ArrayError, FrameError
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.plane import Plane
from grasp_core.point_grid import PointGrid


def gripper_collisions(
    grasps: Grasps,
    gripper: Gripper,
    grid: PointGrid,
    approach_distance: float = 0.0,
    tolerance_points: int = 0,
) -> NDArray[np.bool_]:
    """Tell which grasps put a finger or the palm into the cloud.

    Parameters
    ----------
    grasps : N grasps, in the frame of the cloud.
    gripper : shape of the fingers and the palm, opened to each grasp's width.
    grid : the full cloud.
    approach_distance : metres; the straight way from the pre-grasp, this far back along the
        approach direction, must be free as well.
    tolerance_points : a finger or palm collides when it holds more points than this.

    Returns
    -------
    (N,) True where the gripper collides.

    Raises
    ------
    FrameError : grasps and cloud are in different frames.
    ArrayError : `approach_distance` or `tolerance_points` is negative.
    """
    if approach_distance < 0.0:
        raise ArrayError(f"approach_distance: {approach_distance} m must not be negative")
    if tolerance_points < 0:
        raise ArrayError(f"tolerance_points: {tolerance_points} must not be negative")
    _check_frames(grasps, grid)
    lower, upper = gripper.boxes(grasps.widths, approach_distance)
    counts = grid.count_inside(grasps.T_frame_grasp, lower, upper, tolerance_points + 1)
    collides: NDArray[np.bool_] = np.any(counts > tolerance_points, axis=1)
    return collides


def lowest_heights(grasps: Grasps, gripper: Gripper, plane: Plane) -> Float:
    """Signed heights (N,) in metres over a plane of each gripper's lowest corner.

    What is hidden from the camera gives no points to collide with, a support reaches there all the
    same. `plane` is in the frame of the grasps.
    """
    lower, upper = gripper.boxes(grasps.widths)
    # The corner of a box that is lowest is the lower bound of each axis that points up.
    up = grasps.rotations.transpose(0, 2, 1) @ plane.normal  # (N, 3), in the grasp frames
    drop = np.minimum(lower * up[:, None], upper * up[:, None]).sum(axis=2).min(axis=1)
    heights: Float = plane.height(grasps.positions) + drop
    return heights


def points_between_fingers(
    grasps: Grasps, gripper: Gripper, grid: PointGrid, stop_at: int
) -> NDArray[np.int64]:
    """Count the cloud points in the closing region of each grasp, at most `stop_at`, (N,).

    Raises
    ------
    FrameError : grasps and cloud are in different frames.
    ArrayError : `stop_at` is less than 1.
    """
    _check_frames(grasps, grid)
    lower, upper = gripper.closing_region(grasps.widths)
    counts = grid.count_inside(grasps.T_frame_grasp, lower[:, None], upper[:, None], stop_at)
    return counts[:, 0]


def _check_frames(grasps: Grasps, grid: PointGrid) -> None:
    if grasps.frame_id != grid.frame_id:
        raise FrameError(f"grasps are in {grasps.frame_id}, the cloud is in {grid.frame_id}")
