"""A YuMi's smart gripper behind the services of abb_rws_client.

The RobotWare add-in StateMachine runs it: a command is written into the arm's RAPID task, then all
tasks are told to run theirs. The add-in (module TRobSG, version 1.1) tells neither when a motion
ends nor that it did nothing, so the finger's position must.
"""

from __future__ import annotations

import time

from abb_rapid_sm_addin_msgs.srv import SetSGCommand
from abb_robot_msgs.msg import RAPIDSymbolPath
from abb_robot_msgs.srv import GetIOSignal, SetRAPIDSymbol, TriggerWithResultCode
from rclpy.node import Node

from grasp_core.errors import ParameterError
from grasp_executor.arm import MotionEnd, MotionResult
from grasp_executor.drivers.finger_motion import FingerMotion
from grasp_executor.drivers.finger_states_ros import FingerStates
from grasp_executor.drivers.rws_ros import RwsClient
from grasp_executor.errors import ControllerError
from grasp_executor.halt import Halt
from grasp_robots.arm import Mount

#: Letter of an arm in the names of the controller, by the beginning of the gripper group's name.
SIDES = {"right": "R", "left": "L"}

#: mm/s, the add-in's limit and its default.
MAX_SPEED = 25.0

#: mm in a metre.
MM = 1000.0


class SmartGripper:
    """`GripperDriver` for a smart gripper of a YuMi.

    A finger that does not begin to move ends ABORTED and not DONE: the add-in ignores a command
    silently, and a grasp would be believed.

    Parameters
    ----------
    mount : its group's name begins with left or right.
    rws_node : name of abb_rws_client's node.

    Raises
    ------
    ParameterError : the name of the group tells no side.
    """

    def __init__(self, node: Node, mount: Mount, rws_node: str) -> None:
        sides = [side for name, side in SIDES.items() if mount.group.startswith(name)]
        if not sides:
            raise ParameterError(
                f"gripper {mount.group!r} of a YuMi must have a name that begins with "
                f"{' or '.join(SIDES)}"
            )
        (self._side,) = sides
        self._task = f"T_ROB_{self._side}"
        self._gripper = mount.gripper
        self._rws = RwsClient(node, rws_node)
        signal = f"hand_ActualPosition_{self._side}"
        self._fingers = FingerStates(node, self._rws, signal, mount.joints[0])

    def open(self, width: float, halt: Halt) -> MotionResult:
        """Bring the fingers `width` metres apart."""
        target = self._gripper.joint_position(width)
        return self._move(SetSGCommand.Request.SG_COMMAND_MOVE_TO, target, halt)

    def close(self, halt: Halt) -> MotionResult:
        """Close until the fingers meet or press on something with the gripper's force."""
        target = self._gripper.joint_position(self._gripper.min_width)
        return self._move(SetSGCommand.Request.SG_COMMAND_GRIP_IN, target, halt)

    def release(self) -> None:
        """Let go of the controller."""
        self._fingers.close()
        self._rws.close()

    def _move(self, command: int, target: float, halt: Halt) -> MotionResult:
        try:
            self._check_calibrated()
            self._set_force()
            start = self._fingers.next(halt)
            if halt.requested:
                return MotionResult(MotionEnd.HALTED, f"{self._task}: stopped before it moved")
            self._run(command, target)
        except ControllerError as error:
            return MotionResult(MotionEnd.REJECTED, str(error))
        return self._follow(FingerMotion(start, target, time.monotonic()), halt)

    def _follow(self, motion: FingerMotion, halt: Halt) -> MotionResult:
        """Wait for the end of a motion; where it was stopped or has none, hold the fingers."""
        end, position = None, 0.0
        try:
            while end is None:
                position = self._fingers.next(halt)
                end = MotionEnd.HALTED if halt.requested else motion.end(position, time.monotonic())
            if end in (MotionEnd.HALTED, MotionEnd.TIMED_OUT):
                self._run(SetSGCommand.Request.SG_COMMAND_MOVE_TO, position)
        except ControllerError as error:
            end = MotionEnd.HALTED if halt.requested else MotionEnd.TIMED_OUT
            return MotionResult(end, f"{error}; the fingers may still move")
        if end is MotionEnd.DONE:
            return MotionResult(end)
        what = "do not move and stay" if end is MotionEnd.ABORTED else "are held"
        return MotionResult(end, f"{self._task}: the fingers {what} at {MM * position:.1f} mm")

    def _check_calibrated(self) -> None:
        signal = f"hand_StatusCalibrated_{self._side}"
        if self._rws.call("get_io_signal", GetIOSignal.Request(signal=signal)).value != "1":
            raise ControllerError(f"{signal} is not 1: the gripper must be calibrated")

    def _set_force(self) -> None:
        """Write the add-in's settings: fastest speed, force, and how far a finger may open."""
        open_mm = MM * self._gripper.joint_position(self._gripper.max_width)
        path = RAPIDSymbolPath(task=self._task, module="TRobSG", symbol="settings")
        value = f"[{MAX_SPEED:g},{self._gripper.force_n:g},{open_mm:g}]"
        self._rws.call("set_rapid_symbol", SetRAPIDSymbol.Request(path=path, value=value))

    def _run(self, command: int, target: float) -> None:
        """Give a command; the add-in forgets it once run, so the other arm's stays as it is."""
        request = SetSGCommand.Request(
            task=self._task, command=command, target_position=MM * target
        )
        self._rws.call("set_sg_command", request)
        self._rws.call("run_sg_routine", TriggerWithResultCode.Request())
