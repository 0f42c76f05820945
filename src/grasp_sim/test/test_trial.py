from __future__ import annotations

import math

import numpy as np
import pytest
import trimesh
from scipy.spatial.transform import Rotation

from grasp_core.errors import ArrayError, FrameError
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import grasp_rotation, transform
from grasp_sim import trial
from grasp_sim.cell import Cell
from grasp_sim.objects.catalogue import load_object
from grasp_sim.objects.model import ObjectModel
from grasp_sim.scenes import WORLD, Scene, SceneSpec, make_scene
from grasp_sim.trial import Outcome, Trial, try_grasp, try_grasps

# Fingers: 60 mm long, 20 mm wide, 10 mm thick, 40 N; palm 80 x 140 x 60 mm.
GRIPPER = Gripper(
    name="test", min_width=0.0, max_width=0.1, finger_length=0.06, finger_width=0.02,
    finger_thickness=0.01, pad_length=0.04, palm_size=(0.08, 0.14, 0.06), T_tool_grasp=np.eye(4),
    joint="finger_joint", scale=1.0, offset=0.0, force_n=40.0,
)  # fmt: skip
DOWN = grasp_rotation((0, 0, -1), (0, 1, 0))
CUBE = trimesh.creation.box((0.03, 0.03, 0.03))
BALL = trimesh.creation.icosphere(3, 0.02)


def convex(mesh: trimesh.Trimesh, density: float = 500.0) -> ObjectModel:
    return ObjectModel("it", "test", mesh.vertices, mesh.faces, (mesh.vertices,), density, 0.6)


def alone(model: ObjectModel, friction: float | None = 0.6, bin_name: str = "table") -> Scene:
    """One object on the floor, as it was modelled."""
    T = transform(np.eye(3), (0.0, 0.0, -model.vertices[:, 2].min()))
    return Scene(SceneSpec(0, ("it",), "pile", bin_name, friction), (model,), T[None])


def grasp(
    scene: Scene, position: tuple[float, float, float], width: float = 0.06, R: np.ndarray = DOWN
) -> Trial:
    return try_grasp(Cell(scene, GRIPPER), transform(R, position), width)


def test_a_centred_grasp_holds_a_cube() -> None:
    result = grasp(alone(convex(CUBE)), (0, 0, 0.015))
    assert result.outcome is Outcome.HELD
    assert result.success
    assert result.objects == (0,)
    assert result.opening_m == pytest.approx(0.03, abs=5e-4)
    # 0.4 s approach, 0.04 s arrival, closing 15 mm at 0.1 m/s, 0.6 s lift, 2 x 0.5 s shake
    assert result.duration_sec == pytest.approx(2.19, abs=0.15)


def test_a_held_object_moves_with_the_hand() -> None:
    cell = Cell(alone(convex(CUBE)), GRIPPER)
    try_grasp(cell, transform(DOWN, (0, 0, 0.015)), 0.06)
    assert cell.T_world_object[0, :3, 3] == pytest.approx((0, 0, 0.215), abs=1e-3)


def test_a_ball_is_held_at_its_equator_and_not_above() -> None:
    ball = alone(convex(BALL))
    assert grasp(ball, (0, 0, 0.015)).success
    assert grasp(ball, (0, 0, 0.035)).outcome is Outcome.SLIPPED_IN_LIFT  # 49 degrees off


def test_beside_an_object_the_fingers_close_on_nothing() -> None:
    result = grasp(alone(convex(CUBE)), (0.05, 0, 0.015))
    assert result.outcome is Outcome.EMPTY
    assert result.objects == ()
    assert result.opening_m == pytest.approx(0.0, abs=1e-3)


def test_one_finger_is_not_enough() -> None:
    # Both fingers pass the cube on one side: closing, one pushes it and nothing meets the other.
    assert grasp(alone(convex(CUBE)), (0, 0.047, 0.015)).outcome is not Outcome.HELD


@pytest.mark.parametrize(
    ("position", "width"),
    [((0, 0.015, 0.005), 0.02), ((0, 0, -0.02), 0.06), ((0.18, 0, 0.02), 0.06)],
    ids=["finger on the cube", "below the table", "palm on the wall"],
)
def test_a_hand_that_is_stopped_reports_a_collision(
    position: tuple[float, float, float], width: float
) -> None:
    result = grasp(alone(convex(CUBE), bin_name="euro_box"), position, width)
    assert result.outcome is Outcome.COLLISION
    assert math.isnan(result.opening_m)


def test_a_pre_grasp_inside_something_is_a_collision() -> None:
    level = grasp_rotation((1, 0, 0), (0, 1, 0))
    result = grasp(alone(convex(CUBE), bin_name="bin"), (-0.04, 0, 0.04), R=level)
    assert result.outcome is Outcome.COLLISION
    assert result.duration_sec == 0.0


@pytest.mark.parametrize(
    ("friction", "outcome"), [(0.04, Outcome.SLIPPED_IN_LIFT), (0.2, Outcome.HELD)]
)
def test_coulomb_friction_decides(friction: float, outcome: Outcome) -> None:
    # Half a kilogram weighs 4.9 N; both pads hold 2 * 40 N * friction: 3.2 N or 16 N. Shaking along
    # the pads at 6.3 m/s^2 adds 3.2 N across.
    heavy = convex(CUBE, density=0.5 / 0.03**3)
    assert grasp(alone(heavy, friction), (0, 0, 0.015)).outcome is outcome


