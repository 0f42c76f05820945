"""Objects of a scene as messages of MoveIt."""

from __future__ import annotations

import numpy as np
from geometry_msgs.msg import Point
from moveit_msgs.msg import AttachedCollisionObject, CollisionObject
from shape_msgs.msg import Mesh as MeshMessage
from shape_msgs.msg import MeshTriangle, SolidPrimitive

from grasp_executor.moveit.objects import boxes_of
from grasp_executor.planning_scene import Placed
from grasp_executor.shapes import Mesh
from grasp_nodes.geometry_ros import pose_message, pose_messages


def attached_object(name: str, placed: Placed) -> AttachedCollisionObject:
    """Message of an object that a link carries."""
    return AttachedCollisionObject(
        link_name=placed.frame,
        object=collision_object(name, placed, str(placed.frame)),
        touch_links=sorted(placed.touch_links),
    )


def collision_object(name: str, placed: Placed, frame: str) -> CollisionObject:
    """Message of an object with its pose in a frame."""
    message = CollisionObject(id=name, pose=pose_message(placed.T_frame_shape))
    message.header.frame_id = frame
    message.operation = CollisionObject.ADD
    if isinstance(placed.shape, Mesh):
        message.meshes = [mesh_message(placed.shape)]
        message.mesh_poses = [pose_message(np.eye(4))]
    else:
        sizes, poses = boxes_of(placed.shape)
        message.primitives = [
            SolidPrimitive(type=SolidPrimitive.BOX, dimensions=size) for size in sizes.tolist()
        ]
        message.primitive_poses = pose_messages(poses)
    return message


def mesh_message(mesh: Mesh) -> MeshMessage:
    """Message of a mesh."""
    return MeshMessage(
        vertices=[Point(x=x, y=y, z=z) for x, y, z in mesh.vertices.tolist()],
        triangles=[MeshTriangle(vertex_indices=corners) for corners in mesh.triangles.tolist()],
    )
