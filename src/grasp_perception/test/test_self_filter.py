from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.solids import Box, Cylinder, Sphere
from grasp_core.transforms import inverse, transform, transform_points
from grasp_perception.errors import TransformError
from grasp_perception.robot_solids import LinkSolid
from grasp_perception.self_filter import SelfFilter


class Links:
    """Poses of links in the camera at one time."""

    def __init__(self, stamp_ns: int, **poses: Float) -> None:
        self._stamp_ns, self._poses = stamp_ns, poses

    def lookup(self, target: str, source: str, stamp_ns: int) -> Float:
        assert (target, stamp_ns) == ("camera", self._stamp_ns)
        if source not in self._poses:
            raise TransformError(f"unknown frame {source!r}")
        return self._poses[source]


#: The arm is a box of 20 cm at (0.5, 0, 1) with a sphere of 5 cm 30 cm above it.
ARM = (
    LinkSolid("arm", Box((0.1, 0.1, 0.1)), np.eye(4)),
    LinkSolid("arm", Sphere(0.05), transform(np.eye(3), [0.0, 0.0, 0.3])),
)
LINKS = Links(7, arm=transform(np.eye(3), [0.5, 0.0, 1.0]))


def test_points_in_the_robot_go_and_the_others_stay() -> None:
    xyz = np.array(
        [
            [0.5, 0.0, 1.0],  # in the box
            [0.61, 0.0, 1.0],  # in its padding
            [0.63, 0.0, 1.0],
            [0.5, 0.0, 1.24],  # between box and sphere
            [0.5, 0.0, 1.3],  # in the sphere
            [0.0, 0.0, 1.0],
        ]
    )
    colors = np.arange(18, dtype=np.uint8).reshape(6, 3)
    cloud = PointCloud.from_xyz(xyz, "camera", colors, stamp_ns=7)
    left = SelfFilter(ARM, 0.02, LINKS).without_robot(cloud)
    assert left.source_indices.tolist() == [2, 5]
    assert left.colors is not None
    assert left.colors[:, 0].tolist() == [6, 15]
    assert (left.frame_id, left.stamp_ns, left.source_shape) == ("camera", 7, (1, 6))


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_as_defined_for_any_pose(seed: int) -> None:
    """A point goes exactly when, in the frame of some shape, it is inside of the padded shape."""
    rng = np.random.default_rng(seed)
    poses = {
        name: transform(Rotation.random(rng=rng).as_matrix(), rng.uniform(-0.3, 0.3, 3))
        for name in ("a", "b")
    }
    on_link = transform(Rotation.random(rng=rng).as_matrix(), rng.uniform(-0.1, 0.1, 3))
    robot = (
        LinkSolid("a", Box((0.2, 0.05, 0.1)), on_link),
        LinkSolid("b", Cylinder(0.1, 0.2), np.eye(4)),
    )
    cloud = PointCloud.from_xyz(rng.uniform(-0.5, 0.5, (200, 3)), "camera")
    left = SelfFilter(robot, 0.01, Links(0, **poses)).without_robot(cloud)
    inside = np.zeros(200, bool)
    for each in robot:
        T = inverse(poses[each.link] @ each.T_link_solid)
        inside |= each.solid.contains(transform_points(T, cloud.points.astype(float)), 0.01)
    np.testing.assert_array_equal(left.points, cloud.points[~inside])


def test_a_link_whose_pose_is_unknown_is_an_error() -> None:
    cloud = PointCloud.from_xyz(np.ones((1, 3)), "camera")
    with pytest.raises(TransformError, match="unknown frame 'arm'"):
        SelfFilter(ARM, 0.02, Links(0)).without_robot(cloud)


def test_a_cloud_without_points() -> None:
    cloud = PointCloud.from_xyz(np.zeros((3, 3)), "camera", stamp_ns=7)
    assert len(SelfFilter(ARM, 0.02, LINKS).without_robot(cloud)) == 0
