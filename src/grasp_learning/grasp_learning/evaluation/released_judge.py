"""`ReleasedJudge`: the choices of graspnetAPI's evaluation, for figures beside published ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import AnyInteger, Float
from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.point_grid import PointGrid
from grasp_core.transforms import transform_points
from grasp_learning.evaluation.contacts import TIP_LINE, closing_friction
from grasp_learning.evaluation.judged_scene import JudgedScene

#: Metres, graspnetAPI's evaluation gripper: extent along z, thickness of fingers and palm, and from
#: its origin t, on the object, back to the palm.
HEIGHT_M, THICKNESS_M, BASE_M = 0.02, 0.01, 0.02
#: Metres from t to the fingertips. Rows of graspnetAPI have a depth of 1 to 4 cm each, which
#: `Grasps` do not; this is one of their values.
DEPTH_M = 0.02
#: Points of the scene between the fingers below which a grasp counts as empty.
LEAST_POINTS = 10
#: Metres around an object beyond which the scene is not looked at.
AROUND_M = 0.05


@dataclass(frozen=True)
class ReleasedJudge:
    """Judges grasps as graspnetAPI 1.2.11 does, for its own gripper.

    The scene is one point per 8 mm voxel. A grasp is one of the object nearest to its t; contacts
    are sought on the line between the fingertips alone, and each finger comes to the middle at
    most.
    """

    def nearest_objects(self, grasps: Grasps, scene: JudgedScene) -> AnyInteger:
        """Index (N,) of the object that each grasp is one of."""
        return scene.nearest_objects(grasps, DEPTH_M)

    def needed_friction(self, grasps: Grasps, objects: AnyInteger, scene: JudgedScene) -> Float:
        """Least friction (N,) at which each grasp holds; infinity where it collides or never holds.

        Parameters
        ----------
        objects : (N,) index of the object that each grasp is one of.

        Raises
        ------
        FrameError : the grasps are not in the frame of the scene.
        """
        scene.check_frame(grasps)
        needed = np.full(len(grasps), np.inf)
        placed = [transform_points(T, body.voxel_points) for body, T in scene.placed()]
        points = np.concatenate(placed)
        for number in np.unique(objects):
            mine = np.flatnonzero(objects == number)
            near = _around(points, placed[number + 1], scene.frame_id)
            mine = mine[_is_usable(grasps[mine], near)]
            needed[mine] = closing_friction(
                scene.objects[number],
                scene.in_object(grasps[mine], number),
                grasps.widths[mine],
                TIP_LINE,
                grasps.widths[mine] / 2,
            )
        return needed


def _around(
    points: NDArray[np.float32], of_object: NDArray[np.float32], frame_id: str
) -> PointGrid:
    """Points of the scene in the object's bounding box, enlarged."""
    low, high = of_object.min(axis=0) - AROUND_M, of_object.max(axis=0) + AROUND_M
    inside = ((points > low) & (points < high)).all(axis=1)
    return PointGrid.from_cloud(PointCloud.from_xyz(points[inside], frame_id))


def _is_usable(grasps: Grasps, scene: PointGrid) -> NDArray[np.bool_]:
    """Tell which grasps (N,) have fingers and palm free, and enough points between the fingers."""
    lower, upper = _boxes(grasps.widths)
    counts = scene.count_inside(grasps.T_frame_grasp, lower, upper, LEAST_POINTS)
    usable: NDArray[np.bool_] = (counts[:, :3] == 0).all(axis=1) & (counts[:, 3] >= LEAST_POINTS)
    return usable


def _boxes(widths: Float) -> tuple[Float, Float]:
    """Corners (N, 4, 3) in the grasp frame: left and right finger, palm, between the fingers."""
    half, back = widths / 2, -(DEPTH_M + BASE_M)
    lower, upper = np.empty((2, len(widths), 4, 3))
    lower[..., 2], upper[..., 2] = -HEIGHT_M / 2, HEIGHT_M / 2
    lower[..., 0], upper[..., 0] = back, 0.0
    lower[:, 2, 0], upper[:, 2, 0] = back - THICKNESS_M, back
    lower[:, 0, 1], upper[:, 0, 1] = half, half + THICKNESS_M
    lower[:, 1, 1], upper[:, 1, 1] = -half - THICKNESS_M, -half
    lower[:, 2, 1], upper[:, 2, 1] = -half - THICKNESS_M, half + THICKNESS_M
    lower[:, 3, 1], upper[:, 3, 1] = -half, half
    return lower, upper
