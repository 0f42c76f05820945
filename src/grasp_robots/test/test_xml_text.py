from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grasp_core.transforms import transform
from grasp_robots.xml_text import add, add_origin, number, numbers, text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_as_the_same_double(value: float) -> None:
    assert float(number(value)) == value


def test_there_is_no_negative_zero() -> None:
    assert numbers([-0.0, 1e-05, 2]) == "0.0 1e-05 2.0"


@given(st.lists(st.floats(-3.2, 3.2), min_size=3, max_size=3))
def test_an_origin_turns_about_the_fixed_axes(rpy: list[float]) -> None:
    """Roll about x, then pitch about y, then yaw about z, all of the parent's frame."""
    R = np.eye(3)
    for axis, angle in zip(np.eye(3), rpy, strict=True):
        R = Rotation.from_rotvec(axis * angle).as_matrix() @ R
    root = ElementTree.Element("joint")
    add_origin(root, transform(R, (1.0, 2.0, 3.0)))
    origin = root.find("origin")
    assert origin is not None
    assert origin.get("xyz") == "1.0 2.0 3.0"
    written = [float(value) for value in origin.get("rpy", "").split()]
    again = Rotation.from_euler("xyz", written).as_matrix()
    np.testing.assert_allclose(again, R, atol=1e-7)


def test_a_document() -> None:
    root = ElementTree.Element("robot")
    add(root, "link", name="a")
    assert text(root) == '<?xml version="1.0"?>\n<robot>\n  <link name="a" />\n</robot>\n'
