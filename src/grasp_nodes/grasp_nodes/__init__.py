"""What every ROS node of the stack needs: parameters, a clean end, poses as messages."""
