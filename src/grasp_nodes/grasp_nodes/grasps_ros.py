"""Grasps, target masks and times as messages, and back: what clients and nodes exchange."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image

from grasp_core.grasps import Grasps
from grasp_msgs import msg as grasp_msgs
from grasp_nodes.geometry_ros import read_pose


def read_grasps(message: grasp_msgs.GraspArray) -> Grasps:
    """Grasps in the frame of the message's header.

    Raises
    ------
    ArrayError, FrameError : a pose is no pose, a value is out of range or the frame is unnamed.
    """
    if not message.grasps:
        return Grasps.empty(message.header.frame_id)
    T_frame_grasp = np.stack([read_pose(grasp.pose) for grasp in message.grasps])
    return Grasps(
        T_frame_grasp[:, :3, :3],
        T_frame_grasp[:, :3, 3],
        np.array([grasp.width for grasp in message.grasps]),
        np.array([grasp.score for grasp in message.grasps]),
        message.header.frame_id,
    )


def timing_messages(stage_ms: Mapping[str, float]) -> list[grasp_msgs.StageTiming]:
    """Wall milliseconds per stage, in order."""
    return [
        grasp_msgs.StageTiming(stage=stage, milliseconds=float(ms))
        for stage, ms in stage_ms.items()
    ]


def mask_message(mask: NDArray[np.bool_] | None) -> Image:
    """Target mask (H, W) as mono8, 255 on the target; None is no mask."""
    if mask is None:
        return Image()
    height, width = mask.shape
    data = np.where(mask, 255, 0).astype(np.uint8).tobytes()
    return Image(height=height, width=width, encoding="mono8", step=width, data=data)
