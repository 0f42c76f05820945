"""MoveIt's error codes as those of the port."""

from __future__ import annotations

from grasp_executor.errors import PlannerProcessError
from grasp_executor.planner import PlanningCode


def planning_code(value: int) -> PlanningCode:
    """Code of a plan, from the number in moveit_msgs/MoveItErrorCodes.

    Raises
    ------
    PlannerProcessError : the number says that MoveIt is set up wrongly or met a fault.
    """
    try:
        return PlanningCode(value)
    except ValueError as error:
        valid = ", ".join(f"{code.name} {code.value}" for code in PlanningCode)
        message = f"MoveIt ended with code {value}, which is none of {valid}; its log says more"
        raise PlannerProcessError(message) from error
