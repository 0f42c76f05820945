"""`ObjectGraspLabels`: grasps of one object on GraspNet-1Billion's grid of candidates.

Every point of an object has 300 views x 12 rotations x 4 depths. A view v points from the point
outwards; the gripper comes along it, so that the approach is -v. Its rotation is an angle about the
approach, from the closing direction that is horizontal in the object's frame. The score is the
lowest coefficient of friction at which the grasp holds; -1 marks none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float, check_array
from grasp_core.errors import ArrayError
from grasp_core.grasps import Grasps
from grasp_core.transforms import grasp_rotation

VIEWS, ANGLES, DEPTHS = 300, 12, 4
GRID = (VIEWS, ANGLES, DEPTHS)
#: Metres that the fingertips reach beyond the point.
DEPTHS_M = np.array([0.01, 0.02, 0.03, 0.04])
NO_GRASP = -1.0
#: graspnetAPI turns a friction into a score where more is better: 1.1 - friction.
SCORE_OFFSET = 1.1
#: Ratio of the golden section, by which the lattice of views winds around the sphere.
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


@dataclass(frozen=True, eq=False)
class ObjectGraspLabels:
    """Grasps of one object, in its frame.

    Attributes
    ----------
    points : (P, 3) float32 metres, on the surface.
    offsets : (P, 300, 12, 4, 3) float32: angle (radians), depth and width (metres).
    scores : (P, 300, 12, 4) float32: lowest friction that holds; -1 = none.
    collision : (P, 300, 12, 4) bool: the gripper meets the object itself.

    Raises
    ------
    ArrayError : wrong shapes or a value that is not finite.
    """

    points: NDArray[np.float32]
    offsets: NDArray[np.float32]
    scores: NDArray[np.float32]
    collision: NDArray[np.bool_]

    def __post_init__(self) -> None:
        points = check_array(self.points, (None, 3), "points", np.float32)
        shape = (len(points), *GRID)
        arrays = {
            "points": points,
            "offsets": check_array(self.offsets, (*shape, 3), "offsets", np.float32),
            "scores": check_array(self.scores, shape, "scores", np.float32),
            "collision": check_array(self.collision, shape, "collision", np.bool_),
        }
        for name, array in arrays.items():
            object.__setattr__(self, name, array)

    def grasps(
        self,
        T_frame_object: Float,
        frame_id: str,
        max_friction: float,
        scene_collision: NDArray[np.bool_] | None = None,
    ) -> Grasps:
        """Grasps that hold at `max_friction`, in the frame in which the object has that pose.

        Parameters
        ----------
        T_frame_object : (4, 4) pose of the object.
        scene_collision : (P, 300, 12, 4), the scene's label for this object; None takes the
            object's own.

        Raises
        ------
        ArrayError : `scene_collision` has another shape.
        """
        collision = self.collision if scene_collision is None else scene_collision
        if collision.shape != self.scores.shape:
            raise ArrayError(f"scene_collision {collision.shape}, expected {self.scores.shape}")
        cells = np.nonzero((self.scores > 0) & (self.scores <= max_friction) & ~collision)
        angle, depth, width = self.offsets[cells].astype(np.float64).T
        R_object_grasp = grid_rotations(views()[cells[1]], angle)
        position = self.points[cells[0]] + depth[:, None] * R_object_grasp[:, :, 0]
        R, t = T_frame_object[:3, :3], T_frame_object[:3, 3]
        score = np.clip(SCORE_OFFSET - self.scores[cells].astype(np.float64), 0.0, 1.0)
        return Grasps(R @ R_object_grasp, position @ R.T + t, width, score, frame_id)


def views() -> Float:
    """Give the unit vectors (300, 3): a Fibonacci lattice from -z to z."""
    index = np.arange(VIEWS)
    z = (2.0 * index + 1.0) / VIEWS - 1.0
    radius = np.sqrt(1.0 - z**2)
    angle = 2.0 * np.pi * _GOLDEN * index
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=-1)


def grid_rotations(view: Float, angle: Float) -> Float:
    """Rotations (N, 3, 3), columns approach, closing direction, their cross product.

    Parameters
    ----------
    view : (N, 3) unit vectors, none of them vertical (no view of the lattice is).
    angle : (N,) radians about the approach.
    """
    approach = -view
    zero = np.zeros(len(view))
    level = grasp_rotation(approach, np.stack([-approach[:, 1], approach[:, 0], zero], axis=-1))
    cosine, sine = np.cos(angle)[:, None], np.sin(angle)[:, None]
    closing = cosine * level[:, :, 1] + sine * level[:, :, 2]
    return grasp_rotation(approach, closing)


def on_grid(grasps: Grasps, friction: Float, collision: NDArray[np.bool_]) -> ObjectGraspLabels:
    """Put grasps of one object, in its frame, onto the grid: one point for each grasp.

    The approach becomes that of the nearest view, at most 9.03 degrees away; the closing direction
    is turned with it. Origin, width and friction are kept, to float32.

    Parameters
    ----------
    friction : (N,) lowest coefficient of friction that holds, or `NO_GRASP`.
    collision : (N,) the gripper meets the object itself.
    """
    n = len(grasps)
    friction = check_array(friction, (n,), "friction")
    collision = check_array(collision, (n,), "collision", np.bool_)
    view = np.argmax(-grasps.approach @ views().T, axis=1)
    level = grid_rotations(views()[view], np.zeros(n))
    closing = grasps.closing
    angle = np.arctan2(
        np.sum(closing * level[:, :, 2], axis=1), np.sum(closing * level[:, :, 1], axis=1)
    )
    # The jaws are alike, so that the closing direction has no sign: the angle lies in [0, pi).
    angle = np.mod(angle, np.pi)
    cell = (np.arange(n), view, (angle * ANGLES / np.pi).astype(int) % ANGLES, np.ones(n, int))
    offsets = np.zeros((n, *GRID, 3), dtype=np.float32)
    offsets[..., 0] = (np.arange(ANGLES) * np.pi / ANGLES)[:, None]
    offsets[..., 1] = DEPTHS_M
    offsets[(*cell, 0)] = angle
    offsets[(*cell, 2)] = grasps.widths
    scores = np.full((n, *GRID), NO_GRASP, dtype=np.float32)
    scores[cell] = friction
    collides = np.zeros((n, *GRID), dtype=bool)
    collides[cell] = collision
    points = grasps.positions - DEPTHS_M[1] * level[:, :, 0]
    return ObjectGraspLabels(points.astype(np.float32), offsets, scores, collides)
