"""Fixtures of all tests of grasp_cli."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

#: Domain numbers whose ports every system has free.
ROS_DOMAINS = 101


def pytest_configure() -> None:
    """Give each worker its own ROS domain, before anything of ROS is made; children inherit it."""
    os.environ["ROS_DOMAIN_ID"] = str(1 + os.getpid() % ROS_DOMAINS)
    os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"


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
