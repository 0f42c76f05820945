"""Label one object: every grasp of it that holds, for one gripper (GPR, section IV-A)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grasp_core.checks import Float
from grasp_core.gripper import Gripper
from grasp_core.mesh_collision import gripper_mesh_collisions
from grasp_core.nms import nms
from grasp_core.params import check_params, parameter
from grasp_core.quality import DISC_TORSION, PAD_RADIUS_M, ferrari_canny
from grasp_core.triangle_tree import TriangleTree
from grasp_learning.approach_rings import OBJECT_FRAME, ring_grasps
from grasp_learning.closed_surface import ClosedSurface
from grasp_learning.contact_pairs import ContactPairs, find_pairs
from grasp_learning.object_grasps import LabelCounts, ObjectGrasps

#: Metres, straight way from the pre-grasp that must be free; what the perception pipeline asks for.
APPROACH_DISTANCE_M = 0.05


@dataclass(frozen=True)
class LabelParams:
    """How densely one object is labelled."""

    contacts: int = parameter(16384, "Contact points on the surface (GPR's N).", low=1)
    directions: int = parameter(4, "Closing directions in each friction cone (GPR's k).", low=1)
    approaches: int = parameter(12, "Approach directions around each contact pair.", low=1)
    friction: float = parameter(0.3, "Coefficient of friction (GPR's gamma).", low=0.01, high=2.0)
    nms_distance: float = parameter(
        0.0075, "Grasps closer than this by GPR eq. 1 are one grasp.", unit="m", low=1e-4, high=1.0
    )

    def __post_init__(self) -> None:
        check_params(self)


def label_object(
    surface: ClosedSurface, gripper: Gripper, params: LabelParams, rng: np.random.Generator
) -> ObjectGrasps:
    """Find the grasps of an object that are in force closure and free of collision with it.

    Contact points are drawn from the surface, closing directions from their friction cones; second
    contacts come from rays, approach directions from rings around the contact line. Grasps whose
    gripper, or its way from the pre-grasp, meets the object are dropped, the others scored by
    Ferrari-Canny and thinned out.

    Returns
    -------
    The same labels for the same state of `rng`. No grasp is a result too: its `shortfall` tells
    what it failed at.
    """
    points, normals = surface.sample(params.contacts, rng)
    pairs = find_pairs(
        surface, points, normals,
        friction=params.friction, directions=params.directions,
        max_distance_m=gripper.max_width, rng=rng,
    )  # fmt: skip
    quality, scores = _quality(pairs, surface, params.friction)
    holds = quality > 0  # GPR eq. 2 masks the others; they lie on the border of a friction cone
    pairs, quality, scores = pairs[holds], quality[holds], scores[holds]
    candidates = ring_grasps(pairs, scores, gripper, params.approaches, rng)
    mesh = TriangleTree.build(surface.mesh.vertices, surface.mesh.faces, OBJECT_FRAME)
    free = ~gripper_mesh_collisions(candidates, gripper, mesh, APPROACH_DISTANCE_M)
    pair_of = np.repeat(np.arange(len(pairs)), params.approaches)[free]
    grasps = candidates[free]
    kept = nms(grasps, params.nms_distance)
    positive = np.zeros(len(points), dtype=np.bool_)
    positive[pairs.points[pair_of]] = True
    chosen = pair_of[kept]
    return ObjectGrasps(
        grasps=grasps[kept],
        contacts=pairs.contacts[chosen],
        normals=pairs.normals[chosen],
        quality=quality[chosen],
        points=points,
        positive=positive,
        counts=LabelCounts(
            rays=len(points) * params.directions,
            opposed=pairs.opposed,
            closed=len(pairs),
            candidates=len(candidates),
            free=len(grasps),
            kept=len(kept),
        ),
        gripper=gripper.name,
    )


def _quality(pairs: ContactPairs, surface: ClosedSurface, friction: float) -> tuple[Float, Float]:
    """Ferrari-Canny Q (P,) of contact pairs, and Q over its upper bound (P,), in [0, 1].

    The bound, the torsion limit, is larger for small objects; the score does without it, so that
    small objects are not preferred.
    """
    quality = ferrari_canny(
        pairs.contacts, pairs.normals, surface.center_of_mass, friction, surface.reach_m
    )
    bound = DISC_TORSION * friction * PAD_RADIUS_M / surface.reach_m
    return quality, np.minimum(quality / bound, 1.0)
