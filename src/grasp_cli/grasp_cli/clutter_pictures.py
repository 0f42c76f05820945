"""Pictures of failed attempts: the cloud coloured by the true objects, and the grasp."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib import colormaps

from grasp_core.grasps import Grasps
from grasp_perception.picture.render import render, save_picture
from grasp_sim.clutter import Attempt, Observation
from grasp_sim.scenes import WORLD

#: Pictures of one round at most.
MOST = 2
#: Gray of table and bin; then a colour for each object.
GRAY = (0.55, 0.55, 0.55)
COLORS = np.array([GRAY, *colormaps["tab20"](np.arange(20))[:, :3]])
#: Metres around the middle of the bin that are drawn.
AROUND_M = 0.25


class FailurePictures:
    """Draws the first failed attempts of a round: a `Watch`.

    Parameters
    ----------
    folder : of the PNG files; their names tell outcome and objects.
    title : setting, detector and seed.
    """

    def __init__(self, folder: Path, title: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._title = title
        self._attempts = 0
        self._drawn = 0

    def __call__(self, seen: Observation, grasp: Grasps, attempt: Attempt) -> None:
        """Draw the attempt if it failed and is one of the first."""
        self._attempts += 1
        if attempt.success or self._drawn == MOST:
            return
        self._drawn += 1
        what = " and ".join(attempt.objects) or "no object"
        cloud = seen.cloud
        instances = seen.capture.clean.instances.flat[cloud.source_indices]
        colors = COLORS[np.where(instances > 0, 1 + (instances - 1) % (len(COLORS) - 1), 0)]
        cloud = replace(cloud, colors=np.round(255 * colors).astype(np.uint8))
        cloud = cloud.transformed(seen.T_world_camera, WORLD)
        near = np.abs(cloud.points[:, :2]) < AROUND_M
        cloud = cloud.select(near[:, 0] & near[:, 1])
        title = f"{self._title}, attempt {self._attempts}: {attempt.outcome.value} ({what})"
        name = f"{self._title}-{self._attempts:02d}-{attempt.outcome.name}-{what}.png"
        picture = render(cloud, grasp, seen.cell.gripper, title)
        save_picture(self._folder / name.lower().replace(", ", "-").replace(" ", "_"), picture)
