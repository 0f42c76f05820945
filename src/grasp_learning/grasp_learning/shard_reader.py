"""`ShardReader`: reads a complete data set by sample, or as a stream."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grasp_learning.manifest import Manifest, shard_path
from grasp_learning.shard_file import ShardFile


class ShardReader:
    """Reads the shards of one data set.

    Attributes
    ----------
    manifest : what the data set was made of.
    numbers : of the samples that exist, rising.

    Raises
    ------
    ShardError : no manifest, or a shard is missing, truncated or damaged; the message names it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = Manifest.load(folder)
        self.numbers: list[int] = []
        self._digests: list[str] = []
        for shard in range(self.manifest.shards):
            with self._open(shard) as file:
                self._digests.append(file.digest)
                self.numbers += file.samples

    def __len__(self) -> int:
        return len(self.numbers)

    def read(self, number: int, names: Iterable[str] | None = None) -> dict[str, NDArray[Any]]:
        """Arrays of the sample with that number, or only those named.

        Raises
        ------
        ShardError : no such sample or array, or its bytes are damaged.
        """
        with self._open(number // self.manifest.per_shard) as file:
            return file.read(number, names)

    def stream(
        self, names: Iterable[str] | None = None, rng: np.random.Generator | None = None
    ) -> Iterator[tuple[int, dict[str, NDArray[Any]]]]:
        """Yield all samples, each shard opened once.

        Parameters
        ----------
        rng : shuffles the shards and the samples within each; None keeps their order.
        """
        wanted = None if names is None else list(names)
        shards = list(range(self.manifest.shards))
        for shard in shards if rng is None else rng.permutation(shards).tolist():
            with self._open(shard) as file:
                order = file.samples if rng is None else rng.permutation(file.samples).tolist()
                for number in order:
                    yield number, file.read(number, wanted)

    def digest(self) -> str:
        """Content hash of the whole data set: settings, numbers, names, types and values."""
        digest = hashlib.sha256(self.manifest.text().encode())
        for shard_digest in self._digests:
            digest.update(shard_digest.encode())
        return digest.hexdigest()

    def verify(self) -> None:
        """Read every byte and compare it with the digests.

        Raises
        ------
        ShardError : names the first shard that is damaged.
        """
        for shard in range(self.manifest.shards):
            with self._open(shard) as file:
                file.verify()

    def _open(self, shard: int) -> ShardFile:
        return ShardFile(shard_path(self.folder, shard))
