from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from grasp_nms import nms_grasp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from grasp_core.errors import ArrayError, FrameError
from grasp_core.grasps import Grasps
from grasp_core.nms import grasp_distance, nms, nms_graspnet
from grasp_core.transforms import transform

SEEDS = st.integers(0, 2**32 - 1)


def random_grasps(
    rng: np.random.Generator, n: int, extent_m: float = 0.1, spread: float = 1.0
) -> Grasps:
    """Grasps in a cube; `spread` 0 gives them all one orientation, 1 any."""
    rotations = Rotation.random(rng=rng) * Rotation.random(n, rng=rng) ** spread
    scores = rng.random(n)
    scores[::5] = 0.5  # ties
    positions = rng.uniform(-extent_m / 2, extent_m / 2, (n, 3))
    return Grasps(rotations.as_matrix(), positions, np.full(n, 0.05), scores, "camera")


def grasp(
    turn_about_approach: float = 0.0, turn_about_closing: float = 0.0, x: float = 0.0
) -> Grasps:
    """One grasp at (x, 0, 0), turned by degrees about one of its own axes."""
    turn = Rotation.from_euler("xy", [turn_about_approach, turn_about_closing], degrees=True)
    return Grasps(turn.as_matrix()[None], [[x, 0.0, 0.0]], [0.05], [1.0], "camera")


def slow_nms(grasps: Grasps, threshold_m: float) -> list[int]:
    """The definition: best first, keep what is at least the threshold from everything kept."""
    distance = grasp_distance(grasps, grasps)
    kept: list[int] = []
    for i in sorted(range(len(grasps)), key=lambda i: (-grasps.scores[i], i)):
        if all(distance[i, j] >= threshold_m for j in kept):
            kept.append(i)
    return kept


@pytest.mark.parametrize(
    ("other", "distance_m"),
    [
        (grasp(), 0.0),
        (grasp(x=0.02), 0.02),
        (grasp(turn_about_approach=60), 0.01),  # 0.03 * (1/3)
        (grasp(turn_about_approach=120), 0.01),  # the closing line has no direction
        (grasp(turn_about_approach=180), 0.0),  # the same grasp of a parallel gripper
        (grasp(turn_about_closing=90), 0.015),
        (grasp(turn_about_closing=180), 0.03),  # from the opposite side
        (grasp(turn_about_closing=60, x=-0.04), 0.05),
        (grasp(turn_about_approach=30, turn_about_closing=0, x=0.1), 0.105),
    ],
)
def test_distance_by_hand(other: Grasps, distance_m: float) -> None:
    np.testing.assert_allclose(grasp_distance(grasp(), other), [[distance_m]], atol=1e-9)


