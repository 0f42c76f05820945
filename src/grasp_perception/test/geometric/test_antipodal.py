from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_perception.geometric.antipodal import AntipodalDetector
from grasp_perception.gripper_files import load_gripper
from grasp_perception.pipeline import Detection, Pipeline, PipelineParams

See = Callable[..., PointCloud]


@pytest.fixture(scope="module")
def gripper() -> Gripper:
    return load_gripper("parallel_100mm")


def detect(cloud: PointCloud, gripper: Gripper) -> Detection:
    return Pipeline(PipelineParams(), gripper, AntipodalDetector()).run(cloud)


def tilt_deg(grasps: Grasps) -> np.ndarray:
    return np.degrees(np.arccos(np.clip(grasps.approach @ [0.0, 0.0, 1.0], -1, 1)))


def test_a_long_block_is_taken_across_its_middle(see_scene: See, gripper: Gripper) -> None:
    grasps = detect(see_scene(boxes=[(0, 0, 0.04, 0.16, 0.05)], noise_m=0.0005), gripper).grasps
    best = grasps[slice(0, 3)]
    assert (np.abs(best.closing @ [1.0, 0.0, 0.0]) > np.cos(np.radians(15))).all()
    np.testing.assert_allclose(best.positions[:, 0], 0, atol=0.008)
    np.testing.assert_allclose(best.positions[:, 1], 0, atol=0.04)
    assert (tilt_deg(best) < 25).all()
    assert (best.widths > 0.04).all()
    assert (best.positions[:, 2] > 0.45).all()  # below the top face ...
    assert (best.positions[:, 2] < 0.5).all()  # ... and above the table


def test_a_ball_is_taken_through_its_centre(see_scene: See, gripper: Gripper) -> None:
    grasps = detect(see_scene(spheres=[(0.03, -0.02, 0.03)], noise_m=0.0005), gripper).grasps
    offset = grasps.positions[0] - np.array([0.03, -0.02, 0.47])
    along = offset @ grasps.approach[0]
    assert np.linalg.norm(offset - along * grasps.approach[0]) < 0.008


def test_a_block_wider_than_the_stroke_gives_none_and_says_why(
    see_scene: See, gripper: Gripper
) -> None:
    detection = detect(see_scene(boxes=[(0, 0, 0.16, 0.14, 0.05)]), gripper)
    assert len(detection.grasps) == 0
    assert "antipodal detector found no grasp" in detection.reason


def test_a_small_gripper_leaves_the_large_block(see_scene: See) -> None:
    scene = see_scene(boxes=[(-0.06, 0, 0.07, 0.09, 0.05), (0.07, 0, 0.03, 0.05, 0.05)])
    grasps = detect(scene, load_gripper("yumi_smart_gripper")).grasps
    assert len(grasps) > 0
    assert (grasps.positions[:, 0] > 0.02).all()


def test_fingers_do_not_enter_a_neighbour(see_scene: See, gripper: Gripper) -> None:
    """Three blocks 6 mm apart: the middle one can be taken along the gap only."""
    scene = see_scene(boxes=[(x, 0, 0.04, 0.06, 0.05) for x in (-0.046, 0.0, 0.046)])
    grasps = detect(scene, gripper).grasps
    middle = np.abs(grasps.positions[:, 0]) < 0.015
    upright = middle & (tilt_deg(grasps) < 30)
    assert upright.any()
    assert (np.abs(grasps.closing[upright] @ [0.0, 1.0, 0.0]) > np.cos(np.radians(40))).all()


def test_every_object_of_a_scene_gets_grasps(see_scene: See, gripper: Gripper) -> None:
    centers = [(-0.12, -0.08), (0.0, -0.08), (0.12, -0.08), (-0.12, 0.08), (0.12, 0.08)]
    boxes = [(x, y, 0.02 + 0.01 * i, 0.05, 0.02 + 0.01 * i) for i, (x, y) in enumerate(centers)]
    grasps = detect(see_scene(boxes=boxes, noise_m=0.0005), gripper).grasps
    distance = np.linalg.norm(grasps.positions[:, None, :2] - np.array(centers), axis=-1)
    assert set(np.argmin(distance, axis=1)) == set(range(len(centers)))
    assert (distance.min(axis=1) < 0.04).all()


def test_a_turned_camera_sees_the_same_grasps(see_scene: See, gripper: Gripper) -> None:
    cloud = see_scene(boxes=[(0.02, 0.01, 0.04, 0.1, 0.05)])
    quarter = np.array([[0, -1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], dtype=float)
    straight = detect(cloud, gripper).grasps
    turned = detect(cloud.transformed(quarter, "camera"), gripper).grasps
    back = turned.transformed(np.linalg.inv(quarter), "camera")
    for grasps in (straight, back):  # anywhere near the middle of the block
        np.testing.assert_allclose(grasps.positions[0], [0.02, 0.01, 0.47], atol=0.02)
    assert abs(back.closing[0] @ straight.closing[0]) > np.cos(np.radians(15))
    assert back.scores[0] == pytest.approx(straight.scores[0], abs=0.05)


def test_two_runs_give_the_same_grasps_to_the_last_bit(see_scene: See, gripper: Gripper) -> None:
    cloud = see_scene(boxes=[(0, 0, 0.04, 0.1, 0.05)], spheres=[(0.1, 0, 0.03)], noise_m=0.001)
    one, two = detect(cloud, gripper).grasps, detect(cloud, gripper).grasps
    for name in ("rotations", "positions", "widths", "scores"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
