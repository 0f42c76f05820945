"""A stand-in for moveit_py and moveit_msgs, where MoveIt is not.

It has what `moveit_backend` uses and no more, with the names, the order and the defaults of the
arguments as they stand in the bindings (docs/moveit.md lists the files), so that a call with
another name or order fails. It does what MoveIt does with Pinocchio and coal. It shows that our
calls fit together; what MoveIt itself does, it cannot show.
"""

# The names of arguments are those of the bindings, in use or not.
# ruff: noqa: A002, ARG002, ARG005
from __future__ import annotations

import copy
import itertools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any

import coal
import numpy as np
import pinocchio as pin
from geometry_msgs.msg import Pose
from scipy.spatial.transform import Rotation
from std_msgs.msg import Header
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

SUCCESS, TIMED_OUT = 1, -6


@dataclass
class CollisionObject:
    """moveit_msgs/CollisionObject, the fields in use."""

    ADD = b"\0"
    header: Header = field(default_factory=Header)
    pose: Pose = field(default_factory=Pose)
    id: str = ""
    primitives: list[Any] = field(default_factory=list)
    primitive_poses: list[Pose] = field(default_factory=list)
    meshes: list[Any] = field(default_factory=list)
    mesh_poses: list[Pose] = field(default_factory=list)
    operation: bytes = ADD


@dataclass
class AttachedCollisionObject:
    """moveit_msgs/AttachedCollisionObject, the fields in use."""

    link_name: str = ""
    object: CollisionObject = field(default_factory=CollisionObject)
    touch_links: list[str] = field(default_factory=list)


def _matrix(pose: Pose) -> pin.SE3:
    p, q = pose.position, pose.orientation
    return pin.SE3(Rotation.from_quat([q.x, q.y, q.z, q.w]).as_matrix(), np.array([p.x, p.y, p.z]))


class RobotModel:
    def __init__(self, urdf: str, srdf: str, groups: dict[str, Any]) -> None:
        self.urdf, self.srdf = urdf, srdf
        self.pin = pin.buildModelFromXML(urdf, mimic=True)
        self.model_frame = self.pin.frames[1].name
        self._groups = groups

    def has_joint_model_group(self, joint_model_group_name: str) -> bool:
        return f'<group name="{joint_model_group_name}">' in self.srdf

    def get_joint_model_group(self, joint_model_group_name: str) -> SimpleNamespace:
        assert joint_model_group_name in self._groups  # as without kinematics
        tip = self.pin.getFrameId("tcp")
        chain = list(self.pin.supports[self.pin.frames[tip].parentJoint])[1:]
        names = [self.pin.names[joint] for joint in chain]
        return SimpleNamespace(active_joint_model_names=names)


class RobotState:
    def __init__(self, robot_model: RobotModel, /) -> None:
        self._model = robot_model
        self._q: np.ndarray | None = None  # not set: MoveIt has what was in memory
        self._dirty = True
        self.attached: dict[str, AttachedCollisionObject] = {}

    def __copy__(self) -> RobotState:
        other = RobotState(self._model)
        other._q, other._dirty = self._q.copy(), self._dirty
        other.attached = dict(self.attached)
        return other

    def set_to_default_values(self) -> None:
        self._q, self._dirty = pin.neutral(self._model.pin), True

    def _set(self, name: str, value: float) -> None:
        model = self._model.pin
        self._q[model.joints[model.getJointId(name)].idx_q] = value
        self._dirty = True

    @property
    def joint_positions(self) -> dict[str, float]:
        raise NotImplementedError

    @joint_positions.setter
    def joint_positions(self, joint_positions: dict[str, float]) -> None:
        for name, value in joint_positions.items():
            self._set(name, value)

    def _joints(self, group: str) -> list[str]:
        return self._model.get_joint_model_group(group).active_joint_model_names

    def set_joint_group_positions(self, joint_model_group_name: str, position_values: Any) -> None:
        for name, value in zip(self._joints(joint_model_group_name), position_values, strict=True):
            self._set(name, value)

    def within_bounds(self, joint_model_group_name: str, position_values: np.ndarray) -> bool:
        """For the planner here; moveit_py has it by another name."""
        model = self._model.pin
        joints = [
            model.joints[model.getJointId(name)] for name in self._joints(joint_model_group_name)
        ]
        rows = [joint.idx_q for joint in joints]
        low, high = model.lowerPositionLimit[rows], model.upperPositionLimit[rows]
        return bool(((low <= position_values) & (position_values <= high)).all())

    def get_joint_group_positions(self, joint_model_group_name: str) -> np.ndarray:
        model = self._model.pin
        names = self._joints(joint_model_group_name)
        return np.array([self._q[model.joints[model.getJointId(n)].idx_q] for n in names])

    def update(self, force: bool = False, type: str = "all") -> None:
        self._dirty = False

    @property
    def q(self) -> np.ndarray:
        assert not self._dirty, "MoveIt asserts that the state was updated"
        return self._q

    def get_global_link_transform(self, link_name: str) -> np.ndarray:
        data = self._model.pin.createData()
        pin.framesForwardKinematics(self._model.pin, data, self.q)
        return data.oMf[self._model.pin.getFrameId(link_name)].homogeneous

    def set_from_ik(
        self,
        joint_model_group_name: str,
        geometry_pose: Pose,
        tip_name: str,
        timeout: float = 0.0,
    ) -> bool:
        """Damped Newton steps from where the state is: KDL's first start."""
        model, names = self._model.pin, self._joints(joint_model_group_name)
        assert 0 < timeout < 1e-3
        columns = [model.joints[model.getJointId(name)].idx_v for name in names]
        data, goal, frame = model.createData(), _matrix(geometry_pose), model.getFrameId(tip_name)
        positions = self.get_joint_group_positions(joint_model_group_name)
        lower = model.lowerPositionLimit[columns]
        upper = model.upperPositionLimit[columns]
        for _ in range(100):
            self.set_joint_group_positions(joint_model_group_name, positions)
            pin.framesForwardKinematics(model, data, self._q)
            error = pin.log6(data.oMf[frame].actInv(goal)).vector
            if np.abs(error).max() < 1e-6:
                return True
            jacobian = pin.computeFrameJacobian(model, data, self._q, frame)[:, columns]
            square = jacobian @ jacobian.T + 1e-4 * np.eye(6)
            positions = np.clip(
                positions + jacobian.T @ np.linalg.solve(square, error), lower, upper
            )
        return False


