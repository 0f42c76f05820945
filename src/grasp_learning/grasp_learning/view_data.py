"""Views of several data sets as batches of prepared samples, in an order that a seed decides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from grasp_core.errors import GraspError
from grasp_learning.errors import LearningError, SampleError, TrainingError
from grasp_learning.shard_reader import ShardReader
from grasp_learning.task import EmptySampleError, Task
from grasp_learning.view_arrays import decode_view
from grasp_learning.view_sample import View

#: Setting of a data set that names its gripper.
GRIPPER = "gripper_name"

#: Epoch and index of a sample; decides what is read and how it is augmented.
Key = tuple[int, int]
Batch = dict[str, Tensor]


class ViewFolders:
    """The views of one or more data sets, numbered through.

    Attributes
    ----------
    gripper : name of the gripper that all the data sets were made for.

    Raises
    ------
    ShardError : no data set, or a shard of it is missing or damaged.
    TrainingError : no folder or no view, or the data sets are for different grippers.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._readers = [ShardReader(folder) for folder in folders]
        self._places = [(reader, n) for reader in self._readers for n in reader.numbers]
        names = ", ".join(map(str, folders)) or "no folder"
        if not self._places:
            raise TrainingError(f"{names}: no views to train on")
        grippers = {str(reader.manifest.settings.get(GRIPPER)) for reader in self._readers}
        if len(grippers) > 1:
            raise TrainingError(f"{names}: made for different grippers: {sorted(grippers)}")
        (self.gripper,) = grippers

    def __len__(self) -> int:
        return len(self._places)

    def name(self, index: int) -> str:
        """Folder and number of a view, as errors tell it."""
        reader, number = self._places[index]
        return f"{reader.folder}, sample {number}"

    def read(self, index: int) -> View:
        """Read a view.

        Raises
        ------
        GraspError : its arrays are damaged or are not those of a view.
        """
        reader, number = self._places[index]
        return decode_view(reader.read(number))

    def digest(self) -> str:
        """Content hash of all the data sets in their order."""
        digest = hashlib.sha256()
        for reader in self._readers:
            digest.update(reader.digest().encode())
        return digest.hexdigest()


class PreparedViews(Dataset[Batch]):
    """Samples of a task, one per view.

    The random numbers of a sample depend on seed, epoch and index alone, hence neither on the
    number of workers nor on where training was resumed. A view with nothing to learn from is
    replaced by the next one that has something.

    Parameters
    ----------
    task : prepares the samples; its network must be on the CPU, because workers are forked.
    """

    def __init__(self, views: ViewFolders, task: Task, seed: int) -> None:
        self._views = views
        self._task = task
        self._seed = seed

    def __getitem__(self, key: Key) -> Batch:
        """Prepare one sample.

        Raises
        ------
        SampleError : the sample, which the message names, is damaged or holds a NaN.
        TrainingError : no view holds anything to learn from.
        """
        epoch, first = key
        rng = np.random.default_rng([self._seed, epoch, first])
        for offset in range(len(self._views)):
            index = (first + offset) % len(self._views)
            try:
                return self._prepared(index, rng)
            except EmptySampleError as error:
                reason = f"{self._views.name(index)}: {error}"
        raise TrainingError(f"no view holds anything to learn from; the last one: {reason}")

    def _prepared(self, index: int, rng: np.random.Generator) -> Batch:
        try:
            sample = self._task.prepare(self._views.read(index), rng)
        except EmptySampleError:
            raise
        except GraspError as error:
            raise SampleError(f"{self._views.name(index)}: {error}") from error
        for name, tensor in sample.items():
            if not bool(torch.isfinite(tensor).all()):
                raise SampleError(f"{self._views.name(index)}: {name} holds a NaN or an infinity")
        return sample


def training_keys(
    count: int, batch_size: int, steps: range, seed: int, rank: int = 0, team: int = 1
) -> Iterator[list[Key]]:
    """Give the keys of each step's batch; every epoch has an order of its own.

    Parameters
    ----------
    count : number of views; what is left of an epoch after whole batches is dropped.
    batch_size : views per process.
    steps : which steps, counted from the start of training.
    rank, team : this process and the number of processes, each of which gets other views.
    """
    per_step = batch_size * team
    per_epoch = count // per_step
    order, order_epoch = np.empty(0, np.int64), -1
    for step in steps:
        epoch, place = divmod(step, per_epoch)
        if epoch != order_epoch:
            order, order_epoch = np.random.default_rng([seed, epoch]).permutation(count), epoch
        begin = place * per_step + rank * batch_size
        yield [(epoch, int(index)) for index in order[begin : begin + batch_size]]


def validation_keys(count: int, batch_size: int, rank: int = 0, team: int = 1) -> list[list[Key]]:
    """Give the keys of the batches of one pass in which each view comes once, always the same."""
    mine = [(0, index) for index in range(rank, count, team)]
    return [mine[begin : begin + batch_size] for begin in range(0, len(mine), batch_size)]


class Batches:
    """Prepares batches, with `workers` processes; may be gone through again.

    Parameters
    ----------
    keys : of the samples of each batch.
    """

    def __init__(self, samples: PreparedViews, keys: Iterable[list[Key]], workers: int) -> None:
        self._loader: DataLoader[Batch] = DataLoader(
            samples,
            batch_sampler=keys,
            num_workers=workers,
            persistent_workers=workers > 0,
            # Else it draws from the global generator, and dropout would depend on the workers.
            generator=torch.Generator(),
        )

    def __iter__(self) -> Iterator[Batch]:
        try:
            yield from self._loader
        except LearningError as error:
            # A worker's error carries its traceback as text, at the end of which its message is.
            message = str(error).strip().rpartition(f"{type(error).__name__}: ")[2]
            raise type(error)(message) from error
