from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from hypothesis import given
from hypothesis import strategies as st

from grasp_core.errors import ParameterError
from grasp_learning.recipe import (
    CATALOGUES,
    SMALL_M,
    Draw,
    Recipe,
    draw_conditions,
    draw_pose,
    draw_spec,
)
from grasp_sim.cameras import D435_TABLE, PHOXI_BIN
from grasp_sim.objects.catalogue import NOVEL, SIMILAR, TRAINING, load_object

#: The smaller catalogue loads faster.
SIMILAR_RECIPE = Recipe(seed=3, catalogue="similar")
NUMBERS = st.integers(0, 10**6)


@given(NUMBERS, st.integers(0, 19))
def test_a_scene_follows_from_recipe_and_number(scene: int, attempt: int) -> None:
    spec = draw_spec(SIMILAR_RECIPE, scene, attempt)
    assert spec == draw_spec(Recipe(seed=3, catalogue="similar"), scene, attempt)
    assert spec != draw_spec(Recipe(seed=4, catalogue="similar"), scene, attempt)
    assert spec != draw_spec(SIMILAR_RECIPE, scene + 1, attempt)
    again = draw_spec(SIMILAR_RECIPE, scene, attempt + 1)
    assert spec.seed != again.seed
    assert (spec.mode, spec.bin, spec.friction, len(spec.objects)) == (
        again.mode, again.bin, again.friction, len(again.objects)
    )  # fmt: skip


@given(NUMBERS)
def test_a_scene_keeps_to_the_recipe(scene: int) -> None:
    spec = draw_spec(SIMILAR_RECIPE, scene, 0)
    conditions = draw_conditions(SIMILAR_RECIPE, scene)
    assert 4 <= len(spec.objects) <= (8 if spec.mode == "packed" else 15)
    assert len(set(spec.objects)) == len(spec.objects)
    assert set(spec.objects) <= set(SIMILAR)
    assert spec.friction == conditions.friction
    assert 0.3 <= conditions.friction <= 0.8
    assert 0.5 <= conditions.noise <= 2.0


@given(NUMBERS)
def test_a_hard_scene_is_drawn_from_the_hard_end_of_each_range(scene: int) -> None:
    conditions = draw_conditions(Recipe(hard_share=1.0, packed_share=0.0), scene)
    assert 12 <= conditions.objects <= 15  # 15 - 0.3 * 11 = 11.7
    assert 0.3 <= conditions.friction <= 0.45
    assert 2.0 / 4**0.3 - 1e-9 <= conditions.noise <= 2.0


def test_shares_are_those_of_the_recipe() -> None:
    recipe = Recipe(hard_share=0.0)
    drawn = [draw_conditions(recipe, scene) for scene in range(2000)]
    bins = Counter(conditions.bin for conditions in drawn)
    modes = Counter(conditions.mode for conditions in drawn)
    assert bins["euro_box"] / 2000 == pytest.approx(0.2, abs=0.03)
    assert bins["table"] / 2000 == pytest.approx(0.3, abs=0.03)
    assert modes["packed"] / 2000 == pytest.approx(0.15, abs=0.03)
    phoxi = sum(conditions.setup is PHOXI_BIN for conditions in drawn)
    assert phoxi / 2000 == pytest.approx(0.35, abs=0.03)
    # Half of the factors are below the middle by the logarithm, which is 1.
    assert np.mean([c.noise < 1.0 for c in drawn]) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("weight", [1.0, 10.0])
def test_small_objects_are_drawn_by_their_weight(weight: float) -> None:
    recipe = Recipe(
        catalogue="similar", least_objects=1, most_objects=1, packed_share=0.0, small_weight=weight
    )
    small = np.mean([load_object(name).sides[1] < SMALL_M for name in SIMILAR])
    drawn = [draw_spec(recipe, scene, 0).objects[0] for scene in range(1000)]
    share = np.mean([load_object(name).sides[1] < SMALL_M for name in drawn])
    assert share == pytest.approx(weight * small / (weight * small + 1 - small), abs=0.05)


def test_training_data_never_show_a_test_object() -> None:
    assert Recipe().catalogue == "training"
    assert CATALOGUES["training"] == TRAINING
    assert not set(TRAINING) & {*SIMILAR, *NOVEL, *CATALOGUES["novel_small"]}


def test_views_of_a_scene_differ_and_stay_within_the_cameras_range() -> None:
    recipe = Recipe(phoxi_share=0.0)
    first, second = draw_pose(recipe, 5, 0), draw_pose(recipe, 5, 1)
    assert not np.allclose(first, second)
    np.testing.assert_array_equal(first, draw_pose(recipe, 5, 0))
    for pose in (first, second):
        assert 0.4 <= np.linalg.norm(pose[:3, 3] - [0, 0, 0.03]) <= 0.7
    assert draw_conditions(recipe, 5).setup is D435_TABLE


def test_purposes_have_generators_of_their_own() -> None:
    values = {Recipe().rng(draw, 1, 2).random() for draw in Draw}
    assert len(values) == len(Draw)


def test_objects_are_drawn_from_a_folder_of_meshes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in ("a.stl", "b.stl"):
        trimesh.creation.box((0.02, 0.03, 0.04)).export(tmp_path / name)
    recipe = Recipe(catalogue=str(tmp_path), least_objects=2, most_objects=2)
    drawn = {draw_spec(recipe, scene, 0).objects for scene in range(20)}
    both = (str(tmp_path / "a.stl"), str(tmp_path / "b.stl"))
    assert drawn == {both, both[::-1]}
    with pytest.raises(ParameterError, match=rf"most_objects: 15, but {tmp_path} has 2 objects"):
        Recipe(catalogue=str(tmp_path))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"catalogue": "all"},
            "catalogue: 'all' is not one of training, compound, all_training, similar",
        ),
        ({"scenes": 0}, "scenes: 0 is not in"),
        ({"emptied": True, "trials": 0}, "emptied: needs trials"),
        ({"least_objects": 9, "most_objects": 8}, "least_objects, most_objects: 9 to 8 is no rang"),
        ({"friction": (0.5, 0.3)}, r"friction: 0\.5 to 0\.3 is no range"),
        ({"noise": (np.nan, 1.0)}, "noise: nan is not a finite number"),
        ({"catalogue": "similar", "most_objects": 40}, "most_objects: 40, but similar has 34"),
        ({"euro_box_share": 0.6, "table_share": 0.5}, "are together more than 1"),
    ],
)
def test_an_impossible_recipe_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        Recipe(**wrong)
