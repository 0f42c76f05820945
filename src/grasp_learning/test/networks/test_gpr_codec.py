from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grasp_core.transforms import grasp_rotation
from grasp_learning.networks.bin_regression import BinRegression
from grasp_learning.networks.gpr_codec import (
    MAX_TILT,
    GraspBatch,
    at_contact,
    at_proposal,
    from_contact,
    from_proposal,
    proposal_bins,
    refinement_bins,
    take,
)

MAX_WIDTH = 0.1
seeds = st.integers(0, 2**32 - 1)


def batch(rotations: np.ndarray, positions: np.ndarray, widths: np.ndarray) -> GraspBatch:
    parts = (rotations, positions, widths, np.zeros(len(widths)))
    return GraspBatch(*(torch.as_tensor(part, dtype=torch.float64) for part in parts))


def random_grasps(n: int, rng: np.random.Generator) -> GraspBatch:
    """Grasps whose approach is less than 80 degrees from z."""
    azimuth, tilt = rng.uniform(0, 2 * np.pi, n), rng.uniform(0, np.radians(80), n)
    approach = np.stack(
        [np.sin(tilt) * np.cos(azimuth), np.sin(tilt) * np.sin(azimuth), np.cos(tilt)], axis=-1
    )
    rotations = grasp_rotation(approach, rng.standard_normal((n, 3)))
    return batch(rotations, rng.uniform(-0.3, 0.3, (n, 3)), rng.uniform(0, MAX_WIDTH, n))


def assert_same_grasps(a: GraspBatch, b: GraspBatch) -> None:
    """Up to the sign of the closing direction."""
    torch.testing.assert_close(a.rotations[:, :, 0], b.rotations[:, :, 0], atol=1e-9, rtol=0)
    sign = (a.rotations[:, :, 1:] * b.rotations[:, :, 1:]).sum(1, keepdim=True).sign()
    torch.testing.assert_close(
        a.rotations[:, :, 1:], sign * b.rotations[:, :, 1:], atol=1e-9, rtol=0
    )
    torch.testing.assert_close(a.positions, b.positions, atol=1e-9, rtol=0)
    torch.testing.assert_close(a.widths, b.widths, atol=1e-9, rtol=0)


def turned_by_half(grasps: GraspBatch) -> GraspBatch:
    half = torch.tensor([1.0, -1.0, -1.0], dtype=torch.float64)
    return GraspBatch(grasps.rotations * half, *grasps[1:])


def test_a_grasp_from_its_contact_by_hand() -> None:
    # Approach 30 degrees from z towards +y; closes along -x; the contact lies 2 cm along +x of o.
    s, c = 0.5, math.sqrt(0.75)
    rotation = np.stack([[0, s, c], [-1, 0, 0], np.cross([0, s, c], [-1, 0, 0])], axis=-1)
    grasp = batch(rotation[None], np.array([[0.1, 0.2, 0.3]]), np.array([0.04]))
    point = torch.tensor([[0.12, 0.2, 0.3]], dtype=torch.float64)
    values = from_contact(point, grasp)[0].tolist()
    # The azimuth of -x is pi, or 0 for its opposite.
    assert values == pytest.approx([np.pi / 2, np.pi / 6, 0.0, 0.02, 0.0, 0.0, 0.04])


def test_a_grasp_from_a_proposal_by_hand() -> None:
    quarter, more = Rotation.from_euler("z", [[90], [100]], degrees=True).as_matrix()
    proposal = batch(quarter[None], np.ones((1, 3)), np.array([0.05]))
    # 10 degrees about the proposal's z, and 2 cm along the world's x, which is its -y.
    grasp = batch(more[None], np.array([[1.02, 1.0, 1.0]]), np.array([0.04]))
    values = from_proposal(proposal, grasp)[0].tolist()
    assert values == pytest.approx([np.radians(10), 0, 0, 0, -0.02, 0, -0.01], abs=1e-12)


