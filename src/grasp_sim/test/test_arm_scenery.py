from __future__ import annotations

import numpy as np
import pytest

from grasp_core.transforms import transform
from grasp_robots.shapes import Shape
from grasp_robots.work_cell import OpenBox
from grasp_sim.arm_scenery import shape_mesh, tray_meshes


@pytest.mark.parametrize(
    ("kind", "size", "half"),
    [
        ("box", (0.2, 0.4, 0.6), (0.1, 0.2, 0.3)),
        ("cylinder", (0.1, 0.6), (0.1, 0.1, 0.3)),
        ("sphere", (0.2,), (0.2, 0.2, 0.2)),
    ],
)
def test_the_mesh_of_a_shape_has_its_size_and_place(
    kind: str, size: tuple[float, ...], half: tuple[float, float, float]
) -> None:
    shape = Shape(kind, size, transform(np.eye(3), (1.0, 2.0, 3.0)))
    low, high = shape_mesh(shape).bounds
    np.testing.assert_allclose(low, np.array([1.0, 2.0, 3.0]) - half, atol=2e-3)
    np.testing.assert_allclose(high, np.array([1.0, 2.0, 3.0]) + half, atol=2e-3)
    assert shape_mesh(shape).volume == pytest.approx(shape.volume, rel=0.02)


def test_walls_stand_around_the_inside_of_a_tray() -> None:
    tray = OpenBox((0.1, -0.4), (0.3, 0.2, 0.06))
    boxes = [(center - half, center + half) for center, half in tray.walls()]
    assert len(boxes) == 4
    for low, high in boxes:
        assert (low[2], high[2]) == (0.0, 0.06)
        inside_x = low[0] < 0.1 + 0.15 - 1e-9 and high[0] > 0.1 - 0.15 + 1e-9
        inside_y = low[1] < -0.4 + 0.1 - 1e-9 and high[1] > -0.4 - 0.1 + 1e-9
        assert not (inside_x and inside_y)
    corners = np.concatenate([mesh.vertices for mesh in tray_meshes(tray)])
    np.testing.assert_allclose(corners.min(axis=0), (-0.055, -0.505, 0.0), atol=1e-9)
    np.testing.assert_allclose(corners.max(axis=0), (0.255, -0.295, 0.06), atol=1e-9)