def test_an_object_may_be_lost_in_the_shake(monkeypatch: pytest.MonkeyPatch) -> None:
    # The pads hold 8 N. The lift needs 6.6 N of it, a shake by 10 cm more than 15 N.
    heavy = alone(convex(CUBE, density=0.5 / 0.03**3), 0.1)
    assert grasp(heavy, (0, 0, 0.015)).outcome is Outcome.HELD
    monkeypatch.setattr(trial, "SHAKE_M", 0.1)
    assert grasp(heavy, (0, 0, 0.015)).outcome is Outcome.SLIPPED_IN_SHAKE


def test_the_objects_own_friction_counts_where_the_scene_has_none() -> None:
    mesh, density = CUBE, 0.5 / 0.03**3
    slippery = ObjectModel("it", "t", mesh.vertices, mesh.faces, (mesh.vertices,), density, 0.03)
    assert not grasp(alone(slippery, None), (0, 0, 0.015)).success
    assert grasp(alone(slippery, 0.5), (0, 0, 0.015)).success


def test_a_cup_is_held_by_its_rim() -> None:
    cup = load_object("cup-0000")
    scene = alone(cup)
    height = float(np.ptp(cup.vertices[:, 2]))
    rim = float(cup.vertices[:, 1].max())
    result = grasp(scene, (0, rim - 0.003, height - 0.015), 0.03)
    assert result.success  # one finger inside: it is hollow
    assert result.opening_m < 0.01


@pytest.mark.parametrize("seed", range(3))
def test_the_result_does_not_depend_on_the_direction_in_the_world(seed: int) -> None:
    angle = np.random.default_rng(seed).uniform(0, 2 * np.pi)
    turn = transform(Rotation.from_euler("z", angle).as_matrix(), (0.01, 0.02, 0.0))
    scene = alone(convex(CUBE))
    turned = Scene(scene.spec, scene.models, turn @ scene.T_world_object)
    result = try_grasp(Cell(turned, GRIPPER), turn @ transform(DOWN, (0.005, 0, 0.015)), 0.06)
    assert result.success
    assert result.opening_m == pytest.approx(0.03, abs=5e-4)


def grasps_on(scene: Scene, count: int) -> Grasps:
    rng = np.random.default_rng(0)
    picked = rng.integers(len(scene.models), size=count)
    positions = scene.T_world_object[picked, :3, 3]
    angles = rng.uniform(0, np.pi, count)
    closing = np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=-1)
    rotations = grasp_rotation(np.tile((0.0, 0.0, -1.0), (count, 1)), closing)
    return Grasps(rotations, positions, np.full(count, 0.08), np.ones(count), WORLD)


def test_trials_are_repeatable_and_independent_of_their_order() -> None:
    names = ("cup-0001", "bolt-0001", "box-0002", "hammer-0000", "nut-0001", "banana-0002")
    scene = make_scene(SceneSpec(4, names, friction=0.5))
    grasps = grasps_on(scene, 12)
    first = try_grasps(scene, GRIPPER, grasps)
    backwards = try_grasps(scene, GRIPPER, grasps[np.arange(12)[::-1]])[::-1]
    assert repr(first) == repr(backwards)  # all numbers, NaN too
    assert len({result.outcome for result in first}) > 1


def test_no_grasps_give_no_trials() -> None:
    assert try_grasps(alone(convex(CUBE)), GRIPPER, Grasps.empty(WORLD)) == []


def test_grasps_in_another_frame_are_refused() -> None:
    with pytest.raises(FrameError, match="grasps are in 'camera', expected 'world'"):
        try_grasps(alone(convex(CUBE)), GRIPPER, Grasps.empty("camera"))


@pytest.mark.parametrize("width", [-0.01, 0.11, math.nan])
def test_a_width_outside_the_stroke_is_refused(width: float) -> None:
    with pytest.raises(ArrayError, match=r"is outside the stroke of test, 0.0 to 0.1 m"):
        grasp(alone(convex(CUBE)), (0, 0, 0.015), width)


def test_a_width_in_float32_may_be_the_whole_stroke() -> None:
    width = float(np.nextafter(np.float32(0.1), np.float32(1.0)))
    assert width > GRIPPER.max_width
    assert grasp(alone(convex(CUBE)), (0, 0, 0.015), width).success


def test_a_pose_that_is_no_pose_is_refused() -> None:
    cell = Cell(alone(convex(CUBE)), GRIPPER)
    with pytest.raises(ArrayError, match=r"T_world_grasp: value at index \[0, 3\] is not finite"):
        try_grasp(cell, transform(DOWN, (np.nan, 0, 0)), 0.06)
    with pytest.raises(ArrayError, match=r"T_world_grasp: matrix 0 is not a right-handed rotation"):
        try_grasp(cell, transform(2 * DOWN, (0, 0, 0)), 0.06)
