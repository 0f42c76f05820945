"""The collision shapes of a robot, link by link, from its URDF or from the file of its cell."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float
from grasp_core.errors import GraspError
from grasp_core.solids import Box, Cylinder, Hull, Solid, Sphere
from grasp_core.transforms import transform
from grasp_perception.errors import RobotShapeError
from grasp_perception.share import share_path
from grasp_robots.urdf import urdf
from grasp_robots.work_cell import load_work_cell

PACKAGE_SCHEME, FILE_SCHEME = "package://", "file://"


@dataclass(frozen=True, eq=False)
class LinkSolid:
    """One collision shape of a link.

    Attributes
    ----------
    link : name of the link, and of its frame in TF.
    solid : the shape.
    T_link_solid : (4, 4) its pose in the link's frame.
    """

    link: str
    solid: Solid
    T_link_solid: Float


def load_robot_solids(name: str) -> tuple[LinkSolid, ...]:
    """Read the collision shapes of a robot.

    Parameters
    ----------
    name : of a cell in config/cells, the path of a cell's .yaml file, or of a URDF (no xacro).

    Raises
    ------
    RobotShapeError : there is no such file, or it is wrong; the message names it.
    """
    path = Path(name)
    if not path.suffix:
        folder = share_path("grasp_perception") / "config" / "cells"
        path = folder / f"{name}.yaml"
        if not path.is_file():
            names = ", ".join(sorted(each.stem for each in folder.glob("*.yaml")))
            raise RobotShapeError(
                f"robot {name!r} is unknown; valid: {names}, the path of a cell's .yaml file or of "
                "a URDF"
            )
    try:
        if path.suffix in (".yaml", ".yml"):
            return read_robot_solids(urdf(load_work_cell(path).robot), path.parent)
        return read_robot_solids(path.read_text(encoding="utf-8"), path.parent)
    except OSError as error:
        raise RobotShapeError(f"{path}: {error.strerror}") from error
    except (GraspError, UnicodeDecodeError) as error:
        raise RobotShapeError(f"{path}: {error}") from error


def read_robot_solids(text: str, folder: Path) -> tuple[LinkSolid, ...]:
    """Read the collision shapes of a URDF; meshes become their convex hulls.

    Parameters
    ----------
    folder : where relative paths of meshes start.

    Raises
    ------
    RobotShapeError : it is no URDF, a shape is unknown or wrong, or there is none at all.
    """
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise RobotShapeError(f"not XML ({error})") from error
    solids = []
    for link in root.iter("link"):
        name = link.get("name", "")
        for collision in link.iter("collision"):
            try:
                solids.append(LinkSolid(name, _solid(collision, folder), _pose(collision)))
            except (KeyError, ValueError, OSError, GraspError) as error:
                raise RobotShapeError(f"link {name!r}: collision: {error}") from error
    if not solids:
        raise RobotShapeError("no link has a collision shape")
    return tuple(solids)


def _pose(collision: ElementTree.Element) -> Float:
    """`T_link_solid` of <origin>: turned about the fixed x, y, z axes."""
    origin = collision.find("origin")
    if origin is None:
        return np.eye(4)
    turn = Rotation.from_euler("xyz", _numbers(origin.get("rpy", "0 0 0"), 3))
    return transform(turn.as_matrix(), _numbers(origin.get("xyz", "0 0 0"), 3))


def _solid(collision: ElementTree.Element, folder: Path) -> Solid:
    shapes: dict[str, Callable[[ElementTree.Element], Solid]] = {
        "box": _box,
        "cylinder": lambda e: Cylinder(_number(e, "radius"), _number(e, "length") / 2),
        "sphere": lambda e: Sphere(_number(e, "radius")),
        "mesh": lambda e: _hull(e, folder),
    }
    for kind, make in shapes.items():
        element = collision.find(f"geometry/{kind}")
        if element is not None:
            return make(element)
    raise RobotShapeError(f"no geometry of {', '.join(shapes)}")


def _box(element: ElementTree.Element) -> Solid:
    x, y, z = _numbers(element.attrib["size"], 3) / 2
    return Box((x, y, z))


def _hull(element: ElementTree.Element, folder: Path) -> Solid:
    import open3d as o3d  # costs a second to import, and only robots with meshes need it

    path = _mesh_path(element.attrib["filename"], folder)
    vertices = np.asarray(o3d.io.read_triangle_mesh(path).vertices)
    if not path.is_file() or len(vertices) == 0:
        raise RobotShapeError(f"no mesh can be read from {path}")
    return Hull.of(vertices * _numbers(element.get("scale", "1 1 1"), 3))


def _mesh_path(name: str, folder: Path) -> Path:
    if name.startswith(PACKAGE_SCHEME):
        package, _, inner = name.removeprefix(PACKAGE_SCHEME).partition("/")
        return share_path(package) / inner
    return folder / name.removeprefix(FILE_SCHEME)


def _number(element: ElementTree.Element, key: str) -> float:
    return float(_numbers(element.attrib[key], 1)[0])


def _numbers(text: str, count: int) -> Float:
    values = np.array([float(word) for word in text.split()])
    if len(values) != count or not np.isfinite(values).all():
        raise RobotShapeError(f"{text!r} is not {count} finite numbers")
    return values
