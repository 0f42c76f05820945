from __future__ import annotations

import numpy as np
import pytest

from grasp_cli import clutter_detectors
from grasp_cli.clutter_detectors import NAMES, ORACLE, Player, checksum
from grasp_cli.random_detector import RandomDetector
from grasp_core.grasps import Grasps
from grasp_perception.detectors import DETECTORS
from grasp_perception.geometric.antipodal import AntipodalDetector
from grasp_perception.gripper_files import load_gripper
from grasp_perception.pipeline import Pipeline, PipelineParams
from grasp_sim.clutter import Observation, Setting, run_round

GRIPPER = load_gripper("parallel_100mm")
SETTING = Setting("pair", ("prism-0003", "pawn-0003"), objects=(2, 2), attempts=1)


@pytest.fixture(scope="module")
def seen() -> Observation:
    """The first view of a scene."""
    views: list[Observation] = []

    def look(view: Observation) -> Grasps:
        views.append(view)
        return Grasps.empty("world")

    run_round(SETTING, 1, GRIPPER, look)
    return views[0]


def test_whoever_the_pipeline_knows_can_play() -> None:
    assert (*DETECTORS, "random", "oracle") == NAMES
    assert [checksum(name) for name in ("antipodal", "random", ORACLE)] == ["", "", ""]


def test_a_player_finds_grasps_inside_the_bin_and_tells_its_times(seen: Observation) -> None:
    player = Player("antipodal", SETTING, 1, GRIPPER)
    found = player(seen)
    assert len(found) > 0
    assert found.frame_id == "world"
    assert (np.abs(found.positions[:, :2]) < 0.15).all()
    (stages,) = player.stage_cpu_ms
    assert {"downsample", "detect", "nms"} <= set(stages)
    assert min(stages.values()) >= 0


def test_random_scores_the_candidates_of_the_antipodal_detector_by_chance(
    seen: Observation,
) -> None:
    cloud = seen.cloud.transformed(seen.T_world_camera, "world")
    # So that nothing but the detector chooses.
    free = {"nms_distance": 1e-5, "max_grasps": 10000, "support_share": 0.05}

    def found_by(detector: AntipodalDetector, seed: int) -> Grasps:
        return Pipeline(PipelineParams(seed=seed, **free), GRIPPER, detector).run(cloud).grasps

    def places(grasps: Grasps) -> np.ndarray:
        return grasps.positions[np.lexsort(grasps.positions.T)]

    judged, one, same = (
        found_by(AntipodalDetector(), 1),
        found_by(RandomDetector(), 1),
        found_by(RandomDetector(), 1),
    )
    np.testing.assert_array_equal(places(one), places(judged))
    np.testing.assert_array_equal(one.scores, same.scores)
    assert 0.4 < np.mean(one.scores) < 0.6
    assert not np.array_equal(one.positions, judged.positions)  # another order
    assert np.ptp(found_by(RandomDetector(), 2).scores) > 0.9


def test_the_oracle_is_asked_about_the_cell(
    seen: Observation, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Grasps.empty("world")
    asked = []
    monkeypatch.setattr(
        clutter_detectors, "oracle_grasps", lambda cell: asked.append(cell) or answer
    )
    player = Player(ORACLE, SETTING, 1, GRIPPER)
    assert player(seen) is answer
    assert asked == [seen.cell]
    assert player.stage_cpu_ms == []
