"""Numbers and elements as URDF and SRDF write them."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable

from scipy.spatial.transform import Rotation

from grasp_core.checks import Float


def add(parent: ElementTree.Element, tag: str, **attributes: str) -> ElementTree.Element:
    """Append an element."""
    return ElementTree.SubElement(parent, tag, attributes)


def number(value: float) -> str:
    """Write a number that reads back as the same double."""
    return repr(float(value) + 0.0)  # + 0.0: no "-0.0"


def numbers(values: Iterable[float]) -> str:
    """Numbers with spaces between them."""
    return " ".join(number(value) for value in values)


def add_origin(parent: ElementTree.Element, T: Float) -> None:
    """Append <origin> for a pose (4, 4): turns about the fixed x, y, z axes."""
    rpy = Rotation.from_matrix(T[:3, :3]).as_euler("xyz", suppress_warnings=True)
    add(parent, "origin", xyz=numbers(T[:3, 3]), rpy=numbers(rpy))


def text(root: ElementTree.Element) -> str:
    """Write a document with a declaration, indented by two spaces."""
    ElementTree.indent(root)
    return f'<?xml version="1.0"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'
