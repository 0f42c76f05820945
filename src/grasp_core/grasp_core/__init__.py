"""Value types and geometry of grasping: no ROS, no torch, no simulator."""
