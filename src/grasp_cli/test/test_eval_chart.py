from __future__ import annotations

import numpy as np

from grasp_cli.eval_chart import scale_figure
from grasp_cli.results import Row


def row(detector: str, metric: str, value: float) -> Row:
    return Row("novel", metric, value, value / 2, value, 10, detector=detector)


def test_bars_stand_for_numbers_and_rates() -> None:
    rows = [
        row("antipodal", "ap", 0.3),
        row("antipodal", "small_grasps_per_view", 8.0),
        row("antipodal", "small_success_rate", 0.5),
        row("sbg", "small_grasps_per_view", 9.0),
        row("sbg", "large_grasps_per_view", 4.0),
    ]
    figure = scale_figure(rows)
    counts, rates = figure.axes
    assert [text.get_text() for text in counts.get_xticklabels()] == ["antipodal", "sbg"]
    assert sorted(bar.get_height() for bar in counts.patches) == [4.0, 8.0, 9.0]
    assert [bar.get_height() for bar in rates.patches] == [0.5]
    (small, *_) = counts.patches
    np.testing.assert_allclose(small.get_x() + small.get_width(), 0 - 0.4 / 3)
