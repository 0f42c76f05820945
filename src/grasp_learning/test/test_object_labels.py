from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import trimesh

from grasp_core.errors import ParameterError
from grasp_core.gripper import Gripper
from grasp_core.mesh_collision import gripper_mesh_collisions
from grasp_core.nms import grasp_distance
from grasp_core.quality import ferrari_canny, force_closure
from grasp_core.triangle_tree import TriangleTree
from grasp_learning.approach_rings import CLEARANCE_M
from grasp_learning.closed_surface import ClosedSurface
from grasp_learning.object_grasps import ObjectGrasps
from grasp_learning.object_labels import APPROACH_DISTANCE_M, LabelParams, label_object

PARAMS = LabelParams(contacts=1500, directions=2, approaches=8)
#: Contacts on the border of the friction cone are so much farther apart than the faces.
STEEPEST = np.sqrt(1 + PARAMS.friction**2)


def labels_of(
    mesh: trimesh.Trimesh, gripper: Gripper, params: LabelParams = PARAMS, seed: int = 0
) -> ObjectGrasps:
    surface = ClosedSurface(mesh.vertices, mesh.faces, mesh.center_mass)
    return label_object(surface, gripper, params, np.random.default_rng(seed))


def test_a_cube_is_grasped_across_each_pair_of_its_faces(cube_labels: ObjectGrasps) -> None:
    closing = np.abs(cube_labels.grasps.closing)
    axis = np.argmax(closing, axis=1)
    assert (np.bincount(axis, minlength=3) > 50).all()
    assert (closing.max(axis=1) >= 1 / STEEPEST - 1e-9).all()
    widths = cube_labels.grasps.widths - 2 * CLEARANCE_M
    assert widths.min() >= 0.03 - 1e-7
    assert widths.max() <= 0.03 * STEEPEST + 1e-7
    # No axis is better than another, and none than a straight grasp through the centre, whose Q is
    # 1 / sqrt(1/t^2 + 1/(mu cos(pi/8) arm)^2) for torsion t (grasp_core's tests derive it).
    reach = np.sqrt(3) * 0.015
    torsion, arm = 2 / 3 * 0.3 * 0.005 / reach, 0.015 / reach
    centred = 1 / np.hypot(1 / torsion, 1 / (0.3 * np.cos(np.pi / 8) * arm))
    best = np.array([cube_labels.quality[axis == k].max() for k in range(3)])
    assert (best > 0.85 * centred).all()  # 3000 random directions come that near
    assert (best <= centred).all()


def test_every_label_of_a_cube_keeps_its_promises(
    cube: trimesh.Trimesh, cube_labels: ObjectGrasps, yumi: Gripper
) -> None:
    labels = cube_labels
    mesh = TriangleTree.build(cube.vertices, cube.faces, "object")
    assert force_closure(labels.contacts, labels.normals, PARAMS.friction).all()
    assert not gripper_mesh_collisions(labels.grasps, yumi, mesh, APPROACH_DISTANCE_M).any()
    reach = np.sqrt(3) * 0.015
    quality = ferrari_canny(
        labels.contacts, labels.normals, np.zeros(3), PARAMS.friction, reach, 0.005
    )
    np.testing.assert_allclose(labels.quality, quality)
    assert (quality > 0).all()
    bound = 2 / 3 * 0.3 * 0.005 / reach  # the torsion limit
    np.testing.assert_allclose(labels.grasps.scores, quality / bound)
    assert (np.diff(labels.grasps.scores) <= 0).all()
    apart = grasp_distance(labels.grasps, labels.grasps)
    np.fill_diagonal(apart, np.inf)
    assert apart.min() >= PARAMS.nms_distance


def test_counts_tell_how_many_were_left(cube_labels: ObjectGrasps) -> None:
    rays, opposed, closed, candidates, free, kept = cube_labels.counts
    assert rays == 3000
    assert rays >= opposed > closed > 0
    assert candidates == closed * PARAMS.approaches
    assert candidates > free > kept == len(cube_labels)
    assert cube_labels.shortfall == ""


