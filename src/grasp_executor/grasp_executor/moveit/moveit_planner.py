"""`MoveItPlanner`: the port's implementation on MoveIt 2 and ruckig.

It imports moveit_py only when it is made, in the process that hosts it (`HostedPlanner`).
"""

from __future__ import annotations

from functools import partial

from grasp_executor.backend_planner import BackendPlanner
from grasp_executor.planning_robot import PlanningRobot


class MoveItPlanner(BackendPlanner):
    """Plans for one robot, in an empty scene until `set_scene`; `MotionPlanner` has the calls.

    Only one can be in a process, and it should end with it: when moveit_py is torn down, it faults.
    """

    def __init__(self, robot: PlanningRobot) -> None:
        from grasp_executor.moveit.moveit_backend import MoveItBackend, start_moveit

        super().__init__(robot, partial(MoveItBackend, start_moveit(robot)))
