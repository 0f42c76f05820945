from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grasp_core.grasps import Grasps
from grasp_core.nms import grasp_distance, nms
from grasp_learning.networks.gpr_codec import GraspBatch
from grasp_learning.networks.proposal_nms import grasp_distances, suppress


def random_grasps(n: int, seed: int) -> Grasps:
    """Grasps in a small space, best first."""
    rng = np.random.default_rng(seed)
    rotations = Rotation.random(n, rng=rng).as_matrix()
    scores = np.sort(rng.random(n))[::-1]
    return Grasps(rotations, rng.uniform(0, 0.05, (n, 3)), np.full(n, 0.05), scores, "scene")


def as_batch(*scenes: Grasps) -> GraspBatch:
    names = ("rotations", "positions", "widths", "scores")
    arrays = (np.stack([getattr(scene, name) for scene in scenes]) for name in names)
    return GraspBatch(*(torch.as_tensor(array) for array in arrays))


@settings(max_examples=20)
@given(st.integers(0, 1000), st.integers(1, 12), st.integers(1, 12))
def test_distances_are_those_of_grasp_core(seed: int, n: int, m: int) -> None:
    a = [random_grasps(n, seed), random_grasps(n, seed + 1)]
    b = [random_grasps(m, seed + 2), random_grasps(m, seed + 3)]
    distances = grasp_distances(as_batch(*a), as_batch(*b)).numpy()
    for i in range(2):
        np.testing.assert_allclose(distances[i], grasp_distance(a[i], b[i]), atol=1e-9)


@settings(max_examples=20)
@given(st.integers(0, 1000), st.integers(1, 60), st.floats(0.005, 0.06))
def test_suppression_is_that_of_grasp_core(seed: int, n: int, threshold: float) -> None:
    scenes = [random_grasps(n, seed), random_grasps(n, seed + 1)]
    kept = suppress(as_batch(*scenes), threshold)
    for scene, row in zip(scenes, kept, strict=True):
        assert row.nonzero().flatten().tolist() == nms(scene, threshold).tolist()


def test_a_suppressed_grasp_suppresses_nothing() -> None:
    # In a row, 15 mm apart: the second falls to the first, so that the third stays.
    positions = torch.tensor([[[0.0, 0, 0], [0.015, 0, 0], [0.03, 0, 0]]])
    grasps = GraspBatch(torch.eye(3).expand(1, 3, 3, 3), positions, *torch.zeros((2, 1, 3)))
    assert suppress(grasps, 0.02).tolist() == [[True, False, True]]


def test_suppression_is_the_same_in_torchscript() -> None:
    grasps = as_batch(random_grasps(40, 0))
    scripted = torch.jit.script(suppress)(grasps, 0.02)
    assert torch.equal(scripted, suppress(grasps, 0.02))
    assert 1 < scripted.sum() < 40


def test_one_grasp_stays() -> None:
    assert suppress(as_batch(random_grasps(1, 0)), 0.02).tolist() == [[True]]
    assert grasp_distances(*[as_batch(random_grasps(1, 0))] * 2).item() == pytest.approx(
        0, abs=1e-8
    )
