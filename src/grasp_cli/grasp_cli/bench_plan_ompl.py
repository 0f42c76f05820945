"""Plain OMPL RRT-Connect, as a reference for the planner's paths."""

from __future__ import annotations

import numpy as np
from ompl import base, geometric

from grasp_core.checks import Float
from grasp_executor.collision_world import CollisionWorld
from grasp_executor.planning_robot import JointGroup


def ompl_path(
    world: CollisionWorld,
    group: JointGroup,
    start: Float,
    goal: Float,
    *,
    step: float,
    timeout_sec: float,
) -> Float | None:
    """Waypoints (N, J) of RRT-Connect with OMPL's own simplification, or None.

    Parameters
    ----------
    step : rad, norm over the joints, between two checked states.
    timeout_sec : for planning; simplification comes on top.
    """
    count = len(group.joints)
    space = base.RealVectorStateSpace(count)
    bounds = base.RealVectorBounds(count)
    for i in range(count):
        bounds.setLow(i, float(group.lower[i]))
        bounds.setHigh(i, float(group.upper[i]))
    space.setBounds(bounds)
    setup = geometric.SimpleSetup(space)

    def is_free(state: base.State) -> bool:
        return not world.in_collision(group.name, np.array([state[i] for i in range(count)]))

    setup.setStateValidityChecker(is_free)
    information = setup.getSpaceInformation()
    information.setStateValidityCheckingResolution(step / space.getMaximumExtent())
    ends = []
    for positions in (start, goal):
        state = space.allocState()
        for i, value in enumerate(positions.tolist()):
            state[i] = value
        ends.append(state)
    setup.setStartAndGoalStates(*ends)
    setup.setPlanner(geometric.RRTConnect(information))
    setup.solve(timeout_sec)
    if not setup.haveExactSolutionPath():
        return None
    setup.simplifySolution()
    path = setup.getSolutionPath()
    return np.array([[state[i] for i in range(count)] for state in path.getStates()])
