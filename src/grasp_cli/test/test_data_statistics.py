from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grasp_cli.data_statistics import object_rows, view_rows
from grasp_cli.results import Row
from grasp_core.grasps import Grasps
from grasp_learning.object_grasps import LabelCounts, ObjectGrasps
from grasp_learning.view_summary import ViewSummary

PILE = ViewSummary(
    mode="pile",
    objects=4,
    visible=3,
    class_points=np.array([10, 20, 30, 40]),
    measured=0.9,
    widths=np.array([0.01, 0.02, 0.05], np.float32),
    quality=np.array([0.001, 0.002, 0.003], np.float32),
    blocked=7,
    scales=np.array([0.01, 0.05, 0.05, 0.08], np.float32),
    trials=np.array([2, 4, 0]),
    held=np.array([2, 1, 0]),
)


def found(rows: list[Row], subject: str, setting: str, metric: str) -> Row:
    (row,) = [r for r in rows if (r.subject, r.setting, r.metric) == (subject, setting, metric)]
    return row


def test_rows_of_one_view_by_hand() -> None:
    rows = view_rows([PILE], seed=3)
    values = {row.metric: row.value for row in rows if row.subject == "views"}
    assert values == pytest.approx(
        {
            "objects in the scene": 4,
            "share of them seen": 0.75,
            "share of pixels measured": 0.9,
            "points on objects": 100,
            "share positive": 0.4,
            "share negative by collision": 0.3,
            "share unsuitable": 0.2,
            "share without a contact near": 0.1,
            "free grasps": 3,
        }
    )
    width = found(rows, "free grasps", "all", "width in mm")
    assert (width.value, width.n, width.seeds) == (pytest.approx(20.0), 3, (3,))
    assert (width.low, width.high) == pytest.approx((12.0, 44.0))
    scale = found(rows, "scale of the best grasp at a point", "pile", "medium (4 to 7 cm)")
    assert (scale.low, scale.value, scale.high, scale.n) == (0.5, 0.5, 0.5, 4)
    assert not [row for row in rows if row.setting == "packed"]


def test_executed_grasps_are_a_rate_with_an_interval() -> None:
    rows = view_rows([PILE, PILE], seed=0)
    held = found(rows, "executed grasps", "candidate", "share held")
    assert (held.value, held.n) == (0.25, 8)
    assert 0.05 < held.low < 0.1  # Wilson: 0.071 to 0.591
    assert 0.55 < held.high < 0.62
    assert not [row for row in rows if row.setting == "perturbed"]


def test_views_are_grouped_by_the_kind_of_their_scene() -> None:
    packed = replace(PILE, mode="packed", objects=8, visible=8)
    rows = view_rows([PILE, PILE, packed], seed=0)
    by_setting = {
        setting: found(rows, "views", setting, "objects in the scene").value
        for setting in ("all", "pile", "packed")
    }
    assert by_setting == {"all": 4, "pile": 4, "packed": 8}


def test_a_data_set_without_any_free_grasp_has_no_row_about_them() -> None:
    none = np.zeros(0, np.float32)
    rows = view_rows([replace(PILE, widths=none, quality=none, scales=none)], seed=0)
    assert {row.subject for row in rows} == {"views", "executed grasps"}


def labels(count: int) -> ObjectGrasps:
    grasps = Grasps(np.tile(np.eye(3), (count, 1, 1)), np.zeros((count, 3)), np.ones(count),
                    np.ones(count), "object")  # fmt: skip
    return ObjectGrasps(
        grasps, np.zeros((count, 2, 3)), np.zeros((count, 2, 3)), np.full(count, 0.01),
        np.zeros((4, 3)), np.arange(4) < count, LabelCounts(9, 9, 9, 9, 9, count), "jaw",
    )  # fmt: skip


def test_rows_of_objects_by_hand() -> None:
    rows = object_rows([labels(0), labels(2), labels(4)], "training")
    values = {row.metric: (row.value, row.n) for row in rows}
    assert values == {
        "grasps": (2, 3),
        "share of contact points that are positive": (0.5, 3),
        "best quality Q": (0.01, 2),
        "share without any grasp": (pytest.approx(1 / 3), 3),
    }
