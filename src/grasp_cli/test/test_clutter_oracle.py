from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grasp_cli import clutter_oracle
from grasp_cli.clutter_oracle import oracle_grasps
from grasp_learning.object_labels import LabelParams
from grasp_perception.gripper_files import load_gripper
from grasp_sim.cell import Cell
from grasp_sim.scenes import draw_scene
from grasp_sim.trial import try_grasp

TILT = 1.05  # radians, the pipeline's default cone


@pytest.fixture
def cell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cell:
    """Two objects, of which few grasps are labelled."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(clutter_oracle, "LABELS", LabelParams(contacts=256, directions=2))
    scene = draw_scene(1, ("prism-0003", "pawn-0003"), (2, 2), friction=0.6)
    return Cell(scene, load_gripper("parallel_100mm"))


def test_the_truth_is_ranked_and_can_be_executed(cell: Cell) -> None:
    found = oracle_grasps(cell)
    assert len(found) > 10
    assert found.frame_id == "world"
    assert (np.diff(found.scores) <= 0).all()
    assert (-found.approach[:, 2] >= np.cos(TILT)).all()
    trial = try_grasp(cell, found.T_frame_grasp[0], float(found.widths[0]))
    assert trial.success
    (taken,) = trial.objects
    cell.clear()
    left = oracle_grasps(cell)  # of the other object only, where it is now
    place = cell.T_world_object[1 - taken, :3, 3]
    radius = np.linalg.norm(cell.scene.models[1 - taken].vertices, axis=1).max()
    assert 0 < len(left) < len(found)
    assert (np.linalg.norm(left.positions - place, axis=1) < radius + 0.02).all()
