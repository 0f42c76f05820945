from __future__ import annotations

import pytest

from grasp_executor.errors import PlannerProcessError
from grasp_executor.moveit.codes import planning_code
from grasp_executor.planner import PlanningCode


# As in moveit_msgs/MoveItErrorCodes.
@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1, PlanningCode.SUCCESS),
        (-1, PlanningCode.PLANNING_FAILED),
        (-2, PlanningCode.INVALID_MOTION_PLAN),
        (-6, PlanningCode.TIMED_OUT),
        (-7, PlanningCode.PREEMPTED),
        (-10, PlanningCode.START_STATE_IN_COLLISION),
        (-12, PlanningCode.GOAL_IN_COLLISION),
        (-26, PlanningCode.START_STATE_INVALID),
        (-27, PlanningCode.GOAL_STATE_INVALID),
        (-31, PlanningCode.NO_IK_SOLUTION),
    ],
)
def test_codes_of_a_plan_are_those_of_the_port(value: int, code: PlanningCode) -> None:
    assert planning_code(value) is code


@pytest.mark.parametrize("value", [0, 99999, -15, -16, -29])
def test_codes_about_moveit_itself_are_errors(value: int) -> None:
    """UNDEFINED, FAILURE, INVALID_GROUP_NAME, INVALID_GOAL_CONSTRAINTS, CRASH."""
    with pytest.raises(PlannerProcessError, match=f"code {value}, which is none of SUCCESS 1, "):
        planning_code(value)
