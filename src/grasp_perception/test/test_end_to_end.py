"""Perception and a player of a recorded frame, brought up as processes, seen from a third."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grasp_core.cloud import PointCloud
from grasp_msgs.srv import DetectGrasps
from grasp_nodes.grasps_ros import read_grasps
from grasp_perception.bringup import BringupArguments, node_specs, processes

END_SEC = 60.0


@pytest.fixture
def running(tmp_path: Path, block_cloud: PointCloud) -> Iterator[list[subprocess.Popen[str]]]:
    path = tmp_path / "a frame.npz"
    xyz = block_cloud.points.reshape(*block_cloud.source_shape, 3)
    np.savez(path, xyz=xyz, frame_id="camera")
    arguments = BringupArguments(camera="bag", bag=str(path), namespace="left")
    started = [
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        for command in processes(node_specs(arguments))
    ]
    yield started
    for process in started:
        process.kill()
        process.communicate()


def test_grasps_of_a_played_frame_through_the_service(
    running: list[subprocess.Popen[str]], probe: Any
) -> None:
    def detect() -> DetectGrasps.Response | None:
        assert all(process.poll() is None for process in running)
        response = probe.call(DetectGrasps, "/left/detect_grasps", DetectGrasps.Request())
        # The node may still configure, or wait for the first frame of the player.
        early = (DetectGrasps.Response.NOT_ACTIVE, DetectGrasps.Response.NO_CLOUD)
        return None if response.code in early else response

    response = probe.wait(detect, "grasps")
    assert response.code == DetectGrasps.Response.SUCCESS, response.message
    assert response.grasps.gripper == "parallel_100mm"
    grasps = read_grasps(response.grasps)
    assert grasps.frame_id == "camera"
    assert 0.49 < grasps.positions[0, 2] < 0.56
    for process in running:
        process.send_signal(signal.SIGINT)
    for process in running:
        _, errors = process.communicate(timeout=END_SEC)
        assert process.returncode == 0, errors
