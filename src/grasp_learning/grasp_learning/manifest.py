"""`Manifest`: what a data set of shards is made of, in manifest.json of its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grasp_learning.errors import ShardError

MANIFEST_NAME = "manifest.json"
VERSION = 1


@dataclass(frozen=True)
class Manifest:
    """Sizes and settings of a data set.

    Attributes
    ----------
    samples : how many numbers there are; a sample may be absent (a scene that never rests).
    per_shard : numbers in one shard.
    settings : everything that the samples depend on, as JSON.

    Raises
    ------
    ShardError : a size is not positive, or `settings` are not JSON.
    """

    samples: int
    per_shard: int
    settings: Mapping[str, Any]

    def __post_init__(self) -> None:
        if self.samples < 1 or self.per_shard < 1:
            raise ShardError(
                f"{self.samples} samples, {self.per_shard} per shard: must be positive"
            )
        try:  # what comes back from JSON compares equal to what is read from the file
            settings = json.loads(json.dumps(dict(self.settings), allow_nan=False))
        except (TypeError, ValueError) as error:
            raise ShardError(f"settings are not JSON: {error}") from error
        object.__setattr__(self, "settings", settings)

    @property
    def shards(self) -> int:
        """Number of shards."""
        return -(-self.samples // self.per_shard)

    def numbers(self, shard: int) -> range:
        """Numbers of the samples that belong into a shard.

        Raises
        ------
        ShardError : no such shard.
        """
        if not 0 <= shard < self.shards:
            raise ShardError(f"shard {shard}, expected 0 to {self.shards - 1}")
        return range(shard * self.per_shard, min((shard + 1) * self.per_shard, self.samples))

    def text(self) -> str:
        """Contents of the file: the same for equal manifests."""
        return json.dumps({"version": VERSION, **asdict(self)}, indent=2, sort_keys=True) + "\n"

    def save(self, folder: Path) -> None:
        """Write the file, or check that the folder's is the same.

        Raises
        ------
        ShardError : the folder holds another data set, whose first difference is named, or the file
            cannot be written.
        """
        path = folder / MANIFEST_NAME
        if path.exists():
            _require_same(path, Manifest.load(folder), self)
            return
        part = path.with_name(MANIFEST_NAME + ".part")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            part.write_text(self.text(), encoding="utf-8")
            part.replace(path)
        except OSError as error:
            raise ShardError(f"{path}: {error.strerror or error}") from error

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Read the file.

        Raises
        ------
        ShardError : missing, damaged or of another version.
        """
        path = folder / MANIFEST_NAME
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            version = values["version"]
            if version == VERSION:
                samples, per_shard = int(values["samples"]), int(values["per_shard"])
                return cls(samples, per_shard, values["settings"])
        except FileNotFoundError as error:
            raise ShardError(f"{path}: missing, this is no data set") from error
        except OSError as error:
            raise ShardError(f"{path}: {error.strerror or error}") from error
        except (KeyError, TypeError, ValueError) as error:
            raise ShardError(f"{path}: damaged ({error})") from error
        raise ShardError(f"{path}: version {version!r}, this program reads {VERSION}")


def _require_same(path: Path, found: Manifest, wanted: Manifest) -> None:
    before = {**asdict(found), **found.settings}
    now = {**asdict(wanted), **wanted.settings}
    for key in sorted({*before, *now} - {"settings"}):
        if before.get(key) != now.get(key):
            raise ShardError(
                f"{path}: made with {key} = {before.get(key)!r}, now it is {now.get(key)!r}; "
                "choose another folder"
            )


def shard_path(folder: Path, shard: int) -> Path:
    """Where shard number `shard` lies."""
    return folder / f"shard_{shard:06d}.zip"
