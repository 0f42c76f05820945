"""Networks that find grasps in point clouds, in plain torch: no compiled operators."""
