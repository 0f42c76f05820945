from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from typer.testing import Result

from grasp_cli import main
from grasp_core.errors import GraspError

Command = Callable[..., Result]

COMMANDS = ("detect", "replay", "up", "call", "demo", "doctor", "bench", "data")


def test_help_names_every_command(grasp: Command) -> None:
    result = grasp("--help")
    assert result.exit_code == 0
    for command in COMMANDS:
        assert f" {command} " in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(command: str, grasp: Command) -> None:
    result = grasp(command, "--help")
    assert result.exit_code == 0
    assert f"Usage: root {command}" in result.stdout or f" {command} " in result.stdout


def test_help_loads_no_heavy_library() -> None:
    heavy = "{'open3d', 'rclpy', 'numba', 'scipy', 'torch', 'matplotlib', 'rosbags'}"
    code = f"import sys, grasp_cli.main; print(sorted({heavy} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_an_error_is_told_word_by_word(grasp: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise GraspError("value 3 is not in [0, 1] [bold]m[/bold]")

    monkeypatch.setattr("grasp_cli.inputs.read_params", fail)
    result = grasp("detect", "cloud.pcd")
    assert result.exit_code == main.BAD_INPUT
    assert result.stderr == "Error: value 3 is not in [0, 1] [bold]m[/bold]\n"


def test_an_unknown_option_is_bad_input(grasp: Command) -> None:
    assert grasp("detect", "cloud.pcd", "--tops", "3").exit_code == main.BAD_INPUT
    assert grasp("detect", "cloud.pcd", "--top", "0").exit_code == main.BAD_INPUT
