"""Files of the GraspNet-1Billion data set (Fang et al., CVPR 2020) and of its API, graspnetAPI."""
