"""Start a whole cell: ``ros2 launch grasp_perception bringup.launch.py camera:=... robot:=...``."""

from __future__ import annotations

from launch import LaunchDescription

from grasp_perception.bringup.actions_ros import bringup_description


def generate_launch_description() -> LaunchDescription:
    return bringup_description()
