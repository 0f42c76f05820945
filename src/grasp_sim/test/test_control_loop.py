from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from grasp_robots.home import home_values
from grasp_sim.control_loop import CONTROL_SEC, ControlLoop
from grasp_sim.errors import CommandError
from grasp_sim.execution import Ending

bench = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("arm_cells.py"))))


@pytest.fixture
def loop() -> ControlLoop:
    return ControlLoop(bench.cube_cell("yumi", (0.0, 0.0)))


def test_controllers_have_the_names_of_the_robot(loop: ControlLoop) -> None:
    assert set(loop.arms) == {"right_arm_controller", "left_arm_controller"}
    assert set(loop.grippers) == {"right_gripper_controller", "left_gripper_controller"}


def test_both_arms_and_grippers_move_at_once(loop: ControlLoop) -> None:
    robot = loop.cell.work_cell.robot
    executions, expected = [], home_values(robot)
    for arm in robot.arms:
        goal = arm.home + 0.1
        expected[loop.indices[arm.controller]] = goal
        motion = bench.rest_to_rest(goal, 0.6)
        executions.append(loop.move(arm.controller, motion, bench.tolerances(7)))
        expected[loop.indices[arm.mount.controller]] = 0.01
        executions.append(loop.grip(arm.mount.controller, 0.01, 0.0))
    bench.wait(loop, 2.0)
    assert [execution.ending for execution in executions] == [Ending.REACHED] * 4
    np.testing.assert_allclose(loop.cell.positions, expected, atol=1e-3)


def test_time_is_counted_in_control_steps(loop: ControlLoop) -> None:
    loop.keep_up(0.1)
    assert loop.time_sec == pytest.approx(0.1, abs=CONTROL_SEC)
    assert loop.cell.data.time == pytest.approx(loop.time_sec)


def test_emergency_stop_halts_the_arm_and_refuses_commands_until_release(
    loop: ControlLoop,
) -> None:
    arm = loop.cell.work_cell.robot.arms[0]
    at = loop.indices[arm.controller]
    motion = bench.rest_to_rest(arm.home + 0.5, 1.0)
    execution = loop.move(arm.controller, motion, bench.tolerances(7))
    bench.wait(loop, 0.5)
    assert np.abs(loop.cell.velocities[at]).max() > 0.5
    loop.stop()
    where = loop.cell.positions[at]
    assert execution.ending is Ending.STOPPED
    bench.wait(loop, 0.5)
    assert np.abs(loop.cell.positions[at] - where).max() < 0.05
    np.testing.assert_allclose(loop.cell.velocities[at], 0.0, atol=1e-3)
    with pytest.raises(CommandError, match="emergency stop: release it first"):
        loop.move(arm.controller, motion, bench.tolerances(7))
    with pytest.raises(CommandError, match="emergency stop: release it first"):
        loop.grip(arm.mount.controller, 0.0, 0.0)
    loop.release()
    back = bench.rest_to_rest(arm.home, 1.0)
    again = loop.move(arm.controller, back, bench.tolerances(7))
    assert bench.finish(loop, again).ending is Ending.REACHED


def test_a_blocked_arm_ends_with_the_joint_that_is_off_its_path(loop: ControlLoop) -> None:
    """The right hand is sent into the table; it presses no harder than its joints can."""
    arm = loop.cell.work_cell.robot.arms[0]
    way = bench.straight_up(loop.cell, arm, bench.down_to(loop.cell, arm, (0.0, -0.2, 0.02)), 0.05)
    loop.move(arm.controller, bench.rest_to_rest(way[-1], 1.5), bench.tolerances(7))
    bench.wait(loop, 1.7)
    deeper = way[-1] + 4 * (way[0] - way[-1])
    motion = bench.rest_to_rest(deeper, 1.0)
    execution = bench.finish(loop, loop.move(arm.controller, motion, bench.tolerances(7, 0.1)))
    assert execution.ending is Ending.OFF_PATH
    assert "yumi_joint_" in execution.message
    bench.wait(loop, 0.2)
    robot = loop.cell.work_cell.robot
    for joint, effort in zip(robot.joint_names, loop.cell.efforts, strict=True):
        assert abs(effort) <= robot.limits(joint).effort + 1e-6


def test_a_new_cell_ends_commands_and_starts_at_home(loop: ControlLoop) -> None:
    arm = loop.cell.work_cell.robot.arms[0]
    motion = bench.rest_to_rest(arm.home + 0.5, 1.0)
    execution = loop.move(arm.controller, motion, bench.tolerances(7))
    bench.wait(loop, 0.5)
    loop.replace(bench.cube_cell("yumi", (0.0, 0.0), (0.05, 0.05)))
    assert execution.ending is Ending.STOPPED
    assert execution.message == "the scene was replaced"
    bench.wait(loop, 0.2)
    home = home_values(loop.cell.work_cell.robot)
    np.testing.assert_allclose(loop.cell.positions, home, atol=1e-3)
