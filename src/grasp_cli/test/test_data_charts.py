from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex

from grasp_cli.data_charts import (
    SCALE_COLORS,
    histogram_shares,
    scale_chart,
    scale_shares,
    width_chart,
)


def test_shares_by_hand() -> None:
    edges = np.array([0.0, 5.0, 10.0])
    assert histogram_shares(np.array([1.0, 5.0, 9.0, 12.0]), edges).tolist() == [0.25, 0.75]
    assert histogram_shares(np.zeros(0), edges).tolist() == [0.0, 0.0]


@given(st.lists(st.floats(0.0, 0.2), min_size=1))
def test_every_value_is_in_one_bin(values: list[float]) -> None:
    shares = histogram_shares(np.array(values), np.linspace(0.0, 0.1, 33))
    assert shares.sum() == pytest.approx(1.0)
    assert scale_shares(np.array(values)).sum() == pytest.approx(1.0)


def test_scales_are_told_apart_at_4_and_7_cm() -> None:
    assert scale_shares(np.array([0.039, 0.04, 0.069, 0.07])).tolist() == [0.25, 0.5, 0.25]


def test_the_widths_have_bins_of_5_mm() -> None:
    axes = width_chart(np.array([0.001, 0.012, 0.013, 0.049]), 0.05).axes[0]
    bars = [(bar.get_x(), bar.get_width(), bar.get_height()) for bar in axes.patches]
    assert len(bars) == 10
    assert bars[0] == (0.0, 5.0, 25.0)
    assert bars[2] == (10.0, 5.0, 50.0)
    assert bars[9] == (45.0, 5.0, 25.0)


def test_the_scales_have_32_bins_coloured_by_group() -> None:
    axes = scale_chart(np.array([0.001, 0.05, 0.08, 0.08]), 0.1).axes[0]
    bars = sorted(axes.patches, key=lambda bar: bar.get_x())
    assert len(bars) == 32
    assert bars[0].get_height() == 25.0
    assert bars[16].get_height() == 25.0  # 50.0 to 53.1 mm
    assert bars[25].get_height() == 50.0  # 78.1 to 81.3 mm
    assert [to_hex(bars[i].get_facecolor()) for i in (0, 16, 25)] == list(SCALE_COLORS)
    texts = [text.get_text() for text in axes.get_legend().get_texts()]
    assert texts[2] == "large, ≥ 70 mm: 50%"
