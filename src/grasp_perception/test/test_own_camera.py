"""docs/bring_your_own/camera.md: any PointCloud2 on any topic is a camera."""

from __future__ import annotations

from typing import Any

import numpy as np
from sensor_msgs.msg import PointCloud2, PointField

from grasp_core.cloud import PointCloud
from grasp_msgs.srv import DetectGrasps
from grasp_nodes.grasps_ros import read_grasps

TOPIC = "/my_camera/points"


def strange_message(cloud: PointCloud) -> PointCloud2:
    """Big-endian float64 z, y, x behind an intensity, unordered, with bytes left over."""
    layout = np.dtype(
        {
            "names": ["intensity", "z", "y", "x"],
            "formats": [">u2", ">f8", ">f8", ">f8"],
            "offsets": [0, 4, 12, 20],
            "itemsize": 37,
        }
    )
    table = np.zeros(len(cloud), layout)
    for axis, name in enumerate("xyz"):
        table[name] = cloud.points[:, axis]
    message = PointCloud2(height=1, width=len(cloud), point_step=37, is_bigendian=True)
    message.header.frame_id = "my_camera"
    message.row_step = 37 * len(cloud)
    kinds = {"intensity": PointField.UINT16, **dict.fromkeys("zyx", PointField.FLOAT64)}
    message.fields = [
        PointField(name=name, offset=layout.fields[name][1], datatype=kind, count=1)
        for name, kind in kinds.items()
    ]
    message.data = table.tobytes()
    return message


def test_grasps_in_the_cloud_of_a_camera_of_my_own(
    start_node: Any, probe: Any, block_cloud: PointCloud
) -> None:
    node = start_node("perception_node", "-r", f"~/cloud:={TOPIC}")
    publisher = probe.publisher(PointCloud2, TOPIC)
    message = strange_message(block_cloud)

    def answer() -> DetectGrasps.Response | None:
        assert node.runs
        publisher.publish(message)
        response = probe.call(DetectGrasps, "/detect_grasps", DetectGrasps.Request())
        early = (DetectGrasps.Response.NOT_ACTIVE, DetectGrasps.Response.NO_CLOUD)
        return None if response.code in early else response

    response = probe.wait(answer, "grasps")
    assert response.code == DetectGrasps.Response.SUCCESS, response.message
    grasps = read_grasps(response.grasps)
    assert grasps.frame_id == "my_camera"
    assert 0.49 < grasps.positions[0, 2] < 0.56
