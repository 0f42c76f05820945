from __future__ import annotations

import pytest

from grasp_sim.errors import UnknownObjectError
from grasp_sim.objects.catalogue import (
    NOVEL,
    NOVEL_SMALL,
    SIMILAR,
    TRAINING,
    load_object,
    narrower_than,
)
from grasp_sim.objects.families import make_object


def test_there_are_enough_objects_and_none_twice() -> None:
    assert len(set(TRAINING)) == len(TRAINING) >= 150
    assert len(set(SIMILAR)) == len(SIMILAR) >= 30
    assert len(set(NOVEL)) == len(NOVEL) >= 20


def test_test_objects_are_not_trained_on() -> None:
    assert not set(TRAINING) & {*SIMILAR, *NOVEL, *NOVEL_SMALL}
    training_families = {name.rpartition("-")[0] for name in TRAINING}
    assert {name.rpartition("-")[0] for name in SIMILAR} <= training_families
    assert not {name.rpartition("-")[0] for name in NOVEL} & training_families


def test_the_small_scale_is_well_represented() -> None:
    assert len(narrower_than(TRAINING, 0.04)) >= len(TRAINING) / 3
    assert len(narrower_than(TRAINING, 0.02)) >= len(TRAINING) / 6


def test_narrower_than_looks_at_the_middle_side() -> None:
    middle = make_object("bolt", 0).sides[1]
    assert narrower_than(["bolt-0000"], middle + 1e-6) == ("bolt-0000",)
    assert narrower_than(["bolt-0000"], middle - 1e-6) == ()


def test_a_name_loads_its_object() -> None:
    assert load_object("u_bend-0002") is make_object("u_bend", 2)
    assert load_object("u_bend-0002").name == "u_bend-0002"


@pytest.mark.parametrize("name", ["", "bolt", "bolt-x", "sofa-0001", "-0001"])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(UnknownObjectError, match=f"no object '{name}'; valid: FAMILY-SEED"):
        load_object(name)
