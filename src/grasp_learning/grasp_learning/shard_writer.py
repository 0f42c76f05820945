"""`ShardWriter`: writes a data set of numbered samples, or what is missing of it.

Shard k holds the samples k n to (k + 1) n - 1, so that shards are independent of each other: any
number of processes may write them in any order, a killed run leaves whole shards behind, and a
second run writes only those that are missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grasp_learning.manifest import Manifest, shard_path
from grasp_learning.shard_file import Sample, write_shard


@dataclass(frozen=True)
class ShardWriter:
    """Writes the shards of one data set.

    Attributes
    ----------
    folder : of the data set; made where it does not exist.
    manifest : what the data set is made of; a folder never mixes two.

    Raises
    ------
    ShardError : the folder cannot be made or holds another data set.
    """

    folder: Path
    manifest: Manifest

    def __post_init__(self) -> None:
        self.manifest.save(self.folder)

    def missing(self) -> list[int]:
        """Give the shards that are not written yet, for example because a run was killed.

        A shard that has its name is whole, because it gets the name last.
        """
        shards = range(self.manifest.shards)
        return [shard for shard in shards if not shard_path(self.folder, shard).exists()]

    def write(self, shard: int, make: Callable[[int], Sample | None]) -> str:
        """Write one shard of the samples that `make` gives for their numbers; return its digest.

        Parameters
        ----------
        make : number of the sample -> its arrays, or None for a number without a sample.

        Raises
        ------
        ShardError : no such shard, or it cannot be written, for example because the disk is full.
        """
        made = ((number, make(number)) for number in self.manifest.numbers(shard))
        whole = ((number, sample) for number, sample in made if sample is not None)
        return write_shard(shard_path(self.folder, shard), whole)
