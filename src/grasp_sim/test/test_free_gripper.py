from __future__ import annotations

from functools import partial

import mujoco
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.spatial.transform import Rotation

from grasp_core.gripper import Gripper
from grasp_core.transforms import transform
from grasp_sim.bins import BINS
from grasp_sim.free_gripper import APPROACH_FORCE_N, PARKING_HEIGHT_M, FreeGripper, add_gripper
from grasp_sim.physics import TIMESTEP_SEC, compile_objects

GRIPPER = Gripper(
    name="test", min_width=0.0, max_width=0.08, finger_length=0.05, finger_width=0.02,
    finger_thickness=0.01, pad_length=0.03, palm_size=(0.06, 0.12, 0.05), T_tool_grasp=np.eye(4),
    joint="finger_joint", scale=1.0, offset=0.0, force_n=30.0,
)  # fmt: skip
Free = tuple[mujoco.MjModel, mujoco.MjData, FreeGripper]


@pytest.fixture
def free() -> Free:
    model = compile_objects(BINS["table"], [], None, extra=partial(add_gripper, gripper=GRIPPER))
    return model, mujoco.MjData(model), FreeGripper(model, GRIPPER)


def step(free: Free, seconds: float) -> None:
    mujoco.mj_step(free[0], free[1], round(seconds / TIMESTEP_SEC))


def test_the_model_starts_far_above_the_table(free: Free) -> None:
    model, data, _ = free
    mujoco.mj_forward(model, data)
    assert data.geom_xpos[-3:, 2].min() > PARKING_HEIGHT_M - 0.1
    assert data.ncon == 0


def test_boxes_are_where_the_convention_puts_them(free: Free) -> None:
    model, data, hand = free
    rotation = Rotation.random(rng=np.random.default_rng(1)).as_matrix()
    T = transform(rotation, (0.1, 0.2, 0.8))
    offset = np.array([-0.03, 0.01, 0.02])
    hand.put(data, T, offset, 0.06)
    mujoco.mj_forward(model, data)
    lower, upper = (corner[0] for corner in GRIPPER.boxes(np.array([0.06])))
    for body, box in ((hand.left, 0), (hand.right, 1), (hand.bodies[0], 2)):
        geom = model.body_geomadr[body]
        center = (lower[box] + upper[box]) / 2 + offset
        assert_allclose(data.geom_xpos[geom], rotation @ center + T[:3, 3], atol=1e-9)
        assert_allclose(data.geom_xmat[geom].reshape(3, 3), rotation, atol=1e-9)
        assert_allclose(model.geom_size[geom], (upper[box] - lower[box]) / 2, atol=1e-12)


def test_the_hand_stays_and_goes_where_it_is_told(free: Free) -> None:
    _, data, hand = free
    hand.put(data, transform(np.eye(3), (0, 0, 0.5)), np.zeros(3), 0.05)
    step(free, 0.2)
    assert_allclose(hand.offset(data), 0.0, atol=1e-6)  # gravity does not pull it
    assert hand.opening(data) == pytest.approx(0.05, abs=1e-5)
    hand.move(data, np.array([0.0, 0.001, 0.002]), np.zeros(3))
    step(free, 0.2)
    assert_allclose(hand.offset(data), (0.0, 0.001, 0.002), atol=1e-5)


def test_fingers_close_at_their_speed_and_stop_at_the_least_width(free: Free) -> None:
    _, data, hand = free
    hand.put(data, transform(np.eye(3), (0, 0, 0.5)), np.zeros(3), 0.08)
    hand.close(data)
    step(free, 0.1)
    assert hand.finger_speed(data) == pytest.approx(0.1, rel=0.05)
    step(free, 0.9)
    assert hand.finger_speed(data) == pytest.approx(0.0, abs=1e-4)
    assert hand.opening(data) == pytest.approx(0.0, abs=1e-3)


def test_fingers_move_as_mirror_images(free: Free) -> None:
    model, data, hand = free
    hand.put(data, transform(np.eye(3), (0, 0, 0.5)), np.zeros(3), 0.06)
    data.xfrc_applied[hand.left, 1] = -8.0  # pushes the left finger inwards
    step(free, 0.3)
    mujoco.mj_forward(model, data)
    left, right = (data.xpos[b] - data.xpos[hand.bodies[0]] for b in (hand.left, hand.right))
    assert left[1] == pytest.approx(-right[1], abs=1e-4)


def test_the_arm_gives_way_to_more_than_its_force(free: Free) -> None:
    _, data, hand = free
    for force, held in ((0.8 * APPROACH_FORCE_N, True), (1.5 * APPROACH_FORCE_N, False)):
        hand.put(data, transform(np.eye(3), (0, 0, 0.5)), np.zeros(3), 0.05)
        data.xfrc_applied[hand.bodies[0], 0] = force
        step(free, 0.2)
        assert (hand.offset(data)[0] < 0.003) == held


def test_parked_it_is_closed_and_away(free: Free) -> None:
    _, data, hand = free
    hand.put(data, np.eye(4), np.zeros(3), 0.08)
    hand.park(data)
    step(free, 0.1)
    assert hand.opening(data) == pytest.approx(0.0, abs=1e-3)
    assert data.ncon == 0
