"""Paths around obstacles: RRT-Connect with shortcuts (Kuffner and LaValle 2000)."""

from __future__ import annotations

import numpy as np
from roboplan import core, rrt

from grasp_core.checks import Float
from grasp_executor.embedded.scene_sync import SyncedScene
from grasp_executor.path_search import path_of
from grasp_executor.planner import PathResult, PlanningCode
from grasp_executor.planning_robot import JointGroup

#: rad, norm over the joints, between two checked states. At 0.05 one path in 25 touched something
#: thin.
STEP = 0.02

MAX_NODES = 100_000  # so that time ends a slice and not memory; a node takes about 200 bytes


def attempt(
    scene: SyncedScene, group: JointGroup, start: Float, goal: Float, seed: int, limit_sec: float
) -> PathResult:
    """Look once for a shortened path; TIMED_OUT where the time did not suffice."""
    options = rrt.RRTOptions(
        group_name=group.name,
        max_nodes=MAX_NODES,
        collision_check_step_size=STEP,
        max_planning_time=limit_sec,
        rrt_connect=True,
    )
    planner = rrt.RRT(scene.core, options)
    planner.setRngSeed(seed)
    names = list(group.joints)
    try:
        path = planner.plan(
            core.JointConfiguration(names, start), core.JointConfiguration(names, goal)
        )
    except RuntimeError:  # RoboPlan's way to say: none found
        return PathResult(PlanningCode.TIMED_OUT, f"no path within {limit_sec:.1f} s")
    shortening = core.PathShortcuttingOptions(group.name, max_step_size=STEP, seed=seed)
    shorter = core.PathShortcutter(scene.core, shortening).shortcut(path)
    return PathResult(path=path_of(group, np.stack(shorter.positions)))
