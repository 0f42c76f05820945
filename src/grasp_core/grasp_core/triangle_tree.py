"""`TriangleTree`: the triangles of a mesh in a bounding volume hierarchy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grasp_core.checks import Float, check_array
from grasp_core.errors import ArrayError, FrameError

#: Triangles in a leaf at most; measured: from 1 to 8 collision tests are equally fast, and the
#: largest builds fastest.
LEAF_SIZE = 8


class Nodes(NamedTuple):
    """The arrays of a `TriangleTree`, as kernels take them.

    Nodes stand in the order of a depth-first walk: the walk goes to the next node, or past the
    whole subtree where the bounds of its root rule it out, and needs no stack.

    Attributes
    ----------
    corners : (T, 3, 3) metres, the corners of each triangle; those of one leaf are neighbours.
    lower, upper : (M, 3) metres, bounds of the triangles below each node.
    begin, end : (M,) range in `corners` of a leaf's triangles; empty for an inner node.
    after : (M,) index of the first node that is not below this one.
    """

    corners: Float
    lower: Float
    upper: Float
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    after: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TriangleTree:
    """A triangle mesh made ready for collision tests.

    Attributes
    ----------
    nodes : the triangles and the bounds of groups of them.
    closed : whether the mesh bounds a volume: at every edge as many triangles run along it one way
        as the other. Vertices in exactly one place count as one. Several closed bodies, also
        overlapping ones, are closed; a mesh with a hole or a triangle turned around is not.
    frame_id : name of the frame of the vertices.

    Raises
    ------
    FrameError : `frame_id` is empty.
    """

    nodes: Nodes
    closed: bool
    frame_id: str

    def __post_init__(self) -> None:
        for array in self.nodes:
            array.setflags(write=False)
        if not self.frame_id:
            raise FrameError("a mesh needs the name of the frame it is in")

    @classmethod
    def build(cls, vertices: ArrayLike, triangles: ArrayLike, frame_id: str) -> TriangleTree:
        """Build from vertices (V, 3) in metres and triangles (T, 3) of vertex indices.

        Raises
        ------
        ArrayError : wrong shapes, a vertex that is not finite or an index out of range.
        """
        points = check_array(vertices, (None, 3), "vertices")
        faces = check_array(triangles, (None, 3), "triangles", np.int64)
        outside = (faces < 0) | (faces >= len(points))
        if outside.any():
            row = int(np.argmax(outside.any(axis=1)))
            raise ArrayError(
                f"triangles: {faces[row].tolist()} at {row} is not in [0, {len(points) - 1}]"
            )
        return cls(_build(points[faces]), _is_closed(points, faces), frame_id)

    def __len__(self) -> int:
        return len(self.nodes.corners)


def _build(corners: Float) -> Nodes:
    """Halve the triangles (T, 3, 3) along the longest side of their centres until few are left."""
    centres = corners.mean(axis=1)
    order = np.arange(len(corners))
    ranges: list[tuple[int, int]] = []  # of the triangles below each node
    waiting = [(0, len(corners))] if len(corners) else []
    while waiting:
        first, last = waiting.pop()
        ranges.append((first, last))
        if last - first > LEAF_SIZE:
            part = order[first:last]
            axis = int(np.argmax(np.ptp(centres[part], axis=0)))
            half = len(part) // 2
            order[first:last] = part[np.argpartition(centres[part, axis], half)]
            waiting += [(first + half, last), (first, first + half)]  # the near half is next
    begin, end = np.array(ranges, dtype=np.int64).reshape(-1, 2).T.copy()
    corners = corners[order]
    lower = np.array([corners[a:b].min(axis=(0, 1)) for a, b in ranges]).reshape(-1, 3)
    upper = np.array([corners[a:b].max(axis=(0, 1)) for a, b in ranges]).reshape(-1, 3)
    after = np.arange(1, len(ranges) + 1)
    inner = end - begin > LEAF_SIZE
    for i in np.flatnonzero(inner)[::-1]:
        after[i] = after[after[i + 1]]  # past the first child, then past the second
    return Nodes(corners, lower, upper, begin, np.where(inner, begin, end), after)


def _is_closed(points: Float, faces: NDArray[np.int64]) -> bool:
    """Tell whether the directed edges of the triangles cancel, see `TriangleTree.closed`."""
    if len(faces) == 0:
        return False
    place = np.unique(points, axis=0, return_inverse=True)[1].reshape(-1)
    start, stop = place[faces].ravel(), place[np.roll(faces, -1, axis=1)].ravel()
    return np.array_equal(np.sort(start * len(points) + stop), np.sort(stop * len(points) + start))
