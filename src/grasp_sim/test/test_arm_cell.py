from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from grasp_core.camera import Camera
from grasp_robots.home import home_values
from grasp_sim.arm_cell import BIN, OUTSIDE, ArmCell
from grasp_sim.control_loop import ControlLoop
from grasp_sim.drivers import DRIVERS
from grasp_sim.errors import SceneError, UnstableSimulationError
from grasp_sim.execution import Ending
from grasp_sim.motion import Motion
from grasp_sim.sensor_noise import capture
from grasp_sim.state import place
from grasp_sim.views import look_at

bench = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("arm_cells.py"))))


@pytest.mark.parametrize("name", ["diana7", "yumi"])
def test_a_cube_goes_from_the_bin_into_the_tray_by_friction(name: str) -> None:
    """The whole pick with each robot: above, down, close, lift, over the tray, open."""
    cell = bench.cube_cell(name, (0.03, -0.1), (-0.06, 0.06))
    robot = cell.work_cell.robot
    arm = robot.arms[0]
    finger = robot.joint_names.index(arm.mount.joints[0])
    loop = ControlLoop(cell)

    def follow(motion: Motion) -> Ending | None:
        return bench.finish(
            loop, loop.move(arm.controller, motion, bench.tolerances(len(arm.joints)))
        ).ending

    def grip(width: float) -> Ending | None:
        goal = arm.mount.gripper.joint_position(width)
        return bench.finish(loop, loop.grip(arm.mount.controller, goal, 0.0)).ending

    picking = bench.straight_up(cell, arm, bench.down_to(cell, arm, (0.03, -0.1, 0.012)), 0.18)
    tray = cell.work_cell.trays[arm.group].center
    placing = bench.straight_up(cell, arm, bench.down_to(cell, arm, (*tray, 0.02)), 0.15)
    assert follow(bench.rest_to_rest(picking[-1], 2.0)) is Ending.REACHED
    assert follow(bench.along(picking[::-1], 1.5)) is Ending.REACHED
    assert grip(0.0) is Ending.STALLED
    assert 2 * cell.positions[finger] == pytest.approx(bench.CUBE_M, abs=0.001)
    assert follow(bench.along(picking, 1.5)) is Ending.REACHED
    assert cell.T_world_object[0, 2, 3] == pytest.approx(0.18 + bench.CUBE_M / 2, abs=0.004)
    assert cell.places() == [BIN, BIN]
    assert follow(bench.rest_to_rest(placing[-1], 2.0)) is Ending.REACHED
    assert follow(bench.along(placing[::-1], 1.5)) is Ending.REACHED
    assert grip(0.04) is Ending.REACHED
    bench.wait(loop, 0.3)
    assert cell.places() == [arm.group, BIN]
    resting = (-0.06, 0.06, bench.CUBE_M / 2)
    np.testing.assert_allclose(cell.T_world_object[1, :3, 3], resting, atol=1e-4)


def test_robot_starts_at_home_with_open_gripper_and_stays() -> None:
    cell = bench.cube_cell("yumi", (0.0, 0.0))
    home = home_values(cell.work_cell.robot)
    cell.step(250)
    np.testing.assert_allclose(cell.positions, home, atol=1e-3)
    np.testing.assert_allclose(cell.velocities, 0.0, atol=1e-3)


def test_places_tell_bin_trays_and_outside() -> None:
    cell = bench.cube_cell("yumi", (0.1, -0.14), (0.0, 0.0), (0.0, 0.05), (0.0, 0.1))
    for i, position in enumerate([(0.1, -0.3, 0.015), (0.0, 0.4, 0.015), (0.3, 0.0, 0.015)]):
        T = np.eye(4)
        T[:3, 3] = position
        place(cell.data, i + 1, T)
    assert cell.places() == [BIN, "right_arm", "left_arm", OUTSIDE]


def test_a_scene_in_another_bin_is_refused() -> None:
    cell = bench.cube_cell("yumi", (0.0, 0.0))
    scene = replace(cell.scene, spec=replace(cell.scene.spec, bin="euro_box"))
    with pytest.raises(SceneError, match=r"'euro_box' \(0.4, 0.3, 0.12\) m is not that of"):
        ArmCell(cell.work_cell, scene, [])


def test_an_effort_limit_holds_for_both_fingers() -> None:
    cell = bench.cube_cell("yumi", (0.0, 0.0))
    robot = cell.work_cell.robot
    joint = robot.joint_names.index("gripper_r_joint")
    cell.limit_effort(joint, 5.0)
    command = cell.positions
    command[joint] = 0.0
    cell.command(command, np.zeros_like(command))
    cell.step(5)
    for name in ("gripper_r_joint", "gripper_r_joint_m"):
        dof = cell.model.joint(name).dofadr[0]
        assert cell.data.qfrc_actuator[dof] == pytest.approx(-5.0)
    assert cell.efforts[joint] == pytest.approx(-5.0)


@pytest.mark.parametrize(("name", "camera"), [("yumi", "phoxi"), ("diana7", "d435")])
def test_camera_sees_the_bin_past_the_robot_at_home(name: str, camera: str) -> None:
    setup = DRIVERS[camera].setup
    cell = bench.cube_cell(
        name, (0.0, 0.0), (0.12, 0.12), (0.12, -0.12), (-0.12, 0.12), (-0.12, -0.12)
    )
    T_world_camera = look_at(*cell.work_cell.cameras[camera])
    seen = cell.look(setup.camera, T_world_camera)
    depth = capture(seen, setup.noise, np.random.default_rng(0)).depth  # the projector sees it too
    assert set(np.unique(seen.instances[depth > 0])) == {0, 1, 2, 3, 4, 5}
    points = setup.camera.deproject(seen.depth, "camera").points
    heights = points @ T_world_camera[2, :3] + T_world_camera[2, 3]
    assert heights.min() > -1e-3


def test_a_camera_follows_what_moves() -> None:
    cell = bench.cube_cell("diana7", (0.0, 0.0))
    camera = Camera(width=80, height=60, fx=60.0, fy=60.0, cx=39.5, cy=29.5)
    T_world_camera = look_at((0.6, 0.0, 0.6), (0.0, 0.0, 0.3))
    before = cell.look(camera, T_world_camera).depth
    command = cell.positions
    command[0] += 0.5
    cell.command(command, np.zeros_like(command))
    cell.step(250)
    after = cell.look(camera, T_world_camera).depth
    assert (np.abs(before - after) > 0.01).sum() > 50


def test_an_unstable_simulation_is_an_error() -> None:
    cell = bench.cube_cell("diana7", (0.0, 0.0))
    cell.data.qvel[:] = 1e12
    with pytest.raises(UnstableSimulationError, match="MuJoCo warns"):
        cell.step(1)


def test_objects_start_where_the_scene_has_them() -> None:
    cell: ArmCell = bench.cube_cell("diana7", (0.02, 0.03))
    cell.step(100)
    np.testing.assert_allclose(cell.T_world_object, cell.scene.T_world_object, atol=1e-12)
