"""`Solid`: a shape that carries the convex parts it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from manifold3d import Manifold, OpType

from grasp_core.checks import Float


@dataclass(frozen=True, eq=False)
class Solid:
    """A closed body in metres and convex parts that fill the same space.

    The convex parts are kept from the construction, because nothing that is computed afterwards is
    as exact: physics engines collide convex bodies only, and a decomposition of a finished mesh
    tends to fill its cavities.

    Attributes
    ----------
    body : the shape itself.
    parts : convex bodies; they touch or overlap a little.
    """

    body: Manifold
    parts: tuple[Manifold, ...]

    @classmethod
    def convex(cls, body: Manifold) -> Solid:
        """Make a body that is convex its own only part."""
        return cls(body, (body,))

    @classmethod
    def union(cls, *solids: Solid) -> Solid:
        """Join solids into one."""
        body = Manifold.batch_boolean([solid.body for solid in solids], OpType.Add)
        return cls(body, tuple(part for solid in solids for part in solid.parts))

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Solid:
        """Translate by metres."""
        shift = (x, y, z)
        return Solid(self.body.translate(shift), tuple(p.translate(shift) for p in self.parts))

    def rotated(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Solid:
        """Rotate by degrees about the fixed axes x, then y, then z."""
        angles = (x, y, z)
        return Solid(self.body.rotate(angles), tuple(p.rotate(angles) for p in self.parts))

    def scaled(self, x: float, y: float, z: float) -> Solid:
        """Stretch along the axes, about the origin."""
        factors = (x, y, z)
        return Solid(self.body.scale(factors), tuple(p.scale(factors) for p in self.parts))


def corners(body: Manifold) -> Float:
    """Vertices (V, 3) of a body, metres."""
    return np.array(body.to_mesh64().vert_properties[:, :3], dtype=np.float64)


def join_runs(pieces: Sequence[Manifold], tolerance: float) -> list[Manifold]:
    """Replace runs of neighbouring convex pieces by their hulls while these add little volume.

    Parameters
    ----------
    pieces : convex bodies, each beside the one before.
    tolerance : what a hull may add, over the volume of the smaller of the two that it joins; so a
        thin neck is not lost in the shadow of a large body.
    """
    runs: list[Manifold] = []
    for piece in pieces:
        if runs:
            hull = Manifold.batch_hull([runs[-1], piece])
            volumes = runs[-1].volume(), piece.volume()
            if hull.volume() - sum(volumes) <= tolerance * min(volumes):
                runs[-1] = hull
                continue
        runs.append(piece)
    return runs
