"""Make a data set of simulated views: open this file first.

A data set is a list of independent samples, and a shard is one job. joblib runs the jobs wherever
the caller says: ::

    with joblib.parallel_config("loky", n_jobs=8):  # or "dask", on a cluster
        for shard in generate(job, job.writer(folder)):
            print(shard)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import joblib

from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_learning.label_store import stored_labels
from grasp_learning.manifest import Manifest
from grasp_learning.object_labels import LabelParams
from grasp_learning.recipe import Recipe, draw_spec
from grasp_learning.shard_file import Sample
from grasp_learning.shard_writer import ShardWriter
from grasp_learning.simulated_view import Propose, look, take_view
from grasp_learning.staged_scene import StagedScene, stage, stage_scene
from grasp_sim.clutter import execute_best
from grasp_sim.errors import UnstableSimulationError
from grasp_sim.scenes import WORLD

#: To be raised by every change of the code that changes samples.
VERSION = 1

#: A killed run loses the work on one shard per process, under a minute of it.
SCENES_PER_SHARD = 10

#: Before the names of `LabelParams` among the settings of a data set.
LABEL_PREFIX = "label_"

#: What the samples do not depend on.
_OF_THE_ROBOT = ("T_tool_grasp", "joint", "scale", "offset")


@dataclass(frozen=True)
class Job:
    """All that the samples of a data set depend on.

    Attributes
    ----------
    recipe : scenes, cameras, trials.
    gripper : that the grasps are for.
    propose : finds candidates in a cloud, which are executed among others; a function of a module,
        so that it can be sent to other processes.
    detector : name of what `propose` runs.
    labels : how densely objects are labelled.
    label_folder : where the labels of single objects are kept.
    """

    recipe: Recipe
    gripper: Gripper
    propose: Propose
    detector: str
    labels: LabelParams
    label_folder: Path

    def writer(self, folder: Path, scenes_per_shard: int = SCENES_PER_SHARD) -> ShardWriter:
        """Open the folder of the data set, which states its sizes and settings.

        Raises
        ------
        ShardError : the folder holds another data set, or cannot be made.
        """
        labels = {LABEL_PREFIX + name: value for name, value in asdict(self.labels).items()}
        gripper = {
            f"gripper_{name}": list(value) if isinstance(value, tuple) else value
            for name, value in vars(self.gripper).items()
            if name not in _OF_THE_ROBOT
        }
        settings = {"generator": VERSION, "detector": self.detector, **labels, **gripper}
        recipe = asdict(self.recipe)
        per_shard = scenes_per_shard * self.recipe.views
        return ShardWriter(folder, Manifest(self.recipe.samples, per_shard, recipe | settings))

    def __call__(self, sample: int) -> Sample | None:
        """Make a sample by its number; None where its scene never rests."""
        scene, view = divmod(sample, self.recipe.views)
        if self.recipe.emptied:
            samples = _emptied(self, scene)
            return samples[view] if view < len(samples) else None
        stage = _stage(self.recipe, scene, self.gripper, self.labels, self.label_folder)
        if stage is None:
            return None
        sight = look(stage, self.recipe, scene, view, self.gripper, self.propose)
        return take_view(stage, sight, self.recipe, scene, view, self.gripper)


def objects_to_label(job: Job, writer: ShardWriter) -> list[str]:
    """Names of the objects in the scenes that are missing, as far as these are not rejected."""
    samples = (number for shard in writer.missing() for number in writer.manifest.numbers(shard))
    scenes = {number // job.recipe.views for number in samples}
    return sorted({name for scene in scenes for name in draw_spec(job.recipe, scene, 0).objects})


def label_objects(job: Job, names: Sequence[str]) -> Iterator[str]:
    """Label the objects that have no labels yet, in any order; yield each name when done.

    Raises
    ------
    LabelError : a file of labels is damaged or cannot be written.
    """
    yield from _in_parallel(_label, [(name, job) for name in names])


def generate(job: Job, writer: ShardWriter) -> Iterator[int]:
    """Write the shards that are missing, in any order; yield the number of each when done.

    After a kill or an error, what is done stays, and a second call goes on; the files are the same
    as those of a run that was not cut.

    Raises
    ------
    ShardError : a file cannot be written, for example because the disk is full.
    LabelError : a file of labels is damaged or cannot be written.
    """
    yield from _in_parallel(_write, [(shard, writer, job) for shard in writer.missing()])


def _in_parallel(work: Callable[..., Any], calls: list[tuple[Any, ...]]) -> Iterator[Any]:
    parallel = joblib.Parallel(return_as="generator_unordered")
    yield from parallel(joblib.delayed(work)(*call) for call in calls)


def _label(name: str, job: Job) -> str:
    stored_labels(name, job.gripper, job.labels, job.label_folder)
    return name


def _write(shard: int, writer: ShardWriter, job: Job) -> int:
    writer.write(shard, job)
    return shard


@lru_cache(maxsize=1)
def _stage(
    recipe: Recipe, scene: int, gripper: Gripper, labels: LabelParams, label_folder: Path
) -> StagedScene | None:
    """Keep the last scene of this process: its other views come next."""
    return stage_scene(recipe, scene, gripper, labels, label_folder)


@lru_cache(maxsize=1)
def _emptied(job: Job, scene: int) -> list[Sample]:
    """Take views of a scene that is emptied, until nothing is left or there are enough.

    Keeps those of the last scene of this process: they are asked for one by one.
    """
    of_scene = job.gripper, job.labels, job.label_folder
    found = stage_scene(job.recipe, scene, *of_scene)
    failed = Grasps.empty(WORLD)
    samples: list[Sample] = []
    while found is not None and len(samples) < job.recipe.views:
        view = len(samples)
        sight = look(found, job.recipe, scene, view, job.gripper, job.propose)
        samples.append(take_view(found, sight, job.recipe, scene, view, job.gripper))
        try:
            left, failed = execute_best(found.scene, job.gripper, sight.candidates, failed)
        except UnstableSimulationError:
            break
        found = None if left is None else stage(left, *of_scene)
    return samples
