"""What the viewer shows: points few enough to send, and grasps with what is told of one of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper

#: Points of a cloud that are sent to a browser: 9 bytes each, twice a second.
MOST_POINTS = 60_000
#: Of the choice of those points: always the same, so that a scene at rest does not flicker.
THINNING_SEED = 0


@dataclass(frozen=True, eq=False)
class ShownGrasps:
    """The grasps of one detection.

    Attributes
    ----------
    grasps : best first.
    gripper : whose shape is drawn.
    gripper_name : of the gripper that they are for; another than drawn where its file is not here.
    detector : name of the detector that found them.
    stamp_ns : of the cloud that they were found in, nanoseconds.
    up : (3,) unit vector away from the support, in the frame of the grasps, or None: not known.
    """

    grasps: Grasps
    gripper: Gripper
    gripper_name: str
    detector: str
    stamp_ns: int = 0
    up: Float | None = None

    def summary(self) -> str:
        """Say how many grasps there are, and what their colours mean."""
        scores = self.grasps.scores
        if len(scores) == 0:
            return "No grasps."
        return (
            f"{len(scores)} grasps, scores {scores.min():.3f} to {scores.max():.3f} from dark to "
            "light. Click on a gripper, or set a rank."
        )

    def details(self, index: int) -> str:
        """Describe a grasp as a table in Markdown; its rank is `index` + 1."""
        grasps = self.grasps
        tilt = "not known: no support was found"
        if self.up is not None:
            cosine = np.clip(-grasps.approach[index] @ self.up, -1.0, 1.0)
            tilt = f"{np.degrees(np.arccos(cosine)):.0f}° from straight down"
        drawn = self.gripper.name
        gripper = (
            self.gripper_name
            if drawn == self.gripper_name
            else (f"{self.gripper_name} (no such file here: drawn as {drawn})")
        )
        rows = {
            "rank": f"{index + 1} of {len(grasps)}",
            "score": f"{grasps.scores[index]:.3f}",
            "width": f"{1000 * grasps.widths[index]:.1f} mm",
            "position": f"{_numbers(grasps.positions[index], 3)} m",
            "approach": _numbers(grasps.approach[index], 2),
            "tilt": tilt,
            "frame": grasps.frame_id,
            "gripper": gripper,
            "detector": self.detector,
        }
        return "\n".join(["| | |", "|---|---|", *(f"| {k} | {v} |" for k, v in rows.items())])


def thinned(cloud: PointCloud) -> PointCloud:
    """Leave at most `MOST_POINTS` of the points, chosen by chance, in their order."""
    if len(cloud) <= MOST_POINTS:
        return cloud
    rng = np.random.default_rng(THINNING_SEED)
    # With repetition: choosing without would shuffle millions of indices for each cloud.
    return cloud.select(np.unique(rng.integers(len(cloud), size=MOST_POINTS)))


def _numbers(values: Float, digits: int) -> str:
    return " ".join(f"{value:.{digits}f}" for value in values)
