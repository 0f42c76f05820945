from __future__ import annotations

import numpy as np
import pytest
import trimesh

from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import grasp_rotation, transform
from grasp_learning.pad_contact import engagement

DOWN = grasp_rotation((0, 0, -1), (0, 1, 0))


def points_on(mesh: trimesh.Trimesh) -> np.ndarray:
    return np.asarray(trimesh.sample.sample_surface(mesh, 20_000, seed=0)[0])


def one(z: float, width: float = 0.034, y: float = 0.0, R: np.ndarray = DOWN) -> Grasps:
    return Grasps(R[None], np.array([[0.0, y, z]]), np.array([width]), np.zeros(1), "object")


def test_a_pad_meets_the_middle_of_a_flat_side(yumi: Gripper) -> None:
    # The tips reach the middle of the cube, so that 15 mm of its flat sides are on the pads.
    cube = points_on(trimesh.creation.box((0.03, 0.03, 0.03)))
    assert yumi.pad_length >= 0.015
    assert engagement(one(0.0), yumi, cube) == pytest.approx([0.0075], abs=3e-4)


def test_pads_meet_what_bulges_most(yumi: Gripper) -> None:
    # The tips of the hand go 5 mm below the axis of a lying cylinder, whose sides bulge there.
    turned = trimesh.transformations.rotation_matrix(np.pi / 2, [0, 1, 0])
    cylinder = points_on(trimesh.creation.cylinder(0.015, 0.1, sections=200, transform=turned))
    assert engagement(one(-0.005), yumi, cylinder) == pytest.approx([0.005], abs=3e-4)
    # 5 mm above the axis, the tips are the first to touch.
    assert 0 < engagement(one(0.005), yumi, cylinder)[0] < 0.001


def test_the_pad_with_less_counts(yumi: Gripper) -> None:
    # A step: the left (+y) side is 20 mm high, the right one 4 mm.
    high = trimesh.creation.box(bounds=[(-0.01, 0.0, 0.0), (0.01, 0.01, 0.02)])
    low = trimesh.creation.box(bounds=[(-0.01, -0.01, 0.0), (0.01, 0.0, 0.004)])
    step = np.concatenate([points_on(high), points_on(low)])
    assert engagement(one(0.0, 0.024), yumi, step) == pytest.approx([0.002], abs=3e-4)


@pytest.mark.parametrize(
    "grasp", [one(0.016), one(0.0, 0.02), one(0.0, y=0.1)], ids=["above", "too narrow", "beside"]
)
def test_nothing_between_the_pads(grasp: Grasps, yumi: Gripper) -> None:
    side = np.array(
        [[x, y, z] for x in (-0.01, 0.01) for y in (-0.015, 0.015) for z in (0.0, 0.01)]
    )
    assert engagement(grasp, yumi, side) == pytest.approx([0.0])


def test_no_grasps_and_any_frame(yumi: Gripper) -> None:
    cube = points_on(trimesh.creation.box((0.03, 0.03, 0.03)))
    assert engagement(Grasps.empty("object"), yumi, cube).shape == (0,)
    T = transform(grasp_rotation((1, 2, 3), (0, 3, -2)), (0.1, 0.2, 0.3))
    moved = one(0.004).transformed(T, "other")
    there = cube @ T[:3, :3].T + T[:3, 3]
    expected = engagement(one(0.004), yumi, cube)
    np.testing.assert_allclose(engagement(moved, yumi, there), expected, atol=1e-9)
