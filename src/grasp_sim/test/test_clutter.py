from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grasp_core.checks import Float
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import grasp_rotation
from grasp_sim.clutter import (
    CAMERA_FRAME,
    EMPTY_VIEWS,
    Attempt,
    Observation,
    Round,
    Setting,
    execute_best,
    run_round,
)
from grasp_sim.errors import SceneError
from grasp_sim.objects.catalogue import SIMILAR
from grasp_sim.scenes import SceneSpec, make_scene
from grasp_sim.trial import Outcome

CONFIG = Path(__file__).resolve().parents[3] / "config" / "grippers"
ONE = Setting("one object", SIMILAR[:4], objects=(1, 1))


@pytest.fixture(scope="module")
def parallel_gripper() -> Gripper:
    return Gripper.load(CONFIG / "parallel_100mm.yaml")


def down(positions: list[list[float]], width: float = 0.09) -> Grasps:
    """Grasps from straight above that close along x, best first."""
    n = len(positions)
    rotation = np.repeat(grasp_rotation([0, 0, -1], [1, 0, 0])[None], n, axis=0)
    scores = np.linspace(0.9, 0.5, n)
    return Grasps(rotation, np.asarray(positions, float), np.full(n, width), scores, "world")


def attempt(success: bool) -> Attempt:
    return Attempt(Outcome.HELD if success else Outcome.EMPTY, ("a",) if success else (), 0.05, 0.5)


def test_a_detector_that_finds_nothing_ends_the_round(parallel_gripper: Gripper) -> None:
    views: list[Observation] = []

    def detect(seen: Observation) -> Grasps:
        views.append(seen)
        return Grasps.empty("world")

    played = run_round(ONE, 0, parallel_gripper, detect)
    assert played.attempts == ()
    assert len(views) == EMPTY_VIEWS
    assert views[0].cloud.frame_id == CAMERA_FRAME
    np.testing.assert_array_equal(views[0].T_world_camera, views[1].T_world_camera)
    assert not np.array_equal(views[0].cloud.points, views[1].cloud.points)  # noise is new


def test_a_grasp_that_failed_is_not_tried_again(parallel_gripper: Gripper) -> None:
    in_the_air = [[0.0, 0.0, 0.3], [0.0, 0.001, 0.3], [0.1, 0.0, 0.3]]
    played = run_round(ONE, 0, parallel_gripper, lambda _: down(in_the_air))
    assert [made.outcome for made in played.attempts] == [Outcome.EMPTY] * 2  # 1.5 per object
    assert [made.score for made in played.attempts] == [0.9, 0.5]
    assert played.picked == played.successes == 0


def test_a_setting_may_allow_fewer_attempts(parallel_gripper: Gripper) -> None:
    in_the_air = [[0.0, 0.0, 0.3], [0.1, 0.0, 0.3]]
    once = replace(ONE, attempts=1)
    assert len(run_round(once, 0, parallel_gripper, lambda _: down(in_the_air)).attempts) == 1
    with pytest.raises(SceneError, match="0 attempts, expected at least 1"):
        replace(ONE, attempts=0)


def test_what_is_seen_can_be_picked_and_is_then_gone(parallel_gripper: Gripper) -> None:
    """Close around the middle of all points above the floor: the one object."""

    shown: list[tuple[Grasps, Attempt]] = []
    views: list[Observation] = []

    def watch(seen: Observation, grasp: Grasps, attempt: Attempt) -> None:
        assert len(grasp) == len(seen.cell.scene.models) == 1
        shown.append((grasp, attempt))
        views.append(seen)

    def detect(seen: Observation) -> Grasps:
        world = seen.cloud.transformed(seen.T_world_camera, "world").points
        inside = (np.abs(world[:, :2]) < 0.13).all(axis=1) & (world[:, 2] > 0.012)
        middle = np.median(world[inside], axis=0)
        return down([[float(middle[0]), float(middle[1]), 0.008]], width=0.1)

    rounds = [run_round(ONE, seed, parallel_gripper, detect, watch) for seed in range(4)]
    seen_from = {seen.T_world_camera.tobytes() for seen in views}
    assert seen_from == {ONE.view(played.seed).tobytes() for played in rounds if played.attempts}
    assert [attempt for _, attempt in shown] == [made for r in rounds for made in r.attempts]
    assert all(grasp.widths[0] == 0.1 for grasp, _ in shown)
    picked = [played for played in rounds if played.picked]
    assert picked
    for played in picked:
        assert played.attempts[-1].objects == played.objects
        assert played.attempts[-1].success


def test_a_scene_goes_on_by_one_attempt(parallel_gripper: Gripper) -> None:
    box = make_scene(SceneSpec(3, (SIMILAR[0], SIMILAR[1]), mode="packed", bin="table"))
    middle = box.T_world_object[0, :3, 3]
    on_it = down([[float(middle[0]), float(middle[1]), float(middle[2])]], width=0.1)
    none = Grasps.empty("world")
    left, failed = execute_best(box, parallel_gripper, on_it, none)
    assert left is not None
    assert (left.spec.objects, len(failed)) == ((SIMILAR[1],), 0)
    # What was not touched has not moved.
    np.testing.assert_allclose(left.T_world_object[0], box.T_world_object[1], atol=2e-3)
    in_the_air = down([[0.0, 0.0, 0.3]])
    after, failed = execute_best(left, parallel_gripper, in_the_air, none)
    assert after is not None
    assert (after.spec.objects, len(failed)) == ((SIMILAR[1],), 1)
    assert execute_best(after, parallel_gripper, in_the_air, failed) == (None, failed)


def test_how_far_the_camera_is() -> None:
    for seed in range(5):
        away = ONE.view(seed)[:3, 3] - (0.0, 0.0, 0.03)
        assert ONE.distance_m(seed) == pytest.approx(np.sqrt(away @ away))
        assert 0.4 <= ONE.distance_m(seed) <= 0.7


def test_one_seed_gives_one_round(parallel_gripper: Gripper) -> None:
    clouds: list[list[Float]] = []

    def play() -> Round:
        mine: list[Float] = []
        clouds.append(mine)

        def detect(seen: Observation) -> Grasps:
            mine.append(seen.cloud.points)
            return down([[0.0, 0.0, 0.02], [0.05, 0.0, 0.02], [0.0, 0.05, 0.02]])

        setting = Setting("few", SIMILAR[:4], objects=(2, 3))
        return run_round(setting, 5, parallel_gripper, detect)

    assert play() == play()
    for one, two in zip(*clouds, strict=True):
        np.testing.assert_array_equal(one, two)


def test_two_failures_in_a_row_end_a_round() -> None:
    results = [True, False, True, False, False, True]
    played = Round(0, ("a",) * 6, tuple(map(attempt, results)))
    assert (played.picked, played.successes, len(played.attempts)) == (3, 3, 6)
    cut = played.until_two_failures()
    assert (cut.picked, len(cut.attempts)) == (2, 5)
    assert cut.until_two_failures() == cut


@pytest.mark.parametrize("objects", [(0, 3), (4, 3), (1, 5)])
def test_impossible_numbers_of_objects_are_refused(objects: tuple[int, int]) -> None:
    with pytest.raises(SceneError, match="objects of a catalogue of 4"):
        Setting("wrong", SIMILAR[:4], objects=objects)
