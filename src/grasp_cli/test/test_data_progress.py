from __future__ import annotations

import sys

import joblib
import pytest

from grasp_cli.data_progress import workers
from grasp_cli.errors import OptionError


def test_jobs_are_processes_of_this_machine() -> None:
    with workers(3, None):
        parallel = joblib.Parallel()
        assert type(parallel._backend).__name__ == "LokyBackend"
        assert parallel.n_jobs == 3


def test_a_cluster_needs_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(OptionError, match="--dask needs the packages"), workers(2, "tcp://h:1"):
        pass


def test_a_cluster_needs_a_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grasp_cli.data_progress.CONNECT_SEC", 0.2)
    for address in ("tcp://127.0.0.1:9", "nowhere:x"):
        with pytest.raises(OptionError, match=f"--dask {address}: no sched"), workers(2, address):
            pass
