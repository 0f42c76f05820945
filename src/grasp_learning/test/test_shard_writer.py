from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from grasp_learning.errors import ShardError
from grasp_learning.manifest import Manifest, shard_path
from grasp_learning.shard_file import Sample
from grasp_learning.shard_reader import ShardReader
from grasp_learning.shard_writer import ShardWriter

MANIFEST = Manifest(samples=13, per_shard=4, settings={"noise": "d435", "views": 2})


def make(number: int) -> Sample | None:
    """A sample from its number alone; every fifth scene never rests."""
    rng = np.random.default_rng(number)
    if number % 5 == 4:
        return None
    return {"cloud": rng.random((50, 3), np.float32), "number": np.int64(number)}


def written(folder: Path, order: list[int] | None = None) -> ShardReader:
    writer = ShardWriter(folder, MANIFEST)
    for shard in order or writer.missing():
        writer.write(shard, make)
    return ShardReader(folder)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_data_set_comes_back_by_number_and_as_a_stream(tmp_path: Path) -> None:
    reader = written(tmp_path)
    assert reader.numbers == [0, 1, 2, 3, 5, 6, 7, 8, 10, 11, 12]
    assert len(reader) == 11
    assert reader.manifest == MANIFEST
    np.testing.assert_array_equal(reader.read(10)["cloud"], make(10)["cloud"])  # type: ignore[index]
    assert list(reader.read(7, ["number"])) == ["number"]
    assert [number for number, _ in reader.stream()] == reader.numbers
    reader.verify()


def test_a_shuffled_stream_has_every_sample_once_and_repeats_with_its_seed(tmp_path: Path) -> None:
    reader = written(tmp_path)
    orders = [
        [number for number, _ in reader.stream(["number"], np.random.default_rng(seed))]
        for seed in (1, 1, 2)
    ]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == reader.numbers != orders[0]


def test_order_of_writing_changes_neither_bytes_nor_digest(tmp_path: Path) -> None:
    first = written(tmp_path / "a")
    second = written(tmp_path / "b", order=[2, 0, 3, 1])
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert first.digest() == second.digest()


def test_the_digest_knows_the_settings(tmp_path: Path) -> None:
    digests = []
    for views in (2, 3):
        folder = tmp_path / str(views)
        ShardWriter(folder, Manifest(2, 2, {"views": views})).write(0, make)
        digests.append(ShardReader(folder).digest())
    assert digests[0] != digests[1]


def test_a_resumed_run_writes_only_what_is_missing(tmp_path: Path) -> None:
    written(tmp_path / "whole")
    writer = ShardWriter(tmp_path / "cut", MANIFEST)
    writer.write(1, make)
    made = []

    def noted(number: int) -> Sample | None:
        made.append(number)
        return make(number)

    resumed = ShardWriter(tmp_path / "cut", MANIFEST)
    assert resumed.missing() == [0, 2, 3]
    for shard in resumed.missing():
        resumed.write(shard, noted)
    assert made == [0, 1, 2, 3, 8, 9, 10, 11, 12]
    assert resumed.missing() == []
    assert files(tmp_path / "cut") == files(tmp_path / "whole")


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_shard_writer import MANIFEST, make
from grasp_learning.shard_writer import ShardWriter

def dying(number):
    if number == 6:  # in the middle of the second shard
        os.kill(os.getpid(), signal.SIGKILL)
    return make(number)

writer = ShardWriter(Path(sys.argv[1]), MANIFEST)
for shard in writer.missing():
    writer.write(shard, dying)
"""


def test_a_killed_run_leaves_whole_shards_and_the_next_one_the_same_files(tmp_path: Path) -> None:
    written(tmp_path / "whole")
    cut = tmp_path / "cut"
    command = [sys.executable, "-c", KILLED, str(cut), str(Path(__file__).parent)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    finished = subprocess.run(command, env=environment, timeout=120, check=False)
    assert finished.returncode == -signal.SIGKILL
    with pytest.raises(ShardError, match=r"shard_000001\.zip: missing"):
        ShardReader(cut)
    assert written(cut).numbers == ShardReader(tmp_path / "whole").numbers
    assert files(cut) == files(tmp_path / "whole")


def test_a_truncated_shard_is_named(tmp_path: Path) -> None:
    written(tmp_path)
    path = shard_path(tmp_path, 2)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ShardError, match=r"shard_000002\.zip: truncated or damaged"):
        ShardReader(tmp_path)


def test_a_shard_that_does_not_exist_cannot_be_written(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path, MANIFEST)
    for shard in (-1, 4):
        with pytest.raises(ShardError, match=f"shard {shard}, expected 0 to 3"):
            writer.write(shard, make)
