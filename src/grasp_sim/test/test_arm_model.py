from __future__ import annotations

from functools import partial
from pathlib import Path

import mujoco
import numpy as np
import pytest
import trimesh

from grasp_core.checks import Float
from grasp_core.transforms import transform
from grasp_robots.allowed_contacts import AllowedContact, allowed_contacts, random_values
from grasp_robots.description import RobotDescription
from grasp_robots.kinematics import link_poses
from grasp_robots.robot_file import load_robot
from grasp_sim.arm_model import SERVO_LAG_SEC, add_robot, put_robot
from grasp_sim.bins import BINS
from grasp_sim.objects.model import ObjectModel
from grasp_sim.physics import TIMESTEP_SEC, compile_objects, new_spec, warnings
from grasp_sim.state import place

CONFIG = Path(__file__).parents[3] / "config"
T_WORLD_ROOT = transform([[0, -1, 0], [1, 0, 0], [0, 0, 1]], (0.1, -0.2, 0.3))


@pytest.fixture(scope="module", params=["diana7", "yumi"])
def robot(request: pytest.FixtureRequest) -> RobotDescription:
    return load_robot(CONFIG / "robots" / f"{request.param}.yaml", CONFIG / "grippers")


@pytest.fixture(scope="module")
def allowed(robot: RobotDescription) -> tuple[AllowedContact, ...]:
    return allowed_contacts(robot, np.random.default_rng(0), samples=200)


@pytest.fixture(scope="module")
def model(robot: RobotDescription, allowed: tuple[AllowedContact, ...]) -> mujoco.MjModel:
    spec = new_spec()
    add_robot(spec, robot, T_WORLD_ROOT, allowed)
    return spec.compile()


def home(robot: RobotDescription) -> Float:
    values = np.zeros(len(robot.joint_names))
    for arm in robot.arms:
        for joint, value in zip(arm.joints, arm.home, strict=True):
            values[robot.joint_names.index(joint)] = value
    return values


def started(model: mujoco.MjModel, robot: RobotDescription, values: Float) -> mujoco.MjData:
    data = mujoco.MjData(model)
    put_robot(model, data, robot, values)
    mujoco.mj_forward(model, data)
    return data


def test_sites_are_where_forward_kinematics_has_them(
    model: mujoco.MjModel, robot: RobotDescription
) -> None:
    data = mujoco.MjData(model)
    values = random_values(robot, np.random.default_rng(1), 30)
    poses = link_poses(robot, values)
    for i in range(30):
        put_robot(model, data, robot, values[i])
        mujoco.mj_kinematics(model, data)
        for arm in robot.arms:
            for name in (arm.tool, arm.tcp):
                site = data.site(name)
                found = transform(site.xmat.reshape(3, 3), site.xpos)
                np.testing.assert_allclose(found, T_WORLD_ROOT @ poses[name][i], atol=1e-6)


def test_bodies_have_the_masses_of_the_links(
    model: mujoco.MjModel, robot: RobotDescription
) -> None:
    for link in robot.links:
        body = model.body(link.name)
        assert body.mass[0] == pytest.approx(link.mass)
        moments = np.sort(np.linalg.eigvalsh(link.inertia))
        np.testing.assert_allclose(np.sort(body.inertia), moments, atol=1e-9)


def test_home_is_held_within_half_of_the_effort(
    model: mujoco.MjModel, robot: RobotDescription
) -> None:
    data = started(model, robot, home(robot))
    assert data.ncon == 0
    before = data.qpos.copy()
    mujoco.mj_step(model, data, round(0.5 / TIMESTEP_SEC))
    np.testing.assert_allclose(data.qpos, before, atol=1e-4)
    assert not warnings(data)
    for name in robot.joint_names:
        force = data.qfrc_actuator[model.joint(name).dofadr[0]]
        assert abs(force) < robot.limits(name).effort / 2


