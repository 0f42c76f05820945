"""URDF and SRDF text of a robot with the objects of a scene, which RoboPlan loads in one go."""

from __future__ import annotations

import pathlib
import xml.etree.ElementTree as ElementTree

from scipy.spatial.transform import Rotation

from grasp_core.checks import Float
from grasp_executor.planning_robot import PlanningRobot
from grasp_executor.planning_scene import Placed, PlanningScene
from grasp_executor.shapes import Box, Mesh, Voxels


def urdf_with(robot: PlanningRobot, scene: PlanningScene, folder: pathlib.Path) -> str:
    """URDF text with boxes and meshes of the scene as links; mesh files are written to `folder`.

    Fixed to the link that carries them they need no rules of their own: what one joint moves, or
    none, is never paired.
    """
    root = ElementTree.fromstring(robot.urdf)
    for i, (name, placed) in enumerate(scene.objects.items()):
        if isinstance(placed.shape, Voxels):
            continue  # no URDF can hold them
        link = ElementTree.SubElement(root, "link", name=name)
        geometry = ElementTree.SubElement(ElementTree.SubElement(link, "collision"), "geometry")
        if isinstance(placed.shape, Box):
            ElementTree.SubElement(geometry, "box", size=_numbers(placed.shape.size))
        else:
            path = folder / f"{i}.obj"
            path.write_text(_obj(placed.shape), encoding="ascii")
            ElementTree.SubElement(geometry, "mesh", filename=str(path))
        joint = ElementTree.SubElement(root, "joint", name=f"{name}_joint", type="fixed")
        ElementTree.SubElement(joint, "parent", link=placed.frame or robot.base_link)
        ElementTree.SubElement(joint, "child", link=name)
        rpy = Rotation.from_matrix(placed.T_frame_shape[:3, :3]).as_euler("xyz")
        xyz = placed.T_frame_shape[:3, 3]
        ElementTree.SubElement(joint, "origin", xyz=_numbers(xyz), rpy=_numbers(rpy))
    return ElementTree.tostring(root, encoding="unicode")


def srdf_with(robot: PlanningRobot, scene: PlanningScene) -> str:
    """SRDF text with the contacts that the scene allows, but for those of voxels."""
    root = ElementTree.fromstring(robot.srdf)
    voxels = {name for name, placed in scene.objects.items() if is_cloud(placed)}
    for first, second in (sorted(pair) for pair in free_pairs(scene) if not pair & voxels):
        ElementTree.SubElement(
            root, "disable_collisions", link1=first, link2=second, reason="Allowed"
        )
    return ElementTree.tostring(root, encoding="unicode")


def without_shapes(robot: PlanningRobot) -> str:
    """URDF text without shapes: inverse kinematics copies all of a scene at every call."""
    root = ElementTree.fromstring(robot.urdf)
    for link in root.findall("link"):
        for shape in link.findall("collision") + link.findall("visual"):
            link.remove(shape)
    return ElementTree.tostring(root, encoding="unicode")


def free_pairs(scene: PlanningScene) -> set[frozenset[str]]:
    """Pairs of names that the scene lets touch."""
    held = {
        frozenset((name, link))
        for name, placed in scene.objects.items()
        for link in placed.touch_links
    }
    return held | {pair for pair in scene.allowed if len(pair) == 2}


def is_cloud(placed: Placed) -> bool:
    """Tell whether an object is made of voxels, which no URDF can hold."""
    return isinstance(placed.shape, Voxels)


def _obj(mesh: Mesh) -> str:
    vertices = [f"v {x!r} {y!r} {z!r}" for x, y, z in mesh.vertices.tolist()]
    triangles = [f"f {a + 1} {b + 1} {c + 1}" for a, b, c in mesh.triangles.tolist()]
    return "\n".join([*vertices, *triangles, ""])


def _numbers(values: Float) -> str:
    return " ".join(map(repr, values.tolist()))
