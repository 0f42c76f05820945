"""The planner on MoveIt 2, through moveit_py as released for ROS 2 Jazzy."""