def test_a_smooth_motion_is_followed(model: mujoco.MjModel, robot: RobotDescription) -> None:
    """A quarter of a radian in 0.75 s with each joint of an arm, velocities fed forward."""
    arm = robot.arms[0]
    data = started(model, robot, home(robot))
    qpos = [model.joint(name).qposadr[0] for name in arm.joints]
    ctrl = [model.actuator(name).id for name in arm.joints]
    steps = round(0.75 / TIMESTEP_SEC)
    worst = 0.0
    for s in np.arange(1, steps + 1) / steps:
        reference = arm.home + 0.25 * s**3 * (10 - 15 * s + 6 * s**2)
        velocity = 0.25 * 30 * s**2 * (1 - s) ** 2 / 0.75
        data.ctrl[ctrl] = reference + SERVO_LAG_SEC * velocity
        mujoco.mj_step(model, data)
        worst = max(worst, float(np.abs(data.qpos[qpos] - reference).max()))
    assert worst < 0.01
    assert data.ncon == 0
    assert not warnings(data)


def test_links_meet_unless_they_are_allowed_to(
    robot: RobotDescription, allowed: tuple[AllowedContact, ...]
) -> None:
    """Both arms of the YuMi stretched across the other side meet; an elbow folds into its arm."""
    folded = home(robot)
    if len(robot.arms) == 1:
        folded[3] = robot.limits("joint4").upper
    else:
        folded[:7] = folded[7:14] = 0.0
    for pairs, touches in ((allowed, True), (_all_pairs(robot), False)):
        spec = new_spec()
        add_robot(spec, robot, T_WORLD_ROOT, pairs)
        model = spec.compile()
        assert (started(model, robot, folded).ncon > 0) == touches


def _all_pairs(robot: RobotDescription) -> list[AllowedContact]:
    bodies = [link.name for link in robot.links if link.shapes]
    return [
        AllowedContact(first, second, "")
        for i, first in enumerate(bodies)
        for second in bodies[i + 1 :]
    ]


def test_fingers_close_at_their_speed_as_mirror_images(
    model: mujoco.MjModel, robot: RobotDescription
) -> None:
    (left, right), values = robot.arms[0].mount.joints, home(robot)
    values[robot.joint_names.index(left)] = robot.limits(left).upper
    data = started(model, robot, values)
    for name in (left, right):
        data.ctrl[model.actuator(name).id] = 0.0
    mujoco.mj_step(model, data, round(0.3 / TIMESTEP_SEC))
    travelled = robot.limits(left).upper - data.joint(left).qpos[0]
    assert travelled == pytest.approx(0.3 * robot.limits(left).velocity, rel=0.2)
    assert data.joint(right).qpos[0] == pytest.approx(data.joint(left).qpos[0], abs=1e-4)


def test_a_cube_is_held_by_friction_alone(
    robot: RobotDescription, allowed: tuple[AllowedContact, ...]
) -> None:
    arm, side = robot.arms[0], 0.03
    mesh = trimesh.creation.box((side, side, side))
    cube = ObjectModel("cube", "test", mesh.vertices, mesh.faces, (mesh.vertices,), 4000.0, 0.5)
    values = home(robot)
    finger = robot.joint_names.index(arm.mount.joints[0])
    values[finger] = arm.mount.gripper.joint_position(side)
    T_world_tcp = T_WORLD_ROOT @ link_poses(robot, values[None])[arm.tcp][0]
    add = partial(add_robot, robot=robot, T_world_root=T_WORLD_ROOT, allowed=allowed)
    model = compile_objects(BINS["table"], [cube], None, extra=add)
    data = started(model, robot, values)
    place(data, 0, T_world_tcp)
    for name in arm.mount.joints:
        data.ctrl[model.actuator(name).id] = arm.mount.gripper.joint_position(0.0)
    mujoco.mj_step(model, data, round(1.0 / TIMESTEP_SEC))
    np.testing.assert_allclose(data.body("object0").xpos, T_world_tcp[:3, 3], atol=0.001)
    assert not warnings(data)
