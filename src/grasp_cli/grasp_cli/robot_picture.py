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
from grasp_sim.arm_scenery import shape_mesh
from grasp_sim.depth_frame import BACKGROUND
from grasp_sim.ray_scene import PlacedMesh, RayScene

#: Pixels of a picture.
WIDTH, HEIGHT = 640, 640
#: From the right in front and above, in metres from the middle of what is drawn.
EYE_M = np.array([1.9, -1.5, 0.9])
UP = np.array([0.0, 0.0, 1.0])
#: Links in turn, the gripper, and everything else.
LINK_COLORS = (0.87, 0.88, 0.90), (0.70, 0.73, 0.78)
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
    meshes, colors = placed_links(robot, values, np.eye(4))
    meshes += [PlacedMesh(mesh.vertices, mesh.faces, np.eye(4), BACKGROUND) for mesh in scene]
    seen = np.concatenate([mesh.vertices for mesh in meshes])
    eye = (seen.min(axis=0) + seen.max(axis=0)) / 2 + EYE_M
    view = view_from(eye, UP, seen, WIDTH * SUPERSAMPLING, HEIGHT * SUPERSAMPLING)
    none, no_colors = Grasps.empty(robot.root), np.zeros((0, 3), np.float32)
    palette = np.array([SCENE_COLOR, *colors], np.float32)
    return mesh_picture(view, RayScene(meshes), palette, none, no_colors, finger_m=1.0)


def placed_links(
    robot: RobotDescription, values: Float, T_frame_root: Float
) -> tuple[list[PlacedMesh], list[tuple[float, float, float]]]:
    """Surfaces of the links, in the frame, and a colour for each of their instances 1, 2, ..."""
    poses = link_poses(robot, values[None])
    hands = {name for arm in robot.arms for name in arm.mount.links}
    meshes, colors = [], []
    for i, link in enumerate(robot.links):
        colors.append(GRIPPER_COLOR if link.name in hands else LINK_COLORS[i % 2])
        T_frame_link = T_frame_root @ poses[link.name][0]
        for shape in link.shapes:
            mesh = shape_mesh(shape).apply_transform(T_frame_link)
            meshes.append(PlacedMesh(mesh.vertices, mesh.faces, np.eye(4), i + 1))
    return meshes, colors
