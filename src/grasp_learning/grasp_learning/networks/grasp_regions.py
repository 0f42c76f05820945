"""Points of a scene inside a box around each grasp, in the grasp's own frame."""

from __future__ import annotations

from torch import Tensor

from grasp_learning.networks.point_ops import box_neighbors


def crop_regions(
    points: Tensor,
    rotations: Tensor,
    positions: Tensor,
    low: Tensor,
    high: Tensor,
    count: int,
) -> tuple[Tensor, Tensor, Tensor]:
    """Crop the points in an oriented box around each grasp.

    Parameters
    ----------
    points : (N, 3) metres, N >= 1.
    rotations, positions : (C, 3, 3), (C, 3) grasp frames, in the frame of the points.
    low, high : (C, 3) corners of the box in the grasp frame, metres.
    count : points per grasp. Of more, those with the lowest index are taken: shuffle them first.

    Returns
    -------
    local : (C, count, 3) metres in the grasp frame; rows without a point are 0.
    index : (C, count) of each row's point in `points`.
    inside : (C, count) bool, whether a row holds a point of its own.
    """
    index, inside = box_neighbors(
        points.unsqueeze(0),
        positions.unsqueeze(0),
        rotations.unsqueeze(0),
        low.unsqueeze(0),
        high.unsqueeze(0),
        count,
    )
    local = (points[index[0]] - positions.unsqueeze(1)) @ rotations
    return local * inside[0].unsqueeze(2), index[0], inside[0]
