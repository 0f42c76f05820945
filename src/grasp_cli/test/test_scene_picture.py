from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grasp_cli.errors import OptionError
from grasp_cli.scene_picture import (
    GRAY,
    check_ending,
    instance_colors,
    read_spec,
    simulated_capture,
    view_figure,
)
from grasp_sim.cameras import D435_TABLE
from grasp_sim.errors import SceneError
from grasp_sim.scenes import SceneSpec, make_scene

SPEC = SceneSpec(1, ("brick-0000",), mode="packed", friction=0.5)


def test_a_specification_is_json_or_a_file_of_it(tmp_path: Path) -> None:
    path = tmp_path / "scene.json"
    path.write_text(SPEC.to_json())
    assert read_spec(SPEC.to_json()) == read_spec(str(path)) == SPEC
    path.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(OptionError, match=r"scene\.json: not a text file"):
        read_spec(str(path))
    path.write_text("nothing")
    with pytest.raises(SceneError, match="not a scene specification"):
        read_spec(str(path))


def test_each_object_has_a_colour_of_its_own_and_the_table_is_gray() -> None:
    colors = instance_colors(np.arange(21))
    assert colors[0] == pytest.approx(GRAY)
    assert len({tuple(color) for color in colors.tolist()}) == 21


def test_a_picture_must_be_a_png_in_a_folder_that_is_there(tmp_path: Path) -> None:
    check_ending(tmp_path / "a.PNG")
    with pytest.raises(OptionError, match=r"ending '\.jpg', expected \.png"):
        check_ending(tmp_path / "a.jpg")
    with pytest.raises(OptionError, match="there is no folder"):
        check_ending(tmp_path / "absent" / "a.png")


def test_the_figure_shows_the_workspace_and_counts_its_points() -> None:
    view = simulated_capture(make_scene(SPEC), D435_TABLE, 1.0, seed=0)
    again = simulated_capture(make_scene(SPEC), D435_TABLE, 1.0, seed=0)
    np.testing.assert_array_equal(view.depth, again.depth)
    depth, instances, clean, measured = view_figure(view, SPEC).axes[:4]
    assert instances.get_title() == "instances: 1 objects"
    shape = depth.images[0].get_array().shape
    assert shape == instances.images[0].get_array().shape[:2]
    assert shape[0] < 480  # the crop that the workspace fills
    points = int(clean.get_title().split()[2].replace(",", ""))
    assert 10_000 < points <= shape[0] * shape[1]
    assert measured.get_title().startswith("measured cloud: ")
