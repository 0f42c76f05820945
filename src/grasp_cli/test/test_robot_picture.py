from __future__ import annotations

from pathlib import Path

import numpy as np
import trimesh

from grasp_cli.mesh_picture import PAPER
from grasp_cli.robot_picture import HEIGHT, WIDTH, robot_picture
from grasp_robots.home import home_values
from grasp_robots.robot_file import load_robot

CONFIG = Path(__file__).parents[3] / "config"
DIANA7 = load_robot(CONFIG / "robots" / "diana7.yaml", CONFIG / "grippers")


def test_the_robot_fills_the_picture_and_the_scene_is_in_it() -> None:
    alone = robot_picture(DIANA7, home_values(DIANA7))
    assert alone.shape == (HEIGHT, WIDTH, 3)
    drawn = (alone != PAPER).any(axis=-1)
    rows = np.flatnonzero(drawn.any(axis=1))
    assert rows[0] < 0.12 * HEIGHT
    assert rows[-1] > 0.88 * HEIGHT
    table = trimesh.creation.box(bounds=[(0.3, -0.5, -0.1), (1.3, 0.5, 0.0)])
    scene = robot_picture(DIANA7, home_values(DIANA7), [table]).astype(int)
    wood = scene[..., 0] - scene[..., 2] > 25
    assert wood.mean() > 0.05
    assert (alone.astype(int)[..., 0] - alone[..., 2] > 25).mean() < 0.05  # the gripper only
