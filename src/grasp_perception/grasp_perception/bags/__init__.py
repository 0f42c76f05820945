"""rosbag2 recordings: read, write, play list, replay."""
