from __future__ import annotations

import errno
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grasp_learning.errors import ShardError
from grasp_learning.shard_file import Sample, ShardFile, write_shard

CLOUD = np.arange(600, dtype=np.float32).reshape(200, 3)
SAMPLES: list[tuple[int, Sample]] = [
    (3, {"cloud": CLOUD, "mask": CLOUD[:, 0] > 100}),
    (5, {"cloud": CLOUD[:7] * 2, "mask": np.zeros(7, bool), "label": np.float64(0.5)}),
]
ARRAYS = st.one_of(
    hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
    for dtype in (np.float32, np.float64, np.int64, np.uint8, np.bool_, np.dtype("<U4"))
)


@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True), ARRAYS, max_size=3))
def test_any_arrays_come_back(
    tmp_path_factory: pytest.TempPathFactory, sample: dict[str, Any]
) -> None:
    path = tmp_path_factory.mktemp("shard") / "a.zip"
    digest = write_shard(path, [(0, sample)])
    with ShardFile(path) as shard:
        assert shard.samples == [0]
        assert shard.digest == digest
        shard.verify()
        back = shard.read(0)
    assert set(back) == set(sample)
    for name, array in sample.items():
        assert back[name].dtype == array.dtype
        np.testing.assert_array_equal(back[name], array)


def test_named_arrays_alone(tmp_path: Path) -> None:
    write_shard(tmp_path / "a.zip", SAMPLES)
    with ShardFile(tmp_path / "a.zip") as shard:
        assert shard.samples == [3, 5]
        assert list(shard.read(5, ["label"])) == ["label"]
        with pytest.raises(ShardError, match=r"sample 3 has \['cloud', 'mask'\], not \['label'\]"):
            shard.read(3, ["label"])
        with pytest.raises(ShardError, match=r"no sample 4, it has \[3, 5\]"):
            shard.read(4)


def test_the_same_samples_give_the_same_bytes(tmp_path: Path) -> None:
    shuffled = [(n, dict(reversed(list(sample.items())))) for n, sample in SAMPLES]
    digests = [write_shard(tmp_path / f"{i}.zip", s) for i, s in enumerate((SAMPLES, shuffled))]
    assert (tmp_path / "0.zip").read_bytes() == (tmp_path / "1.zip").read_bytes()
    assert digests[0] == digests[1]


@pytest.mark.parametrize(
    "other",
    [
        [(3, {"cloud": CLOUD}), SAMPLES[1]],
        [(4, SAMPLES[0][1]), SAMPLES[1]],
        [(3, {"cloud": CLOUD.astype(np.float64), "mask": CLOUD[:, 0] > 100}), SAMPLES[1]],
        [(3, {"cloud": CLOUD.reshape(100, 6), "mask": CLOUD[:, 0] > 100}), SAMPLES[1]],
        [(3, {"cloud": CLOUD, "mask": CLOUD[:, 0] > 103}), SAMPLES[1]],
    ],
)
def test_the_digest_knows_names_numbers_types_shapes_and_values(
    tmp_path: Path, other: list[tuple[int, Sample]]
) -> None:
    assert write_shard(tmp_path / "a.zip", SAMPLES) != write_shard(tmp_path / "b.zip", other)


def test_a_shard_cut_anywhere_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    write_shard(path, SAMPLES)
    whole = path.read_bytes()
    for length in [*range(0, len(whole), 50), len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(ShardError, match=r"a\.zip: truncated or damaged"):
            ShardFile(path)


def test_a_flipped_byte_in_an_array_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    write_shard(path, SAMPLES)
    whole = bytearray(path.read_bytes())
    whole[200] ^= 0xFF
    path.write_bytes(whole)
    with ShardFile(path) as shard, pytest.raises(ShardError, match="truncated or damaged"):
        shard.verify()


def test_contents_that_do_not_give_the_digest_are_found(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    write_shard(path, SAMPLES)
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    entries["00000005/cloud.npy"] = entries["00000003/cloud.npy"]
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    with ShardFile(path) as shard, pytest.raises(ShardError, match="do not give the digest"):
        shard.verify()


def test_an_error_on_the_way_leaves_no_file(tmp_path: Path) -> None:
    def failing() -> Iterator[tuple[int, Sample]]:
        yield SAMPLES[0]
        raise ShardError("no more")

    with pytest.raises(ShardError, match="no more"):
        write_shard(tmp_path / "a.zip", failing())
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_named_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ShardError, match=r"a\.zip: No space left on device"):
        write_shard(tmp_path / "a.zip", SAMPLES)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ([(1, {}), (1, {})], r"sample 1 after \[1\]: numbers must rise"),
        ([(-1, {})], "sample -1"),
        ([(0, {"../up": CLOUD})], r"array name '\.\./up', expected lower case"),
        ([(0, {"things": np.array([None])})], "array 'things' holds objects"),
    ],
)
def test_what_a_shard_cannot_hold_is_refused(
    tmp_path: Path, samples: list[tuple[int, Sample]], message: str
) -> None:
    with pytest.raises(ShardError, match=message):
        write_shard(tmp_path / "a.zip", samples)


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShardError, match=r"a\.zip: missing"):
        ShardFile(tmp_path / "a.zip")