class AllowedCollisionMatrix:
    def __init__(self, names: list[str], default_entry: bool = False) -> None:
        pairs = itertools.combinations_with_replacement(names, 2)
        self._entries = {frozenset(pair): default_entry for pair in pairs}

    def set_entry(self, name1: str, name2: str, allowed: bool) -> None:
        self._entries[frozenset((name1, name2))] = allowed

    def get_entry(self, name1: str, name2: str) -> tuple[bool, str]:
        found = self._entries.get(frozenset((name1, name2)))
        return found is not None, "ALWAYS" if found else "NEVER"

    def allows(self, first: str, second: str) -> bool:
        return self.get_entry(first, second) == (True, "ALWAYS")


class World:
    def __init__(self) -> None:
        self.objects: dict[str, CollisionObject] = {}


@dataclass
class CollisionRequest:
    joint_model_group_name: str = ""


@dataclass
class CollisionResult:
    collision: bool = False


def _shapes(message: CollisionObject) -> Iterator[tuple[coal.CollisionGeometry, pin.SE3]]:
    pose = _matrix(message.pose)
    for box, own in zip(message.primitives, message.primitive_poses, strict=True):
        assert box.type == box.BOX
        yield coal.Box(*box.dimensions), pose * _matrix(own)
    for mesh, own in zip(message.meshes, message.mesh_poses, strict=True):
        surface = coal.BVHModelOBBRSS()
        vertices, triangles = coal.StdVec_Vec3s(), coal.StdVec_Triangle()
        vertices.extend([np.array([v.x, v.y, v.z]) for v in mesh.vertices])
        triangles.extend([coal.Triangle(*map(int, t.vertex_indices)) for t in mesh.triangles])
        surface.beginModel(len(triangles), len(vertices))
        surface.addSubModel(vertices, triangles)
        surface.endModel()
        yield surface, pose * _matrix(own)


