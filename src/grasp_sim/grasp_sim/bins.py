"""`Bin`: the open box that objects lie in, and the presets that scenes name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import trimesh

from grasp_core.checks import Float
from grasp_robots.work_cell import OpenBox
from grasp_sim.errors import SceneError


@dataclass(frozen=True)
class Bin:
    """An open box on the table; the origin is the middle of its floor, at z = 0.

    Attributes
    ----------
    length, width : metres, inside, along x and y.
    height : metres, of the walls above the floor; 0 is a bare table with this work space.

    Raises
    ------
    SceneError : a side is not > 0, or the height is negative.
    """

    length: float
    width: float
    height: float

    def __post_init__(self) -> None:
        if not (min(self.length, self.width) > 0 and self.height >= 0):
            raise SceneError(f"{self}: sides must be > 0 m and the height >= 0 m")

    def walls(self) -> list[tuple[Float, Float]]:
        """Centre (3,) and half sides (3,), metres, of each wall; none for a table."""
        if self.height == 0:
            return []
        return OpenBox((0.0, 0.0), (self.length, self.width, self.height)).walls()

    def mesh(self) -> trimesh.Trimesh:
        """Table and walls as one mesh, in the world frame."""
        table = trimesh.creation.box(bounds=[(-TABLE_M, -TABLE_M, -0.01), (TABLE_M, TABLE_M, 0.0)])
        boxes = [
            trimesh.creation.box(bounds=[np.subtract(c, h), np.add(c, h)]) for c, h in self.walls()
        ]
        mesh: trimesh.Trimesh = trimesh.util.concatenate([table, *boxes])  # type: ignore[assignment]
        return mesh


#: Metres from the middle to the edge of the table, which ends every camera's view.
TABLE_M = 1.0

#: bin: GPR drops its objects "into a static bin" and gives no size; this one fits 15 objects in one
#: or two layers. euro_box: the standard container 400 x 300 x 120 mm. table: the 30 cm work space
#: of VGN's protocol, the size of Scale-Balanced Grasp's table scenes.
BINS = {
    "bin": Bin(0.30, 0.30, 0.06),
    "euro_box": Bin(0.40, 0.30, 0.12),
    "table": Bin(0.30, 0.30, 0.0),
}
