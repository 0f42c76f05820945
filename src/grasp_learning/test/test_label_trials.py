from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_learning.executed_labels import FRICTIONS, ExecutedLabels
from grasp_learning.label_trials import (
    DISPLACED_COLUMNS,
    NEEDED_EDGES,
    OPENED_M,
    Setting,
    displace,
    execute_labels,
)
from grasp_learning.object_labels import LabelParams
from grasp_learning.trials import UNSTABLE
from grasp_learning.view_sample import OUTCOMES
from grasp_sim.objects.catalogue import TRAINING

TAKES = (4, 1, 1, 1, 2)
SETTING = Setting(
    "test", 1, 1, TAKES, LabelParams(contacts=256), LabelParams(contacts=256, friction=2.0)
)
#: A small knob, of which all classes have grasps.
NUMBER = next(i for i, name in enumerate(TRAINING) if name.startswith("knob"))


@pytest.fixture(scope="module")
def wide() -> Gripper:
    return Gripper.load(Path(__file__).parents[3] / "config" / "grippers" / "parallel_100mm.yaml")


@pytest.fixture(scope="module")
def executed(wide: Gripper) -> ExecutedLabels:
    return execute_labels(SETTING, NUMBER, wide)


def test_each_class_of_needed_friction_gets_its_share(executed: ExecutedLabels) -> None:
    counts = np.histogram(executed.needed_friction, NEEDED_EDGES)[0]
    assert tuple(counts) == TAKES


def test_only_labels_are_displaced(executed: ExecutedLabels) -> None:
    done = executed.displaced != UNSTABLE
    expected = np.zeros_like(done)
    expected[np.ix_(executed.needed_friction <= FRICTIONS[0], DISPLACED_COLUMNS)] = True
    assert np.array_equal(done, expected)
    assert (executed.outcomes != UNSTABLE).all()


def test_labels_hold_better_than_the_worst(executed: ExecutedLabels) -> None:
    held = executed.outcomes == 0
    assert OUTCOMES[0].name == "HELD"
    least, most = executed.needed_friction <= 0.3, executed.needed_friction > 0.8
    assert held[least].mean() > held[most].mean()


def test_the_same_scene_gives_the_same_results(executed: ExecutedLabels, wide: Gripper) -> None:
    again = execute_labels(SETTING, NUMBER, wide)
    for name in ("needed_friction", "widths_m", "predictors", "outcomes", "displaced"):
        assert np.array_equal(getattr(again, name), getattr(executed, name)), name
    assert (executed.scenes == NUMBER).all()


def test_a_displaced_grasp_is_near_and_wider(wide: Gripper) -> None:
    n = 4000
    grasps = Grasps(
        np.tile(np.eye(3), (n, 1, 1)), np.zeros((n, 3)), np.repeat([0.02, 0.095], n // 2),
        np.zeros(n), "world",
    )  # fmt: skip
    off = displace(grasps, wide, np.random.default_rng(0))
    assert off.positions.std(axis=0) == pytest.approx([0.003] * 3, rel=0.05)
    angle = np.degrees(np.arccos((np.trace(off.rotations, axis1=1, axis2=2) - 1) / 2))
    assert np.sqrt((angle**2).mean()) == pytest.approx(5 * np.sqrt(3), rel=0.03)
    np.testing.assert_allclose(off.widths, np.repeat([0.02 + OPENED_M, wide.max_width], n // 2))


def test_single_objects_take_turns() -> None:
    first, again = (
        Setting("x", 1, 1, TAKES).scene(0),
        Setting("x", 1, 1, TAKES).scene(len(TRAINING)),
    )
    assert first.spec.objects == again.spec.objects == (TRAINING[0],)
    assert first.spec.seed != again.spec.seed
    assert first.spec.bin == "table"


def test_several_objects_lie_in_the_bin() -> None:
    spec = Setting("x", 3, 1, TAKES).scene(0).spec
    assert len(set(spec.objects)) == 3
    assert spec.bin == "bin"
    assert spec.friction == 0.3
