from __future__ import annotations

import numpy as np
import pytest

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.transforms import inverse, transform, transform_points
from grasp_perception.errors import TransformError
from grasp_perception.fusion import fuse
from grasp_perception.geometric.surface import estimate_surface
from grasp_perception.transforms import NoTransforms


class Table:
    """Transforms from a table."""

    def __init__(self, **poses: Float) -> None:
        self.poses = poses
        self.asked: list[tuple[str, str, int]] = []

    def lookup(self, target: str, source: str, stamp_ns: int) -> Float:
        self.asked.append((target, source, stamp_ns))
        return self.poses[source]


#: A camera a metre above the origin that looks down, and one half a metre to its side.
T_WORLD_LEFT = transform(np.diag([1.0, -1.0, -1.0]), [0.0, 0.0, 1.0])
T_WORLD_RIGHT = transform(np.diag([1.0, -1.0, -1.0]), [0.5, 0.0, 1.0])


def cloud_of(
    xyz: list[list[float]], frame: str, stamp_ns: int, color: int | None = None
) -> PointCloud:
    points = np.array(xyz)
    colors = None if color is None else np.full(points.shape, color, np.uint8)
    return PointCloud.from_xyz(points, frame, colors, stamp_ns)


def test_points_meet_in_one_frame_and_keep_their_viewpoints() -> None:
    left = cloud_of([[0.0, 0.0, 0.9], [0.0, 0.0, 0.0]], "left", 7)  # the second is invalid
    right = cloud_of([[-0.5, 0.0, 0.9], [-0.5, 0.0, 1.0]], "right", 5)
    table = Table(left=T_WORLD_LEFT, right=T_WORLD_RIGHT)
    fused = fuse([left, right], "world", table)
    np.testing.assert_allclose(fused.points, [[0, 0, 0.1], [0, 0, 0.1], [0, 0, 0]], atol=1e-6)
    np.testing.assert_allclose(fused.seen_from, [[0, 0, 1], [0.5, 0, 1], [0.5, 0, 1]])
    np.testing.assert_allclose(fused.viewpoint, [0.25, 0, 1])
    assert (fused.frame_id, fused.stamp_ns, fused.colors) == ("world", 5, None)
    assert (fused.source_shape, fused.source_indices.tolist()) == ((1, 4), [0, 2, 3])
    assert table.asked == [("world", "left", 7), ("world", "right", 5)]


def test_colours_stay_where_all_clouds_have_them() -> None:
    table = Table(left=T_WORLD_LEFT, right=T_WORLD_RIGHT)
    left = cloud_of([[0.0, 0.0, 0.9]], "left", 1, color=10)
    right = cloud_of([[0.0, 0.0, 0.9]], "right", 1, color=20)
    colors = fuse([left, right], "world", table).colors
    assert colors is not None
    assert colors[:, 0].tolist() == [10, 20]
    plain = cloud_of([[0.0, 0.0, 0.9]], "right", 1)
    assert fuse([left, plain], "world", table).colors is None


def test_normals_point_to_the_camera_that_saw_the_surface() -> None:
    """A sheet seen from both sides, 2 cm thick: one viewpoint for all turns one side inside out."""
    x, y = np.meshgrid(np.linspace(-0.05, 0.05, 30), np.linspace(-0.05, 0.05, 30))
    sheet = np.stack([x, y, np.full_like(x, 0.49)], axis=-1).reshape(-1, 3)
    T_world_below = transform(np.eye(3), [0.0, 0.0, 0.0])
    T_world_above = transform(np.diag([1.0, -1.0, -1.0]), [0.0, 0.0, 1.0])
    below = PointCloud.from_xyz(sheet, "below")
    above = PointCloud.from_xyz(sheet, "above")
    fused = fuse([below, above], "world", Table(below=T_world_below, above=T_world_above))
    normals = estimate_surface(fused, 0.012).normals
    np.testing.assert_allclose(normals[: len(sheet)], np.tile([0, 0, -1], (900, 1)), atol=1e-5)
    np.testing.assert_allclose(normals[len(sheet) :], np.tile([0, 0, 1], (900, 1)), atol=1e-5)


def test_viewpoints_go_where_their_points_go() -> None:
    fused = fuse(
        [cloud_of([[0.0, 0.0, 0.9]], "left", 1), cloud_of([[0.0, 0.0, 0.8]], "right", 1)],
        "world",
        Table(left=T_WORLD_LEFT, right=T_WORLD_RIGHT),
    )
    np.testing.assert_allclose(fused.select([1]).seen_from, [[0.5, 0, 1]])
    moved = fused.transformed(inverse(T_WORLD_RIGHT), "right")
    np.testing.assert_allclose(
        moved.seen_from, transform_points(inverse(T_WORLD_RIGHT), fused.seen_from), atol=1e-7
    )


def test_a_camera_whose_pose_is_unknown_is_an_error() -> None:
    with pytest.raises(TransformError, match="no transform from 'left' to 'world'"):
        fuse([cloud_of([[0.0, 0.0, 0.9]], "left", 1)], "world", NoTransforms())
