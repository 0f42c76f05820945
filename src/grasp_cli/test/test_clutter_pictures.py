from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from grasp_cli.clutter_pictures import FailurePictures
from grasp_core.grasps import Grasps
from grasp_core.transforms import grasp_rotation
from grasp_perception.gripper_files import load_gripper
from grasp_sim.clutter import Observation, Setting, run_round


def in_the_air(_: Observation) -> Grasps:
    """Four grasps that close on nothing, 10 cm from each other."""
    rotations = np.repeat(grasp_rotation([0, 0, -1], [1, 0, 0])[None], 4, axis=0)
    positions = [[x, y, 0.3] for x in (0, 0.1) for y in (0, 0.1)]
    return Grasps(rotations, np.array(positions), np.full(4, 0.05), np.full(4, 0.5), "world")


def test_the_first_failures_are_drawn_and_named(tmp_path: Path) -> None:
    setting = Setting("one", ("prism-0003", "pawn-0003"), objects=(2, 2), attempts=3)
    pictures = FailurePictures(tmp_path / "failures", "one, fixed, seed 0")
    run_round(setting, 0, load_gripper("parallel_100mm"), in_the_air, pictures)
    files = sorted(path.name for path in (tmp_path / "failures").iterdir())
    assert files == [
        "one-fixed-seed_0-01-empty-no_object.png",
        "one-fixed-seed_0-02-empty-no_object.png",
    ]
    drawn = np.asarray(Image.open(tmp_path / "failures" / files[0]))
    assert len(np.unique(drawn.reshape(-1, 3), axis=0)) > 100
