from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grasp_core.cloud import PointCloud
from grasp_core.collision import gripper_collisions, lowest_heights, points_between_fingers
from grasp_core.errors import ArrayError, FrameError
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.plane import Plane
from grasp_core.point_grid import PointGrid
from grasp_core.transforms import transform

# Fingers: 60 mm long, 20 mm wide, 10 mm thick; pads 40 mm; palm 80 x 140 x 60 mm.
GRIPPER = Gripper(
    name="test", min_width=0.0, max_width=0.1, finger_length=0.06, finger_width=0.02,
    finger_thickness=0.01, pad_length=0.04, palm_size=(0.08, 0.14, 0.06), T_tool_grasp=np.eye(4),
    joint="finger_joint", scale=1.0, offset=0.0, force_n=40.0,
)  # fmt: skip


def grid_of(points: object, frame_id: str = "camera") -> PointGrid:
    points = np.asarray(points, dtype=np.float32).reshape(-1, 3)
    return PointGrid.from_cloud(
        PointCloud(points, frame_id, (1, len(points)), np.arange(len(points)))
    )


def grasp_at_origin(width_m: float, frame_id: str = "camera") -> Grasps:
    """One grasp whose frame is the frame of the cloud: approach x, closing direction y."""
    return Grasps(np.eye(3)[None], np.zeros((1, 3)), [width_m], [1.0], frame_id)


@pytest.mark.parametrize(
    ("point", "collides"),
    [
        ([-0.03, 0.025, 0.0], True),  # left finger: y from 20 to 30 mm at a width of 40 mm
        ([-0.03, -0.025, 0.0], True),  # right finger
        ([-0.03, 0.0, 0.0], False),  # between the fingers
        ([-0.03, 0.032, 0.0], False),  # beside the left finger
        ([-0.03, 0.025, 0.012], False),  # above the left finger
        ([0.001, 0.025, 0.0], False),  # in front of the fingertip
        ([-0.061, 0.0, 0.0], True),  # palm, right behind the fingers
        ([-0.1, 0.069, 0.029], True),  # palm, near its corner
        ([-0.141, 0.0, 0.0], False),  # behind the palm
    ],
)
def test_a_point_in_a_finger_or_the_palm_collides(point: list[float], collides: bool) -> None:
    result = gripper_collisions(grasp_at_origin(0.04), GRIPPER, grid_of(point))
    assert result.tolist() == [collides]


def test_the_way_from_the_pre_grasp_must_be_free() -> None:
    behind_palm = grid_of([-0.2, 0.0, 0.0])
    beside_palm_behind_finger = grid_of([-0.2, 0.065, 0.0])
    grasp = grasp_at_origin(0.04)
    for grid in (behind_palm, beside_palm_behind_finger):
        assert gripper_collisions(grasp, GRIPPER, grid).tolist() == [False]
        assert gripper_collisions(grasp, GRIPPER, grid, approach_distance=0.1).tolist() == [True]


def test_tolerance_is_per_box() -> None:
    in_left, in_right = [-0.03, 0.025, 0.0], [-0.03, -0.025, 0.0]
    grid = grid_of([in_left, in_left, in_right])
    grasp = grasp_at_origin(0.04)
    assert gripper_collisions(grasp, GRIPPER, grid, tolerance_points=1).tolist() == [True]
    assert gripper_collisions(grasp, GRIPPER, grid, tolerance_points=2).tolist() == [False]


def test_points_between_the_pads_are_counted() -> None:
    between = [[-0.01, 0.0, 0.0], [-0.039, 0.019, 0.009], [0.0, 0.0, 0.0]]
    outside = [[-0.041, 0.0, 0.0], [-0.01, 0.021, 0.0], [-0.01, 0.0, 0.011], [0.001, 0.0, 0.0]]
    grid, grasp = grid_of(between + outside), grasp_at_origin(0.04)
    assert points_between_fingers(grasp, GRIPPER, grid, stop_at=100).tolist() == [3]
    assert points_between_fingers(grasp, GRIPPER, grid, stop_at=2).tolist() == [2]


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_moving_cloud_and_grasps_together_changes_nothing(seed: int) -> None:
    """By quarter turns and steps that float32 represents exactly: no point crosses a face."""
    rng = np.random.default_rng(seed)
    step = 1 / 1024
    points = rng.integers(-150, 150, (300, 3)) * step
    grasps = Grasps(
        Rotation.random(50, rng=rng).as_matrix(),
        rng.integers(-100, 100, (50, 3)) * step,
        rng.uniform(0.0, 0.1, 50),
        np.ones(50),
        "camera",
    )
    turn = Rotation.from_euler("xyz", rng.integers(4, size=3) * 90, degrees=True).as_matrix()
    T_base_camera = transform(np.round(turn), rng.integers(-2000, 2000, 3) * step)
    moved_points = points @ T_base_camera[:3, :3].T + T_base_camera[:3, 3]
    grid, moved_grid = grid_of(points), grid_of(moved_points, "base")
    moved = grasps.transformed(T_base_camera, "base")
    collides = gripper_collisions(grasps, GRIPPER, grid, 0.05)
    assert collides.sum() > 0
    np.testing.assert_array_equal(collides, gripper_collisions(moved, GRIPPER, moved_grid, 0.05))
    np.testing.assert_array_equal(
        points_between_fingers(grasps, GRIPPER, grid, 1000),
        points_between_fingers(moved, GRIPPER, moved_grid, 1000),
    )


