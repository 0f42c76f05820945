from __future__ import annotations

from importlib.util import find_spec

import mujoco
import numpy as np
import pytest
import trimesh
from numpy.testing import assert_allclose
from scipy.spatial.transform import Rotation

from grasp_core.transforms import transform
from grasp_sim.bins import BINS
from grasp_sim.objects.catalogue import NOVEL, NOVEL_SMALL, SIMILAR, TRAINING, load_object
from grasp_sim.objects.model import ObjectModel
from grasp_sim.physics import TIMESTEP_SEC, compile_objects, warnings
from grasp_sim.state import PARKING_M, asleep, parked, place, poses, wake


def cube(side: float, friction: float = 0.5) -> ObjectModel:
    mesh = trimesh.creation.box((side, side, side))
    return ObjectModel("cube", "test", mesh.vertices, mesh.faces, (mesh.vertices,), 500.0, friction)


def at(x: float, y: float, z: float) -> np.ndarray:
    return transform(np.eye(3), (x, y, z))


def run(model: mujoco.MjModel, data: mujoco.MjData, seconds: float) -> None:
    mujoco.mj_step(model, data, round(seconds / TIMESTEP_SEC))


def test_mass_and_inertia_are_the_objects() -> None:
    mug = load_object("mug-0000")
    model = compile_objects(BINS["table"], [mug], None)
    assert model.body("object0").mass == pytest.approx(mug.mass)
    assert_allclose(model.body("object0").ipos, 0.0, atol=1e-12)
    assert_allclose(
        np.sort(model.body("object0").inertia), np.sort(np.linalg.eigvalsh(mug.inertia)), rtol=1e-6
    )


def test_a_falling_object_follows_gravity() -> None:
    model = compile_objects(BINS["table"], [cube(0.03)], None)
    data = mujoco.MjData(model)
    place(data, 0, at(0, 0, 1.0))
    run(model, data, 0.2)
    assert poses(data, 1)[0, 2, 3] == pytest.approx(1.0 - 9.81 / 2 * 0.2**2, abs=0.003)


@pytest.mark.parametrize(("friction", "slides"), [(0.3, True), (0.45, False)])
def test_a_cube_slides_where_friction_is_less_than_the_slope(friction: float, slides: bool) -> None:
    model = compile_objects(BINS["table"], [cube(0.03, friction)], None)
    slope = np.arctan(0.37)
    model.opt.gravity[:] = 9.81 * np.array([np.sin(slope), 0.0, -np.cos(slope)])
    data = mujoco.MjData(model)
    place(data, 0, at(0, 0, 0.015))
    run(model, data, 0.5)
    # a = g (sin - mu cos) = 0.64 m/s^2, 8 cm in half a second
    assert poses(data, 1)[0, 0, 3] == pytest.approx(0.08 if slides else 0.0, abs=0.005)


def test_one_friction_replaces_the_objects_own() -> None:
    objects = [cube(0.03, 0.2), cube(0.03, 0.7)]
    own = compile_objects(BINS["table"], objects, None).geom_friction[-2:, 0]
    same = compile_objects(BINS["table"], objects, 0.4).geom_friction[-2:, 0]
    assert own.tolist() == [0.2, 0.7]
    assert same.tolist() == [0.4, 0.4]


def test_a_ball_dropped_into_a_cup_stays_inside() -> None:
    cup = load_object("cup-0000")
    ball = trimesh.creation.icosphere(2, 0.008)
    marble = ObjectModel("ball", "test", ball.vertices, ball.faces, (ball.vertices,), 2500.0, 0.3)
    model = compile_objects(BINS["table"], [cup, marble], None)
    data = mujoco.MjData(model)
    floor = -cup.vertices[:, 2].min()
    place(data, 0, at(0, 0, floor))
    place(data, 1, at(0.005, 0, floor + cup.vertices[:, 2].max() + 0.03))
    run(model, data, 1.0)
    T_cup, T_ball = poses(data, 2)
    T_cup_ball = np.linalg.inv(T_cup) @ T_ball
    assert np.hypot(*T_cup_ball[:2, 3]) < cup.vertices[:, 0].max()
    assert cup.vertices[:, 2].min() < T_cup_ball[2, 3] < cup.vertices[:, 2].min() + 0.02
    assert T_cup[2, 2] > 0.99  # it still stands


def test_objects_sleep_until_they_are_moved() -> None:
    model = compile_objects(BINS["bin"], [cube(0.03)] * 3, None)
    data = mujoco.MjData(model)
    run(model, data, 0.1)
    assert_allclose(poses(data, 3), parked(3))
    assert asleep(data, 3).all()
    place(data, 1, at(0, 0, 0.1))
    run(model, data, 0.1)
    assert asleep(data, 3).tolist() == [True, False, True]


def test_what_is_woken_falls() -> None:
    model = compile_objects(BINS["bin"], [cube(0.03)] * 2, None)
    data = mujoco.MjData(model)
    wake(data, 2)
    run(model, data, 0.1)
    assert not asleep(data, 2).any()
    assert_allclose(poses(data, 2)[:, 2, 3], PARKING_M - 9.81 / 2 * 0.1**2, atol=0.002)


def test_objects_can_start_where_they_rest() -> None:
    T = np.stack([at(0, 0, 0.015), at(0, 0, 0.045)])
    T[1, :3, :3] = Rotation.from_euler("z", 0.3).as_matrix()
    model = compile_objects(BINS["bin"], [cube(0.03)] * 2, None, T)
    data = mujoco.MjData(model)
    run(model, data, 0.1)
    assert asleep(data, 2).all()
    assert_allclose(poses(data, 2), T, atol=1e-12)


def test_place_and_poses_are_inverse() -> None:
    data = mujoco.MjData(compile_objects(BINS["table"], [cube(0.03)] * 4, None))
    rotations = Rotation.random(4, rng=np.random.default_rng(0)).as_matrix()
    T = transform(rotations, np.arange(12.0).reshape(4, 3))
    for i in range(4):
        place(data, i, T[i])
    assert_allclose(poses(data, 4), T, atol=1e-12)


def test_warnings_are_named() -> None:
    data = mujoco.MjData(compile_objects(BINS["table"], [cube(0.03)], None))
    assert warnings(data) == {}
    data.warning[int(mujoco.mjtWarning.mjWARN_BADQPOS)].number = 2
    assert warnings(data) == {"mjWARN_BADQPOS": 2}


#: The groceries, and a part of the random shapes at both sizes: their convex parts take seconds.
NOVEL_PART = (*NOVEL[:5], *NOVEL[5::12], *NOVEL_SMALL[::12])


@pytest.mark.skipif(
    find_spec("robosuite") is None or find_spec("pybullet_data") is None,
    reason="optional sources of meshes",
)
@pytest.mark.parametrize("name", NOVEL_PART)
def test_novel_objects_step_one_second_without_a_warning(name: str) -> None:
    steps_one_second_without_a_warning(name)


@pytest.mark.parametrize("name", [*TRAINING, *SIMILAR])
def test_every_object_steps_one_second_without_a_warning(name: str) -> None:
    steps_one_second_without_a_warning(name)


def steps_one_second_without_a_warning(name: str) -> None:
    thing = load_object(name)
    model = compile_objects(BINS["bin"], [thing], None)
    data = mujoco.MjData(model)
    place(data, 0, at(0, 0, float(np.linalg.norm(thing.vertices, axis=1).max()) + 0.02))
    run(model, data, 1.0)
    assert warnings(data) == {}
    assert np.abs(poses(data, 1)[0, :2, 3]).max() < 0.15  # still in the bin