class PlanningScene:
    def __init__(self, robot_model: RobotModel, world: World) -> None:
        self._model, self._world = robot_model, world
        self._state: RobotState | None = None
        self.allowed_collision_matrix = AllowedCollisionMatrix([])
        geometry = pin.buildGeomFromUrdfString(
            robot_model.pin, robot_model.urdf, pin.GeometryType.COLLISION
        )
        self._links, self._data = geometry, robot_model.pin.createData()
        self._obstacles: list[tuple[str, coal.CollisionGeometry, pin.SE3]] = []
        geometry.addAllCollisionPairs()
        before = {(p.first, p.second) for p in geometry.collisionPairs}
        pin.removeCollisionPairsFromXML(robot_model.pin, geometry, robot_model.srdf)
        after = {(p.first, p.second) for p in geometry.collisionPairs}
        for pair in before - after:
            names = (self._name(geometry, index) for index in pair)
            self.allowed_collision_matrix.set_entry(*names, True)

    def _name(self, geometry: pin.GeometryModel, index: int) -> str:
        return self._model.pin.frames[geometry.geometryObjects[index].parentFrame].name

    @property
    def current_state(self) -> RobotState:
        return self._state

    @current_state.setter
    def current_state(self, robot_state: RobotState) -> None:
        self._state = copy.copy(robot_state)

    def apply_collision_object(
        self, collision_object_msg: CollisionObject, color_msg: Any = None
    ) -> None:
        if collision_object_msg.header.frame_id == self._model.model_frame:  # else it is logged
            name = collision_object_msg.id
            self._world.objects[name] = collision_object_msg
            self._obstacles += [(name, *body) for body in _shapes(collision_object_msg)]

    def process_attached_collision_object(self, object: AttachedCollisionObject) -> bool:
        assert object.object.header.frame_id == object.link_name
        self._state.attached[object.object.id] = object
        return True

    def knows_frame_transform(self, frame_id: str) -> bool:
        return frame_id in self._world.objects or frame_id in self._state.attached

    def is_state_colliding(
        self, robot_state: RobotState, joint_model_group_name: str, verbose: bool = False
    ) -> bool:
        assert joint_model_group_name == ""
        return self._collides(robot_state, self.allowed_collision_matrix)

    def check_collision(
        self,
        collision_request: CollisionRequest,
        collision_result: CollisionResult,
        state: RobotState,
        acm: AllowedCollisionMatrix,
    ) -> bool:
        collision_result.collision = self._collides(state, acm)
        return collision_result.collision

    def _collides(self, state: RobotState, acm: AllowedCollisionMatrix) -> bool:
        """Check every pair of FCL's broadphase by the rules of its callback."""
        model, data = self._model.pin, self._data
        pin.framesForwardKinematics(model, data, state.q)
        bodies = [
            (model.frames[g.parentFrame].name, g.geometry, data.oMi[g.parentJoint] * g.placement)
            for g in self._links.geometryObjects
        ]
        for name, attached in state.attached.items():
            link = data.oMf[model.getFrameId(attached.link_name)]
            bodies += [(name, shape, link * pose) for shape, pose in _shapes(attached.object)]
        pairs = itertools.chain(
            itertools.combinations(bodies, 2), itertools.product(bodies, self._obstacles)
        )
        return any(
            not acm.allows(one[0], other[0])
            and one[0] != other[0]
            and not self._held(state, one[0], other[0])
            and _collide(*one[1:], *other[1:])
            for one, other in pairs
        )

    def _held(self, state: RobotState, one: str, other: str) -> bool:
        """Tell whether one carries the other, or holds it."""
        both = ((one, other), (other, one))
        return any(a in state.attached and b in state.attached[a].touch_links for a, b in both)


def _collide(
    one: coal.CollisionGeometry, at: pin.SE3, other: coal.CollisionGeometry, there: pin.SE3
) -> bool:
    poses = [coal.Transform3s(pose.rotation, pose.translation) for pose in (at, there)]
    result = coal.CollisionResult()
    return coal.collide(one, poses[0], other, poses[1], coal.CollisionRequest(), result) > 0


class MoveItPy:
    def __init__(
        self,
        node_name: str = "moveit_py",
        name_space: str = "",
        launch_params_filepaths: tuple[str, ...] = (),
        config_dict: dict[str, Any] | None = None,
        provide_planning_service: bool = True,
        remappings: dict[str, str] | None = None,
    ) -> None:
        self.parameters = config_dict
        self._model = RobotModel(
            config_dict["robot_description"],
            config_dict["robot_description_semantic"],
            config_dict["robot_description_kinematics"],
        )

    def get_robot_model(self) -> RobotModel:
        return self._model

    def get_planning_component(self, planning_component_name: str) -> PlanningComponent:
        return PlanningComponent(planning_component_name, self)


class PlanRequestParameters:
    __slots__ = ("planner_id", "planning_pipeline", "planning_time")

    def __init__(self, moveit_cpp: MoveItPy, ns: str, /) -> None:
        assert ns == ""
        values = moveit_cpp.parameters["plan_request_params"]
        for name in self.__slots__:
            setattr(self, name, values[name])