def test_no_grasps_and_no_points() -> None:
    grid = grid_of([0.0, 0.0, 0.0])
    assert gripper_collisions(Grasps.empty("camera"), GRIPPER, grid).shape == (0,)
    assert points_between_fingers(Grasps.empty("camera"), GRIPPER, grid, 5).shape == (0,)
    nothing = grid_of([])
    assert gripper_collisions(grasp_at_origin(0.04), GRIPPER, nothing).tolist() == [False]
    assert points_between_fingers(grasp_at_origin(0.04), GRIPPER, nothing, 5).tolist() == [0]


def test_bad_arguments_are_refused() -> None:
    grid, grasp = grid_of([0.0, 0.0, 0.0]), grasp_at_origin(0.04, "base")
    with pytest.raises(FrameError, match="grasps are in base, the cloud is in camera"):
        gripper_collisions(grasp, GRIPPER, grid)
    with pytest.raises(FrameError, match="grasps are in base, the cloud is in camera"):
        points_between_fingers(grasp, GRIPPER, grid, 1)
    with pytest.raises(ArrayError, match=r"approach_distance: -0\.1 m must not be negative"):
        gripper_collisions(grasp, GRIPPER, grid, approach_distance=-0.1)
    with pytest.raises(ArrayError, match="tolerance_points: -1 must not be negative"):
        gripper_collisions(grasp, GRIPPER, grid, tolerance_points=-1)


def test_the_first_call_leaves_nothing_to_compile() -> None:
    """In a new process, because the kernels are compiled by other tests in this one."""
    script = """
import numpy as np
from grasp_core.cells import count_points, sort_points
from grasp_core.cloud import PointCloud
from grasp_core.collision import gripper_collisions, lowest_heights, points_between_fingers
from grasp_core.grasps import Grasps
from test_collision import GRIPPER, grasp_at_origin, grid_of

gripper_collisions(grasp_at_origin(0.04), GRIPPER, grid_of(np.ones((1, 3))))
kernels = [sort_points, count_points]
warm = [len(kernel.signatures) for kernel in kernels]
grid, grasp = grid_of(np.ones((10, 3))), grasp_at_origin(0.04)
gripper_collisions(grasp, GRIPPER, grid, 0.1)
points_between_fingers(grasp, GRIPPER, grid, 10)
assert warm == [1, 1], warm
assert [len(kernel.signatures) for kernel in kernels] == warm
"""
    subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parent, check=True)


@pytest.mark.parametrize(
    ("normal", "offset", "height"),
    [
        ([-1.0, 0.0, 0.0], 0.05, 0.05),  # from above: the fingertips, at the grasp itself
        ([1.0, 0.0, 0.0], 0.0, -0.14),  # from below: the far end of the palm
        ([0.0, 0.0, 1.0], 0.04, 0.01),  # from the side: the palm is 60 mm high
        ([0.0, 1.0, 0.0], 0.0, -0.07),  # the palm is 140 mm wide, the fingers end at 30 mm
        ([-0.6, 0.0, 0.8], 0.03, 0.022),  # 8 mm down to the lower edge of the fingertips
    ],
)
def test_the_lowest_corner_of_the_gripper_over_a_plane(
    normal: list[float], offset: float, height: float
) -> None:
    plane = Plane(np.array(normal), offset)
    heights = lowest_heights(grasp_at_origin(0.04), GRIPPER, plane)
    np.testing.assert_allclose(heights, [height], atol=1e-12)


def test_heights_do_not_depend_on_the_frame() -> None:
    rng = np.random.default_rng(0)
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = Rotation.random(random_state=1).as_matrix(), rng.normal(size=3)
    grasps = Grasps(
        Rotation.random(5, random_state=2).as_matrix(),
        rng.normal(size=(5, 3)),
        np.full(5, 0.04),
        np.ones(5),
        "camera",
    )
    plane = Plane(np.array([0.0, 0.6, 0.8]), 0.1)
    normal = T[:3, :3] @ plane.normal
    moved = Plane(normal, plane.offset - float(normal @ T[:3, 3]))
    np.testing.assert_allclose(
        lowest_heights(grasps.transformed(T, "world"), GRIPPER, moved),
        lowest_heights(grasps, GRIPPER, plane),
        atol=1e-12,
    )
