from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from grasp_core.checks import Float
from grasp_sim.objects.cache import cache_folder, cached_arrays, content_hash


class Work:
    """Counts how often it is done."""

    def __init__(self, count: int = 12) -> None:
        self.calls = 0
        self.result = [np.full((i + 1, 3), i, dtype=np.float64) for i in range(count)]

    def __call__(self) -> list[Float]:
        self.calls += 1
        return self.result


def test_work_is_done_once_and_comes_back_in_order(tmp_path: Path) -> None:
    work = Work()
    for _ in range(3):
        for have, want in zip(cached_arrays("k", work, tmp_path), work.result, strict=True):
            assert_array_equal(have, want)
    assert work.calls == 1
    assert [path.name for path in tmp_path.iterdir()] == ["k.npz"]  # nothing half-written


@pytest.mark.parametrize("kept", [0, 10, 300])
def test_a_damaged_file_is_replaced(tmp_path: Path, kept: int) -> None:
    work = Work()
    cached_arrays("k", work, tmp_path)
    path = tmp_path / "k.npz"
    path.write_bytes(path.read_bytes()[:kept])
    assert_array_equal(cached_arrays("k", work, tmp_path)[1], work.result[1])
    cached_arrays("k", work, tmp_path)
    assert work.calls == 2


@pytest.mark.parametrize("position", [5, 60, 100, 500, -30])
def test_a_flipped_byte_is_noticed(tmp_path: Path, position: int) -> None:
    work = Work()
    cached_arrays("k", work, tmp_path)
    path = tmp_path / "k.npz"
    damaged = bytearray(path.read_bytes())
    damaged[position] ^= 0xFF
    path.write_bytes(damaged)
    for have, want in zip(cached_arrays("k", work, tmp_path), work.result, strict=True):
        assert_array_equal(have, want)


def test_another_archive_is_replaced(tmp_path: Path) -> None:
    np.savez(tmp_path / "k.npz", something=np.zeros(3))
    assert len(cached_arrays("k", Work(2), tmp_path)) == 2


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> list[Float]:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        cached_arrays("k", fail, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_hash_depends_on_values_shape_and_type() -> None:
    array = np.arange(6.0)
    hashes = {
        content_hash(array),
        content_hash(array + 1),
        content_hash(array.reshape(2, 3)),
        content_hash(array.astype(np.float32)),
        content_hash("text", array),
        content_hash(array, "text"),
        content_hash(array[:3], array[3:]),
    }
    assert len(hashes) == 7
    assert content_hash(array) == content_hash(array.copy())


def test_the_folder_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "grasp_sim"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "grasp_sim"
