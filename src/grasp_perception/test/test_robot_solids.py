from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from grasp_core.solids import Box, Cylinder, Hull, Sphere
from grasp_perception.errors import RobotShapeError
from grasp_perception.robot_solids import load_robot_solids, read_robot_solids

#: A square pyramid of 2 m edge whose tip is at z = 1.
PYRAMID = """OFF
5 6 0
-1 -1 0
1 -1 0
1 1 0
-1 1 0
0 0 1
3 0 1 4
3 1 2 4
3 2 3 4
3 3 0 4
3 0 2 1
3 0 3 2
"""


def robot(*collisions: str) -> str:
    shapes = "".join(f"<collision>{collision}</collision>" for collision in collisions)
    return f'<robot name="r"><link name="base"/><link name="arm">{shapes}</link></robot>'


def geometry(shape: str) -> str:
    return f"<geometry>{shape}</geometry>"


def test_each_kind_of_shape_and_its_pose(tmp_path: Path) -> None:
    (tmp_path / "pyramid.off").write_text(PYRAMID, encoding="utf-8")
    text = robot(
        f'<origin xyz="1 2 3" rpy="0 0 {math.pi / 2}"/>' + geometry('<box size="0.2 0.4 0.6"/>'),
        geometry('<cylinder radius="0.1" length="0.6"/>'),
        geometry('<sphere radius="0.5"/>'),
        geometry('<mesh filename="pyramid.off" scale="0.1 0.1 0.2"/>'),
    )
    box, cylinder, sphere, hull = read_robot_solids(text, tmp_path)
    assert {each.link for each in (box, cylinder, sphere, hull)} == {"arm"}
    assert (box.solid, cylinder.solid) == (Box((0.1, 0.2, 0.3)), Cylinder(0.1, 0.3))
    assert sphere.solid == Sphere(0.5)
    expected = [[0, -1, 0, 1], [1, 0, 0, 2], [0, 0, 1, 3], [0, 0, 0, 1]]
    np.testing.assert_allclose(box.T_link_solid, expected, atol=1e-12)
    np.testing.assert_array_equal(sphere.T_link_solid, np.eye(4))
    assert isinstance(hull.solid, Hull)
    assert len(hull.solid.normals) == 5
    inside = hull.solid.contains(np.array([[0, 0, 0.19], [0, 0, 0.21], [0.09, 0.09, 0.01]]), 0.0)
    assert inside.tolist() == [True, False, True]


def test_the_robots_of_the_cells_and_a_file(tmp_path: Path) -> None:
    links = {each.link for each in load_robot_solids("yumi")}
    assert {"yumi_body", "yumi_link_7_l", "gripper_l_base"} <= links, links
    path = tmp_path / "mine.urdf"
    path.write_text(robot(geometry('<sphere radius="0.5"/>')), encoding="utf-8")
    (solid,) = load_robot_solids(str(path))
    assert (solid.link, solid.solid) == ("arm", Sphere(0.5))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<robot", r"mine\.urdf: not XML"),
        (robot(), "no link has a collision shape"),
        (robot(geometry('<cone radius="1"/>')), "link 'arm': collision: no geometry of box, cyl"),
        (robot(geometry('<sphere size="1"/>')), "link 'arm': collision: 'radius'"),
        (robot(geometry('<box size="1 1"/>')), "collision: '1 1' is not 3 finite numbers"),
        (robot(geometry('<sphere radius="nan"/>')), "'nan' is not 1 finite numbers"),
        (robot(geometry('<mesh filename="gone.stl"/>')), r"no mesh can be read from .*gone\.stl"),
        (
            robot(geometry('<mesh filename="package://gone/a.stl"/>')),
            "package gone is not installed",
        ),
    ],
)
def test_a_wrong_robot_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.urdf"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RobotShapeError, match=message):
        load_robot_solids(str(path))


def test_unknown_and_missing_robots(tmp_path: Path) -> None:
    with pytest.raises(RobotShapeError, match="robot 'hal' is unknown; valid: diana7, yumi, the"):
        load_robot_solids("hal")
    with pytest.raises(RobotShapeError, match=r"gone\.urdf: No such file"):
        load_robot_solids(str(tmp_path / "gone.urdf"))
