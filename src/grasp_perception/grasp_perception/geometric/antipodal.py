"""`AntipodalDetector`: grasps from geometry alone, the baseline that learning has to beat."""

from __future__ import annotations

import numpy as np

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import grasp_rotation, normalized
from grasp_perception.detector import DetectionContext
from grasp_perception.geometric.contact_pairs import ContactPairs, find_contact_pairs
from grasp_perception.geometric.jaw_fit import (
    CLEARANCES_M,
    DEPTH_M,
    LEAST_HIDDEN_DEPTH_M,
    JawFit,
    fit_jaws,
)
from grasp_perception.geometric.surface import Surface, estimate_surface

#: Radius of a local surface patch in metres: 3 voxels of 3 mm, wide against the noise of a depth
#: camera at half a metre (1 to 2 mm), narrow against a screwdriver.
SURFACE_RADIUS_M = 0.009
#: Room that a pair leaves in the stroke, metres.
STROKE_MARGIN_M = 0.004
#: Closing directions steeper than this against the preferred approach are not tried, radians.
MOST_LEAN = 1.4
#: Approach directions tried around the closing direction of a pair, from the preferred one.
TURNS = np.radians([0.0, -20.0, 20.0, -40.0, 40.0, -60.0, 60.0])
#: Distance from a segment's centre at which gravity's torque halves a score, metres.
LEVER_M = 0.04
#: Score of a term at its worst, so that one weak term ranks a grasp low and does not erase it.
FLOOR = 0.1
#: The score is the geometric mean of terms in [0, 1] with these weights. They were chosen on grasps
#: executed in a simulated bin: of all terms the depth of the fingers tells most about success, then
#: engagement and coverage; whether contacts were seen or guessed, and the height over the support,
#: told nothing.
WEIGHTS = {
    "antipodality": 1.0,
    "depth": 3.0,
    "engagement": 1.0,
    "coverage": 1.0,
    "clearance": 0.5,
    "centring": 0.6,
    "tilt": 0.7,
    "level": 0.7,
    "unity": 0.7,
}


class AntipodalDetector:
    """Finds antipodal contact pairs and the approach under which the gripper fits them best.

    Pairs come from the observed surface and from sides that are hidden behind its occluding contour
    (surface.py, contact_pairs.py); the jaws are slid over each pair as deep as they go
    (jaw_fit.py); the score weighs what makes a grasp hold.
    """

    name = "antipodal"
    checksum = ""
    least_score = 0.0
    reaches_support = False
    approximate = False

    def detect(self, cloud: PointCloud, gripper: Gripper, context: DetectionContext) -> Grasps:
        """Return at most one grasp per contact pair, in the frame of the cloud."""
        points = cloud.points.astype(np.float64)
        surface = estimate_surface(cloud, SURFACE_RADIUS_M)
        widest = gripper.max_width - STROKE_MARGIN_M
        pairs = find_contact_pairs(points, surface, cloud.seen_from, widest)
        # The best approach of a pair leans from the axis by the angle that its closing direction
        # leans from the plane across it.
        lean = np.arcsin(np.minimum(np.abs(pairs.closing @ context.cone_axis), 1.0))
        steepest = min(context.cone_half_angle, MOST_LEAN)
        pairs = pairs.select(np.flatnonzero(lean <= steepest))
        if len(pairs) == 0:
            return Grasps.empty(cloud.frame_id)
        across = (pairs.closing @ context.cone_axis)[:, None] * pairs.closing
        approach = normalized(context.cone_axis - across)  # (N, 3)
        side = np.cross(approach, pairs.closing)
        turned = (  # (N, M, 3)
            np.cos(TURNS)[:, None] * approach[:, None] + np.sin(TURNS)[:, None] * side[:, None]
        )
        tilt = turned @ context.cone_axis
        wanted = tilt >= np.cos(context.cone_half_angle)
        fit = fit_jaws(pairs, approach, TURNS, wanted, gripper, context.obstacles, context.support)
        scores = _scores(pairs, fit, tilt, surface, context)
        scores[np.isnan(fit.depth)] = -1.0
        best = np.argmax(scores, axis=1)
        kept = np.flatnonzero(scores.max(axis=1) >= 0)
        best = best[kept]
        direction = turned[kept, best]
        return Grasps(
            rotations=grasp_rotation(direction, pairs.closing[kept]),
            positions=pairs.centers[kept] + fit.depth[kept, best, None] * direction,
            widths=fit.opening[kept, best],
            scores=scores[kept, best],
            frame_id=cloud.frame_id,
        )


def _scores(
    pairs: ContactPairs, fit: JawFit, tilt: Float, surface: Surface, context: DetectionContext
) -> Float:
    """Scores (N, M) in [0, 1] of N pairs under M approach directions."""
    up = -context.cone_axis if context.support is None else context.support.normal
    center_of_mass = surface.centroids[pairs.segments].mean(axis=1)
    arm = center_of_mass - pairs.centers
    arm = arm - np.sum(arm * pairs.closing, axis=1, keepdims=True) * pairs.closing
    lever = np.linalg.norm(arm - (arm @ up)[:, None] * up, axis=1)
    one_segment = pairs.segments[:, 0] == pairs.segments[:, 1]
    per_pair = {
        "antipodality": pairs.quality,
        "centring": 1.0 / (1.0 + (lever / LEVER_M) ** 2),
        "unity": one_segment.astype(np.float64),
        "level": 1.0 - np.abs(pairs.closing @ up),
    }
    gap = (fit.opening - pairs.widths[:, None]) / 2
    terms = {name: value[:, None] for name, value in per_pair.items()} | {
        "depth": (fit.depth - LEAST_HIDDEN_DEPTH_M) / (DEPTH_M - LEAST_HIDDEN_DEPTH_M),
        "engagement": fit.engagement / DEPTH_M,
        "coverage": fit.coverage,
        "clearance": gap / CLEARANCES_M[0],
        "tilt": tilt,
    }
    log_score = sum(
        weight * np.log(FLOOR + (1.0 - FLOOR) * np.clip(terms[name], 0.0, 1.0))
        for name, weight in WEIGHTS.items()
    )
    scores: Float = np.exp(log_score / sum(WEIGHTS.values()))
    return scores