def test_grasps_start_from_positive_points_only(cube_labels: ObjectGrasps) -> None:
    positive = {point.tobytes() for point in cube_labels.points[cube_labels.positive]}
    first = {contacts[0].tobytes() for contacts in cube_labels.contacts}
    assert first <= positive
    assert len(positive) < len(cube_labels.points)


def test_a_cylinder_longer_than_the_stroke_has_no_contacts_on_its_ends(yumi: Gripper) -> None:
    labels = labels_of(trimesh.creation.cylinder(0.015, 0.08, sections=64), yumi)
    on_end = np.abs(np.abs(labels.points[:, 2]) - 0.04) < 1e-9
    assert 0 < on_end.sum() < len(on_end)
    assert not labels.positive[on_end].any()
    assert labels.positive[~on_end].mean() > 0.9
    # The contact line lies in both cones of a round body: it leaves the plane of the section by no
    # more than the friction angle, and passes the axis by no more than sin(friction angle) radii.
    steepest = PARAMS.friction / STEEPEST
    assert np.abs(labels.grasps.closing[:, 2]).max() <= steepest + 1e-6
    middles = labels.contacts.mean(axis=1)
    facet = 0.015 * np.sin(np.pi / 64)  # normals of a polygon differ by half a side
    assert np.linalg.norm(middles[:, :2], axis=1).max() <= 0.015 * steepest + facet


def test_a_thin_plate_is_grasped_by_its_rim_across_its_faces(yumi: Gripper) -> None:
    labels = labels_of(trimesh.creation.box((0.08, 0.08, 0.003)), yumi)
    assert len(labels) > 50
    assert (np.abs(labels.grasps.closing[:, 2]) >= 1 / STEEPEST - 1e-9).all()
    assert labels.grasps.widths.max() <= 0.003 * STEEPEST + 2 * CLEARANCE_M + 1e-7
    # The fingers reach no farther onto the plate than they are long.
    rim = 0.04 - np.abs(labels.contacts[..., :2]).max(axis=-1)
    assert rim.max() <= yumi.finger_length


def test_a_cup_is_grasped_by_its_wall_and_around_it_if_the_stroke_allows(yumi: Gripper) -> None:
    cup = trimesh.creation.revolve(
        [[0, 0], [0.02, 0], [0.02, 0.06], [0.017, 0.06], [0.017, 0.003], [0, 0.003]], sections=48
    )
    distance = np.linalg.norm(np.diff(labels_of(cup, yumi).contacts, axis=1)[:, 0], axis=-1)
    wall, around = distance < 0.0032, distance > 0.038
    assert wall.sum() > 10
    assert around.sum() > 10
    narrow = labels_of(cup, replace(yumi, max_width=0.035))
    assert len(narrow) > 10
    assert np.linalg.norm(np.diff(narrow.contacts, axis=1), axis=-1).max() <= 0.035


def test_an_object_wider_than_the_stroke_has_negative_points_only(yumi: Gripper) -> None:
    labels = labels_of(trimesh.creation.box((0.06, 0.07, 0.08)), yumi)
    assert len(labels) == 0
    assert not labels.positive.any()
    assert labels.points.shape == (PARAMS.contacts, 3)
    reason = r"none of \d+ contact pairs within the stroke is in force closure"
    assert re.fullmatch(reason, labels.shortfall)


def test_a_seed_gives_the_same_labels(cube: trimesh.Trimesh, yumi: Gripper) -> None:
    params = replace(PARAMS, contacts=200)
    first, second, other = (labels_of(cube, yumi, params, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.grasps.rotations, second.grasps.rotations)
    assert np.array_equal(first.contacts, second.contacts)
    assert np.array_equal(first.points, second.points)
    assert not np.array_equal(first.points, other.points)


def test_parameters_out_of_range_are_named() -> None:
    with pytest.raises(ParameterError, match=r"contacts: 0 is not in \[1, inf\]"):
        LabelParams(contacts=0)
    with pytest.raises(ParameterError, match="friction: nan is not a finite number"):
        LabelParams(friction=float("nan"))
