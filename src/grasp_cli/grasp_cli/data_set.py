"""`DataSet`: a generated data set with what its manifest says it was made from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from grasp_cli.errors import OptionError
from grasp_core.gripper import Gripper
from grasp_learning.label_store import stored_labels
from grasp_learning.object_grasps import ObjectGrasps
from grasp_learning.object_labels import LabelParams
from grasp_learning.recipe import Recipe
from grasp_learning.shard_reader import ShardReader
from grasp_learning.view_arrays import decode_view
from grasp_learning.view_sample import View
from grasp_perception.gripper_files import load_gripper
from grasp_sim.scenes import SceneSpec

#: Settings of the recipe that are options of the command; the others follow as NAME=VALUE.
_OPTIONS = ("scenes", "seed", "trials")


@dataclass(frozen=True, eq=False)
class DataSet:
    """Views of simulated scenes, and the labels of their objects.

    Attributes
    ----------
    reader : of the samples.
    recipe : settings of scenes and views.
    gripper : that the grasps are for.
    params : how densely the objects are labelled.
    """

    reader: ShardReader
    recipe: Recipe
    gripper: Gripper
    params: LabelParams

    @classmethod
    def open(cls, folder: Path, gripper: str | None = None) -> DataSet:
        """Open the data set in a folder.

        Parameters
        ----------
        gripper : name or file of the gripper; by default that of the manifest's name.

        Raises
        ------
        ShardError : no data set, or a shard is missing or damaged.
        OptionError : it is not made by `grasp data generate`, or for another gripper.
        GripperFileError : the gripper is unknown.
        """
        reader = ShardReader(folder)
        settings = reader.manifest.settings
        # A setting that is younger than the data set had its default's effect.
        names = [field.name for field in fields(Recipe) if field.name in settings]
        labels = {field.name: f"label_{field.name}" for field in fields(LabelParams)}
        lacking = {*_OPTIONS, *labels.values(), "gripper_name"} - set(settings)
        if lacking:
            raise OptionError(
                f"{folder}: not made by `grasp data generate`, its manifest lacks {sorted(lacking)}"
            )
        shape = load_gripper(gripper or str(settings["gripper_name"]))
        _check_gripper(folder, shape, settings)
        return cls(
            reader,
            Recipe(**{name: settings[name] for name in names}),
            shape,
            LabelParams(**{name: settings[key] for name, key in labels.items()}),
        )

    @property
    def made_by(self) -> str:
        """Command line that makes the same data set in a folder DIR."""
        command = (
            f"grasp data generate --out DIR --scenes {self.recipe.scenes} "
            f"--seed {self.recipe.seed} --trials {self.recipe.trials} "
            f"--gripper {self.gripper.name}"
        )
        others = [
            f"{field.name}={json.dumps(getattr(self.recipe, field.name), separators=(',', ':'))}"
            for field in fields(Recipe)
            if field.name not in _OPTIONS and getattr(self.recipe, field.name) != field.default
        ]
        return " ".join([command, *others])

    def view(self, number: int) -> View:
        """Read one view.

        Raises
        ------
        OptionError : there is no sample of this number.
        """
        if number not in self.reader.numbers:
            numbers = self.reader.numbers
            raise OptionError(
                f"no sample {number} in {self.reader.folder}, it has {len(numbers)}: "
                f"{numbers[:1]} to {numbers[-1:]}"
            )
        return decode_view(self.reader.read(number))

    def views(self) -> Iterator[View]:
        """Read all views in their order."""
        for _, arrays in self.reader.stream():
            yield decode_view(arrays)

    def scene_views(self) -> dict[int, list[int]]:
        """Give the numbers of the scenes that are there, and those of their views."""
        views: dict[int, list[int]] = {}
        for number in self.reader.numbers:
            scene, view = divmod(number, self.recipe.views)
            views.setdefault(scene, []).append(view)
        return views

    def spec(self, scene: int) -> SceneSpec:
        """Tell what scene of this number was made from."""
        first = scene * self.recipe.views + self.scene_views()[scene][0]
        return SceneSpec.from_json(str(self.reader.read(first, ["spec"])["spec"]))

    def object_names(self) -> list[str]:
        """Give the names of all objects that occur, sorted."""
        names: set[str] = set()
        for _, arrays in self.reader.stream(["spec"]):
            names.update(SceneSpec.from_json(str(arrays["spec"])).objects)
        return sorted(names)

    def labels(self, name: str) -> ObjectGrasps:
        """Return the labels of an object; they are computed where the user's cache lacks them."""
        return stored_labels(name, self.gripper, self.params)


def _check_gripper(folder: Path, gripper: Gripper, settings: Mapping[str, Any]) -> None:
    """Refuse a gripper of another shape than that of the data set.

    Raises
    ------
    OptionError : names the first value that differs.
    """
    for key, made_with in settings.items():
        name = key.removeprefix("gripper_")
        if name == key:
            continue
        value = getattr(gripper, name, None)
        value = list(value) if isinstance(value, tuple) else value
        if value != made_with:
            raise OptionError(
                f"{folder}: made for a gripper with {name} = {made_with!r}, "
                f"{gripper.name} has {value!r}"
            )
