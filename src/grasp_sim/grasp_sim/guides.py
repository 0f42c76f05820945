"""High slippery walls that keep falling objects above their bin."""

from __future__ import annotations

import mujoco

from grasp_sim.bins import Bin
from grasp_sim.physics import set_contact

#: Metres: half the thickness of the guides, so thick that nothing gets through, and their height.
GUIDE_M, GUIDE_HEIGHT_M = 0.05, 0.6

#: They mark their geoms with this group of MuJoCo, which means nothing to the physics.
GUIDE_GROUP = 3

GUIDE_FRICTION = 0.01


def add_guides(spec: mujoco.MjSpec, box: Bin) -> None:
    """Add walls above those of the bin, or around the work space of a table."""
    x, y, half = box.length / 2, box.width / 2, GUIDE_HEIGHT_M / 2
    z = box.height + half
    for center, size in (
        ((x + GUIDE_M, 0, z), (GUIDE_M, y + 2 * GUIDE_M, half)),
        ((-x - GUIDE_M, 0, z), (GUIDE_M, y + 2 * GUIDE_M, half)),
        ((0, y + GUIDE_M, z), (x, GUIDE_M, half)),
        ((0, -y - GUIDE_M, z), (x, GUIDE_M, half)),
    ):
        guide = spec.worldbody.add_geom(
            type=mujoco.mjtGeom.mjGEOM_BOX, pos=center, size=size, group=GUIDE_GROUP
        )
        set_contact(guide, GUIDE_FRICTION)
        guide.priority = 2  # their friction counts, not the object's


def remove_guides(model: mujoco.MjModel) -> None:
    """Let objects pass through the guides."""
    guides = model.geom_group == GUIDE_GROUP
    model.geom_contype[guides] = model.geom_conaffinity[guides] = 0
