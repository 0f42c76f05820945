"""What the benchmarks measure against: known algorithms, written plainly with NumPy.

None of this is used to detect grasps. The tests hold each against ours.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.recfunctions import structured_to_unstructured
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from grasp_core.checks import Float
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.quality import DISC_TORSION, PAD_RADIUS_M
from grasp_core.wrench_hull import CONE_EDGES

#: The gripper of graspnetAPI's ModelFreeCollisionDetector, metres.
FINGER_LENGTH_M = 0.06
FINGER_WIDTH_M = 0.01  # along the closing direction; also the depth of the palm
#: Height of the fingers that graspnetAPI's decoders write into every row.
FINGER_HEIGHT_M = 0.02
#: Approach distance and share of occupied volume that the published test scripts pass.
APPROACH_M = 0.05
LARGEST_SHARE = 0.01

#: numpy's types of the datatype codes 1 to 8 of sensor_msgs/PointField.
_POINT_FIELD_TYPES = ("i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8")


def thin(points: NDArray[np.float32], voxel_m: float) -> Float:
    """Mean point (M, 3) of each voxel, by Open3D as graspnetAPI does it."""
    import open3d as o3d  # costs a second to import

    cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points.astype(np.float64)))
    return np.asarray(cloud.voxel_down_sample(voxel_m).points)


def model_free_collisions(
    grasps: Grasps,
    scene: Float,
    voxel_m: float,
    approach_m: float = APPROACH_M,
    largest_share: float = LARGEST_SHARE,
) -> NDArray[np.bool_]:
    """Which grasps (N,) collide, by the rule of graspnetAPI's ModelFreeCollisionDetector.

    Every scene point is tested against the boxes of every grasp: two fingers, a palm as wide as the
    open fingers, and its way of approach. A grasp collides when the points inside fill more than
    `largest_share` of the volume, at one point per voxel. Rows of depth 0, so that t = o.

    Parameters
    ----------
    scene : (M, 3) metres, thinned to voxels of `voxel_m`.
    """
    local = (scene - grasps.positions[:, None]) @ grasps.rotations  # (N, M, 3)
    x, y, z = local[..., 0], local[..., 1], local[..., 2]
    half = grasps.widths[:, None] / 2
    back = -FINGER_LENGTH_M - FINGER_WIDTH_M - approach_m
    level = np.abs(z) < FINGER_HEIGHT_M / 2
    left = (y > -half - FINGER_WIDTH_M) & (y < -half)
    right = (y > half) & (y < half + FINGER_WIDTH_M)
    fingers = (left | right) & (x > -FINGER_LENGTH_M) & (x < 0)
    behind = (np.abs(y) < half + FINGER_WIDTH_M) & (x > back) & (x <= -FINGER_LENGTH_M)
    inside = np.count_nonzero(level & (fingers | behind), axis=1)
    across = grasps.widths + 2 * FINGER_WIDTH_M
    area = 2 * FINGER_LENGTH_M * FINGER_WIDTH_M + across * (FINGER_WIDTH_M + approach_m)
    voxels = area * FINGER_HEIGHT_M / voxel_m**3
    collides: NDArray[np.bool_] = inside > largest_share * voxels
    return collides


def exact_collisions(
    grasps: Grasps, gripper: Gripper, points: NDArray[np.float32], approach_m: float
) -> NDArray[np.bool_]:
    """Tell which grasps (N,) collide by the definition: all points against the gripper's boxes."""
    lower, upper = gripper.boxes(grasps.widths, approach_m)
    collides = np.zeros(len(grasps), dtype=bool)
    for n, (rotation, position) in enumerate(zip(grasps.rotations, grasps.positions, strict=True)):
        local = (points - position) @ rotation  # (M, 3)
        collides[n] = any(
            ((local >= low) & (local <= high)).all(axis=1).any()
            for low, high in zip(lower[n], upper[n], strict=True)
        )
    return collides


def read_structured(message: Any) -> NDArray[np.float32]:
    """Read the valid points (N, 3) of a PointCloud2 the way sensor_msgs_py does.

    A structured array of all fields, without the points that are not finite, then a copy of
    x, y, z; zeros, which sensor_msgs_py keeps, are dropped last.
    """
    order = ">" if message.is_bigendian else "<"
    dtype = np.dtype(
        {
            "names": [field.name for field in message.fields],
            "formats": [order + _POINT_FIELD_TYPES[f.datatype - 1] for f in message.fields],
            "offsets": [field.offset for field in message.fields],
            "itemsize": message.point_step,
        }
    )
    points = np.ndarray(message.width * message.height, dtype, message.data)
    valid = np.ones(len(points), dtype=bool)
    for name in "xyz":
        valid &= np.isfinite(points[name])
    xyz = structured_to_unstructured(points[valid][["x", "y", "z"]], dtype=np.float32)
    return xyz[xyz.any(axis=1)]


def ferrari_canny_by_hull(
    contacts: Float, normals: Float, friction: float, length_m: float
) -> Float:
    """Epsilon quality (N,) by its definition: the nearest facet of the hull of the wrenches.

    Contacts and outward unit normals are (N, 2, 3), the centre of mass is the origin; conventions
    as in `grasp_core.quality.ferrari_canny`.
    """
    quality = np.zeros(len(contacts))
    for n, (points, inward) in enumerate(zip(contacts, -normals, strict=True)):
        hull = ConvexHull(
            np.concatenate(
                [
                    _contact_wrenches(point / length_m, axis, friction, length_m)
                    for point, axis in zip(points, inward, strict=True)
                ]
            )
        )
        quality[n] = max(0.0, -hull.equations[:, -1].max())
    return quality


def _contact_wrenches(arm: Float, inward: Float, friction: float, length_m: float) -> Float:
    """Wrenches (CONE_EDGES + 2, 6) of one soft-finger contact, per newton of normal force."""
    tangent = np.cross(inward, np.eye(3)[np.argmin(np.abs(inward))])
    tangent /= np.linalg.norm(tangent)
    angles = np.arange(CONE_EDGES)[:, None] * (2 * np.pi / CONE_EDGES)
    around = np.cos(angles) * tangent + np.sin(angles) * np.cross(inward, tangent)
    forces = np.concatenate([inward + friction * around, inward[None], inward[None]])
    torques = np.cross(arm, forces)
    torsion = DISC_TORSION * friction * PAD_RADIUS_M / length_m * inward
    torques[-2:] += np.stack([torsion, -torsion])
    return np.concatenate([forces, torques], axis=1)
