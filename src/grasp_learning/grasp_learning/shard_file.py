"""One shard: samples of named arrays in a compressed archive, written whole or not at all.

A shard is a ZIP archive with an entry SAMPLE/NAME.npy for each array and shard.json, so that any
tool opens it and a sample is read without the others. The archive has no time stamps; the same
samples give the same bytes. Its digest is taken of the arrays, not of the compressed bytes, so that
it is also the same with another version of zlib.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grasp_learning.errors import ShardError

Sample = Mapping[str, NDArray[Any]]

INDEX_NAME = "shard.json"
#: A view of 3.2 MB becomes 380 kB in 64 ms; at level 1 it becomes 448 kB in 27 ms. Making it takes
#: a second or more.
COMPRESSION_LEVEL = 6
#: The earliest date that ZIP can hold.
_DATE = (1980, 1, 1, 0, 0, 0)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def write_shard(path: Path, samples: Iterable[tuple[int, Sample]]) -> str:
    """Write the samples, numbered as given, and return the digest of the shard.

    The file appears under its name only when it is complete and on the disk.

    Raises
    ------
    ShardError : a number that does not rise, a name that is not of lower case letters, digits and
        underscores, an array of objects, or the file cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as stream:
            digest = _write_archive(stream, samples)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        raise ShardError(f"{path}: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)
    return digest


def _write_archive(stream: Any, samples: Iterable[tuple[int, Sample]]) -> str:
    numbers: list[int] = []
    shard_digest = hashlib.sha256()
    with zipfile.ZipFile(stream, "w") as archive:
        for number, sample in samples:
            if number < 0 or (numbers and number <= numbers[-1]):
                raise ShardError(f"sample {number} after {numbers[-1:]}: numbers must rise from 0")
            numbers.append(number)
            for name in sorted(sample):
                data = _encoded(name, np.asarray(sample[name]))
                _write_entry(archive, f"{number:08d}/{name}.npy", data)
                shard_digest.update(f"{number}/{name}".encode() + hashlib.sha256(data).digest())
        digest = shard_digest.hexdigest()
        index = {"samples": numbers, "digest": digest}
        _write_entry(archive, INDEX_NAME, json.dumps(index).encode())
    return digest


def _encoded(name: str, array: NDArray[Any]) -> bytes:
    if not _NAME.fullmatch(name):
        raise ShardError(f"array name {name!r}, expected lower case letters, digits, underscores")
    if array.dtype.hasobject:
        raise ShardError(f"array {name!r} holds objects, expected numbers or text")
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.asarray(array, order="C"), version=(1, 0))
    return buffer.getvalue()


def _write_entry(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data, compresslevel=COMPRESSION_LEVEL)


class ShardFile:
    """An open shard; also a context manager.

    Attributes
    ----------
    samples : numbers of the samples, rising.
    digest : of all arrays, as `write_shard` returned it.

    Raises
    ------
    ShardError : the file is missing, truncated or no shard; the message names it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._reading():
            self._archive = zipfile.ZipFile(path)
            index = json.loads(self._archive.read(INDEX_NAME))
            self.samples: list[int] = [int(number) for number in index["samples"]]
            self.digest = str(index["digest"])
        self._names: dict[int, list[str]] = {number: [] for number in self.samples}
        with self._reading():
            for entry in self._archive.namelist():
                number, slash, name = entry.partition("/")
                if slash:
                    self._names[int(number)].append(name.removesuffix(".npy"))

    def __enter__(self) -> ShardFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def read(self, number: int, names: Iterable[str] | None = None) -> dict[str, NDArray[Any]]:
        """Arrays of one sample, or only those named.

        Raises
        ------
        ShardError : no such sample or array, or its bytes are damaged.
        """
        if number not in self._names:
            raise ShardError(f"{self.path}: no sample {number}, it has {self.samples}")
        known = self._names[number]
        wanted = known if names is None else list(names)
        if not set(wanted) <= set(known):
            raise ShardError(f"{self.path}: sample {number} has {known}, not {wanted}")
        with self._reading():
            return {name: self._read_array(number, name) for name in wanted}

    def verify(self) -> None:
        """Read everything and compare it with the digest.

        Raises
        ------
        ShardError : bytes are damaged or do not give the digest.
        """
        digest = hashlib.sha256()
        with self._reading():
            for number in self.samples:
                for name in sorted(self._names[number]):
                    data = self._archive.read(f"{number:08d}/{name}.npy")
                    digest.update(f"{number}/{name}".encode() + hashlib.sha256(data).digest())
        if digest.hexdigest() != self.digest:
            raise ShardError(f"{self.path}: contents do not give the digest {self.digest}")

    def _read_array(self, number: int, name: str) -> NDArray[Any]:
        data = self._archive.read(f"{number:08d}/{name}.npy")
        array: NDArray[Any] = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
        return array

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise ShardError(f"{self.path}: missing") from error
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            if isinstance(error, ShardError):
                raise
            raise ShardError(f"{self.path}: truncated or damaged ({error})") from error
