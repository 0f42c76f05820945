"""Object poses in GraspNet-1Billion's annotations/*.xml: quaternions w, x, y, z there, metres."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_core.errors import GraspError
from grasp_core.transforms import from_quaternion_xyzw, quaternions_xyzw
from grasp_learning.errors import GraspNetFileError


def write_annotations(
    path: Path, object_ids: NDArray[np.int64], names: list[str], T_camera_object: Float
) -> None:
    """Write objects and their poses (N, 4, 4), exact to the last digit."""
    scene = ElementTree.Element("scene")
    quaternions = quaternions_xyzw(T_camera_object[:, :3, :3])
    for object_id, name, T, xyzw in zip(
        object_ids.tolist(), names, T_camera_object, quaternions, strict=True
    ):
        entry = ElementTree.SubElement(scene, "obj")
        texts = {
            "obj_id": str(object_id),
            "obj_name": name,
            "obj_path": f"models/{object_id:03d}/nontextured.ply",
            "pos_in_world": " ".join(map(repr, T[:3, 3].tolist())),
            "ori_in_world": " ".join(map(repr, np.roll(xyzw, 1).tolist())),
        }
        for key, text in texts.items():
            ElementTree.SubElement(entry, key).text = text
    ElementTree.indent(scene, "    ")
    ElementTree.ElementTree(scene).write(path, encoding="utf-8", xml_declaration=True)


def read_annotations(path: Path) -> tuple[NDArray[np.int64], Float]:
    """Object ids (N,) and poses `T_camera_object` (N, 4, 4), in the order of the file.

    The data set's own files round to four digits: 0.1 mm and 0.01 degrees.

    Raises
    ------
    GraspNetFileError : the file is damaged or an entry is incomplete.
    """
    try:
        entries = ElementTree.parse(path).getroot().findall("obj")
        ids = [int(_text(entry, "obj_id")) for entry in entries]
        poses = [_pose(entry) for entry in entries]
    except (ElementTree.ParseError, ValueError) as error:
        if isinstance(error, GraspError):
            raise GraspNetFileError(f"{path}: {error}") from error
        raise GraspNetFileError(f"{path}: damaged ({error})") from error
    return np.array(ids, dtype=np.int64), np.reshape(poses, (-1, 4, 4)).astype(np.float64)


def _pose(entry: ElementTree.Element) -> Float:
    position = [float(word) for word in _text(entry, "pos_in_world").split()]
    wxyz = [float(word) for word in _text(entry, "ori_in_world").split()]
    return from_quaternion_xyzw(np.roll(wxyz, -1), position)


def _text(entry: ElementTree.Element, key: str) -> str:
    text = entry.findtext(key)
    if text is None:
        raise GraspNetFileError(f"an object without {key}")
    return text
