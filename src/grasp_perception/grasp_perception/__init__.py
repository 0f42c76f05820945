"""Point clouds to ranked 7-DoF grasps: detectors, pipeline, ROS node, markers and replay."""
