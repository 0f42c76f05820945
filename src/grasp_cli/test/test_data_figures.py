from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grasp_cli import data_figures
from grasp_cli.data_figures import data_figure, shown_objects
from grasp_cli.data_set import DataSet
from grasp_sim.objects.catalogue import load_object
from grasp_sim.scenes import make_scene


@pytest.fixture(autouse=True)
def _small_panels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_figures, "PANEL_WIDTH", 240)
    monkeypatch.setattr(data_figures, "PANEL_HEIGHT", 180)


def test_the_gallery_takes_one_object_of_each_family_evenly() -> None:
    names = [f"{family}-{seed:04d}" for family in "abcdefghijklmnopqrstuvwx" for seed in (1, 2)]
    assert shown_objects(names) == [f"{family}-0001" for family in "acegikmoqsuw"]
    assert shown_objects(["nut-0002", "cup-0001"]) == ["cup-0001", "nut-0002"]


@pytest.mark.usefixtures("its_labels")
def test_the_grasps_of_a_figure_are_chosen_by_the_generator(small_data_set: Path) -> None:
    data = DataSet.open(small_data_set)
    view, names = data.view(0), shown_objects(data.object_names())[:2]
    objects = [(load_object(name), data.labels(name)) for name in names]
    scene = make_scene(view.spec)
    panels = [
        [axes.images[0].get_array() for axes in
         data_figure(objects, scene, view, np.random.default_rng(seed)).axes[:4]]
        for seed in (0, 0, 1)
    ]  # fmt: skip
    for first, again in zip(panels[0], panels[1], strict=True):
        np.testing.assert_array_equal(first, again)
    objects_panel, grasps_panel, scene_panel, scene_grasps_panel = panels[0]
    np.testing.assert_array_equal(objects_panel, panels[2][0])
    assert not np.array_equal(grasps_panel, panels[2][1])
    assert objects_panel.shape == (180, 240, 3)
    assert (objects_panel[60:] == 255).all()  # two objects: one row of the gallery
    assert not np.array_equal(scene_panel, scene_grasps_panel)
