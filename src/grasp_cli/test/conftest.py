"""Fixtures of all tests of grasp_cli."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

# MuJoCo has no wheel for Python 3.10: there the simulation is not installed, and not tested.
SIMULATION = [
    "test_bench_clutter.py",
    "test_clutter_*.py",
    "test_data.py",
    "test_data_candidates.py",
    "test_data_progress.py",
    "test_eval_*.py",
    "test_scene_picture.py",
    "test_self_filter_in_cell.py",
    "test_train.py",
    "test_two_cameras.py",
]
collect_ignore_glob = [] if find_spec("mujoco") else SIMULATION


@pytest.fixture(scope="session")
def grasp() -> Callable[..., Result]:
    """Run the command in this process with arguments; no traceback may come out of it."""
    from grasp_cli.main import app

    def run(*arguments: object) -> Result:
        # Wide, so that a message is one line whatever the terminal.
        result = CliRunner(env={"COLUMNS": "500"}).invoke(app, [str(each) for each in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture(scope="session")
def block_depth() -> np.ndarray:
    """A block of 5 by 15 by 6 cm on a table, 120 x 160 pixels of depth in metres, from above."""
    depth = np.full((120, 160), 0.56, np.float32)
    depth[37:83, 72:87] = 0.5
    return depth


@pytest.fixture(scope="session")
def block_file(block_depth: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The block as an NPZ file."""
    path = tmp_path_factory.mktemp("block") / "block.npz"
    intrinsics = [[150.0, 0, 80], [0, 150, 60], [0, 0, 1]]
    np.savez(path, depth=block_depth, intrinsics=intrinsics, frame_id="camera")
    return path


@pytest.fixture(scope="session")
def small_data_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of a pile and a packed scene, three objects and two views each.

    The labels of the objects are in ../cache.
    """
    from grasp_core.grasps import Grasps
    from grasp_learning.generate import Job, generate
    from grasp_learning.object_labels import LabelParams
    from grasp_learning.recipe import Recipe
    from grasp_perception.gripper_files import load_gripper

    folder = tmp_path_factory.mktemp("data")
    job = Job(
        recipe=Recipe(seed=23, scenes=2, views=2, trials=4, least_objects=3, most_objects=3,
                      free_labels=12, colliding_labels=12),
        gripper=load_gripper("parallel_100mm"),
        propose=lambda cloud, *_: Grasps.empty(cloud.frame_id),
        detector="none",
        labels=LabelParams(contacts=512, directions=2, approaches=6),
        label_folder=folder / "cache" / "grasp_learning" / "labels",
    )  # fmt: skip
    assert sorted(generate(job, job.writer(folder / "set"))) == [0]
    return folder / "set"


@pytest.fixture
def its_labels(small_data_set: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the labels of the small data set be found."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(small_data_set.parent / "cache"))
