from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grasp_sim.cameras import D435_TABLE, PHOXI_BIN, CameraSetup
from grasp_sim.errors import SensorNoiseError


@pytest.mark.parametrize("setup", [D435_TABLE, PHOXI_BIN])
def test_views_keep_to_the_ranges_and_fill_them(setup: CameraSetup) -> None:
    rng = np.random.default_rng(0)
    target = np.array([0.4, 0.1, 0.05])
    poses = np.stack([setup.sample_view(target, rng) for _ in range(300)])
    distances = np.linalg.norm(poses[:, :3, 3] - target, axis=1)
    tilts = np.degrees(np.arccos(-poses[:, 2, 2].clip(-1, 1)))
    for values, (low, high) in ((distances, setup.distance_m), (tilts, setup.tilt_deg)):
        slack = 1e-6 + 0.05 * (high - low)
        assert low - 1e-4 <= values.min() <= low + slack
        assert high - slack <= values.max() <= high + 1e-4


@pytest.mark.parametrize(
    ("setup", "width_deg", "height_deg"), [(D435_TABLE, 90.0, 59.0), (PHOXI_BIN, 47.5, 36.5)]
)
def test_fields_of_view_are_those_of_the_makers(
    setup: CameraSetup, width_deg: float, height_deg: float
) -> None:
    camera = setup.camera
    assert np.degrees(2 * np.arctan(camera.width / 2 / camera.fx)) == pytest.approx(
        width_deg, abs=0.1
    )
    assert np.degrees(2 * np.arctan(camera.height / 2 / camera.fy)) == pytest.approx(
        height_deg, abs=0.5
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"distance_m": (0.7, 0.4)}, r"distance_m = \(0.7, 0.4\), expected 0 < near <= far"),
        ({"distance_m": (0.0, 0.4)}, "expected 0 < near <= far"),
        ({"tilt_deg": (0.0, 90.0)}, "expected 0 <= low <= high < 90"),
    ],
)
def test_empty_ranges_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(SensorNoiseError, match=message):
        replace(D435_TABLE, **change)
