from __future__ import annotations

import numpy as np
import pytest
import trimesh
from numpy.testing import assert_allclose
from scipy.spatial.transform import Rotation

from grasp_sim.objects.catalogue import SIMILAR, load_object
from grasp_sim.objects.model import ObjectModel
from grasp_sim.standing import standing_rotation


def solid(mesh: trimesh.Trimesh, T: np.ndarray | None = None) -> ObjectModel:
    """A convex model, turned by T."""
    mesh = mesh.copy()
    if T is not None:
        mesh.apply_transform(T)
    return ObjectModel("it", "test", mesh.vertices, mesh.faces, (mesh.vertices,), 500.0, 0.5)


def height(model: ObjectModel) -> float:
    return float(np.ptp(model.vertices @ standing_rotation(model).T[:, 2]))


@pytest.mark.parametrize("seed", range(3))
def test_a_box_stands_on_end_however_it_was_modelled(seed: int) -> None:
    T = np.eye(4)
    T[:3, :3] = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    assert height(solid(trimesh.creation.box((0.03, 0.05, 0.1)), T)) == pytest.approx(0.1)


def test_what_would_topple_lies_down() -> None:
    # On end, 1 cm wide and 20 cm high: it falls when tipped by atan(0.5 / 10) = 3 degrees.
    assert height(solid(trimesh.creation.box((0.01, 0.02, 0.2)))) == pytest.approx(0.02)


def test_a_cone_stands_on_its_base() -> None:
    cone = solid(trimesh.creation.cone(0.02, 0.06))
    up = standing_rotation(cone)
    base = (cone.vertices @ up.T)[:, 2]
    assert (base < base.min() + 1e-6).sum() > 8
    assert np.ptp(base) == pytest.approx(0.06)


@pytest.mark.parametrize("name", SIMILAR)
def test_every_object_has_a_pose(name: str) -> None:
    rotation = standing_rotation(load_object(name))
    assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(rotation) == pytest.approx(1.0)
