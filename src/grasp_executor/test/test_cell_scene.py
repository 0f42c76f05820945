from __future__ import annotations

import numpy as np
import pytest

from grasp_core.errors import ParameterError
from grasp_executor.cell_scene import cell_scene
from grasp_executor.node_params import ExecutorParams
from grasp_executor.shapes import Box


def test_nothing_is_there_unless_it_is_given() -> None:
    assert dict(cell_scene(ExecutorParams()).objects) == {}


def test_walls_stand_around_the_inside() -> None:
    params = ExecutorParams(
        table_size=(1.0, 2.0, 0.1),
        table_center=(0.5, 0.0, -0.05),
        bin_size=(0.4, 0.3, 0.1),
        bin_center=(0.5, 0.1, 0.05),
        wall=0.02,
    )
    objects = cell_scene(params).objects
    extents = {}
    for name, placed in objects.items():
        assert isinstance(placed.shape, Box)
        center, half = placed.T_frame_shape[:3, 3], placed.shape.size / 2
        extents[name] = np.round([center - half, center + half], 9).tolist()
    assert extents == {
        "table": [[0.0, -1.0, -0.1], [1.0, 1.0, 0.0]],
        "bin_front": [[0.7, -0.07, 0.0], [0.72, 0.27, 0.1]],
        "bin_back": [[0.28, -0.07, 0.0], [0.3, 0.27, 0.1]],
        "bin_left": [[0.3, 0.25, 0.0], [0.7, 0.27, 0.1]],
        "bin_right": [[0.3, -0.07, 0.0], [0.7, -0.05, 0.1]],
    }


def test_a_flat_box_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"table_size: \[1.0, 0.0, 1.0\] m must be all 0 or"):
        cell_scene(ExecutorParams(table_size=(1.0, 0.0, 1.0)))
