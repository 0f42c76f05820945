from __future__ import annotations

import numpy as np

from grasp_core.transforms import transform
from grasp_perception.cameras.camera_frames import T_BODY_OPTICAL, CameraFrames

# Columns: the optical x (right), y (down) and z (forward) in a body with x forward, y left, z up.
OPTICAL = np.array([[0, 0, 1, 0], [-1, 0, 0, 0], [0, -1, 0, 0], [0, 0, 0, 1]], float)


def test_the_optical_frame_looks_forward() -> None:
    np.testing.assert_array_equal(T_BODY_OPTICAL, OPTICAL)
    np.testing.assert_array_equal(T_BODY_OPTICAL @ [0, 0, 2, 1], [2, 0, 0, 1])


def test_the_tree_of_a_d435_by_hand() -> None:
    # The colour camera of a D435 is 15 mm to the left of the depth's, turned here by a quarter
    # about the view: its x points along the depth's y, down.
    quarter = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]
    tree = CameraFrames("left").transforms(transform(quarter, [-0.015, 0, 0]))
    assert [(each.parent, each.child) for each in tree] == [
        ("left_link", "left_depth_frame"),
        ("left_depth_frame", "left_depth_optical_frame"),
        ("left_link", "left_color_frame"),
        ("left_color_frame", "left_color_optical_frame"),
    ]
    poses = [each.T_parent_child for each in tree]
    np.testing.assert_array_equal(poses[0], np.eye(4))
    np.testing.assert_array_equal(poses[1], OPTICAL)
    # A quarter about the view is one about the body's x, from y (left) to z (up).
    expected = [[1, 0, 0, 0], [0, 0, -1, 0.015], [0, 1, 0, 0], [0, 0, 0, 1]]
    np.testing.assert_allclose(poses[2], expected, atol=1e-15)
    np.testing.assert_array_equal(poses[3], OPTICAL)


def test_without_colour_there_are_the_frames_of_the_depth_only() -> None:
    tree = CameraFrames("camera").transforms(None)
    assert [each.child for each in tree] == ["camera_depth_frame", "camera_depth_optical_frame"]
