"""Data sets of grasps: their generation, storage and foreign layouts."""
