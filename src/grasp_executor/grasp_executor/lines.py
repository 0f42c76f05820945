"""Straight lines of the tip: poses close together, each solved from the one before."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from grasp_core.checks import Float
from grasp_core.transforms import transform
from grasp_executor.budget import Budget
from grasp_executor.path_search import FINE_STEP
from grasp_executor.planner import LineResult, PlanningCode, PlanningResult, stopped
from grasp_executor.planning_backend import PlanningBackend, check_state
from grasp_executor.planning_robot import JointGroup
from grasp_executor.trajectory import Path

#: m and rad between two poses: between them the joints' own way leaves the line by micrometres.
MAX_STEP_M, MAX_STEP_RAD = 0.005, 0.05

#: Poses are at least this many, for the curve that is laid through them.
MIN_STEPS = 4

#: rad (or m) that a joint may move in one step. An arm far from singularities needs a tenth of it;
#: a jump to another branch of the solutions is several times as much.
MAX_JUMP = 0.2


def line(
    backend: PlanningBackend, group: JointGroup, start: Float, T_base_tip: Float, budget: Budget
) -> LineResult:
    """Move the tip straight to a pose; see `MotionPlanner.line`."""
    invalid, touching = PlanningCode.START_STATE_INVALID, PlanningCode.START_STATE_IN_COLLISION
    state = check_state(backend, group, start, invalid, touching)
    if not state.ok:
        return LineResult(state.code, state.message)
    poses = interpolate(backend.tip_pose(group, start), T_base_tip)
    solver = backend.tip_solver(group, near=True)
    waypoints = [start]
    end = PlanningResult()
    for pose in poses[1:]:
        if budget.spent:
            end = stopped(budget, f"following a line with {group.tip_link}")
            break
        positions = solver.solve(pose, waypoints[-1])
        end = _check_step(backend, group, waypoints[-1], positions)
        if positions is None or not end.ok:
            break
        waypoints.append(positions)
    steps = len(waypoints) - 1
    path = Path(group.name, np.stack(waypoints), smooth=True) if steps else None
    return LineResult(end.code, end.message, fraction=steps / (len(poses) - 1), path=path)


def interpolate(T_base_start: Float, T_base_end: Float) -> Float:
    """Poses (N, 4, 4) on the straight way, ends included, evenly and close together."""
    rotations = Rotation.from_matrix([T_base_start[:3, :3], T_base_end[:3, :3]])
    angle = (rotations[0].inv() * rotations[1]).magnitude()
    distance = np.linalg.norm(T_base_end[:3, 3] - T_base_start[:3, 3])
    steps = max(MIN_STEPS, int(np.ceil(max(distance / MAX_STEP_M, angle / MAX_STEP_RAD))))
    s = np.linspace(0.0, 1.0, steps + 1)
    turned = Slerp([0.0, 1.0], rotations)(s).as_matrix()
    moved = (1 - s[:, None]) * T_base_start[:3, 3] + s[:, None] * T_base_end[:3, 3]
    return transform(turned, moved)


def _check_step(
    backend: PlanningBackend, group: JointGroup, before: Float, positions: Float | None
) -> PlanningResult:
    """Refuse a pose out of reach, a jump, a collision on the way."""
    if positions is None:
        return PlanningResult(PlanningCode.NO_IK_SOLUTION, "the line leaves the reach")
    jump = np.abs(positions - before)
    if jump.max() > MAX_JUMP:
        joint = group.joints[int(jump.argmax())]
        message = f"{joint} would have to jump by {jump.max():.2f} on the line"
        return PlanningResult(PlanningCode.NO_IK_SOLUTION, message)
    if backend.edge_in_collision(group, before, positions, FINE_STEP):
        message = "on the line " + backend.touching(group, positions)
        return PlanningResult(PlanningCode.INVALID_MOTION_PLAN, message)
    return PlanningResult()
