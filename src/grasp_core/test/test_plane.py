from __future__ import annotations

import numpy as np
import pytest

from grasp_core.errors import ArrayError
from grasp_core.plane import Plane


def test_height_of_hand_computed_points() -> None:
    plane = Plane(np.array([0.0, 0.0, -2.0]), 0.5)  # z = 0.5 seen from below
    points = np.array([[1.0, 2.0, 0.5], [0.0, 0.0, 0.4], [0.0, 0.0, 0.7]])
    np.testing.assert_allclose(plane.height(points), [0.0, 0.1, -0.2], atol=1e-12)
    np.testing.assert_allclose(plane.normal, [0.0, 0.0, -1.0])


def test_a_normal_without_length_is_refused() -> None:
    with pytest.raises(ArrayError, match="length zero"):
        Plane(np.zeros(3), 0.0)
