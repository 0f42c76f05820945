"""A grasp as seven numbers, seen from a contact point (stage 1) and from a proposal (stage 2).

GPR, section V-A and Fig. 5. All frames are approach frames: z is the preferred approach.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import normalize

from grasp_learning.networks.bin_regression import Bins
from grasp_learning.networks.point_ops import gather

#: Radians, largest angle between an approach and z. At 90 degrees, where GPR's range ends, all
#: closing directions but one have the same projection, and their angle says nothing.
MAX_TILT = math.radians(85.0)

#: Metres between a contact point and the origin along each axis, at most: half the widest opening,
#: what a label spreads, and what the fingertips reach beyond the contacts.
_CENTER_SCOPE_M = 0.06
_CENTER_BIN_M = 0.01
#: The paper groups widths by 5 mm (Fig. 6).
WIDTH_BIN_M = 0.005
#: Metres and radians that a refinement can move and turn a proposal: two bins of stage 1.
_MOVE_SCOPE_M, _MOVE_BIN_M = 0.02, 0.005
_TURN_SCOPE, _TURN_BIN = math.radians(60.0), math.radians(15.0)


class GraspBatch(NamedTuple):
    """Grasps (...) as tensors.

    rotations : (..., 3, 3), columns x, y, z of the grasp frames. positions : (..., 3) metres,
    midway between the fingertips. widths : (...) metres. scores : (...), higher is better.
    """

    rotations: Tensor
    positions: Tensor
    widths: Tensor
    scores: Tensor


def take(grasps: GraspBatch, index: Tensor) -> GraspBatch:
    """Pick grasps (B, M) by index (B, P)."""
    batch, count = index.shape
    return GraspBatch(
        gather(grasps.rotations.flatten(2), index).view(batch, count, 3, 3),
        gather(grasps.positions, index),
        grasps.widths.gather(1, index),
        grasps.scores.gather(1, index),
    )


def proposal_bins(max_width: float) -> tuple[Bins, ...]:
    """Bins of what `from_contact` gives."""
    return (
        Bins(0.0, math.radians(30.0), 12),
        Bins(0.0, math.radians(15.0), 6),
        Bins(-math.pi / 2, math.radians(15.0), 12),
        *_around_zero(3, _CENTER_SCOPE_M, _CENTER_BIN_M),
        Bins(0.0, WIDTH_BIN_M, math.ceil(max_width / WIDTH_BIN_M - 1e-6)),
    )


def refinement_bins() -> tuple[Bins, ...]:
    """Bins of what `from_proposal` gives."""
    return (
        *_around_zero(3, _TURN_SCOPE, _TURN_BIN),
        *_around_zero(4, _MOVE_SCOPE_M, _MOVE_BIN_M),
    )


def _around_zero(quantities: int, scope: float, size: float) -> tuple[Bins, ...]:
    return (Bins(-scope, size, round(2 * scope / size)),) * quantities


def from_contact(points: Tensor, grasps: GraspBatch) -> Tensor:
    """Describe grasps by the contact points (..., 3) that they are for.

    Returns
    -------
    (..., 7): azimuth of the approach in [0, 2 pi) and its angle to z; azimuth of the closing
    direction or its opposite in [-pi/2, pi/2); point minus origin, x, y, z; width.
    """
    approach, closing = grasps.rotations[..., 0], grasps.rotations[..., 1]
    azimuth = torch.atan2(approach[..., 1], approach[..., 0]) % (2 * math.pi)
    level = torch.linalg.vector_norm(approach[..., :2], dim=-1)
    tilt = torch.atan2(level, approach[..., 2])
    closing_azimuth = _half_turn(torch.atan2(closing[..., 1], closing[..., 0]))
    angles = torch.stack([azimuth, tilt, closing_azimuth], dim=-1)
    offset = points - grasps.positions
    return torch.cat([angles, offset, grasps.widths.unsqueeze(-1)], dim=-1)


def at_contact(
    points: Tensor,
    values: Tensor,
    scores: Tensor,
    max_width: float,
    max_tilt: float = MAX_TILT,
) -> GraspBatch:
    """Give the grasps that values (..., 7) describe: the inverse of `from_contact`.

    The sign of the closing direction is lost; tilt and width are held in their ranges.
    """
    azimuth, tilt, closing_azimuth = values[..., :3].unbind(-1)
    tilt = tilt.clamp(0.0, max_tilt)
    x = torch.stack([tilt.sin() * azimuth.cos(), tilt.sin() * azimuth.sin(), tilt.cos()], dim=-1)
    level_x, level_y = closing_azimuth.cos(), closing_azimuth.sin()
    rise = -(x[..., 0] * level_x + x[..., 1] * level_y) / x[..., 2]  # y is perpendicular to x
    y = normalize(torch.stack([level_x, level_y, rise], dim=-1), dim=-1)
    rotations = torch.stack([x, y, torch.linalg.cross(x, y)], dim=-1)
    widths = values[..., 6].clamp(0.0, max_width)
    return GraspBatch(rotations, points - values[..., 3:6], widths, scores)


def from_proposal(proposals: GraspBatch, grasps: GraspBatch) -> Tensor:
    """Describe grasps (...) in the frames of proposals (...).

    Returns
    -------
    (..., 7): angles about z, then y, then x of the turned frame, the last in [-pi/2, pi/2) because
    both closing directions are the same; origin x, y, z; difference of the widths.
    """
    inverse = proposals.rotations.transpose(-1, -2)
    turn = inverse @ grasps.rotations
    level = torch.linalg.vector_norm(turn[..., :2, 0], dim=-1)
    about_z = torch.atan2(turn[..., 1, 0], turn[..., 0, 0])
    about_y = torch.atan2(-turn[..., 2, 0], level)
    about_x = _half_turn(torch.atan2(turn[..., 2, 1], turn[..., 2, 2]))
    angles = torch.stack([about_z, about_y, about_x], dim=-1)
    move = (inverse @ (grasps.positions - proposals.positions).unsqueeze(-1)).squeeze(-1)
    width = (grasps.widths - proposals.widths).unsqueeze(-1)
    return torch.cat([angles, move, width], dim=-1)


def at_proposal(
    proposals: GraspBatch, values: Tensor, scores: Tensor, max_width: float
) -> GraspBatch:
    """Move and turn proposals (...) by values (..., 7): the inverse of `from_proposal`."""
    cosines, sines = values[..., :3].cos(), values[..., :3].sin()
    cz, cy, cx = cosines.unbind(-1)
    sz, sy, sx = sines.unbind(-1)
    x = torch.stack([cz * cy, sz * cy, -sy], dim=-1)
    y = torch.stack([cz * sy * sx - sz * cx, sz * sy * sx + cz * cx, cy * sx], dim=-1)
    turn = torch.stack([x, y, torch.linalg.cross(x, y)], dim=-1)
    move = (proposals.rotations @ values[..., 3:6].unsqueeze(-1)).squeeze(-1)
    widths = (proposals.widths + values[..., 6]).clamp(0.0, max_width)
    return GraspBatch(proposals.rotations @ turn, proposals.positions + move, widths, scores)


def _half_turn(angle: Tensor) -> Tensor:
    """Bring angles to [-pi/2, pi/2) by half turns."""
    return (angle + math.pi / 2) % math.pi - math.pi / 2
