from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grasp_core.errors import ArrayError


def test_the_cloud_has_the_colours_of_its_pixels(tiny: Any) -> None:
    frame = tiny.frames()[0]
    cloud = frame.cloud("camera")
    assert cloud.colors is not None
    np.testing.assert_array_equal(cloud.colors, frame.rgb.reshape(-1, 3)[cloud.source_indices])
    assert len(cloud) == (frame.depth > 0).sum()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"label": np.full((72, 96), 9)}, r"label 9, expected 0 or an object id \+ 1 of \[5, 0\]"),
        ({"rgb": np.zeros((72, 96), np.uint8)}, r"rgb: shape \(72, 96\)"),
        ({"T_camera_object": np.zeros((2, 4, 4))}, "T_camera_object: matrix 0 is not"),
        ({"T_camera_object": np.zeros((3, 4, 4))}, r"T_camera_object: shape \(3, 4, 4\)"),
        ({"depth": np.full((72, 96), np.nan)}, "depth: value .* is not finite"),
    ],
)
def test_frames_that_contradict_themselves_are_refused(
    tiny: Any, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArrayError, match=message):
        replace(tiny.frames()[0], **change)
