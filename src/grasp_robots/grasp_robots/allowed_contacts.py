"""Which links need no collision check against each other, found by sampling the joints' travel.

The links' shapes are primitives, whose distances coal computes exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import coal
import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_robots.description import RobotDescription
from grasp_robots.kinematics import link_poses
from grasp_robots.shapes import Shape

#: Random states of the robot. Two are too near by chance in one of a thousand states at least, or
#: they are left to be checked.
SAMPLES = 3000

#: Metres. A pair that never comes closer in any sample is not checked; a contact that sampling
#: missed would have to be this far from every sample.
NEVER_MARGIN_M = 0.05

ADJACENT, ALWAYS, NEVER = "Adjacent", "Default", "Never"


@dataclass(frozen=True)
class AllowedContact:
    """Two links that are not checked, and why, in the words of MoveIt's set-up assistant.

    Attributes
    ----------
    first, second : names of links.
    reason : `Adjacent`: one joint or none between them; `Default`: in contact in every state;
        `Never`: farther than `NEVER_MARGIN_M` from each other in every state.
    """

    first: str
    second: str
    reason: str


def allowed_contacts(
    robot: RobotDescription, rng: np.random.Generator, samples: int = SAMPLES
) -> tuple[AllowedContact, ...]:
    """Find the pairs of links that need no check, in the order of the links."""
    poses = link_poses(robot, random_values(robot, rng, samples))
    bodies = [link.name for link in robot.links if link.shapes]
    groups = _rigid_groups(robot)
    adjacent = _adjacent_groups(robot, groups)
    allowed = []
    for first, second in combinations(bodies, 2):
        pair = frozenset((groups[first], groups[second]))
        reason: str | None
        if pair in adjacent:
            reason = ADJACENT
        else:
            reason = _reason(
                robot.link(first).shapes, robot.link(second).shapes, poses[first], poses[second]
            )
        if reason is not None:
            allowed.append(AllowedContact(first, second, reason))
    return tuple(allowed)


def self_contacts(
    robot: RobotDescription, values: Float, allowed: Sequence[AllowedContact]
) -> list[tuple[str, str]]:
    """Pairs of links that touch at joint values (n,), without those that are allowed."""
    poses = link_poses(robot, values[None])
    known = {frozenset((pair.first, pair.second)) for pair in allowed}
    touching = []
    for first, second in combinations([link for link in robot.links if link.shapes], 2):
        if frozenset((first.name, second.name)) in known:
            continue
        T_first, T_second = poses[first.name], poses[second.name]
        if _distances(first.shapes, second.shapes, T_first, T_second, 0.0)[0] <= 0:
            touching.append((first.name, second.name))
    return touching


def random_values(robot: RobotDescription, rng: np.random.Generator, count: int) -> Float:
    """Joint values (count, n), even over the joints' travel, in the order of `joint_names`."""
    limits = [robot.limits(name) for name in robot.joint_names]
    return rng.uniform(
        [joint.lower for joint in limits], [joint.upper for joint in limits], (count, len(limits))
    )


def _rigid_groups(robot: RobotDescription) -> dict[str, str]:
    """For each link the one that moves it: the first above it that is not fixed to its parent."""
    groups = {robot.root: robot.root}
    for joint in robot.joints:
        groups[joint.child] = groups[joint.parent] if joint.kind == "fixed" else joint.child
    return groups


def _adjacent_groups(robot: RobotDescription, groups: dict[str, str]) -> set[frozenset[str]]:
    """Pairs of groups with one joint between them, each with itself, and closing fingers."""
    joined = {frozenset((groups[joint.parent], groups[joint.child])) for joint in robot.joints}
    fingers = {frozenset(arm.mount.links[1:]) for arm in robot.arms}
    return joined | fingers | {frozenset((group,)) for group in groups.values()}


def _reason(
    first: Sequence[Shape], second: Sequence[Shape], T_root_first: Float, T_root_second: Float
) -> str | None:
    distance = _distances(first, second, T_root_first, T_root_second, NEVER_MARGIN_M)
    if (distance <= 0).all():
        return ALWAYS
    return NEVER if (distance > NEVER_MARGIN_M).all() else None


def _distances(
    first: Sequence[Shape],
    second: Sequence[Shape],
    T_root_first: Float,
    T_root_second: Float,
    margin: float,
) -> NDArray[np.float64]:
    """Distances (N,) of two links in N states, exact up to `margin` metres and larger beyond it.

    Bounding spheres tell most pairs apart; only the others are worth coal's time.
    """
    least = np.full(len(T_root_first), np.inf)
    for a in first:
        T_a = T_root_first @ a.T_link_shape
        for b in second:
            T_b = T_root_second @ b.T_link_shape
            gaps = np.linalg.norm(T_a[:, :3, 3] - T_b[:, :3, 3], axis=1)
            gaps -= a.bounding_radius + b.bounding_radius
            near = gaps <= margin
            gaps[near] = _exact(a, b, T_a[near], T_b[near])
            least = np.minimum(least, gaps)
    return least


def _exact(a: Shape, b: Shape, T_root_a: Float, T_root_b: Float) -> Float:
    """Distances (K,) of two shapes in K states; not positive where they touch."""
    shape_a, shape_b = _coal_shape(a), _coal_shape(b)
    request, result = coal.DistanceRequest(), coal.DistanceResult()
    distances = np.empty(len(T_root_a))
    for i, (T_a, T_b) in enumerate(zip(T_root_a, T_root_b, strict=True)):
        result.clear()
        distances[i] = coal.distance(
            shape_a,
            coal.Transform3s(T_a[:3, :3], T_a[:3, 3]),
            shape_b,
            coal.Transform3s(T_b[:3, :3], T_b[:3, 3]),
            request,
            result,
        )
    return distances


def _coal_shape(shape: Shape) -> coal.CollisionGeometry:
    kinds = {"box": coal.Box, "cylinder": coal.Cylinder, "sphere": coal.Sphere}
    return kinds[shape.kind](*shape.size_m)
