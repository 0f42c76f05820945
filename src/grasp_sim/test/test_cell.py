from __future__ import annotations

import mujoco
import numpy as np
import pytest
import trimesh
from numpy.testing import assert_allclose

from grasp_core.gripper import Gripper
from grasp_core.transforms import grasp_rotation, transform
from grasp_sim.cell import Cell
from grasp_sim.errors import UnstableSimulationError
from grasp_sim.objects.model import ObjectModel
from grasp_sim.scenes import Scene, SceneSpec
from grasp_sim.trial import try_grasp

GRIPPER = Gripper(
    name="test", min_width=0.0, max_width=0.1, finger_length=0.06, finger_width=0.02,
    finger_thickness=0.01, pad_length=0.04, palm_size=(0.08, 0.14, 0.06), T_tool_grasp=np.eye(4),
    joint="finger_joint", scale=1.0, offset=0.0, force_n=40.0,
)  # fmt: skip
DOWN = grasp_rotation((0, 0, -1), (0, 1, 0))


def cube_cell(*positions: tuple[float, float, float]) -> Cell:
    """Cubes of 3 cm on a table."""
    mesh = trimesh.creation.box((0.03, 0.03, 0.03))
    cube = ObjectModel("cube", "test", mesh.vertices, mesh.faces, (mesh.vertices,), 500.0, 0.6)
    spec = SceneSpec(0, ("cube",) * len(positions), "pile", "table")
    T = transform(np.eye(3), np.array(positions))
    return Cell(Scene(spec, (cube,) * len(positions), T), GRIPPER)


def test_objects_start_where_the_scene_has_them() -> None:
    cell = cube_cell((0, 0, 0.015), (0.05, 0.02, 0.015))
    cell.wait(0.2)
    assert_allclose(cell.T_world_object, cell.scene.T_world_object, atol=1e-12)
    assert cell.present.tolist() == [True, True]


def test_reset_brings_everything_back_to_the_last_bit() -> None:
    cell = cube_cell((0, 0, 0.015), (0.1, 0.05, 0.015))
    before = cell.T_world_object
    try_grasp(cell, transform(DOWN, (0, 0, 0.01)), 0.06)
    cell.clear()
    assert not cell.present.all()
    cell.reset()
    assert np.array_equal(cell.T_world_object, before)
    assert cell.present.all()


def test_clear_takes_out_what_is_held_and_nothing_else() -> None:
    cell = cube_cell((0, 0, 0.015), (0.1, 0, 0.015))
    assert try_grasp(cell, transform(DOWN, (0, 0, 0.015)), 0.06).success
    cell.clear()
    assert cell.present.tolist() == [False, True]
    assert_allclose(cell.T_world_object[1], cell.scene.T_world_object[1], atol=1e-6)
    assert try_grasp(cell, transform(DOWN, (0.1, 0, 0.015)), 0.06).objects == (1,)


def test_retreat_lets_go() -> None:
    cell = cube_cell((0, 0, 0.015))
    try_grasp(cell, transform(DOWN, (0, 0, 0.015)), 0.06)
    assert cell.T_world_object[0, 2, 3] > 0.2
    cell.retreat()
    assert cell.present.tolist() == [True]
    assert cell.T_world_object[0, 2, 3] == pytest.approx(0.015, abs=1e-3)


def test_what_is_knocked_out_is_not_present() -> None:
    cell = cube_cell((0, 0, 0.015), (0.14, 0, 0.015))
    cell.data.qvel[6:9] = (2.0, 0.0, 0.0)
    cell.wait(0.5)
    assert cell.present.tolist() == [True, False]


def test_cubes_in_a_row_between_the_fingers_are_grasped_together() -> None:
    cell = cube_cell((0, -0.0151, 0.015), (0, 0.0151, 0.015))
    trial = try_grasp(cell, transform(DOWN, (0, 0, 0.015)), 0.09)
    assert trial.objects == (0, 1)
    assert trial.opening_m == pytest.approx(0.06, abs=1e-3)


def test_hand_depth_is_how_far_the_hand_is_inside() -> None:
    cell = cube_cell((0, 0, 0.015))
    for height, depth in ((0.05, 0.0), (0.028, 0.002)):
        cell.hand.put(cell.data, transform(DOWN, (0, 0.02, height)), np.zeros(3), 0.03)
        mujoco.mj_forward(cell.model, cell.data)
        assert cell.hand_depth() == pytest.approx(depth, abs=1e-4)


def test_a_swing_ends_where_it_began() -> None:
    cell = cube_cell((0, 0, 0.015))
    cell.hand.put(cell.data, transform(DOWN, (0, 0, 0.5)), np.zeros(3), 0.05)
    cell.swing(np.zeros(3), np.array([0.0, 0.0, 0.02]), 0.25, 2)
    cell.wait(0.1)
    assert_allclose(cell.hand.offset(cell.data), 0.0, atol=1e-4)


def test_a_warning_of_mujoco_is_an_error() -> None:
    cell = cube_cell((0, 0, 0.015))
    cell.check_stable()
    cell.data.warning[int(mujoco.mjtWarning.mjWARN_BADQACC)].number = 1
    with pytest.raises(UnstableSimulationError, match=r"mjWARN_BADQACC': 1"):
        cell.check_stable()
