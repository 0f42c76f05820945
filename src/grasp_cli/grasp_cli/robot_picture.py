"""Pictures of a robot as its shapes stand at given joint values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import trimesh

from grasp_cli.mesh_picture import SUPERSAMPLING, mesh_picture
from grasp_core.checks import Float
from grasp_core.grasps import Grasps
from grasp_perception.picture.shading import RGB
from grasp_perception.picture.views import view_from
from grasp_robots.description import RobotDescription
from grasp_robots.kinematics import link_poses
from grasp_robots.shapes import Shape
from grasp_sim.depth_frame import BACKGROUND
from grasp_sim.ray_scene import PlacedMesh, RayScene

#: Pixels of a picture.
WIDTH, HEIGHT = 640, 640
#: From the right in front and above, in metres from the middle of what is drawn.
EYE_M = np.array([1.9, -1.5, 0.9])
UP = np.array([0.0, 0.0, 1.0])
#: Links in turn, the gripper, and everything else.
LINK_COLORS = np.array([(0.87, 0.88, 0.90), (0.70, 0.73, 0.78)])
GRIPPER_COLOR, SCENE_COLOR = (0.95, 0.55, 0.15), (0.72, 0.62, 0.48)


def robot_picture(
    robot: RobotDescription, values: Float, scene: Sequence[trimesh.Trimesh] = ()
) -> RGB:
    """Draw a robot, and what stands around it.

    Parameters
    ----------
    values : (n,) joint values in the order of `robot.joint_names`.
    scene : meshes in the frame of the robot's root.

    Returns
    -------
    (HEIGHT, WIDTH, 3) uint8 RGB.
    """
    poses = link_poses(robot, values[None])
    hands = {name for arm in robot.arms for name in arm.mount.links}
    meshes, colors, corners = [], [SCENE_COLOR], []
    for link in robot.links:
        color = GRIPPER_COLOR if link.name in hands else LINK_COLORS[len(colors) % 2]
        for shape in link.shapes:
            mesh = shape_mesh(shape).apply_transform(poses[link.name][0])
            meshes.append(PlacedMesh(mesh.vertices, mesh.faces, np.eye(4), len(colors)))
            corners.append(mesh.vertices)
        colors.append(color)
    meshes += [PlacedMesh(mesh.vertices, mesh.faces, np.eye(4), BACKGROUND) for mesh in scene]
    seen = np.concatenate([*corners, *(mesh.vertices for mesh in scene)])
    eye = (seen.min(axis=0) + seen.max(axis=0)) / 2 + EYE_M
    view = view_from(eye, UP, seen, WIDTH * SUPERSAMPLING, HEIGHT * SUPERSAMPLING)
    none, no_colors = Grasps.empty(robot.root), np.zeros((0, 3), np.float32)
    return mesh_picture(
        view, RayScene(meshes), np.array(colors, np.float32), none, no_colors, finger_m=1.0
    )


def home_values(robot: RobotDescription) -> Float:
    """Joint values (n,) with every arm at home and every gripper open."""
    value_of: dict[str, float] = {}
    for arm in robot.arms:
        value_of |= dict(zip(arm.joints, arm.home.tolist(), strict=True))
        gripper = arm.mount.gripper
        value_of[arm.mount.joints[0]] = gripper.joint_position(gripper.max_width)
    return np.array([value_of[name] for name in robot.joint_names])


def shape_mesh(shape: Shape) -> trimesh.Trimesh:
    """Surface of a shape in its link's frame."""
    if shape.kind == "box":
        mesh = trimesh.creation.box(shape.size_m)
    elif shape.kind == "cylinder":
        mesh = trimesh.creation.cylinder(shape.size_m[0], shape.size_m[1])
    else:
        mesh = trimesh.creation.icosphere(radius=shape.size_m[0])
    return mesh.apply_transform(shape.T_link_shape)
