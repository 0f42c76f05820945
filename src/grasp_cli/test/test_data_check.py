from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result


@pytest.mark.parametrize(
    ("folder", "options", "message"),
    [
        ("elsewhere", (), "not a GraspNet-1Billion folder, it has no scenes/"),
        ("root", (), "no folder scenes/scene_0000"),
        ("root", ("--camera", "d435"), "camera 'd435', expected one of kinect, realsense"),
    ],
)
def test_a_wrong_path_ends_with_2_and_one_line(
    folder: str, options: tuple[str, ...], message: str, grasp: Callable[..., Result],
    tmp_path: Path,
) -> None:  # fmt: skip
    (tmp_path / "root" / "scenes").mkdir(parents=True)
    result = grasp("data", "check", tmp_path / folder, *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_missing_files_are_named(grasp: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "scenes" / "scene_0100").mkdir(parents=True)
    result = grasp("data", "check", tmp_path, "--camera", "kinect")
    assert result.exit_code == 2
    assert "missing scenes/scene_0100/object_id_list.txt" in result.stderr
