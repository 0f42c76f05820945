from __future__ import annotations

from pathlib import Path

import pytest

from grasp_core.gripper import Gripper

pytest.importorskip("mujoco")  # no wheel for Python 3.10
GRIPPERS = Path(__file__).parents[3] / "config" / "grippers"


def test_a_narrow_gripper_gets_small_objects_and_a_seed_the_same() -> None:
    from grasp_cli.demo_objects import fitting_objects
    from grasp_sim.objects.catalogue import SIMILAR

    narrow = Gripper.load(GRIPPERS / "yumi_smart_gripper.yaml")
    wide = Gripper.load(GRIPPERS / "parallel_100mm.yaml")
    names = fitting_objects(narrow, 3, 12)
    assert names == fitting_objects(narrow, 3, 12)
    assert names != fitting_objects(narrow, 4, 12)
    assert len(set(names)) == 12
    assert "bottle-0003" not in fitting_objects(narrow, 0, 15)
    assert "bottle-0003" in fitting_objects(wide, 0, 23)
    assert set(fitting_objects(wide, 0, 40)) <= set(SIMILAR)
