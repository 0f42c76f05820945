"""Drivers behind the ports of `arm.py`: thin adapters to the ROS interfaces of controllers."""

from __future__ import annotations
