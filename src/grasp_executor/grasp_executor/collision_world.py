"""`CollisionWorld`: robot and scene in plain Pinocchio and coal, to check and to name contacts.

It shares no code with a planner's own collision check, so that each finds the other's faults.
"""

from __future__ import annotations

from collections.abc import Mapping

import coal
import numpy as np
import pinocchio as pin

from grasp_core.checks import Float
from grasp_executor.planning_robot import PlanningRobot
from grasp_executor.planning_scene import Placed, PlanningScene, check_scene
from grasp_executor.shapes import Box, Shape, Voxels


class CollisionWorld:
    """A robot in a scene, asked state by state.

    Parameters
    ----------
    robot : with shapes for its links in the URDF.
    scene : obstacles, carried objects, allowed contacts, and the joints outside a group.

    Raises
    ------
    PlanningSceneError : a name in the scene is unknown to the robot or doubled.
    """

    def __init__(self, robot: PlanningRobot, scene: PlanningScene) -> None:
        check_scene(scene, robot)
        self.scene = scene
        self._robot = robot
        self._model = pin.buildModelFromXML(robot.urdf, mimic=True)
        self._geometry = _geometry(self._model, robot, scene)
        self._data = self._model.createData()
        self._geometry_data = self._geometry.createData()
        self._broadphase = pin.BroadPhaseManager_DynamicAABBTreeCollisionManager(
            self._model, self._geometry, self._geometry_data
        )
        self._resting = pin.neutral(self._model)
        self._place({**robot.home, **scene.joints})

    def in_collision(self, group: str, positions: Float) -> bool:
        """Tell whether anything touches that may not, with the group at `positions` (J,)."""
        state = self._state(group, positions)
        return bool(pin.computeCollisions(self._model, self._data, self._broadphase, state, True))

    def contacts(self, group: str, positions: Float) -> list[tuple[str, str]]:
        """Names of the links and objects that touch, pair by pair, in alphabetical order."""
        state = self._state(group, positions)
        pin.computeCollisions(
            self._model, self._data, self._geometry, self._geometry_data, state, False
        )
        found = {
            tuple(sorted((self._name(pair.first), self._name(pair.second))))
            for pair, result in zip(
                self._geometry.collisionPairs, self._geometry_data.collisionResults, strict=True
            )
            if result.isCollision()
        }
        return sorted((first, second) for first, second in found)

    def link_pose(self, group: str, positions: Float, link: str) -> Float:
        """Pose `T_base_link` (4, 4) with the group at `positions` (J,)."""
        pin.framesForwardKinematics(self._model, self._data, self._state(group, positions))
        pose: Float = self._data.oMf[self._model.getFrameId(link)].homogeneous
        return pose

    def _state(self, group: str, positions: Float) -> Float:
        state: Float = self._resting.copy()
        for joint, value in zip(self._robot.group(group).joints, positions, strict=True):
            state[self._index(joint)] = value
        return state

    def _place(self, joints: Mapping[str, float]) -> None:
        for joint, value in joints.items():
            self._resting[self._index(joint)] = value

    def _index(self, joint: str) -> int:
        return int(self._model.joints[self._model.getJointId(joint)].idx_q)

    def _name(self, index: int) -> str:
        """Object's name, or that of the link that the shape belongs to."""
        shape = self._geometry.geometryObjects[index]
        if shape.name in self.scene.objects:
            return str(shape.name)
        return str(self._model.frames[shape.parentFrame].name)


def _geometry(model: pin.Model, robot: PlanningRobot, scene: PlanningScene) -> pin.GeometryModel:
    """Shapes of the links and of the objects, and the pairs that may not touch."""
    geometry = pin.buildGeomFromUrdfString(model, robot.urdf, pin.GeometryType.COLLISION)
    for name, placed in scene.objects.items():
        geometry.addGeometryObject(_geometry_object(model, robot, name, placed))
    geometry.addAllCollisionPairs()  # not those of shapes on one joint: they cannot move apart
    pin.removeCollisionPairsFromXML(model, geometry, robot.srdf)
    shapes = list(geometry.geometryObjects)
    names = [
        s.name if s.name in scene.objects else model.frames[s.parentFrame].name for s in shapes
    ]
    fixed = [
        scene.objects[name].frame is None if name in scene.objects else False for name in names
    ]
    allowed = scene.allowed | {
        frozenset((name, link))
        for name, placed in scene.objects.items()
        for link in placed.touch_links
    }
    for pair in list(geometry.collisionPairs):
        first, second = pair.first, pair.second
        if (fixed[first] and fixed[second]) or frozenset((names[first], names[second])) in allowed:
            geometry.removeCollisionPair(pair)
    return geometry


def _geometry_object(
    model: pin.Model, robot: PlanningRobot, name: str, placed: Placed
) -> pin.GeometryObject:
    frame = model.getFrameId(placed.frame or robot.base_link)
    placement = model.frames[frame].placement * pin.SE3(placed.T_frame_shape)
    return pin.GeometryObject(
        name, model.frames[frame].parentJoint, frame, placement, _coal_shape(placed.shape)
    )


def _coal_shape(shape: Shape) -> coal.CollisionGeometry:
    if isinstance(shape, Box):
        return coal.Box(*shape.size)
    if isinstance(shape, Voxels):
        return coal.makeOctree(shape.centers(), shape.size)
    surface = coal.BVHModelOBBRSS()
    vertices, triangles = coal.StdVec_Vec3s(), coal.StdVec_Triangle()
    for vertex in shape.vertices:
        vertices.append(np.array(vertex))
    for triangle in shape.triangles.tolist():
        triangles.append(coal.Triangle(*triangle))
    surface.beginModel(len(triangles), len(vertices))
    surface.addSubModel(vertices, triangles)
    surface.endModel()
    return surface
