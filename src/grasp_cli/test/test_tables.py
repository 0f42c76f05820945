from __future__ import annotations

import numpy as np
import pytest
from rich.console import Console

from grasp_cli.results import Row
from grasp_cli.tables import grasp_table, result_tables, stage_table, tilt_deg
from grasp_core.grasps import Grasps
from grasp_core.transforms import grasp_rotation


def shown(table: object) -> list[list[str]]:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(table)
    return [line.split() for line in capture.get().splitlines() if line.split()]


def test_a_grasp_is_one_line_in_the_units_of_the_heading() -> None:
    rotation = grasp_rotation([0, 0.6, 0.8], [1, 0, 0])
    grasps = Grasps(rotation[None], np.array([[0.1, -0.25, 0.5]]), [0.0424], [0.8765], "camera")  # type: ignore[arg-type]
    lines = shown(grasp_table(grasps, np.array([0.0, 0.0, -1.0])))
    assert lines[0] == ["1", "grasps", "in", "camera"]
    # cos tilt = 0.8: 37 degrees.
    assert " ".join(lines[-1]) == "1 0.876 42 0.100 -0.250 0.500 0.00 0.60 0.80 37"
    assert shown(grasp_table(grasps, None))[-1][-1] == "-"


@pytest.mark.parametrize(
    ("approach", "degrees"), [([0, 0, -1], 0), ([1, 0, 0], 90), ([0, 0, 1], 180), ([0, 1, -1], 45)]
)
def test_tilt_is_measured_from_straight_down(approach: list[float], degrees: float) -> None:
    unit = np.array(approach) / np.linalg.norm(approach)
    assert tilt_deg(unit, np.array([0.0, 0.0, 1.0])) == pytest.approx(degrees)


def test_stages_are_listed_in_order_with_their_share() -> None:
    lines = shown(stage_table({"crop": 1.04, "detect": 3.0}))
    assert lines[0] == ["4", "ms", "in", "2", "stages"]
    assert lines[-2] == ["crop", "1.0", "█" * 6]
    assert lines[-1] == ["detect", "3.0", "█" * 18]


def test_no_stages_are_no_lines() -> None:
    assert shown(stage_table({}))[0] == ["0", "ms", "in", "0", "stages"]


def test_results_are_one_table_for_each_subject() -> None:
    rows = [
        Row("pile", "grasps", 123.4, 5.0, 678.9, 7, subject="views"),
        Row("packed", "share", 0.25, 0.25, 0.25, 7, subject="views"),
        Row("all", "grasps", 1.0, 1.0, 2.0, 7, subject="objects"),
    ]
    views, objects = (shown(table) for table in result_tables(rows))
    assert [line for line in views if line[0] in ("views", "pile", "grasps", "share")] == [
        ["views"],
        ["pile", "packed"],
        ["grasps", "123", "(5", "..", "679)"],
        ["share", "0.25"],
    ]
    assert objects[0] == ["objects"]
