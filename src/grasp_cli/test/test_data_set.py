from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from grasp_cli.data_set import DataSet
from grasp_cli.errors import OptionError
from grasp_core.errors import GripperFileError
from grasp_learning.errors import ShardError
from grasp_learning.object_labels import LabelParams


@pytest.fixture
def copy(small_data_set: Path, tmp_path: Path) -> Path:
    """The data set, to be damaged."""
    return Path(shutil.copytree(small_data_set, tmp_path / "copy"))


def change_settings(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["settings"].update(changes)
    path.write_text(json.dumps(manifest))


def test_a_data_set_knows_what_it_was_made_from(small_data_set: Path) -> None:
    data = DataSet.open(small_data_set)
    assert (data.recipe.seed, data.recipe.views, data.recipe.noise) == (23, 2, (0.5, 2.0))
    assert data.gripper.name == "parallel_100mm"
    assert data.params == LabelParams(contacts=512, directions=2, approaches=6)
    assert data.made_by == (
        "grasp data generate --out DIR --scenes 2 --seed 23 --trials 4 --gripper parallel_100mm "
        "views=2 least_objects=3 most_objects=3 free_labels=12 colliding_labels=12"
    )
    assert data.scene_views() == {0: [0, 1], 1: [0, 1]}


def test_views_and_objects_are_those_of_the_samples(small_data_set: Path) -> None:
    data = DataSet.open(small_data_set)
    views = list(data.views())
    assert [view.spec for view in views] == [data.spec(scene) for scene in (0, 0, 1, 1)]
    np.testing.assert_array_equal(views[3].clean, data.view(3).clean)
    names = data.object_names()
    assert names == sorted({*data.spec(0).objects, *data.spec(1).objects})


@pytest.mark.usefixtures("its_labels")
def test_labels_are_those_that_the_views_were_made_with(small_data_set: Path) -> None:
    data = DataSet.open(small_data_set)
    view = data.view(0)
    for instance in np.unique(view.grasp_instances):
        labels = data.labels(view.spec.objects[instance - 1])
        widths = view.widths[view.grasp_instances == instance]
        nearest = np.abs(widths[:, None] - labels.grasps.widths).min(axis=1)
        assert nearest.max() < 1e-4  # stored in steps of 0.1 mm


def test_a_number_without_a_sample_is_told(small_data_set: Path) -> None:
    with pytest.raises(OptionError, match=r"no sample 4 in .*, it has 4: \[0\] to \[3\]"):
        DataSet.open(small_data_set).view(4)


def test_a_missing_shard_is_named(copy: Path) -> None:
    (copy / "shard_000000.zip").unlink()
    with pytest.raises(ShardError, match=r"shard_000000\.zip: missing"):
        DataSet.open(copy)


def test_a_manifest_of_something_else_is_refused(copy: Path) -> None:
    path = copy / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "settings": {"seed": 1}}))
    lacking = (
        r"not made by .*, its manifest lacks \['gripper_name', 'label_approaches', .*'scenes', "
    )
    with pytest.raises(OptionError, match=lacking):
        DataSet.open(copy)


def test_a_data_set_of_before_a_setting_has_its_default(copy: Path) -> None:
    path = copy / "manifest.json"
    manifest = json.loads(path.read_text())
    for young in ("best_share", "emptied"):
        del manifest["settings"][young]
    path.write_text(json.dumps(manifest))
    recipe = DataSet.open(copy).recipe
    assert (recipe.best_share, recipe.emptied, recipe.views) == (0.5, False, 2)


def test_a_gripper_of_another_shape_is_refused(copy: Path) -> None:
    change_settings(copy, gripper_finger_length=0.05)
    with pytest.raises(OptionError, match=r"finger_length = 0\.05, parallel_100mm has 0\.06"):
        DataSet.open(copy)
    with pytest.raises(OptionError, match=r"finger_length = 0\.05, franka_hand has 0\.045"):
        DataSet.open(copy, "franka_hand")


def test_an_unknown_gripper_is_told(copy: Path) -> None:
    change_settings(copy, gripper_name="claw")
    with pytest.raises(
        GripperFileError, match=r"gripper 'claw' is unknown; valid: .*parallel_100mm"
    ):
        DataSet.open(copy)
