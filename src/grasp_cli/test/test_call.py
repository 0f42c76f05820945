from __future__ import annotations

from collections.abc import Callable

from typer.testing import Result


def test_without_a_node_it_says_what_it_waited_for(grasp: Callable[..., Result]) -> None:
    result = grasp("call", "--wait", "0.1", "--service", "/left/detect_grasps")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: no active perception node with a cloud and the service /left/detect_grasps "
        "within 0.1 s\n"
    )
