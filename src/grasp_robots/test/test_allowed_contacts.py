from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
import trimesh

from grasp_robots.allowed_contacts import (
    ADJACENT,
    NEVER,
    AllowedContact,
    allowed_contacts,
    random_values,
    self_contacts,
)
from grasp_robots.description import RobotDescription
from grasp_robots.kinematics import link_poses
from grasp_robots.shapes import Shape


@pytest.fixture(scope="module")
def allowed(diana7: RobotDescription) -> tuple[AllowedContact, ...]:
    return allowed_contacts(diana7, np.random.default_rng(0), samples=300)


def home(robot: RobotDescription) -> np.ndarray:
    values = np.zeros(len(robot.joint_names))
    for arm in robot.arms:
        for joint, value in zip(arm.joints, arm.home, strict=True):
            values[robot.joint_names.index(joint)] = value
    return values


def test_home_is_free_of_contact(robot: RobotDescription) -> None:
    found = allowed_contacts(robot, np.random.default_rng(0), samples=200)
    assert self_contacts(robot, home(robot), found) == []


def test_a_folded_arm_touches_itself(
    diana7: RobotDescription, allowed: tuple[AllowedContact, ...]
) -> None:
    folded = home(diana7)
    folded[3] = 3.05  # the elbow
    assert ("link1", "link7") in self_contacts(diana7, folded, allowed)


def test_neighbours_and_fingers_are_adjacent(allowed: tuple[AllowedContact, ...]) -> None:
    adjacent = {(pair.first, pair.second) for pair in allowed if pair.reason == ADJACENT}
    chain = ["base_link", *(f"link{i}" for i in range(1, 8))]
    assert adjacent >= set(pairwise(chain))
    assert ("gripper_left_finger", "gripper_right_finger") in adjacent
    assert ("link7", "gripper_palm") in adjacent  # rigid, over tool0
    assert ("link6", "gripper_palm") in adjacent  # one joint between them
    assert ("link6", "gripper_left_finger") not in adjacent


def test_what_never_meets_stays_apart_in_other_samples_too(
    diana7: RobotDescription, allowed: tuple[AllowedContact, ...]
) -> None:
    never = [pair for pair in allowed if pair.reason == NEVER]
    assert ("base_link", "link3") in {(pair.first, pair.second) for pair in never}
    others = [pair for pair in allowed if pair not in never]
    for values in random_values(diana7, np.random.default_rng(7), 200):
        touching = self_contacts(diana7, values, others)
        assert not {(pair.first, pair.second) for pair in never} & set(touching)


def test_the_arms_of_the_yumi_are_checked_against_each_other(yumi: RobotDescription) -> None:
    found = {
        (pair.first, pair.second)
        for pair in allowed_contacts(yumi, np.random.default_rng(0), samples=300)
    }
    assert ("gripper_r_base", "gripper_l_base") not in found
    assert ("yumi_body", "gripper_r_base") not in found


def surface(shape: Shape) -> trimesh.Trimesh:
    if shape.kind == "box":
        return trimesh.creation.box(shape.size_m, shape.T_link_shape)
    return trimesh.creation.cylinder(
        shape.size_m[0], shape.size_m[1], sections=64, transform=shape.T_link_shape
    )


def test_contacts_equal_those_of_meshes(
    diana7: RobotDescription, allowed: tuple[AllowedContact, ...]
) -> None:
    """Another library on finely faceted shapes sees the same, but for what is within a facet."""
    parts = {
        link.name: trimesh.util.concatenate([surface(shape) for shape in link.shapes])
        for link in diana7.links
        if link.shapes
    }
    manager = trimesh.collision.CollisionManager()
    for name, mesh in parts.items():
        manager.add_object(name, mesh)
    known = {frozenset((pair.first, pair.second)) for pair in allowed}
    checked = {frozenset(pair) for pair in combinations(parts, 2)} - known
    touched = 0
    for values in random_values(diana7, np.random.default_rng(3), 40):
        poses = link_poses(diana7, values[None])
        for name in parts:
            manager.set_transform(name, poses[name][0])
        _, names = manager.in_collision_internal(return_names=True)
        of_meshes = {frozenset(pair) for pair in names} & checked
        ours = {frozenset(pair) for pair in self_contacts(diana7, values, allowed)}
        assert of_meshes <= ours  # facets lie inside of the cylinders
        touched += len(ours)
    assert touched > 0


def test_the_same_seed_finds_the_same_pairs(
    diana7: RobotDescription, allowed: tuple[AllowedContact, ...]
) -> None:
    assert allowed_contacts(diana7, np.random.default_rng(0), samples=300) == allowed


def test_random_values_fill_the_travel(diana7: RobotDescription) -> None:
    values = random_values(diana7, np.random.default_rng(0), 2000)
    for column, name in zip(values.T, diana7.joint_names, strict=True):
        limits = diana7.limits(name)
        assert limits.lower <= column.min() < column.max() <= limits.upper
        assert np.ptp(column) > 0.99 * (limits.upper - limits.lower)
