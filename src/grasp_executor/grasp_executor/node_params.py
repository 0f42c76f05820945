"""Parameters of the executor node."""

from __future__ import annotations

from dataclasses import dataclass

from grasp_core.errors import ParameterError
from grasp_core.params import parameter
from grasp_executor.pick_params import PickParams
from grasp_robots.moveit_config import GOAL_TOLERANCE, PATH_TOLERANCE

#: Names of the gripper actions, which `drivers/gripper_ros.py` has, and of the YuMi's own gripper.
SMART_GRIPPER = "abb_smart_gripper"
GRIPPER_ACTIONS = ("gripper_command", "parallel_gripper_command", SMART_GRIPPER)

#: Names of the planners; `planners.py` makes them.
EMBEDDED, MOVEIT = "embedded", "moveit"


@dataclass(frozen=True)
class ExecutorParams(PickParams):
    """Parameters of the executor node: the pick's and its own."""

    cell_file: str = parameter(
        "",
        "File of the cell, such as config/cells/yumi.yaml: robot, bin and trays; required. The "
        "folders robots and grippers lie beside the folder of the file.",
    )
    planner: str = parameter(
        EMBEDDED,
        "What plans: our own planner, or MoveIt 2 where it is installed.",
        choices=(EMBEDDED, MOVEIT),
    )
    gripper_action: str = parameter(
        "parallel_gripper_command", "Action or service of the grippers.", choices=GRIPPER_ACTIONS
    )
    path_tolerance: float = parameter(
        PATH_TOLERANCE,
        "A joint this far from its trajectory makes the controller stop the arm.",
        unit="rad",
        low=0.001,
        high=3.0,
    )
    goal_tolerance: float = parameter(
        GOAL_TOLERANCE,
        "How near each joint must be to the end of its trajectory.",
        unit="rad",
        low=0.0001,
        high=0.05,
    )
    rws_node: str = parameter(
        "/rws_client", "Node of abb_rws_client; for gripper_action abb_smart_gripper."
    )
    handeye: str = parameter(
        "", "Path of a hand-eye calibration, published on /tf_static; empty: others publish it."
    )
    state_timeout: float = parameter(
        0.5, "Longest wait for the position of a joint.", unit="s", low=0.02, high=10.0
    )
    detection_timeout: float = parameter(
        30.0, "Longest wait for the answer of a detection.", unit="s", low=0.1, high=600.0
    )
    max_failures_in_row: int = parameter(
        3, "Clearing a bin ends after so many failed picks in a row.", low=1, high=1000
    )
    seed: int = parameter(0, "Of the planner's random numbers.", low=0, high=2**31 - 1)
    autostart: bool = parameter(True, "Configure and activate at the start; false: on command.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.cell_file:
            raise ParameterError("cell_file: '' is no file, such as config/cells/yumi.yaml")
