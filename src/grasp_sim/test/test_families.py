from __future__ import annotations

import numpy as np
import pytest
from manifold3d import Manifold, OpType

from grasp_sim.errors import UnknownObjectError
from grasp_sim.objects.families import FAMILIES, FRICTION, make_object

SEEDS = range(6)


@pytest.mark.parametrize("family", FAMILIES)
def test_objects_of_a_family_are_sound(family: str) -> None:
    """Closed, of one piece, with parts that fill what the mesh fills; the model checks more."""
    for seed in SEEDS:
        model = make_object(family, seed)
        assert model.mesh.body_count == 1
        assert model.mass < 0.5  # what a 20 N gripper lifts with friction 0.15
        assert FRICTION[0] <= model.friction <= FRICTION[1]
        hulls = [Manifold.hull_points(part) for part in model.parts]
        union = Manifold.batch_boolean(hulls, OpType.Add)
        assert 0.97 <= union.volume() / model.mesh.volume <= 1.1


@pytest.mark.parametrize("family", FAMILIES)
def test_a_gripper_of_100_mm_spans_them(family: str) -> None:
    assert all(make_object(family, seed).sides[0] < 0.1 for seed in SEEDS)


def test_a_seed_always_gives_the_same_object() -> None:
    first = make_object("gear", 5)
    make_object.cache_clear()
    again = make_object("gear", 5)
    assert first is not again
    assert np.array_equal(first.vertices, again.vertices)
    assert np.array_equal(first.triangles, again.triangles)
    assert all(np.array_equal(a, b) for a, b in zip(first.parts, again.parts, strict=True))
    assert (first.friction, first.mass) == (again.friction, again.mass)


def test_seeds_give_different_objects() -> None:
    volumes = [make_object(family, seed).mesh.volume for family in FAMILIES for seed in SEEDS]
    assert len(set(volumes)) == len(volumes)


def test_an_unknown_family_is_named() -> None:
    with pytest.raises(UnknownObjectError, match=r"no family 'sofa'; valid: cup, mug"):
        make_object("sofa", 0)
