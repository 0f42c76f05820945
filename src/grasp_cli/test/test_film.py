from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sensor_msgs.msg import JointState
from tf2_msgs.msg import TFMessage

from grasp_core.transforms import transform
from grasp_nodes.geometry_ros import transform_message
from grasp_perception.bags.bag_writer import BagWriter
from grasp_perception.bringup import cell_file
from grasp_perception.share import share_path
from grasp_robots.home import home_values
from grasp_robots.work_cell import WorkCell, load_work_cell

pytest.importorskip("mujoco")  # no wheel for Python 3.10
from grasp_cli import film
from grasp_cli.errors import OptionError

SECOND = 1_000_000_000


@pytest.fixture(scope="module")
def cell() -> WorkCell:
    return load_work_cell(cell_file("diana7"))


def write_bag(path: Path, cell: WorkCell, moments: int) -> Path:
    """One joint turns and one object rises, once a second."""
    names, home = cell.robot.joint_names, home_values(cell.robot)
    with BagWriter(path, share_path("grasp_msgs") / "msg") as bag:
        for i in range(moments):
            turned = home + 0.2 * i * (np.arange(len(home)) == 0)
            state = JointState(name=list(names)[::-1], position=turned[::-1].tolist())
            bag.write(film.JOINTS, "sensor_msgs/msg/JointState", state, i * SECOND)
            pose = transform(np.eye(3), [0.0, 0.0, 0.1 * i])
            frames = [transform_message(pose, "world", "0/box-0003", i * SECOND)]
            message = TFMessage(transforms=frames)
            bag.write(film.OBJECTS, "tf2_msgs/msg/TFMessage", message, i * SECOND + 1)
    return path


def test_a_recording_has_joints_and_objects_of_each_moment(tmp_path: Path, cell: WorkCell) -> None:
    recording = film.read_recording(write_bag(tmp_path / "bag", cell, 3), cell)
    assert recording.objects == ("box-0003",)
    np.testing.assert_allclose(recording.times_s, [0.0, 1.0, 2.0])
    np.testing.assert_allclose(recording.joints[:, 0] - home_values(cell.robot)[0], [0, 0.2, 0.4])
    np.testing.assert_allclose(recording.T_world_object[:, 0, 2, 3], [0.0, 0.1, 0.2])


def test_a_film_shows_what_moves(tmp_path: Path, cell: WorkCell) -> None:
    recording = film.read_recording(write_bag(tmp_path / "bag", cell, 3), cell)
    frames = film.draw_film(recording, cell, 3)
    pictures = [np.asarray(frame).astype(int) for frame in frames]
    assert pictures[0].shape == (film.HEIGHT, film.WIDTH, 3)
    changed = np.abs(pictures[2] - pictures[0]).max(axis=-1) > 30
    assert 0.01 < changed.mean() < 0.5
    film.save_gif(tmp_path / "film.gif", frames)
    film.save_strip(tmp_path / "strip.png", frames, 3)
    with Image.open(tmp_path / "film.gif") as gif, Image.open(tmp_path / "strip.png") as strip:
        assert gif.n_frames == 3
        assert strip.size == (4 * film.WIDTH, film.HEIGHT)


def test_a_bag_without_a_cell_is_refused(tmp_path: Path, cell: WorkCell) -> None:
    with pytest.raises(OptionError, match="no messages of /joint_states and /sim_arm/objects"):
        film.read_recording(write_bag(tmp_path / "bag", cell, 0), cell)
