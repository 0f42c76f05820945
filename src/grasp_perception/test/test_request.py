from __future__ import annotations

import numpy as np
import pytest

from grasp_core.errors import ArrayError
from grasp_perception.errors import RequestError
from grasp_perception.request import ApproachCone, Region, Request


def test_the_axis_of_a_cone_is_normalized() -> None:
    np.testing.assert_allclose(ApproachCone(np.array([0.0, 0.0, 3.0]), 0.5).axis, [0, 0, 1])


@pytest.mark.parametrize("size", [[0.1, 0.0, 0.1], [0.1, -0.1, 0.1]])
def test_a_region_without_volume_is_refused(size: list[float]) -> None:
    with pytest.raises(RequestError, match="must be positive on every axis"):
        Region(np.eye(4), np.array(size))


def test_a_region_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ArrayError, match="region size: value at index"):
        Region(np.eye(4), np.array([0.1, np.nan, 0.1]))


def test_a_cone_without_direction_or_angle_is_refused() -> None:
    with pytest.raises(RequestError, match="length zero"):
        ApproachCone(np.zeros(3), 0.5)
    for angle in (0.0, -1.0, 4.0, float("nan")):
        with pytest.raises(RequestError, match=r"not in \(0, pi\]"):
            ApproachCone(np.array([0.0, 0.0, 1.0]), angle)


def test_limits_of_a_request() -> None:
    with pytest.raises(RequestError, match="max_grasps -1 is negative"):
        Request(max_grasps=-1)
    with pytest.raises(RequestError, match=r"min_score 1\.5 is not in \[0, 1\]"):
        Request(min_score=1.5)
