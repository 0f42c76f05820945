"""Fixtures of the tests of bringup."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def ros_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of what ROS keeps: none of it goes into the home of who runs the tests."""
    monkeypatch.setenv("ROS_HOME", str(tmp_path))
    return tmp_path
