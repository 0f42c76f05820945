from __future__ import annotations

from pathlib import Path

import pytest
import trimesh

from grasp_sim.errors import MeshError, UnknownObjectError
from grasp_sim.objects.catalogue import (
    COMPOUND,
    NOVEL,
    NOVEL_SMALL,
    SIMILAR,
    TRAINING,
    family_of,
    load_object,
    mesh_names,
    narrower_than,
)
from grasp_sim.objects.families import make_object


def test_there_are_enough_objects_and_none_twice() -> None:
    assert len(set(TRAINING)) == len(TRAINING) >= 150
    assert len(set(SIMILAR)) == len(SIMILAR) >= 30
    assert len(set(NOVEL)) == len(NOVEL) >= 20


def test_test_objects_are_not_trained_on() -> None:
    assert not {*TRAINING, *COMPOUND} & {*SIMILAR, *NOVEL, *NOVEL_SMALL}
    training_families = {name.rpartition("-")[0] for name in TRAINING}
    assert {name.rpartition("-")[0] for name in SIMILAR} <= training_families
    assert not {name.rpartition("-")[0] for name in NOVEL} & training_families


def test_compounds_differ_in_size_and_limbs() -> None:
    models = [load_object(name) for name in COMPOUND]
    assert {len(model.parts) for model in models} >= set(range(1, 6))
    middle = [model.sides[1] for model in models]
    assert min(middle) < 0.015
    assert max(middle) > 0.05
    assert all(model.sides[0] < 0.09 for model in models)  # a gripper of 10 cm spans each


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


def test_a_mesh_file_is_an_object_by_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in ("b.STL", "a.ply"):
        trimesh.creation.box((0.02, 0.03, 0.04)).export(tmp_path / name)
    (tmp_path / "readme.txt").write_text("no mesh")
    names = mesh_names(tmp_path)
    assert names == (str(tmp_path / "a.ply"), str(tmp_path / "b.STL"))
    assert load_object(names[1]).name == names[1]
    assert load_object(names[1]).sides == pytest.approx((0.02, 0.03, 0.04))


def test_a_folder_without_meshes_is_named(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match=rf"{tmp_path}: no mesh file; valid endings: .obj, .stl"):
        mesh_names(tmp_path)
    with pytest.raises(MeshError, match=r"none: no such folder"):
        mesh_names(tmp_path / "none")


def test_each_mesh_file_is_a_family_of_its_own() -> None:
    assert family_of("u_bend-0002") == "u_bend"
    assert family_of("/my-parts/knob-1.stl") == "/my-parts/knob-1.stl"
