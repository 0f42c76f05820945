"""How objects stand: the resting pose that is highest and still safe."""

from __future__ import annotations

import numpy as np
from scipy.spatial import ConvexHull
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float
from grasp_sim.objects.model import ObjectModel

#: Radians that a standing object may be tipped by before it falls; less is a balancing act.
SAFE_TILT = np.radians(12.0)


def standing_rotation(model: ObjectModel) -> Float:
    """Rotation (3, 3) that puts the object on the face on which it stands tallest, z up.

    Faces are those of the convex hull. It can rest on one if its centre of mass, the origin, is
    above the face, and safely if it can be tipped by `SAFE_TILT`; where no face is safe, the safest
    is taken.
    """
    hull = ConvexHull(model.vertices)
    faces = np.unique(np.round(hull.equations, 6), axis=0)  # outward normal, minus height
    points = model.vertices[hull.vertices]
    tilts = np.array([_safe_tilt(points, face) for face in faces])
    heights = np.array([np.ptp(points @ face[:3]) for face in faces])
    safe = tilts >= min(SAFE_TILT, tilts.max())
    best = faces[np.argmax(np.where(safe, heights, -np.inf))]
    down = np.array([0.0, 0.0, -1.0])
    rotation: Float = Rotation.align_vectors(down, best[:3])[0].as_matrix()
    return rotation


def _safe_tilt(points: Float, face: Float) -> float:
    """Angle by which an object on this face must be tipped to fall; <= 0 where it cannot rest."""
    normal, height = face[:3], -face[3]
    corners = points[points @ normal > height - 1e-5]  # a hundredth of a millimetre
    across = np.cross(normal, np.eye(3)[np.argmin(np.abs(normal))])
    across /= np.linalg.norm(across)
    flat = corners @ np.stack([across, np.cross(normal, across)], axis=-1)
    edges = ConvexHull(flat).equations  # inside is negative
    return float(np.arctan2(-edges[:, 2].max(), height))
