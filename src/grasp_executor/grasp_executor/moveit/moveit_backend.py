"""`MoveItBackend`: a robot in one scene, as moveit_py holds it. All calls of moveit_py are here.

Each call was read in the bindings of moveit_py 2.12.4; `docs/moveit.md` lists them.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from moveit.core.collision_detection import (
    AllowedCollisionMatrix,
    CollisionRequest,
    CollisionResult,
    World,
)
from moveit.core.planning_scene import PlanningScene as MoveItScene
from moveit.core.robot_state import RobotState
from moveit.planning import MoveItPy, PlanRequestParameters

from grasp_core.checks import Float
from grasp_executor.errors import PlanningRobotError, PlanningSceneError
from grasp_executor.ik_search import clear_of_limits
from grasp_executor.moveit.codes import planning_code
from grasp_executor.moveit.contacts import Pair, touching_pairs
from grasp_executor.moveit.objects import free_pairs
from grasp_executor.moveit.objects_ros import attached_object, collision_object
from grasp_executor.moveit.parameters import STEP, moveit_parameters
from grasp_executor.moveit.paths import in_order, pruned
from grasp_executor.path_search import path_of
from grasp_executor.planner import PathResult, PlanningCode
from grasp_executor.planning_robot import JointGroup, PlanningRobot
from grasp_executor.planning_scene import PlanningScene, check_scene
from grasp_nodes.geometry_ros import pose_message

#: s, so short that KDL ends after its first start, the one that it is given: the search over starts
#: is ours (`ik_search`). 0 would mean the time of kinematics.yaml.
ONE_START_SEC = 1e-6

#: Name of MoveIt's node, and of its parameters.
NODE = "grasp_moveit"


def start_moveit(robot: PlanningRobot) -> MoveItPy:
    """Start MoveIt for a robot.

    Raises
    ------
    PlanningRobotError : MoveIt reads the description in another way than the arrays.
    """
    moveit = MoveItPy(
        node_name=NODE, config_dict=moveit_parameters(robot), provide_planning_service=False
    )
    model = moveit.get_robot_model()
    if model.model_frame != robot.base_link:
        raise PlanningRobotError(
            f"MoveIt's model is in the frame {model.model_frame!r}, not {robot.base_link!r}: "
            "the SRDF must have no virtual joint"
        )
    for group in robot.groups.values():
        if not model.has_joint_model_group(group.name):
            raise PlanningRobotError(f"the SRDF has no group {group.name!r}")
        joints = model.get_joint_model_group(group.name).active_joint_model_names
        if tuple(joints) != group.joints:
            raise PlanningRobotError(
                f"group {group.name}: the SRDF has the joints {joints}, not {list(group.joints)}"
            )
    return moveit


class MoveItBackend:
    """`PlanningBackend` on MoveIt.

    Parameters
    ----------
    moveit : from `start_moveit`.

    Raises
    ------
    PlanningSceneError : a name in the scene is unknown to the robot or doubled, or MoveIt refuses
        an object.
    """

    def __init__(self, moveit: MoveItPy, robot: PlanningRobot, scene: PlanningScene) -> None:
        check_scene(scene, robot)
        self._moveit = moveit
        self._names = sorted(robot.links | set(scene.objects))
        model = moveit.get_robot_model()
        state = RobotState(model)
        state.set_to_default_values()
        state.joint_positions = {**robot.home, **scene.joints}
        state.update()
        # With a world of its own: that of the default argument is one for all scenes.
        self._scene = MoveItScene(model, World())
        self._scene.current_state = state
        self._add_objects(robot, scene)
        for first, second in free_pairs(robot, scene):
            self._scene.allowed_collision_matrix.set_entry(first, second, True)
        self._state = copy.copy(self._scene.current_state)  # with what the robot carries

    def in_collision(self, group: JointGroup, positions: Float) -> bool:
        """Tell whether the state of the group (J,) touches anything."""
        state = self._at(group, positions)
        # No group: the whole robot is checked, as the embedded planner does.
        return bool(self._scene.is_state_colliding(robot_state=state, joint_model_group_name=""))

    def edge_in_collision(
        self, group: JointGroup, start: Float, end: Float, max_step: float
    ) -> bool:
        """Tell whether the straight way between two states (J,) touches anything, ends included."""
        steps = max(1, int(np.ceil(np.linalg.norm(end - start) / max_step)))
        states = np.linspace(start, end, steps + 1)
        return any(self.in_collision(group, positions) for positions in states)

    def touching(self, group: JointGroup, positions: Float) -> str:
        """Say what touches what."""
        state = self._at(group, positions)
        matrix = self._scene.allowed_collision_matrix
        checked = [
            pair
            for pair in itertools.combinations(self._names, 2)
            if matrix.get_entry(*pair) != (True, "ALWAYS")
        ]

        def touch(pairs: Sequence[Pair]) -> bool:
            only = AllowedCollisionMatrix(self._names, True)
            for first, second in pairs:
                only.set_entry(first, second, False)
            result = CollisionResult()
            self._scene.check_collision(CollisionRequest(), result, state, only)
            return bool(result.collision)

        found = touching_pairs(checked, touch)
        return "in contact: " + ", ".join(f"{first} - {second}" for first, second in found)

    def tip_pose(self, group: JointGroup, positions: Float) -> Float:
        """Pose `T_base_tip` (4, 4) of the group's tip link."""
        state = self._at(group, positions)
        return np.array(state.get_global_link_transform(group.tip_link), np.float64)

    def tip_solver(self, group: JointGroup, *, near: bool) -> MoveItTipSolver:  # noqa: ARG002
        """Return a solver; KDL has one setting for all starts."""
        return MoveItTipSolver(copy.copy(self._state), group)

    def attempt(
        self,
        group: JointGroup,
        start: Float,
        goal: Float,
        seed: int,  # noqa: ARG002
        limit_sec: float,
    ) -> PathResult:
        """Look once for a path between two valid states; OMPL cannot be given the seed."""
        component = self._moveit.get_planning_component(group.name)
        # Both are copied at the call; the state is one object.
        component.set_start_state(robot_state=self._at(group, start))
        component.set_goal_state(robot_state=self._at(group, goal))
        request = PlanRequestParameters(self._moveit, "")
        request.planning_time = limit_sec
        response = component.plan(single_plan_parameters=request, planning_scene=self._scene)
        code = planning_code(response.error_code.val)
        if code is not PlanningCode.SUCCESS:
            return PathResult(code, f"MoveIt found no path within {limit_sec:.1f} s")
        found = response.trajectory.get_robot_trajectory_msg().joint_trajectory
        table = np.array([point.positions for point in found.points], np.float64)
        inner = in_order(list(found.joint_names), table, group.joints)[1:-1]
        waypoints = pruned(  # the ends are exact: MoveIt's are so within a tolerance
            np.vstack([start, inner, goal]),
            lambda one, other: not self.edge_in_collision(group, one, other, STEP),
        )
        return PathResult(path=path_of(group, waypoints))

    def _at(self, group: JointGroup, positions: Float) -> RobotState:
        """State with the group at positions (J,); the same object each time."""
        self._state.set_joint_group_positions(group.name, positions)
        self._state.update()
        return self._state

    def _add_objects(self, robot: PlanningRobot, scene: PlanningScene) -> None:
        for name, placed in scene.objects.items():
            if placed.frame is None:
                self._scene.apply_collision_object(collision_object(name, placed, robot.base_link))
            else:
                self._scene.process_attached_collision_object(attached_object(name, placed))
            if not self._scene.knows_frame_transform(name):  # a refusal is only logged
                raise PlanningSceneError(f"MoveIt refuses the object {name!r}; its log says why")


class MoveItTipSolver:
    """`TipSolver` on the kinematics plugin of a group."""

    def __init__(self, state: Any, group: JointGroup) -> None:
        self._state = state
        self._group = group

    def solve(self, T_base_tip: Float, start: Float) -> Float | None:
        """Return positions (J,) that bring the tip to the pose, clear of the limits, or None."""
        group = self._group
        self._state.set_joint_group_positions(group.name, start)
        self._state.update()
        pose = pose_message(T_base_tip)
        if not self._state.set_from_ik(group.name, pose, group.tip_link, ONE_START_SEC):
            return None
        positions = np.array(self._state.get_joint_group_positions(group.name), np.float64)
        return positions if clear_of_limits(group, positions) else None
