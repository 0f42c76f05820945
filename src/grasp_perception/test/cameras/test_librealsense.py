from __future__ import annotations

import sys

import pytest

from grasp_perception.cameras.librealsense import camera_errors, librealsense
from grasp_perception.errors import CameraError


def test_without_the_library_the_message_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyrealsense2", None)
    with pytest.raises(CameraError, match=r"pyrealsense2 cannot be imported .*: pip install"):
        librealsense()


def test_an_error_of_the_library_is_ours() -> None:
    rs = librealsense()
    with (
        pytest.raises(CameraError, match=r"the pipeline: stop\(\) cannot be called before start"),
        camera_errors("the pipeline"),
    ):
        rs.pipeline().stop()
