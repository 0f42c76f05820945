"""Grasps for MoveIt as plain data: moveit_msgs/Grasp fields, Task Constructor candidates.

MoveIt states a grasp by the link that carries the end effector, here the gripper file's tool frame:
T_frame_tool = T_frame_grasp @ inverse(T_tool_grasp).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grasp_core.checks import Float
from grasp_core.errors import ArrayError, FrameError
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import from_quaternion_xyzw, inverse, quaternions_xyzw


def moveit_grasp_fields(
    grasps: Grasps, gripper: Gripper, tool_frame: str, approach_m: float, min_approach_m: float
) -> list[dict[str, Any]]:
    """Fields of one moveit_msgs/Grasp per grasp, nested as `set_message_fields` takes them.

    The fingers arrive at the grasp's width and close to the gripper's least one with its force. The
    gripper approaches along its approach direction and retreats the same way, both in `tool_frame`.

    Parameters
    ----------
    tool_frame : name of the link that `gripper.T_tool_grasp` refers to, e.g. tool0.
    approach_m, min_approach_m : metres, desired and least length of approach and retreat.

    Raises
    ------
    ArrayError : a width is outside the stroke, or not 0 <= min_approach_m <= approach_m.
    FrameError : `tool_frame` is empty.
    """
    if not tool_frame:
        raise FrameError("the tool frame needs a name")
    if not 0 <= min_approach_m <= approach_m < np.inf:
        raise ArrayError(
            f"approach {min_approach_m} to {approach_m} m, expected 0 <= min <= desired"
        )
    closed = _posture(gripper, gripper.min_width, effort=[gripper.force_n])
    approach = gripper.T_tool_grasp[:3, 0]

    def translation(direction: Float) -> dict[str, Any]:
        vector = {"header": {"frame_id": tool_frame}, "vector": _named(direction, "xyz")}
        return {"direction": vector, "desired_distance": approach_m, "min_distance": min_approach_m}

    return [
        {
            "id": f"grasp_{index}",
            "pre_grasp_posture": _posture(gripper, float(width), effort=[]),
            "grasp_posture": closed,
            "grasp_pose": {
                "header": {"frame_id": grasps.frame_id},
                "pose": {
                    "position": _named(pose[:3], "xyz"),
                    "orientation": _named(pose[3:], "xyzw"),
                },
            },
            "grasp_quality": float(score),
            "pre_grasp_approach": translation(approach),
            "post_grasp_retreat": translation(-approach),
            "post_place_retreat": translation(-approach),
        }
        for index, (pose, width, score) in enumerate(
            zip(_tool_poses(grasps, gripper), grasps.widths, grasps.scores, strict=True)
        )
    ]


def grasps_from_moveit(fields: Sequence[Mapping[str, Any]], gripper: Gripper) -> Grasps:
    """Grasps of moveit_msgs/Grasp fields: pose and width (pre-grasp posture), quality as the score.

    Raises
    ------
    ArrayError : the posture lacks the gripper's joint, or a value is out of range.
    FrameError : there is no grasp to take the frame from, or the grasps are in several frames.
    """
    frames = sorted({grasp["grasp_pose"]["header"]["frame_id"] for grasp in fields})
    if len(frames) != 1:
        raise FrameError(f"cannot join grasps in frames {frames}")
    T_frame_tool = np.stack([_matrix(grasp["grasp_pose"]["pose"]) for grasp in fields])
    T_frame_grasp = T_frame_tool @ gripper.T_tool_grasp
    return Grasps(
        T_frame_grasp[:, :3, :3],
        T_frame_grasp[:, :3, 3],
        np.array([_width(grasp["pre_grasp_posture"], gripper) for grasp in fields]),
        np.array([grasp["grasp_quality"] for grasp in fields]),
        frames[0],
    )


def mtc_candidates(grasps: Grasps, gripper: Gripper) -> tuple[Float, Float]:
    """Target poses and costs for a MoveIt Task Constructor generator with the tool as IK frame.

    Returns
    -------
    poses : (N, 7) x, y, z in metres and quaternion x, y, z, w of the tool in `grasps.frame_id`.
    costs : (N,) 1 - score; lower is better.
    """
    return _tool_poses(grasps, gripper), 1.0 - grasps.scores


def _tool_poses(grasps: Grasps, gripper: Gripper) -> Float:
    T_frame_tool = grasps.T_frame_grasp @ inverse(gripper.T_tool_grasp)
    return np.hstack([T_frame_tool[:, :3, 3], quaternions_xyzw(T_frame_tool[:, :3, :3])])


def _matrix(pose: Mapping[str, Mapping[str, float]]) -> Float:
    position, orientation = pose["position"], pose["orientation"]
    return from_quaternion_xyzw([orientation[k] for k in "xyzw"], [position[k] for k in "xyz"])


def _posture(gripper: Gripper, width: float, effort: list[float]) -> dict[str, Any]:
    """trajectory_msgs/JointTrajectory fields of one point."""
    point = {"positions": [gripper.joint_position(width)], "effort": effort}
    return {"joint_names": [gripper.joint], "points": [point]}


def _width(posture: Mapping[str, Any], gripper: Gripper) -> float:
    names = list(posture["joint_names"])
    if gripper.joint not in names or not posture["points"]:
        raise ArrayError(f"posture of {names} has no position of joint {gripper.joint}")
    position = posture["points"][0]["positions"][names.index(gripper.joint)]
    return float((position - gripper.offset) / gripper.scale)


def _named(values: Float, names: str) -> dict[str, float]:
    return {name: float(value) for name, value in zip(names, values, strict=True)}
