#!/bin/bash
# Runs a command with ROS, the workspace and its environment of Python.
set -e
source /opt/ros/jazzy/setup.bash
source /grasp/.venv/bin/activate
source /grasp/install/local_setup.bash
# `ros2` runs in Ubuntu's Python, which finds the libraries of the environment here.
export PYTHONPATH=$PYTHONPATH:/grasp/.venv/lib/python3.12/site-packages
exec "$@"
