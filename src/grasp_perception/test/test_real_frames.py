"""What the geometric detector finds in real frames; skipped where they are absent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matplotlib.path import Path as Outline
from numpy.typing import NDArray

from grasp_core.camera import Camera
from grasp_core.cloud import PointCloud
from grasp_core.collision import gripper_collisions
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.point_grid import PointGrid
from grasp_perception.clouds.cloud_files import read_cloud_file, read_depth_file
from grasp_perception.geometric.antipodal import AntipodalDetector
from grasp_perception.gripper_files import load_gripper
from grasp_perception.pipeline import Detection, Pipeline, PipelineParams

CAMERA = Camera(width=1280, height=720, fx=927.17, fy=927.37, cx=651.32, cy=349.62)
#: Outlines of the objects of realsense_clutter in pixels of the colour image, drawn by hand.
OUTLINES = {
    "box": "333,178 846,140 850,262 355,294",
    "upper peg": "845,205 920,180 925,155 965,150 980,210 935,222 850,240",
    "lower peg": "915,320 1000,290 1000,265 1045,258 1066,315 1010,330 940,365 918,360",
    "tube": "530,318 895,270 945,285 945,312 905,345 545,412",
    "scissors": "595,410 770,415 890,362 945,362 975,390 970,430 965,520 900,520 830,460 590,430",
    "strawberry": "508,430 530,402 575,405 592,440 580,485 530,490 508,460",
    "golden tube": "530,465 600,460 890,528 890,612 820,605 522,575",
    "screwdriver": "388,490 400,485 470,545 525,600 512,615 460,560",
    "clip": "217,350 250,318 290,330 300,385 400,480 380,495 230,385",
    "rhinoceros": "285,345 330,322 360,360 430,345 435,385 400,400 500,420 510,470 470,495 "
    "470,530 420,510 300,380",
    "camel": "235,570 250,530 285,535 320,505 355,515 345,560 450,590 440,615 400,640 470,700 "
    "460,720 400,720 370,670 270,650",
}
#: The rack behind the lower edge of the table is no object, but may be taken for one.
RACK = "60,640 1230,640 1230,720 60,720"
#: A D435 smears an object's edge by about so many pixels, 1 cm at half a metre.
SMEAR_PX = 20.0


@pytest.fixture(scope="module")
def clutter(real_data: Callable[[str], Path]) -> PointCloud:
    folder = real_data("realsense_clutter")
    return read_depth_file(folder / "depth.png", CAMERA, folder / "color.png")


def detect(cloud: PointCloud, gripper: Gripper, max_grasps: int = 200) -> Detection:
    params = PipelineParams(max_grasps=max_grasps)
    return Pipeline(params, gripper, AntipodalDetector()).run(cloud)


def owners(cloud: PointCloud, detection: Detection, gripper: Gripper) -> NDArray[np.str_]:
    """Name of the object that most points between the fingers of each grasp lie on."""
    assert detection.support is not None
    cloud = cloud.select(detection.support.height(cloud.points) > 0.005)
    pixels = CAMERA.project(cloud.points)
    label = np.full(len(pixels), "table", dtype="<U16")
    for name, text in {"rack": RACK, **OUTLINES}.items():
        corners = [tuple(map(float, corner.split(","))) for corner in text.split()]
        label[Outline(corners).contains_points(pixels, radius=0)] = name
        near = Outline(corners).contains_points(pixels, radius=SMEAR_PX)
        near |= Outline(corners).contains_points(pixels, radius=-SMEAR_PX)  # either orientation
        label[near & (label == "table")] = name
    names = []
    for T, width in zip(detection.grasps.T_frame_grasp, detection.grasps.widths, strict=True):
        local = (cloud.points - T[:3, 3]) @ T[:3, :3]
        between = (local[:, 0] < 0) & (local[:, 0] > -gripper.finger_length)
        between &= np.abs(local[:, 1]) < width / 2
        between &= np.abs(local[:, 2]) < gripper.finger_width / 2
        found, counts = np.unique(label[between], return_counts=True)
        names.append(found[np.argmax(counts)] if len(found) else "nothing")
    return np.array(names)


@pytest.mark.parametrize("name", ["parallel_100mm", "yumi_smart_gripper"])
def test_most_objects_of_a_cluttered_table_get_grasps(clutter: PointCloud, name: str) -> None:
    gripper = load_gripper(name)
    detection = detect(clutter, gripper)
    assert len(detection.grasps) > 120
    names = owners(clutter, detection, gripper)
    assert len(set(names) & set(OUTLINES)) >= 8
    assert not np.isin(names, ["table", "nothing"]).any()


def collides(cloud: PointCloud, grasps: Grasps, gripper: Gripper) -> NDArray[np.bool_]:
    """Test every point against every box, without the grid."""
    lower, upper = gripper.boxes(grasps.widths)
    hits = []
    for T, low, high in zip(grasps.T_frame_grasp, lower, upper, strict=True):
        local = ((cloud.points - T[:3, 3]) @ T[:3, :3])[:, None]
        hits.append(((local >= low) & (local <= high)).all(axis=-1).any())
    return np.array(hits)


def test_no_grasp_touches_the_full_cloud(clutter: PointCloud) -> None:
    gripper = load_gripper("parallel_100mm")
    grasps = detect(clutter, gripper, max_grasps=50).grasps
    assert len(grasps) == 50
    assert not collides(clutter, grasps, gripper).any()
    grid = PointGrid.from_cloud(clutter)
    assert not gripper_collisions(grasps, gripper, grid, PipelineParams().approach_distance).any()


def test_a_mug_is_taken_by_its_rim_or_handle(real_data: Callable[[str], Path]) -> None:
    cloud = read_cloud_file(real_data("kinect_tabletop/table_mug.pcd"))
    gripper = load_gripper("parallel_100mm")
    detection = detect(cloud, gripper)
    assert len(detection.grasps) >= 20
    assert detection.support is not None
    # Handle included, the mug stands between x = -0.02 and 0.14 m and is 0.1 m high. What is narrow
    # there is the wall, free at the rim, and the handle.
    positions, widths = detection.grasps.positions, detection.grasps.widths
    assert ((positions[:, 0] > -0.03) & (positions[:, 0] < 0.15)).all()
    height = detection.support.height(positions)
    assert (height > 0.01).all()
    narrow = widths < 0.04
    on_handle = positions[:, 0] > 0.09
    at_rim = height > 0.07
    assert (narrow & on_handle).sum() >= 5
    assert (narrow & ~on_handle).sum() >= 5
    assert at_rim[narrow & ~on_handle].all()
