"""The page as a browser gets it: over HTTP and its websocket."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event
from typing import Any

import numpy as np
import pytest

from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.transforms import grasp_rotation
from grasp_perception.errors import PerceptionError
from grasp_perception.gripper_files import load_gripper
from grasp_perception.viewer.panel import Actions
from grasp_perception.viewer.scene import CAMERA_CLOUD, CHOSEN_COLOR, GRASPS, SEARCHED_CLOUD
from grasp_perception.viewer.shown import ShownGrasps
from grasp_perception.viewer.viewer import Viewer, ViewerError

BOXES = 4  # of a drawn gripper


class Robot:
    """Stands for nodes: remembers what it was asked, and works until it is let go."""

    def __init__(self) -> None:
        self.picked: list[ShownGrasps | None] = []
        self.go_on = Event()

    def detect(self) -> str:
        assert self.go_on.wait(60.0)
        raise PerceptionError("no camera")

    def pick(self, chosen: ShownGrasps | None) -> str:
        self.picked.append(chosen)
        return "**SUCCESS (1)** placed"

    def stop(self) -> str:
        return "**Stop:** stopping"


@pytest.fixture
def robot() -> Robot:
    return Robot()


@pytest.fixture
def viewer(robot: Robot) -> Iterator[Viewer]:
    with Viewer(Actions(robot.detect, robot.pick, robot.stop), port=0) as opened:
        yield opened


def grasps(count: int, frame: str = "camera", shift: float = 0.0) -> ShownGrasps:
    """Grasps side by side, from above in a camera's frame, the best first."""
    rotation = grasp_rotation(np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.0]))
    positions = [[0.1 * i + shift, 0.0, 0.5] for i in range(count)]
    scores = np.linspace(0.9, 0.5, count)
    found = Grasps(
        np.repeat(rotation[None], count, axis=0),
        np.reshape(positions, (count, 3)),
        np.full(count, 0.04),
        scores,
        frame,
    )
    gripper = load_gripper("franka_hand")
    return ShownGrasps(found, gripper, gripper.name, "antipodal", up=np.array([0.0, 0.0, -1.0]))


def colors(page: Any) -> np.ndarray:
    """RGB (boxes, 3) of the drawn grippers."""
    return np.reshape(page.nodes[GRASPS]["batched_colors"], (-1, 3))


def test_the_page_is_served_to_this_machine_only(viewer: Viewer) -> None:
    assert viewer.url.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(viewer.url, timeout=60) as answer:
        assert answer.status == 200
        assert b"<html" in answer.read()


def test_clouds_and_grasps_reach_who_comes_later(
    viewer: Viewer, block_cloud: PointCloud, open_page: Callable[[str], Any]
) -> None:
    viewer.show_camera_cloud(block_cloud)
    viewer.show_searched_cloud(block_cloud.select(np.arange(100)))
    viewer.show_grasps(grasps(3))
    assert not viewer.is_watched
    page = open_page(viewer.url)
    page.wait_for_text("3 grasps, scores 0.500 to 0.900")
    page.wait(lambda: viewer.is_watched, "a browser is noticed")
    assert page.nodes[CAMERA_CLOUD]["point_size"] > 0
    assert {SEARCHED_CLOUD, GRASPS} <= set(page.nodes)


def test_a_click_on_a_finger_and_a_rank_choose_a_grasp(
    viewer: Viewer, open_page: Callable[[str], Any]
) -> None:
    page = open_page(viewer.url)
    viewer.show_grasps(grasps(3))
    page.wait_for_text("3 grasps")
    assert not (colors(page) == CHOSEN_COLOR).all(axis=1).any()
    page.click(GRASPS, 2 * BOXES + 1)
    assert "| score | 0.500 |" in page.wait_for_text("| rank | 3 of 3 |")
    marked = page.wait(lambda: (colors(page) == CHOSEN_COLOR).all(axis=1).nonzero()[0].tolist(), "")
    assert marked == [8, 9, 10, 11]
    page.set("rank", 2)
    assert "| position | 0.100 0.000 0.500 m |" in page.wait_for_text("| rank | 2 of 3 |")


