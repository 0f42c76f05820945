from __future__ import annotations

import math

import numpy as np
import torch
from scipy.spatial.transform import Rotation

from grasp_core.grasps import Grasps
from grasp_core.nms import grasp_distance
from grasp_learning.networks.gpr_codec import GraspBatch
from grasp_learning.networks.gpr_targets import (
    GOOD_M,
    IGNORED,
    NO_CONTACT,
    describable,
    jittered,
    point_labels,
    refinable,
)


def test_point_labels_by_hand() -> None:
    grasp_index = np.array([2, 0, -1, 2, 1])
    on_object = np.array([True, True, True, False, True])
    rows = np.array([2, 1])  # of three grasps, the second and the third are labels
    expected = [0, IGNORED, NO_CONTACT, NO_CONTACT, 1]
    assert point_labels(grasp_index, on_object, rows, 3).tolist() == expected


def test_point_labels_without_any_grasp() -> None:
    none = np.array([], dtype=np.int64)
    assert point_labels(np.array([-1, -1]), np.array([True, True]), none, 0).tolist() == [-1, -1]


def test_stage_1_expresses_approaches_up_to_85_degrees_from_z() -> None:
    tilt = np.radians([0.0, 84.9, 85.1, 90.0, 180.0])
    approach = np.stack([np.sin(tilt), np.zeros(5), np.cos(tilt)], axis=-1)
    assert describable(approach).tolist() == [True, True, False, False, False]


def test_jitter_moves_turns_and_opens_by_its_sigmas() -> None:
    n = 4000
    rotations = Rotation.random(n, rng=0).as_matrix().astype(np.float32)
    positions, widths = np.ones((n, 3), np.float32), np.full(n, 0.05, np.float32)
    moved = jittered((rotations, positions, widths), 0.1, np.random.default_rng(1))
    turns = Rotation.from_matrix(np.swapaxes(rotations, 1, 2) @ moved[0]).as_rotvec()
    np.testing.assert_allclose(turns.std(axis=0), math.radians(10.0), rtol=0.05)
    np.testing.assert_allclose((moved[1] - positions).std(axis=0), 0.005, rtol=0.05)
    np.testing.assert_allclose((moved[2] - widths).std(), 0.005, rtol=0.05)


def test_jitter_keeps_widths_in_the_stroke() -> None:
    widths = np.array([0.0, 0.1] * 200, np.float32)
    grasps = (np.tile(np.eye(3, dtype=np.float32), (400, 1, 1)), np.zeros((400, 3)), widths)
    opened = jittered(grasps, 0.1, np.random.default_rng(0))[2]
    assert opened.min() == 0.0
    assert opened.max() == np.float32(0.1)


def test_a_proposal_is_refined_to_its_nearest_label() -> None:
    rng = np.random.default_rng(0)
    widths = np.full(40, 0.05)
    labels = Grasps(
        Rotation.random(40, rng=rng).as_matrix(), rng.uniform(0, 0.04, (40, 3)), widths, widths, "s"
    )
    proposals = Grasps(
        Rotation.random(40, rng=rng).as_matrix(), rng.uniform(0, 0.04, (40, 3)), widths, widths, "s"
    )
    batches = [
        GraspBatch(*(torch.tensor(getattr(g, name))[None] for name in GraspBatch._fields))
        for g in (proposals, labels)
    ]
    targets = refinable(*batches)
    distance = grasp_distance(proposals, labels)
    nearest = distance.argmin(axis=1)
    np.testing.assert_array_equal(targets.labels.positions[0], labels.positions[nearest])
    np.testing.assert_array_equal(targets.labels.rotations[0], labels.rotations[nearest])
    np.testing.assert_array_equal(targets.good[0], distance.min(axis=1) < GOOD_M)
    assert 0 < targets.good.sum() < 40
