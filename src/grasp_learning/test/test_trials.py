from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float
from grasp_core.errors import ArrayError
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import grasp_rotation
from grasp_learning.trials import SHIFT_M, UNSTABLE, perturb, run_trials, sample_trials
from grasp_learning.view_sample import OUTCOMES, TrialSource
from grasp_sim.errors import UnstableSimulationError
from grasp_sim.scenes import Scene, SceneSpec, make_scene
from grasp_sim.trial import Outcome

LABEL, CANDIDATE, PERTURBED = TrialSource


def grasps_at(x: Float) -> Grasps:
    """Grasps far from each other, which tell by their x where they come from."""
    n = len(x)
    rotations = np.tile(np.eye(3), (n, 1, 1))
    positions = np.column_stack([x, np.zeros((n, 2))])
    return Grasps(rotations, positions, np.full(n, 0.02), np.linspace(1, 0, n), "world")


LABELS, CANDIDATES = grasps_at(1000.0 + np.arange(50)), grasps_at(np.arange(200.0))


def test_a_quarter_labels_half_candidates_a_quarter_perturbed(yumi: Gripper) -> None:
    chosen = sample_trials(LABELS, CANDIDATES, 32, 0.5, yumi, np.random.default_rng(0))
    assert np.bincount(chosen.sources).tolist() == [8, 16, 8]
    x = chosen.grasps.positions[:, 0]
    of_labels, proposed = x[chosen.sources == LABEL], x[chosen.sources == CANDIDATE]
    assert (of_labels >= 1000).all()
    assert set(range(8)) <= set(proposed)  # the best half of the candidates are the best there are
    assert max(proposed) > 50  # the others are any
    assert len({*of_labels, *proposed}) == 24


@pytest.mark.parametrize(("share", "best"), [(0.25, 4), (1.0, 16)])
def test_so_many_of_the_candidates_are_the_best(yumi: Gripper, share: float, best: int) -> None:
    chosen = sample_trials(LABELS, CANDIDATES, 32, share, yumi, np.random.default_rng(0))
    proposed = chosen.grasps.positions[chosen.sources == CANDIDATE, 0]
    assert len(proposed) == 16
    assert proposed[:best].tolist() == list(range(best))
    assert proposed[best:].tolist() != list(range(best, 16)) or best == 16


@given(st.integers(0, 6), st.integers(0, 30), st.integers(0, 40), st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_where_one_kind_is_missing_there_are_more_of_the_other(
    yumi: Gripper, labels: int, candidates: int, count: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    chosen = sample_trials(LABELS[:labels], CANDIDATES[:candidates], count, 0.5, yumi, rng)
    n_labels, n_candidates, n_perturbed = np.bincount(chosen.sources, minlength=3)
    assert n_labels == min(labels, round(count / 4))
    assert n_candidates == min(candidates, count - round(count / 4) - n_labels)
    assert n_perturbed == min(round(count / 4), n_labels + n_candidates)
    assert len(chosen.grasps) == len(chosen.sources) <= count


def test_perturbed_grasps_are_near_and_within_the_stroke(yumi: Gripper) -> None:
    n = 2000
    open_wide = Grasps(
        np.tile(np.eye(3), (n, 1, 1)), np.zeros((n, 3)), np.full(n, 0.049), np.zeros(n), "world"
    )
    moved = perturb(open_wide, yumi, np.random.default_rng(0))
    np.testing.assert_allclose(moved.positions.std(axis=0), SHIFT_M, rtol=0.1)
    turns = Rotation.from_matrix(moved.rotations).as_rotvec()
    np.testing.assert_allclose(turns.std(axis=0), np.radians(10), rtol=0.1)
    assert moved.widths.max() == yumi.max_width == 0.05
    assert 0.03 < moved.widths.min() < 0.044


@pytest.fixture(scope="module")
def brick() -> Scene:
    """A wooden brick at rest on a table."""
    return make_scene(SceneSpec(0, ("brick-0000",), mode="packed", bin="table", friction=0.6))


def brick_grasps(brick: Scene, heights: list[float]) -> Grasps:
    """Grasps from above across the shorter side of the brick, at heights over the table."""
    T, model = brick.T_world_object[0], brick.models[0]
    corners = (model.vertices @ T[:3, :3].T)[:, :2]
    long = np.linalg.svd(corners - corners.mean(axis=0), full_matrices=False)[2][0]
    closing = [-long[1], long[0], 0.0]
    n = len(heights)
    rotation = grasp_rotation([0, 0, -1], closing)
    positions = np.column_stack([np.tile(T[:2, 3], (n, 1)), heights])
    width = np.ptp(corners @ closing[:2]) + 0.005
    return Grasps(np.tile(rotation, (n, 1, 1)), positions, np.full(n, width), np.zeros(n), "world")


def test_grasps_end_as_they_must(brick: Scene, yumi: Gripper) -> None:
    high = float(np.ptp(brick.models[0].vertices, axis=0).max()) + 0.05
    outcomes = run_trials(brick, yumi, brick_grasps(brick, [0.005, high, -0.02, 0.005]))
    names = [OUTCOMES[i] for i in outcomes]
    assert names == [Outcome.HELD, Outcome.EMPTY, Outcome.COLLISION, Outcome.HELD]
    assert outcomes.dtype == np.int8


def test_no_grasps_have_no_outcomes(brick: Scene, yumi: Gripper) -> None:
    assert run_trials(brick, yumi, Grasps.empty("world")).shape == (0,)


def test_where_the_physics_warns_there_is_no_outcome(
    brick: Scene, yumi: Gripper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def warn(*_: object) -> None:
        raise UnstableSimulationError("MuJoCo warns: nan in qacc")

    monkeypatch.setattr("grasp_learning.trials.try_grasp", warn)
    assert run_trials(brick, yumi, brick_grasps(brick, [0.005])).tolist() == [UNSTABLE]


def test_a_width_beyond_the_stroke_is_refused(brick: Scene, yumi: Gripper) -> None:
    grasps = brick_grasps(brick, [0.005])
    wide = Grasps(grasps.rotations, grasps.positions, np.array([0.2]), grasps.scores, "world")
    with pytest.raises(ArrayError, match=r"0\.2"):
        run_trials(brick, yumi, wide)