def test_the_chosen_grasp_stays_chosen_while_it_is_found_again(
    viewer: Viewer, open_page: Callable[[str], Any]
) -> None:
    page = open_page(viewer.url)
    viewer.show_grasps(grasps(3))
    page.wait_for_text("3 grasps")
    page.set("rank", 2)
    page.wait_for_text("| rank | 2 of 3 |")
    viewer.show_grasps(grasps(2, shift=0.005))
    page.wait_for_text("| rank | 2 of 2 |")
    viewer.show_grasps(grasps(2, shift=0.05))
    page.wait_for_text("2 grasps")
    viewer.show_grasps(grasps(0))
    page.wait_for_text("No grasps.")
    page.wait(lambda: GRASPS not in page.nodes, "the grippers go")


def test_only_the_best_are_drawn(viewer: Viewer, open_page: Callable[[str], Any]) -> None:
    page = open_page(viewer.url)
    viewer.show_grasps(grasps(30))
    page.wait_for_text("20 grasps, scores 0.638 to 0.900")
    page.set("best grasps", 5)
    page.wait_for_text("5 grasps")


def test_another_frame_starts_the_scene_anew(
    viewer: Viewer, block_cloud: PointCloud, open_page: Callable[[str], Any]
) -> None:
    page = open_page(viewer.url)
    viewer.show_camera_cloud(block_cloud)
    page.wait(lambda: CAMERA_CLOUD in page.nodes, "a cloud")
    viewer.show_grasps(grasps(1, "world"))
    page.wait(lambda: CAMERA_CLOUD not in page.nodes and GRASPS in page.nodes, "the other frame")
    viewer.show_camera_cloud(replace(block_cloud, frame_id="world"))
    page.wait(lambda: CAMERA_CLOUD in page.nodes, "the cloud in the other frame")
    assert GRASPS in page.nodes


def test_no_robot_moves_before_the_question_is_answered(
    viewer: Viewer, robot: Robot, open_page: Callable[[str], Any]
) -> None:
    page = open_page(viewer.url)
    viewer.show_grasps(grasps(3))
    page.wait_for_text("3 grasps")
    page.set("rank", 2)
    page.wait_for_text("| rank | 2 of 3 |")
    for answer, shift in (("Cancel", 0.005), ("Move the robot", 0.01)):
        page.set("Pick", True)
        page.wait(lambda: page.modals, "the question")
        assert "it picks grasp 2, score 0.700" in page.wait_for_text("The robot")
        assert robot.picked == []
        viewer.show_grasps(grasps(3, shift=shift))  # what was asked for is what is picked
        page.set(answer, True)
        page.wait(lambda: not page.modals, "the question goes")
    page.wait_for_text("**SUCCESS (1)** placed")
    (chosen,) = robot.picked
    assert chosen is not None
    assert chosen.grasps.positions[0, 0] == pytest.approx(0.105)
    page.wait_for_text("No grasps.")  # the scene is another now


def test_without_a_choice_the_executor_chooses(
    viewer: Viewer, robot: Robot, open_page: Callable[[str], Any]
) -> None:
    page = open_page(viewer.url)
    page.set("Pick", True)
    page.wait_for_text("it picks what the executor finds")
    page.set("Move the robot", True)
    page.wait_for_text("**SUCCESS (1)** placed")
    assert robot.picked == [None]


def test_one_action_at_a_time_and_stop_at_any_time(
    viewer: Viewer, robot: Robot, open_page: Callable[[str], Any]
) -> None:
    page = open_page(viewer.url)
    page.set("Detect", True)
    page.wait_for_text("detecting ...")
    page.set("Pick", True)
    page.set("Move the robot", True)
    page.set("Stop", True)
    page.wait_for_text("**Stop:** stopping")
    robot.go_on.set()
    page.wait_for_text("**Error:** no camera")
    assert robot.picked == []


def test_a_file_has_no_buttons(open_page: Callable[[str], Any]) -> None:
    with Viewer(port=0) as viewer:
        page = open_page(viewer.url)
        page.wait_for_text("No grasps yet.")
        labels = {each.get("label") for each in page.controls.values()}
        assert labels & {"Detect", "Pick", "Stop"} == set()
        page.close()


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(ViewerError, match=r"192\.0\.2\.1:8080: cannot be served \("):
        Viewer(host="192.0.2.1").__enter__()
