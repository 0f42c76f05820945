from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from grasp_core.cloud import PointCloud
from grasp_core.voxels import voxel_downsample
from grasp_perception.geometric.surface import NEIGHBORS, estimate_surface

See = Callable[..., PointCloud]


def objects(cloud: PointCloud, voxel_size: float = 0.003) -> PointCloud:
    """Points above the table at z = 0.5, one per voxel."""
    cloud = cloud.select(cloud.points[:, 2] < 0.495)
    points, first = voxel_downsample(cloud.points, voxel_size)
    return replace(cloud.select(first), points=points)


def test_normals_of_a_sphere_point_away_from_its_centre(see_scene: See) -> None:
    cloud = objects(see_scene(spheres=[(0.02, -0.03, 0.05)]))
    surface = estimate_surface(cloud, 0.009)
    outward = cloud.points - np.array([0.02, -0.03, 0.45])
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    inside = ~surface.contour.any(axis=1)
    cosine = np.einsum("ij,ij->i", surface.normals, outward)[inside]
    assert np.quantile(cosine, 0.05) > np.cos(np.radians(10))


def test_the_eigenvector_equals_numpys(see_scene: See) -> None:
    cloud = objects(see_scene(spheres=[(0, 0, 0.05)], noise_m=0.001))
    points = cloud.points.astype(np.float64)
    surface = estimate_surface(cloud, 0.009)
    for i in range(0, len(points), 97):
        distance = np.linalg.norm(points - points[i], axis=1)
        near = points[[j for j in np.argsort(distance)[:NEIGHBORS] if distance[j] < 0.009]]
        values, vectors = np.linalg.eigh(np.cov(near.T))
        if values[1] > 2 * values[0]:
            assert abs(vectors[:, 0] @ surface.normals[i]) > 1 - 1e-9


def test_the_contour_of_a_box_points_out_of_its_sides(see_scene: See) -> None:
    cloud = objects(see_scene(boxes=[(0, 0, 0.08, 0.06, 0.04)]))
    contour = estimate_surface(cloud, 0.009).contour
    x, y = cloud.points[:, 0], cloud.points[:, 1]
    on_right = contour.any(axis=1) & (x > 0.036) & (np.abs(y) < 0.02)
    assert on_right.sum() >= 10
    assert (contour[on_right] @ [1.0, 0.0, 0.0] > np.cos(np.radians(20))).all()
    middle = (np.abs(x) < 0.025) & (np.abs(y) < 0.015)
    assert not contour[middle].any()


def test_touching_spheres_are_two_segments_and_a_box_is_one(see_scene: See) -> None:
    cloud = objects(see_scene(spheres=[(-0.03, 0, 0.03), (0.03, 0, 0.03)], noise_m=0.0003))
    surface = estimate_surface(cloud, 0.009)
    left, right = (surface.segments[np.sign(cloud.points[:, 0]) == side] for side in (-1, 1))
    owners = [np.bincount(part).argmax() for part in (left, right)]
    assert owners[0] != owners[1]
    assert np.mean(left == owners[0]) > 0.9
    np.testing.assert_allclose(surface.centroids[owners[0], :2], [-0.03, 0], atol=0.004)
    box = estimate_surface(objects(see_scene(boxes=[(0, 0, 0.1, 0.06, 0.04)])), 0.009)
    assert len(box.centroids) == 1


def test_points_without_neighbours_have_no_surface() -> None:
    far_apart = np.array([[0, 0, 0.5], [0.1, 0, 0.5], [0, 0.1, 0.5]])
    surface = estimate_surface(PointCloud.from_xyz(far_apart, "camera"), 0.009)
    assert not surface.normals.any()
    assert not surface.contour.any()
    assert len(set(surface.segments)) == 3


def test_rows_of_points_on_a_steep_side_are_no_contour() -> None:
    """A steep side seen by a coarse sensor: rows 12 mm apart, points 2.8 mm apart in a row."""
    y, z = np.meshgrid(np.arange(-0.042, 0.042, 0.0028), np.arange(0.45, 0.5, 0.012))
    rows = np.column_stack([np.full(y.size, 0.05), y.ravel(), z.ravel()])
    contour = estimate_surface(PointCloud.from_xyz(rows, "camera"), 0.009).contour
    inside = np.abs(rows[:, 1]) < 0.03
    assert not contour[inside].any()
