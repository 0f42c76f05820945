"""Start the camera's driver, a simulated camera or a recording: ``camera:=...``."""

from __future__ import annotations

from launch import LaunchDescription

from grasp_perception.bringup.actions_ros import group_description


def generate_launch_description() -> LaunchDescription:
    return group_description("camera")
