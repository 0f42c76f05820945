"""The grasp command: detect, demo, benchmark, doctor."""
