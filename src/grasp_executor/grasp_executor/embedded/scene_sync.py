"""`SyncedScene`: a `PlanningScene` as RoboPlan holds it, with the questions that planning asks.

It is built anew for each scene. That takes milliseconds, and none of RoboPlan's own rules about
changes (attached shapes, pairs, stale contexts) has to be followed over time.
"""

from __future__ import annotations

import pathlib
import tempfile

import numpy as np
from roboplan import core

from grasp_core.checks import Float
from grasp_executor.collision_world import CollisionWorld
from grasp_executor.embedded.scene_text import (
    free_pairs,
    is_cloud,
    srdf_with,
    urdf_with,
    without_shapes,
)
from grasp_executor.errors import PlanningRobotError
from grasp_executor.planning_robot import JointGroup, PlanningRobot
from grasp_executor.planning_scene import Placed, PlanningScene, check_scene
from grasp_executor.shapes import Voxels

_GREY = np.array([0.5, 0.5, 0.5, 1.0])  # RoboPlan wants a colour for its viewer


class SyncedScene:
    """RoboPlan's scene of a robot and a `PlanningScene`.

    Raises
    ------
    PlanningRobotError : a group of the SRDF has other joints, or another order, than the robot's.
    PlanningSceneError : a name in the scene is unknown to the robot or doubled.
    """

    def __init__(self, robot: PlanningRobot, scene: PlanningScene) -> None:
        check_scene(scene, robot)
        self.robot = robot
        self.planning_scene = scene
        with tempfile.TemporaryDirectory() as folder:  # RoboPlan reads meshes from files only
            text = urdf_with(robot, scene, pathlib.Path(folder))
            self.core = core.Scene("robot", core.loadUrdfSceneDescriptionFromXml(text))
        self.core.importSrdf(srdf_with(robot, scene))
        self.kinematics = core.Scene(
            "arms", core.loadUrdfSceneDescriptionFromXml(without_shapes(robot))
        )
        for group in robot.groups.values():
            self.kinematics.addGroup(group.name, list(group.joints))
        _check_groups(self.core, robot)
        self._rest({**robot.home, **scene.joints})
        present = robot.links | {name for name, o in scene.objects.items() if not is_cloud(o)}
        for name, placed in scene.objects.items():
            if isinstance(placed.shape, Voxels):
                self._add_voxels(name, placed, placed.shape, present)
                present |= {name}
        self._world: CollisionWorld | None = None

    def full(self, group: JointGroup, positions: Float) -> Float:
        """State of all joints with the group at `positions` (J,), the others where they rest."""
        state: Float = self.core.toFullJointPositions(group.name, positions)
        return state

    def in_collision(self, group: JointGroup, positions: Float) -> bool:
        """Tell whether the state of the group (J,) touches anything."""
        return bool(self.core.hasCollisions(self.full(group, positions)))

    def edge_in_collision(
        self, group: JointGroup, start: Float, end: Float, max_step: float
    ) -> bool:
        """Tell whether the straight way between two states (J,) touches anything, ends included.

        `max_step` is the distance of two checked states, the norm over the joints.
        """
        return bool(
            core.hasCollisionsAlongPath(
                self.core, self.full(group, start), self.full(group, end), max_step
            )
        )

    def tip_pose(self, group: JointGroup, positions: Float) -> Float:
        """Pose `T_base_tip` (4, 4) of the group's tip link."""
        pose: Float = self.core.forwardKinematics(self.full(group, positions), group.tip_link)
        return pose

    def touching(self, group: JointGroup, positions: Float) -> str:
        """Say what touches what."""
        if self._world is None:
            self._world = CollisionWorld(self.robot, self.planning_scene)
        pairs = self._world.contacts(group.name, positions)
        return "in contact: " + ", ".join(f"{first} - {second}" for first, second in pairs)

    def _add_voxels(
        self, name: str, placed: Placed, shape: Voxels, present: frozenset[str]
    ) -> None:
        """Add voxels, which a URDF cannot hold, to the link on the joint that moves them.

        RoboPlan 0.7 takes the pose as one in the joint's frame, whatever link is named (its issue
        351); on the link whose frame is the joint's, both readings are the same.
        """
        robot = self.robot
        link = placed.frame or robot.base_link
        moving = robot.moving_link(link)
        resting = self.core.getCurrentJointPositions()
        T_moving_link = self.core.forwardKinematics(resting, link, moving)
        pose = np.asfortranarray(T_moving_link @ placed.T_frame_shape)
        parent = "universe" if moving == robot.base_link else moving
        # A row is a centre, then what coal stores with it: edge, cost, occupancy threshold.
        rows = [np.array([*center, shape.size, 1.0, 0.5]) for center in shape.centers()]
        self.core.addOcTreeGeometry(name, parent, core.OcTree(rows, shape.size), pose, _GREY)
        self.core.setCollisions(_free_pairs_of(robot, self.planning_scene, name, present), False)

    def _rest(self, joints: dict[str, float]) -> None:
        """Put every joint where it is, or at the limit that it is beyond.

        With any joint beyond its limits, by the last bit of an open finger, RoboPlan plans nothing.
        """
        for scene in (self.core, self.kinematics):
            lower, upper = scene.getPositionLimitVectors()
            positions = np.array([joints[name] for name in scene.getJointNames()])
            scene.setJointPositions(positions.clip(lower, upper))


def _check_groups(scene: core.Scene, robot: PlanningRobot) -> None:
    """Refuse an SRDF that orders the joints of a group in another way than the arrays."""
    for group in robot.groups.values():
        try:
            joints = scene.getJointGroupInfo(group.name).joint_names
        except RuntimeError as error:
            raise PlanningRobotError(f"the SRDF has no group {group.name!r} ({error})") from error
        if tuple(joints) != group.joints:
            raise PlanningRobotError(
                f"group {group.name}: the SRDF has the joints {joints}, not {list(group.joints)}"
            )


def _free_pairs_of(
    robot: PlanningRobot, scene: PlanningScene, name: str, others: frozenset[str]
) -> list[tuple[str, str]]:
    """Pairs of voxels and of those `others` that they may touch, or that stand still beside them.

    Of voxels and a link on one joint RoboPlan has no pair, and refuses to disable it.
    """
    carriers = {name: placed.frame or robot.base_link for name, placed in scene.objects.items()}
    on = {other: robot.moving_link(carriers.get(other, other)) for other in {name, *others}}
    free = free_pairs(scene)
    return [
        (name, other)
        for other in sorted(others)
        if (on[name] == on[other] == robot.base_link)
        or (on[name] != on[other] and frozenset((name, other)) in free)
    ]
