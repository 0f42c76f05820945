"""Parameters of the executor node."""

from __future__ import annotations

from dataclasses import dataclass

from grasp_core.errors import ParameterError
from grasp_core.params import parameter
from grasp_executor.pick_params import PickParams

#: Names of the gripper actions; `drivers/gripper_ros.py` has them.
GRIPPER_ACTIONS = ("gripper_command", "parallel_gripper_command")


@dataclass(frozen=True)
class ExecutorParams(PickParams):
    """Parameters of the executor node: the pick's and its own."""

    cell_file: str = parameter(
        "",
        "File of the cell, such as config/cells/yumi.yaml: robot, bin and trays; required. The "
        "folders robots and grippers lie beside the folder of the file.",
    )
    gripper_action: str = parameter(
        "parallel_gripper_command", "Action of the grippers.", choices=GRIPPER_ACTIONS
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
