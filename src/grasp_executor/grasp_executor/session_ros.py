"""`Session`: a configured robot in its cell, which serves the goals of the executor node."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from tf2_msgs.msg import TFMessage

from grasp_core.checks import Float
from grasp_core.errors import ParameterError
from grasp_core.transforms import inverse, transform_points
from grasp_executor import ros
from grasp_executor.arm import Manipulator
from grasp_executor.attempt_log import Observer
from grasp_executor.calibration.hand_eye import HandEye
from grasp_executor.cell_scene import cell_scene
from grasp_executor.clear_bin import clear_bin
from grasp_executor.described_robot import planning_robot
from grasp_executor.detection_ros import DetectionClient
from grasp_executor.drivers.hands_ros import hand
from grasp_executor.drivers.joint_states_ros import JointStateListener
from grasp_executor.drivers.trajectory_ros import Tolerances, TrajectoryDriver
from grasp_executor.errors import StageError
from grasp_executor.halt import Halt
from grasp_executor.node_params import ExecutorParams
from grasp_executor.pick import Found, Picker, PickRequest
from grasp_executor.pick_result import PickCode
from grasp_executor.planners import make_planner
from grasp_executor.planning_worker import PlanningWorker
from grasp_msgs.action import ClearBin, Pick
from grasp_msgs.srv import DetectGrasps
from grasp_nodes.geometry_ros import transform_message
from grasp_robots.allowed_contacts import allowed_contacts
from grasp_robots.work_cell import WorkCell, load_work_cell

#: Of the states of the robot in which pairs of links are found that need no check: always the same.
CONTACT_SEED = 0


class Session:
    """Robot, planner, drivers and detection, made from the parameters of a node.

    Raises
    ------
    ParameterError, RobotFileError : a parameter or a file is wrong.
    """

    def __init__(self, node: Node, params: ExecutorParams) -> None:
        cell = load_work_cell(params.cell_file)
        robot = cell.robot
        contacts = allowed_contacts(robot, np.random.default_rng(CONTACT_SEED))
        planned = planning_robot(robot, contacts)
        around = cell_scene(cell, planned)
        planner = make_planner(params.planner, planned)
        self.base = planned.base_link
        self._params = params
        limits = Tolerances(params.path_tolerance, params.goal_tolerance)
        drivers = [TrajectoryDriver(node, arm.controller, limits) for arm in robot.arms]
        hands = [hand(node, arm.mount, params) for arm in robot.arms]
        joints = JointStateListener(node, params.state_timeout)
        self._arms = {
            arm.group: Manipulator(arm, driver, fingers, _spots(cell, arm.group))
            for arm, driver, fingers in zip(robot.arms, drivers, hands, strict=True)
        }
        if params.handeye:
            self._publish_camera(node, HandEye.load(params.handeye))
        self._detection = DetectionClient(node, self.base, params.detection_timeout)
        self._worker = PlanningWorker(planner)
        self._picker = Picker(
            self._arms,
            joints,
            planned,
            around,
            self._worker,
            params,
            np.random.default_rng(params.seed),
        )
        self._closing = [
            self._worker.close,
            planner.close,
            self._detection.close,
            joints.close,
            *(driver.close for driver in drivers),
            *(fingers.release for fingers in hands),
        ]

    def _publish_camera(self, node: Node, eye: HandEye) -> None:
        """Tell where the camera is, once and for all who come later."""
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self._static = node.create_publisher(TFMessage, "/tf_static", latched)
        now_ns = node.get_clock().now().nanoseconds
        pose = transform_message(eye.T_parent_child, eye.parent, eye.child, now_ns)
        self._static.publish(TFMessage(transforms=[pose]))

    def pick(self, goal: Pick.Goal, halt: Halt, observe: Observer) -> Pick.Result:
        """Serve a goal of /pick.

        Raises
        ------
        StageError : a field of the goal is wrong.
        """
        if goal.grasps.grasps:
            found = self._detection.given(goal.grasps)
            request = self._request(goal, lambda _: found, detections=1, in_order=True)
        else:
            detect = DetectGrasps.Request(
                region=goal.region,
                mask=goal.mask,
                instance=goal.instance,
                approach_cone=goal.approach_cone,
            )
            find = partial(self._detection.find, detect)
            request = self._request(goal, find, self._params.max_detections)
        result = self._picker.pick(request, halt, observe)
        return ros.pick_message(result, self.base, self._detection.stamp_ns)

    def clear(
        self,
        goal: ClearBin.Goal,
        halt: Halt,
        observe: Observer,
        report: Callable[[int, int], None],
    ) -> ClearBin.Result:
        """Serve a goal of /clear_bin; each of its picks has one detection.

        Raises
        ------
        StageError : a field of the goal is wrong.
        """
        try:
            limits = ros.read_limits(goal, self._params.max_failures_in_row)
        except ParameterError as error:
            raise StageError(PickCode.INVALID_GOAL, str(error)) from error
        detect = DetectGrasps.Request(region=goal.region, approach_cone=goal.approach_cone)
        request = self._request(goal, partial(self._detection.find, detect), detections=1)
        result = clear_bin(partial(self._picker.pick, request, halt, observe), limits, report)
        return ros.clear_message(result, self.base)

    def _request(
        self,
        goal: Pick.Goal | ClearBin.Goal,
        find: Callable[[Halt], Found],
        detections: int,
        in_order: bool = False,
    ) -> PickRequest:
        """Read what both kinds of goals have."""
        if goal.arm and goal.arm not in self._arms:
            valid = ", ".join(self._arms)
            raise StageError(PickCode.INVALID_GOAL, f"arm: {goal.arm!r} is unknown; valid: {valid}")
        place = ros.read_place(goal.place_pose, self.base)
        return PickRequest(find, detections, goal.arm, place, in_order)

    def close(self) -> None:
        """End the planner's thread, and let go of the controllers and of the detection."""
        for close in self._closing:
            close()


def _spots(cell: WorkCell, group: str) -> Float:
    """Spots (S, 2) of an arm's tray, m in the robot's base."""
    spots = cell.trays[group].spots()
    in_world = np.column_stack([spots, np.zeros(len(spots))])
    in_base = transform_points(inverse(cell.T_world_root), in_world)
    return np.array(in_base[:, :2], np.float64)
