"""Convex parts of meshes that were not built from them."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import coacd
import numpy as np
import trimesh
from manifold3d import Manifold
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_sim.errors import ConvexPartsError
from grasp_sim.objects.cache import cached_arrays, content_hash
from grasp_sim.objects.model import MAX_PART_VOLUME

#: CoACD's concavity thresholds, coarse to fine. Its default is 0.05; finer ones keep more cavities
#: open and make more parts.
THRESHOLDS = (0.1, 0.05, 0.03, 0.015)

#: Hull corners of a part: enough for a round one, few enough to collide fast.
MAX_CORNERS = 48


def convex_parts(
    vertices: Float, triangles: NDArray[np.integer], cache: Path | None = None
) -> tuple[Float, ...]:
    """Convex parts (P, 3) of a closed mesh, in metres; kept in a cache.

    CoACD (Wei et al., "Approximate convex decomposition for 3D meshes with collision-aware
    concavity and tree search", SIGGRAPH 2022), from coarse to fine until the parts together are no
    larger than 1.15 of the mesh: the parts that a coarse setting finds may fill a cup.

    Parameters
    ----------
    cache : folder, the user's by default.

    Raises
    ------
    ConvexPartsError : even the finest setting fills cavities.
    """
    settings = f"coacd {version('coacd')} {THRESHOLDS} {MAX_CORNERS} {MAX_PART_VOLUME}"
    key = content_hash(settings, np.asarray(vertices), np.asarray(triangles))
    return tuple(cached_arrays(key, lambda: _decompose(vertices, triangles), cache))


def _decompose(vertices: Float, triangles: NDArray[np.integer]) -> list[Float]:
    mesh = trimesh.Trimesh(vertices, triangles, process=False)
    if mesh.convex_hull.volume <= MAX_PART_VOLUME**0.5 * mesh.volume:
        return [np.array(mesh.convex_hull.vertices)]
    coacd.set_log_level("error")
    shares = []
    for threshold in THRESHOLDS:
        found = coacd.run_coacd(
            coacd.Mesh(vertices, triangles),
            threshold=threshold,
            preprocess_mode="off",
            decimate=True,
            max_ch_vertex=MAX_CORNERS,
            seed=0,
        )
        parts = [np.array(corners, dtype=np.float64) for corners, _ in found]
        shares.append(sum(Manifold.hull_points(part).volume() for part in parts) / mesh.volume)
        if shares[-1] <= MAX_PART_VOLUME:
            return parts
    raise ConvexPartsError(
        f"the convex parts have {', '.join(f'{share:.2f}' for share in shares)} of the mesh's "
        f"volume at thresholds {THRESHOLDS}; at most {MAX_PART_VOLUME} is valid"
    )
