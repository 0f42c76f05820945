"""The web viewer: clouds, grasps and buttons in a browser; ROS only in `feed_node`."""