@settings(max_examples=30)
@given(seeds)
def test_at_contact_inverts_from_contact(seed: int) -> None:
    rng = np.random.default_rng(seed)
    grasps = random_grasps(20, rng)
    points = grasps.positions + torch.as_tensor(rng.uniform(-0.05, 0.05, (20, 3)))
    values = from_contact(points, grasps)
    assert_same_grasps(at_contact(points, values, grasps.scores, MAX_WIDTH), grasps)


@settings(max_examples=30)
@given(seeds)
def test_at_proposal_inverts_from_proposal(seed: int) -> None:
    rng = np.random.default_rng(seed)
    proposals, grasps = random_grasps(20, rng), random_grasps(20, rng)
    values = from_proposal(proposals, grasps)
    assert_same_grasps(at_proposal(proposals, values, grasps.scores, MAX_WIDTH), grasps)


@settings(max_examples=30)
@given(seeds)
def test_codes_of_both_stages_keep_grasps(seed: int) -> None:
    """decode(encode(g)) == g through bins and residuals, in and beyond their range."""
    rng = np.random.default_rng(seed)
    grasps = random_grasps(8, rng)
    points = grasps.positions + torch.as_tensor(rng.uniform(-0.07, 0.07, (8, 3)))
    turn = Rotation.from_rotvec(rng.normal(0, 0.3, (8, 3))).as_matrix()
    proposals = GraspBatch(
        grasps.rotations @ torch.as_tensor(turn),
        grasps.positions + torch.as_tensor(rng.uniform(-0.03, 0.03, (8, 3))),
        torch.as_tensor(rng.uniform(0, MAX_WIDTH, 8)),
        grasps.scores,
    )
    for regression, values in (
        (BinRegression(proposal_bins(MAX_WIDTH)), from_contact(points, grasps)),
        (BinRegression(refinement_bins()), from_proposal(proposals, grasps)),
    ):
        bins, residuals = regression.encode(values)
        starts, sizes = torch.tensor(regression.starts), torch.tensor(regression.sizes)
        decoded = starts + sizes * (bins + 0.5 + residuals)
        torch.testing.assert_close(decoded, values, atol=1e-6, rtol=0, check_dtype=False)
        assert (bins >= 0).all()
        assert (bins < torch.tensor(regression.counts)).all()


@settings(max_examples=20)
@given(seeds)
def test_both_closing_directions_are_one_grasp(seed: int) -> None:
    rng = np.random.default_rng(seed)
    grasps, proposals = random_grasps(20, rng), random_grasps(20, rng)
    turned = turned_by_half(grasps)
    torch.testing.assert_close(
        from_contact(grasps.positions, grasps), from_contact(grasps.positions, turned)
    )
    torch.testing.assert_close(from_proposal(proposals, grasps), from_proposal(proposals, turned))


def test_any_values_decode_to_rotations_and_widths_in_range() -> None:
    values = torch.randn((200, 7), generator=torch.Generator().manual_seed(0)) * 3
    points = torch.zeros((200, 3))
    for grasps in (
        at_contact(points, values, values[:, 0], MAX_WIDTH),
        at_proposal(
            at_contact(points, values.flip(0), values[:, 0], MAX_WIDTH),
            values,
            values[:, 0],
            MAX_WIDTH,
        ),
    ):
        gram = grasps.rotations @ grasps.rotations.transpose(1, 2)
        torch.testing.assert_close(gram, torch.eye(3).expand_as(gram), atol=2e-5, rtol=0)
        assert (torch.linalg.det(grasps.rotations) > 0).all()
        assert grasps.widths.min() >= 0.0
        assert grasps.widths.max() <= MAX_WIDTH
    tilt = torch.acos(at_contact(points, values, values[:, 0], MAX_WIDTH).rotations[:, 2, 0])
    assert tilt.max() <= MAX_TILT + 1e-4


def test_take_picks_whole_grasps() -> None:
    grasps = random_grasps(4, np.random.default_rng(0))
    picked = take(GraspBatch(*(part[None] for part in grasps)), torch.tensor([[3, 3, 0]]))
    for part, whole in zip(picked, grasps, strict=True):
        assert torch.equal(part[0], whole[[3, 3, 0]])
