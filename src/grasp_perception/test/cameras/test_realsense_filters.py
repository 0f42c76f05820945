from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from grasp_perception.cameras.librealsense import librealsense
from grasp_perception.cameras.realsense_filters import DepthFilters
from grasp_perception.cameras.realsense_params import RealSenseParams
from grasp_perception.cameras.software_realsense import SoftwareRealSense

TIMEOUT_MS = 30_000
PLANE_MM = 500


class Source:
    """A device in software whose frames the test sends one by one."""

    def __init__(self, folder: Path, depth: NDArray[np.uint16]) -> None:
        rs = librealsense()
        path = folder / "depth.png"
        Image.fromarray(depth).save(path)
        (folder / "depth.yaml").write_text("fx: 60\nfy: 60\ncx: 32\ncy: 24\n", encoding="utf-8")
        self._software = SoftwareRealSense(path)
        self._pipeline = rs.pipeline()
        self._pipeline.set_device(self._software.device)
        config = rs.config()
        config.enable_stream(rs.stream.depth)
        self._pipeline.start(config)
        self._number = 0

    def frame(self) -> Any:
        self._number += 1
        self._software.send(self._number, 100.0 * self._number)
        arrived, frames = self._pipeline.try_wait_for_frames(TIMEOUT_MS)
        assert arrived
        return frames.get_depth_frame()

    def close(self) -> None:
        self._pipeline.stop()


def filtered(folder: Path, depth: NDArray[np.uint16], **params: Any) -> NDArray[np.uint16]:
    source = Source(folder, depth)
    filters = DepthFilters(RealSenseParams(**params))
    image = np.array(filters.process(source.frame()).get_data())
    source.close()
    return image


@pytest.fixture
def noisy_plane() -> NDArray[np.uint16]:
    rng = np.random.default_rng(0)
    return (PLANE_MM + rng.integers(-4, 5, (48, 64))).astype(np.uint16)


def test_without_filters_a_frame_stays_as_it_is(
    tmp_path: Path, noisy_plane: NDArray[np.uint16]
) -> None:
    np.testing.assert_array_equal(filtered(tmp_path, noisy_plane), noisy_plane)


def test_the_spatial_filter_smooths(tmp_path: Path, noisy_plane: NDArray[np.uint16]) -> None:
    smooth = filtered(tmp_path, noisy_plane, spatial_filter=True)
    assert smooth.std() < 0.3 * noisy_plane.std()
    assert abs(smooth.mean() - noisy_plane.mean()) < 0.2


def test_on_depth_itself_the_spatial_filter_moves_the_surface_away(
    tmp_path: Path, noisy_plane: NDArray[np.uint16]
) -> None:
    # librealsense rounds up there: the reason why disparity is the default.
    smooth = filtered(tmp_path, noisy_plane, spatial_filter=True, disparity_filter=False)
    assert smooth.std() < 0.3 * noisy_plane.std()
    assert smooth.mean() - noisy_plane.mean() > 1.0


def test_decimation_takes_the_median_of_the_measured_pixels(tmp_path: Path) -> None:
    depth = np.full((48, 64), PLANE_MM, np.uint16)
    depth[::2, ::2] = 0
    depth[10, 11] = 900
    smaller = filtered(tmp_path, depth, decimation=2)
    assert smaller.shape == (24, 32)
    np.testing.assert_array_equal(smaller, PLANE_MM)


def test_the_temporal_filter_remembers_and_new_filters_do_not(tmp_path: Path) -> None:
    depth = np.full((48, 64), PLANE_MM, np.uint16)
    (tmp_path / "full").mkdir()
    (tmp_path / "holed").mkdir()
    full = Source(tmp_path / "full", depth)
    depth[20:30, 20:30] = 0
    holed = Source(tmp_path / "holed", depth)
    filters = DepthFilters(RealSenseParams(temporal_filter=True))
    for _ in range(8):
        filters.process(full.frame())
    remembered = np.array(filters.process(holed.frame()).get_data())
    fresh = DepthFilters(RealSenseParams(temporal_filter=True)).process(holed.frame())
    np.testing.assert_allclose(remembered[20:30, 20:30], PLANE_MM, atol=2)
    np.testing.assert_array_equal(np.array(fresh.get_data())[20:30, 20:30], 0)
    for source in (full, holed):
        source.close()
