"""Start the driver of a real robot, or ros2_control's stand-in: ``robot:=...``."""

from __future__ import annotations

from launch import LaunchDescription

from grasp_perception.bringup.actions_ros import group_description


def generate_launch_description() -> LaunchDescription:
    return group_description("robot")
