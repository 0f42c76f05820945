from __future__ import annotations

import numpy as np
import pytest
import trimesh
from numpy.testing import assert_allclose

from grasp_core.errors import ArrayError
from grasp_sim.errors import ConvexPartsError, MeshError
from grasp_sim.objects.model import ObjectModel


def model_of(mesh: trimesh.Trimesh, **changes: object) -> ObjectModel:
    """A model of a convex mesh; `changes` replace arguments."""
    values: dict[str, object] = {
        "name": "thing",
        "family": "test",
        "vertices": mesh.vertices,
        "triangles": mesh.faces,
        "parts": (mesh.vertices,),
        "density": 1000.0,
        "friction": 0.5,
    }
    return ObjectModel(**{**values, **changes})  # type: ignore[arg-type]


BRICK = trimesh.creation.box((0.06, 0.04, 0.02), transform=np.diag([1.0, 1, 1, 1]))


def test_mass_and_inertia_of_a_cuboid() -> None:
    model = model_of(BRICK)
    assert model.mass == pytest.approx(0.048)  # 48 cm^3 of water
    x, y, z = 0.06**2, 0.04**2, 0.02**2
    assert_allclose(model.inertia, 0.048 / 12 * np.diag([y + z, x + z, x + y]), atol=1e-12)
    assert_allclose(model.sides, (0.02, 0.04, 0.06))


def test_the_origin_is_the_centre_of_mass() -> None:
    shifted = BRICK.copy().apply_translation((0.1, 0.2, 0.3))
    model = model_of(shifted)
    assert_allclose(model.mesh.center_mass, 0.0, atol=1e-12)
    assert_allclose(model.parts[0].mean(axis=0), 0.0, atol=1e-12)
    assert_allclose(model.inertia, model_of(BRICK).inertia, atol=1e-12)


def test_arrays_are_read_only() -> None:
    model = model_of(BRICK)
    for array in (model.vertices, model.triangles, model.parts[0], model.inertia):
        assert not array.flags.writeable


def test_an_open_mesh_is_refused() -> None:
    with pytest.raises(MeshError, match=r"thing: the mesh is not watertight, 3 edges are open"):
        model_of(BRICK, triangles=BRICK.faces[1:])


def test_an_inverted_mesh_is_refused() -> None:
    with pytest.raises(MeshError, match=r"turned inside out, its volume is -4.8e-05"):
        model_of(BRICK, triangles=BRICK.faces[:, ::-1])


def test_sizes_out_of_range_are_refused() -> None:
    with pytest.raises(MeshError, match=r"0.1 mm thick, the least is 0.5 mm"):
        model_of(trimesh.creation.box((0.06, 0.04, 0.0001)))
    with pytest.raises(MeshError, match=r"60 m long, the most is 0.6 m; is the file in millimetre"):
        model_of(trimesh.creation.box((60, 40, 20)))


def test_a_flat_mesh_is_refused() -> None:
    flat = BRICK.vertices * (1, 1, 0)
    with pytest.raises(MeshError, match=r"0 mm thick"):
        model_of(BRICK, vertices=flat)


def test_bad_arrays_are_refused() -> None:
    broken = np.array(BRICK.vertices)
    broken[3, 1] = np.nan
    with pytest.raises(ArrayError, match=r"vertices: value at index \[3, 1\] is not finite"):
        model_of(BRICK, vertices=broken)
    with pytest.raises(MeshError, match=r"no triangles"):
        model_of(BRICK, triangles=np.zeros((0, 3), dtype=np.int32))
    with pytest.raises(MeshError, match=r"point to vertices 1 to 8, there are 0 to 7"):
        model_of(BRICK, triangles=BRICK.faces + 1)


@pytest.mark.parametrize("density", [0.0, -1.0, np.nan, np.inf])
def test_density_must_be_positive(density: float) -> None:
    with pytest.raises(MeshError, match=r"density .* must be > 0"):
        model_of(BRICK, density=density)


@pytest.mark.parametrize("friction", [0.0, -0.1, 2.1, np.nan])
def test_friction_must_be_in_range(friction: float) -> None:
    with pytest.raises(MeshError, match=r"friction .* is not in \(0, 2.0\]"):
        model_of(BRICK, friction=friction)


def test_parts_that_fill_a_cavity_are_refused() -> None:
    ring = trimesh.creation.annulus(0.02, 0.03, 0.05)
    with pytest.raises(ConvexPartsError, match=r"the 1 convex parts have 1\.[678]\d* of the mesh"):
        model_of(ring, parts=(ring.vertices,))


def test_missing_parts_are_refused() -> None:
    with pytest.raises(ConvexPartsError, match=r"have 0.500 of the mesh's volume"):
        model_of(BRICK, parts=(BRICK.vertices * (0.5, 1, 1),))
    with pytest.raises(ConvexPartsError, match=r"at least one convex part"):
        model_of(BRICK, parts=())
    with pytest.raises(ConvexPartsError, match=r"each with a volume"):
        model_of(BRICK, parts=(BRICK.vertices, BRICK.vertices[:4] * (1, 1, 0)))
