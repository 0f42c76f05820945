from __future__ import annotations

from typing import Any

import pytest

from grasp_core.errors import ParameterError
from grasp_core.params import build_params
from grasp_perception.cameras.realsense_params import RealSenseParams


def test_profiles_are_read() -> None:
    params = RealSenseParams(depth_profile="640x480x6", color_profile="1920x1080x30")
    assert params.depth == (640, 480, 6)
    assert params.color == (1920, 1080, 30)
    assert str(params.depth) == "640x480x6"
    assert RealSenseParams(enable_color=False).color is None


def test_the_underscore_that_keeps_a_serial_number_a_text_is_dropped() -> None:
    assert RealSenseParams(serial_no="_831612073525").serial == "831612073525"
    assert RealSenseParams(serial_no="831612073525").serial == "831612073525"
    assert RealSenseParams().serial == ""


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"depth_profile": "848,480,30"}, "depth_profile: '848,480,30' is not like 848x480x15"),
        ({"color_profile": ""}, "color_profile: '' is not like 848x480x15"),
        ({"decimation": 9}, r"decimation: 9 is not in \[1, 8\]"),
        ({"serial_no": 831612073525}, "serial_no: 831612073525 is not a text"),
        (
            {"rosbag_filename": "a.db3", "depth_image": "b.png"},
            "rosbag_filename and depth_image: give one of serial_no, rosbag_filename, depth_image",
        ),
        ({"speed": 1}, "unknown parameter speed; valid: autostart, .*temporal_filter"),
    ],
)
def test_wrong_values_are_named(overrides: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        build_params(RealSenseParams, overrides)
