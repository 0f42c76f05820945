from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grasp_cli import data_classes
from grasp_cli.data_classes import CLASS_COLORS, class_figure
from grasp_cli.data_set import DataSet
from grasp_learning.scene_labels import PointClass


@pytest.fixture(autouse=True)
def _small_panels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_classes, "PANEL_WIDTH", 240)
    monkeypatch.setattr(data_classes, "PANEL_HEIGHT", 180)


def colors_of(picture: np.ndarray) -> set[tuple[int, ...]]:
    """The frequent colours of a picture."""
    colors, counts = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
    return {tuple(color) for color in colors[counts > 30].tolist()}


def test_points_have_the_colour_of_their_class(small_data_set: Path) -> None:
    view = DataSet.open(small_data_set).view(0)
    figure = class_figure(view)
    shown = colors_of(figure.axes[0].images[0].get_array())
    present = [kind for kind in PointClass if (view.classes == kind).sum() > 1000]
    assert len(present) >= 3
    for kind in present:
        expected = tuple(round(255 * channel) for channel in CLASS_COLORS[kind])
        assert any(np.abs(np.subtract(color, expected)).max() <= 1 for color in shown), kind
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    on_objects = view.classes[view.instances > 0]
    share = (on_objects == PointClass.POSITIVE).mean()
    assert texts[0] == f"positive: a grasp holds and is free ({share:.0%} of the objects)"
