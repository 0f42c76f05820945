"""Cameras: what stands between a sensor and a cloud, without ROS."""
