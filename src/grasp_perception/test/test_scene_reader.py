from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grasp_core.cloud import PointCloud
from grasp_perception.clouds.point_cloud2 import cloud_fields
from grasp_perception.errors import CloudUnitsError, TransformError
from grasp_perception.scene_reader import SceneReader
from grasp_perception.transforms import NoTransforms


def message_of(xyz: Any, frame: str) -> SimpleNamespace:
    values = cloud_fields(PointCloud.from_xyz(np.asarray(xyz, np.float32), frame))._asdict()
    stamp = SimpleNamespace(sec=0, nanosec=3)
    header = SimpleNamespace(frame_id=frame, stamp=stamp)
    return SimpleNamespace(header=header, is_bigendian=False, **values)


def test_one_cloud_stays_in_its_frame() -> None:
    reader = SceneReader("world", 1000, NoTransforms())
    cloud = reader.read([message_of([[0, 0, 1], [0, 0.1, 1]], "camera")])
    assert (cloud.frame_id, len(cloud), cloud.viewpoints) == ("camera", 2, None)


def test_clouds_of_one_frame_are_joined_there() -> None:
    reader = SceneReader("", 1000, NoTransforms())
    messages = [message_of([[0, 0, 1]], "camera"), message_of([[0, 0, 2]], "camera")]
    np.testing.assert_allclose(reader.read(messages).points, [[0, 0, 1], [0, 0, 2]])
    with pytest.raises(TransformError, match="no transform from 'camera' to 'world'"):
        SceneReader("world", 1000, NoTransforms()).read(messages)


def test_large_frames_are_thinned() -> None:
    xyz = np.ones((40, 50, 3))
    assert len(SceneReader("", 2000, NoTransforms()).read([message_of(xyz, "camera")])) == 2000
    thinned = SceneReader("", 1999, NoTransforms()).read([message_of(xyz, "camera")])
    assert (len(thinned), thinned.source_shape) == (500, (40, 50))


def test_millimetres_of_one_camera_are_seen_beside_metres_of_another() -> None:
    metres = message_of(np.full((900, 3), 0.5), "camera")
    millimetres = message_of(np.full((9, 3), 500.0), "camera")
    with pytest.raises(CloudUnitsError, match=r"866 m away: .* millimetres"):
        SceneReader("", 1000, NoTransforms()).read([metres, millimetres])