@given(seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_distance_is_a_metric_that_no_change_of_frame_alters(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b, c = (random_grasps(rng, n) for n in (3, 4, 5))
    distance = grasp_distance(a, b)
    assert distance.shape == (3, 4)
    np.testing.assert_allclose(distance, grasp_distance(b, a).T, atol=1e-12)
    through_b = distance[:, :, None] + grasp_distance(b, c)
    assert (grasp_distance(a, c) <= through_b.min(axis=1) + 1e-9).all()
    T_base_camera = transform(Rotation.random(rng=rng).as_matrix(), rng.normal(size=3))
    moved = [grasps.transformed(T_base_camera, "base") for grasps in (a, b)]
    np.testing.assert_allclose(distance, grasp_distance(*moved), atol=1e-9)


@given(seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_distance_knows_that_a_parallel_gripper_is_symmetric(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = random_grasps(rng, 6), random_grasps(rng, 6)
    turned = Grasps(b.rotations * [1.0, -1.0, -1.0], b.positions, b.widths, b.scores, "camera")
    np.testing.assert_allclose(grasp_distance(a, b), grasp_distance(a, turned), atol=1e-12)


@given(
    seed=SEEDS,
    n=st.integers(0, 120),
    extent_m=st.sampled_from([0.0, 0.03, 0.3, 20.0]),
    spread=st.sampled_from([0.0, 0.2, 1.0]),
    threshold_m=st.sampled_from([1e-6, 0.01, 0.03, 0.06, 5.0]),
)
@settings(max_examples=100, deadline=None)
def test_nms_equals_the_definition(
    seed: int, n: int, extent_m: float, spread: float, threshold_m: float
) -> None:
    grasps = random_grasps(np.random.default_rng(seed), n, extent_m, spread)
    expected = slow_nms(grasps, threshold_m)
    assert nms(grasps, threshold_m).tolist() == expected
    for limit in (0, 1, 7, n + 1):
        assert nms(grasps, threshold_m, limit).tolist() == expected[:limit]


def test_nms_equals_the_definition_on_many_grasps() -> None:
    grasps = random_grasps(np.random.default_rng(0), 2000, extent_m=0.3)
    kept = nms(grasps, 0.04)
    assert 100 < len(kept) < 1900
    assert kept.tolist() == slow_nms(grasps, 0.04)


def graspnet_rows(grasps: Grasps) -> NDArray[np.float64]:
    """GraspNet rows (N, 17) of depth 0: score, width, height, depth, R, t, object."""
    rows = np.zeros((len(grasps), 17))
    rows[:, 0], rows[:, 1] = grasps.scores, grasps.widths
    rows[:, 4:13] = grasps.rotations.reshape(-1, 9)
    rows[:, 13:16] = grasps.positions
    return rows


@given(
    seed=SEEDS,
    n=st.integers(1, 150),
    extent_m=st.sampled_from([0.01, 0.1, 1.0]),
    spread=st.sampled_from([0.1, 0.3, 1.0]),
    translation_m=st.sampled_from([0.01, 0.03, 0.2]),
    rotation_rad=st.sampled_from([0.1, np.pi / 6, 2.0, 4.0]),
)
@settings(max_examples=100, deadline=None)
def test_nms_graspnet_equals_the_library(
    seed: int, n: int, extent_m: float, spread: float, translation_m: float, rotation_rad: float
) -> None:
    rng = np.random.default_rng(seed)
    # No ties: the library sorts equal scores in no fixed order.
    scores = rng.permutation(np.linspace(0.0, 1.0, n))
    grasps = random_grasps(rng, n, extent_m, spread).rescored(scores)
    kept = nms_graspnet(grasps, translation_m, rotation_rad)
    rows = graspnet_rows(grasps)
    np.testing.assert_array_equal(rows[kept], nms_grasp(rows, translation_m, rotation_rad))


def test_only_nms_graspnet_takes_a_grasp_turned_by_half_for_another() -> None:
    both = Grasps.concatenate([grasp(), grasp(turn_about_approach=180)])
    assert nms(both, 0.001).tolist() == [0]
    assert nms_graspnet(both).tolist() == [0, 1]
    assert len(nms_grasp(graspnet_rows(both), 0.03, np.pi / 6)) == 2


def test_equal_scores_keep_the_lower_index() -> None:
    same = Grasps.concatenate([grasp(x=x) for x in (0.0, 1.0, 0.0, 1.0, 0.001)])
    assert nms(same, 0.01).tolist() == [0, 1]
    assert nms_graspnet(same).tolist() == [0, 1]


def test_a_grasp_exactly_at_the_threshold_is_kept() -> None:
    pair = Grasps.concatenate([grasp(), grasp(x=0.25)])
    assert nms(pair, 0.25).tolist() == [0, 1]
    assert nms(pair, 0.2500001).tolist() == [0]
    assert nms_graspnet(pair, 0.25).tolist() == [0, 1]


def test_a_grasp_kilometres_away_changes_nothing_for_the_others() -> None:
    near = random_grasps(np.random.default_rng(1), 200)
    far = grasp(x=1e4).rescored(np.zeros(1))
    kept = nms(Grasps.concatenate([near, far]), 0.04)
    assert kept.tolist() == [*nms(near, 0.04).tolist(), 200]


def test_no_grasps() -> None:
    assert nms(Grasps.empty("camera"), 0.02).shape == (0,)
    assert nms_graspnet(Grasps.empty("camera")).shape == (0,)
    assert grasp_distance(Grasps.empty("camera"), grasp()).shape == (0, 1)


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ArrayError, match=r"threshold_m: 0\.0 must be positive"):
        nms(grasp(), 0.0)
    with pytest.raises(ArrayError, match="threshold_m: nan must be positive"):
        nms(grasp(), np.nan)
    with pytest.raises(ArrayError, match="limit: -1 must not be negative"):
        nms(grasp(), 0.02, limit=-1)
    with pytest.raises(ArrayError, match=r"translation_m: -0\.1 must be positive"):
        nms_graspnet(grasp(), translation_m=-0.1)
    with pytest.raises(ArrayError, match=r"rotation_rad: 0\.0 must be positive"):
        nms_graspnet(grasp(), rotation_rad=0.0)
    elsewhere = grasp().transformed(np.eye(4), "base")
    with pytest.raises(FrameError, match="grasps in camera with grasps in base"):
        grasp_distance(grasp(), elsewhere)


def test_the_first_call_leaves_nothing_to_compile() -> None:
    """In a new process, because other tests in this one compile the kernel."""
    script = """
import numpy as np
from grasp_core.nms import _suppress_sorted, nms, nms_graspnet
from test_nms import random_grasps

nms(random_grasps(np.random.default_rng(1), 1), threshold_m=1.0)
assert len(_suppress_sorted.signatures) == 1
grasps = random_grasps(np.random.default_rng(0), 10)
nms(grasps, 0.02, limit=3)
nms_graspnet(grasps)
assert len(_suppress_sorted.signatures) == 1
"""
    subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parent, check=True)
