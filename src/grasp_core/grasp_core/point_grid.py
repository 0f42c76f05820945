"""`PointGrid`: exact counts of cloud points inside many oriented boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grasp_core.cells import Cells, count_points, sort_points
from grasp_core.checks import Float, check_array
from grasp_core.chunks import for_each_chunk
from grasp_core.cloud import PointCloud
from grasp_core.errors import ArrayError

#: Edge of a cell where memory allows: about the thickness of a finger, the smallest side of a box.
CELL_M = 0.01

#: Cells per point and in all (16 MB of offsets); larger clouds get larger cells, not more memory.
CELLS_PER_POINT = 8
MAX_CELLS = 2**22

#: A cell is no smaller than this share of the largest coordinate: keeps float64 rounding (1e-16 of
#: a coordinate) far below the slack of `cells`.
SMALLEST_CELL = 1e-6

#: The inner cells span these quantiles of the coordinates plus a margin (share of the span), so
#: that a stray point kilometres away does not blow them up. Estimated from a sample.
QUANTILES = (0.01, 0.99)
MARGIN = 0.1
SAMPLE_SIZE = 10_000


@dataclass(frozen=True, eq=False)
class PointGrid:
    """The points of a cloud sorted by the cell of a regular grid that they lie in.

    Attributes
    ----------
    cells : the sorted points and where each cell starts.
    frame_id : name of the frame of the points.
    """

    cells: Cells
    frame_id: str

    def __post_init__(self) -> None:
        for array in self.cells[:4]:
            array.setflags(write=False)

    @classmethod
    def from_cloud(cls, cloud: PointCloud) -> PointGrid:
        """Sort the points of `cloud`, none of which is dropped."""
        shape, origin, edge_m = _layout(cloud.points)
        starts = np.zeros(int(shape.prod()) + 1, dtype=np.int32)
        cells = Cells(np.empty(cloud.points.shape, np.float32), starts, shape, origin, edge_m)
        sort_points(np.ascontiguousarray(cloud.points), cells)
        return cls(cells, cloud.frame_id)

    def __len__(self) -> int:
        return len(self.cells.points)

    def count_inside(
        self, T_frame_box: Float, lower: Float, upper: Float, stop_at: int
    ) -> NDArray[np.int64]:
        """Count the points inside oriented boxes; a point on the surface of a box is inside.

        Point p is inside when ``lower <= Rᵀ (p - t) <= upper`` on every axis, in float64.

        Parameters
        ----------
        T_frame_box : (N, 4, 4) poses, in the frame of the points, of the frames of the boxes.
        lower, upper : (N, B, 3) metres, corners of the B boxes of each of these frames.
        stop_at : a count stops here; what asks only whether a box is empty gives 1.

        Returns
        -------
        (N, B) counts, at most `stop_at`.

        Raises
        ------
        ArrayError : shapes do not fit, a value is not finite or `stop_at` is less than 1.
        """
        if stop_at < 1:
            raise ArrayError(f"stop_at: {stop_at} must be at least 1")
        n = len(T_frame_box)
        T = np.ascontiguousarray(check_array(T_frame_box, (n, 4, 4), "T_frame_box"))
        low = np.ascontiguousarray(check_array(lower, (n, None, 3), "lower"))
        high = np.ascontiguousarray(check_array(upper, low.shape, "upper"))
        counts = np.zeros(low.shape[:2], dtype=np.int64)
        for_each_chunk(
            lambda begin, end: count_points(
                self.cells,
                T[begin:end],
                low[begin:end],
                high[begin:end],
                stop_at,
                counts[begin:end],
            ),
            n,
        )
        return counts


def _layout(points: NDArray[np.float32]) -> tuple[NDArray[np.int64], Float, float]:
    """Choose the number (3,), the origin (3,) and the edge of the cells for points (N, 3)."""
    if len(points) == 0:
        return np.ones(3, dtype=np.int64), np.zeros(3), CELL_M
    # An odd stride does not keep meeting the same columns of a depth image.
    sample = points[:: len(points) // SAMPLE_SIZE | 1].astype(np.float64)
    low, high = np.quantile(sample, QUANTILES, axis=0)
    margin = MARGIN * (high - low)
    low, high = low - margin, high + margin
    budget = min(MAX_CELLS, CELLS_PER_POINT * len(points) + 27)
    edge_m = max(CELL_M, SMALLEST_CELL * float(np.abs([low, high]).max()))
    shape = np.ceil((high - low) / edge_m) + 2.0
    while shape.prod() > budget:
        edge_m *= 1.1
        shape = np.ceil((high - low) / edge_m) + 2.0
    return shape.astype(np.int64), low - edge_m, edge_m
