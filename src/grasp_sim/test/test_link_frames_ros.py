from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grasp_core.checks import Float
from grasp_nodes.geometry_ros import read_transform
from grasp_robots.description import RobotDescription
from grasp_robots.home import home_values
from grasp_robots.kinematics import link_poses
from grasp_robots.work_cell import load_work_cell
from grasp_sim.link_frames_ros import fixed_frames, moving_frames

CELLS = Path(__file__).parents[3] / "config" / "cells"


@pytest.fixture(scope="module", params=["diana7", "yumi"])
def robot(request: pytest.FixtureRequest) -> RobotDescription:
    return load_work_cell(CELLS / f"{request.param}.yaml").robot


def test_every_link_has_one_frame_and_they_lead_to_the_root(robot: RobotDescription) -> None:
    rng = np.random.default_rng(0)
    values = home_values(robot) + rng.uniform(-0.01, 0.01, len(robot.joint_names))
    frames = [*fixed_frames(robot, 0), *moving_frames(robot, values, 5)]
    assert sorted(f.child_frame_id for f in frames) == sorted(
        link.name for link in robot.links if link.name != robot.root
    )
    T_parent_link = {f.child_frame_id: (f.header.frame_id, read_transform(f)) for f in frames}

    def in_root(link: str) -> Float:
        if link == robot.root:
            return np.eye(4)
        parent, T = T_parent_link[link]
        T_root_link: Float = in_root(parent) @ T
        return T_root_link

    for link, poses in link_poses(robot, values[None]).items():
        np.testing.assert_allclose(in_root(link), poses[0], atol=1e-9, err_msg=link)


def test_what_moves_has_the_time_of_the_joints(robot: RobotDescription) -> None:
    frames = moving_frames(robot, home_values(robot), 3_000_000_005)
    assert {(f.header.stamp.sec, f.header.stamp.nanosec) for f in frames} == {(3, 5)}
    moving = {joint.child for joint in robot.joints if joint.kind != "fixed"}
    assert {f.child_frame_id for f in frames} == moving
