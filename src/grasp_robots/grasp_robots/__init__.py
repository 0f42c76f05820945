"""Robots as data: kinematics, limits and shapes from one file, and every file made from it."""