class PlanningComponent:
    def __init__(self, joint_model_group_name: str, moveit_py_instance: MoveItPy) -> None:
        self._group = joint_model_group_name
        self._moveit = moveit_py_instance

    def set_start_state(
        self, configuration_name: str | None = None, robot_state: RobotState | None = None
    ) -> bool:
        self._start = copy.copy(robot_state)
        return True

    def set_goal_state(
        self, configuration_name: str | None = None, robot_state: RobotState | None = None
    ) -> bool:
        self._goal = copy.copy(robot_state)
        return True

    def plan(
        self,
        single_plan_parameters: PlanRequestParameters | None = None,
        multi_plan_parameters: None = None,
        planning_scene: PlanningScene | None = None,
    ) -> SimpleNamespace:
        pipeline = self._moveit.parameters[single_plan_parameters.planning_pipeline]
        assert single_plan_parameters.planner_id in pipeline["planner_configs"]
        planning_scene.current_state = self._start
        state = copy.copy(self._start)

        def free(positions: np.ndarray) -> bool:
            if not state.within_bounds(self._group, positions):
                return False
            state.set_joint_group_positions(self._group, positions)
            state.update()
            return not planning_scene.is_state_colliding(state, "")

        start, goal = (s.get_joint_group_positions(self._group) for s in (self._start, self._goal))
        path = _rrt_connect(start, goal, free, single_plan_parameters.planning_time)
        if path is None:
            return SimpleNamespace(error_code=SimpleNamespace(val=TIMED_OUT))
        points = [JointTrajectoryPoint(positions=positions.tolist()) for positions in path]
        names = self._moveit.get_robot_model().get_joint_model_group(self._group)
        message = SimpleNamespace(
            joint_trajectory=JointTrajectory(
                joint_names=names.active_joint_model_names, points=points
            )
        )
        trajectory = SimpleNamespace(get_robot_trajectory_msg=lambda joint_filter=(): message)
        return SimpleNamespace(error_code=SimpleNamespace(val=SUCCESS), trajectory=trajectory)


Tree = list[tuple[np.ndarray, int]]  # states, each with the index of the one before

#: As many as an idle machine makes.
CHECKS_PER_SEC = 1000

_seeds = itertools.count()


def _rrt_connect(
    start: np.ndarray, goal: np.ndarray, free: Callable[[np.ndarray], bool], limit_sec: float
) -> list[np.ndarray] | None:
    """Both trees grow in turns, towards random states and towards each other.

    Its time is counted in collision checks, so that a loaded machine finds the same paths.
    """
    rng = np.random.default_rng(next(_seeds))
    checks = itertools.count()
    most = limit_sec * CHECKS_PER_SEC

    def free_in_time(state: np.ndarray) -> bool:
        return next(checks) < most and free(state)

    ours: Tree = [(start, -1)]
    theirs: Tree = [(goal, -1)]
    target = goal
    while next(checks) < most:
        _grow(ours, target, free_in_time)
        meeting = _grow(theirs, ours[-1][0], free_in_time)
        if meeting is not None:
            path = _back(ours, len(ours) - 1)[::-1] + _back(theirs, meeting)[1:]
            return path if path[0] is start else path[::-1]
        ours, theirs = theirs, ours
        target = start + rng.uniform(-1.5, 1.5, len(start))
    return None


def _grow(tree: Tree, target: np.ndarray, free: Callable[[np.ndarray], bool]) -> int | None:
    """Walk from the nearest state to the target, 0.05 rad a step; its index where it is reached."""
    at = int(np.argmin([np.linalg.norm(state - target) for state, _ in tree]))
    while True:
        way = target - tree[at][0]
        length = np.linalg.norm(way)
        if length == 0:
            return at
        state = target if length <= 0.05 else tree[at][0] + 0.05 * way / length
        if not free(state):
            return None
        tree.append((state, at))
        at = len(tree) - 1


def _back(tree: Tree, index: int) -> list[np.ndarray]:
    states = []
    while index >= 0:
        state, index = tree[index]
        states.append(state)
    return states


@contextmanager
def installed() -> Iterator[None]:
    """Let `import moveit` find the stand-in."""
    modules = {
        "moveit": {},
        "moveit.core": {},
        "moveit.core.collision_detection": {
            "AllowedCollisionMatrix": AllowedCollisionMatrix,
            "CollisionRequest": CollisionRequest,
            "CollisionResult": CollisionResult,
            "World": World,
        },
        "moveit.core.planning_scene": {"PlanningScene": PlanningScene},
        "moveit.core.robot_state": {"RobotState": RobotState},
        "moveit.planning": {
            "MoveItPy": MoveItPy,
            "PlanRequestParameters": PlanRequestParameters,
        },
        "moveit_msgs": {},
        "moveit_msgs.msg": {
            "AttachedCollisionObject": AttachedCollisionObject,
            "CollisionObject": CollisionObject,
        },
    }
    for name, contents in modules.items():
        sys.modules[name] = ModuleType(name)
        vars(sys.modules[name]).update(contents)
    try:
        yield
    finally:
        for name in modules:
            del sys.modules[name]
