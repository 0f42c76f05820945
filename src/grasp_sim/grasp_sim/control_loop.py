"""`ControlLoop`: the controllers of a cell's arms and grippers, in step with its physics."""

from __future__ import annotations

from threading import RLock

import numpy as np

from grasp_robots.moveit_config import CONTROL_RATE
from grasp_sim.arm_cell import ArmCell
from grasp_sim.controllers import GripperController, Tolerances, TrajectoryController
from grasp_sim.errors import CommandError
from grasp_sim.execution import Ending, Execution
from grasp_sim.motion import Motion
from grasp_sim.physics import TIMESTEP_SEC

CONTROL_SEC = 1 / CONTROL_RATE
STEPS = round(CONTROL_SEC / TIMESTEP_SEC)

STOPPED = "emergency stop: release it first"


class ControlLoop:
    """Controllers of a cell, by the names that its robot gives them. All threads may call it.

    Attributes
    ----------
    cell : what is controlled.
    lock : held while physics or controllers change; hold it to read several things of one moment.
    time_sec : simulated seconds since the start.
    stopped : whether the emergency stop is active.
    """

    def __init__(self, cell: ArmCell) -> None:
        self.lock = RLock()
        self.time_sec = 0.0
        self.stopped = False
        self._install(cell)

    def tick(self) -> None:
        """Go on by `CONTROL_SEC`.

        Raises
        ------
        UnstableSimulationError : MuJoCo warns.
        """
        with self.lock:
            positions, velocities = self.cell.positions, self.cell.velocities
            targets, speeds = positions.copy(), np.zeros_like(positions)
            for name, arm in self.arms.items():
                at = self.indices[name]
                targets[at], speeds[at] = arm.update(positions[at], CONTROL_SEC)
            for name, gripper in self.grippers.items():
                (joint,) = self.indices[name]
                targets[joint] = gripper.update(positions[joint], velocities[joint], CONTROL_SEC)
                self.cell.limit_effort(joint, gripper.effort)
            self.cell.command(targets, speeds)
            self.cell.step(STEPS)
            self.time_sec += CONTROL_SEC

    def keep_up(self, seconds: float) -> None:
        """Go on until the simulated time is `seconds` since the start of a clock."""
        while self.time_sec < seconds:
            self.tick()

    def move(
        self, controller: str, motion: Motion, tolerances: Tolerances, ahead_sec: float = 0.0
    ) -> Execution:
        """Begin a motion of an arm; see `TrajectoryController.start`.

        Raises
        ------
        CommandError : it cannot be followed, or the emergency stop is active.
        """
        with self.lock:
            self.check()
            return self.arms[controller].start(motion, tolerances, ahead_sec)

    def grip(self, controller: str, goal: float, effort: float) -> Execution:
        """Begin a motion of a gripper; see `GripperController.start`.

        Raises
        ------
        CommandError : it cannot be followed, or the emergency stop is active.
        """
        with self.lock:
            self.check()
            return self.grippers[controller].start(goal, effort)

    def check(self) -> None:
        """Raise CommandError while the emergency stop is active."""
        if self.stopped:
            raise CommandError(STOPPED)

    def stop(self) -> None:
        """Emergency stop until `release`: arms hold where they are, fingers keep their grip."""
        with self.lock:
            self.stopped = True
            self._end_all(STOPPED)

    def release(self) -> None:
        """Accept commands again."""
        self.stopped = False

    def replace(self, cell: ArmCell) -> None:
        """Go on with another cell, whose robot is the same; what is under way ends."""
        with self.lock:
            self._end_all("the scene was replaced")
            self._install(cell)

    def _install(self, cell: ArmCell) -> None:
        self.cell = cell
        robot, positions = cell.work_cell.robot, cell.positions
        self.arms: dict[str, TrajectoryController] = {}
        self.grippers: dict[str, GripperController] = {}
        self.indices = {}
        for arm in robot.arms:
            at = np.array([robot.joint_names.index(name) for name in arm.joints])
            self.indices[arm.controller] = at
            self.arms[arm.controller] = TrajectoryController(arm.joints, positions[at])
            finger = arm.mount.joints[0]
            joint = robot.joint_names.index(finger)
            self.indices[arm.mount.controller] = np.array([joint])
            self.grippers[arm.mount.controller] = GripperController(
                finger, robot.limits(finger), positions[joint]
            )

    def _end_all(self, message: str) -> None:
        positions = self.cell.positions
        for name, arm in self.arms.items():
            arm.stop(positions[self.indices[name]], Ending.STOPPED, message)
        for gripper in self.grippers.values():
            gripper.stop(Ending.STOPPED, message)
