"""What a camera sees of a robot's cell beside the objects: links and trays."""

from __future__ import annotations

import numpy as np
import trimesh

from grasp_robots.shapes import Shape
from grasp_robots.work_cell import OpenBox
from grasp_sim.depth_frame import BACKGROUND
from grasp_sim.ray_scene import PlacedMesh


def shape_mesh(shape: Shape) -> trimesh.Trimesh:
    """Surface of a shape, in its link's frame."""
    mesh: trimesh.Trimesh
    if shape.kind == "box":
        mesh = trimesh.creation.box(shape.size_m)
    elif shape.kind == "cylinder":
        mesh = trimesh.creation.cylinder(shape.size_m[0], shape.size_m[1])
    else:
        mesh = trimesh.creation.icosphere(radius=shape.size_m[0])
    mesh.apply_transform(shape.T_link_shape)
    return mesh


def tray_meshes(tray: OpenBox) -> list[PlacedMesh]:
    """Walls of a tray; its floor is the table."""
    boxes = (
        trimesh.creation.box(bounds=[center - half, center + half]) for center, half in tray.walls()
    )
    return [PlacedMesh(box.vertices, box.faces, np.eye(4), BACKGROUND) for box in boxes]
