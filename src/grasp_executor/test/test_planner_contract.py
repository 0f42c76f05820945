"""What every planner behind the port keeps to, shown with the toy arm."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from grasp_core.errors import ArrayError
from grasp_core.transforms import grasp_rotation, transform
from grasp_executor.budget import Budget
from grasp_executor.collision_world import CollisionWorld
from grasp_executor.errors import PlanningRobotError, PlanningSceneError, TrajectoryError
from grasp_executor.planner import MotionPlanner, PlanningCode
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.shapes import Box, Mesh, Voxels
from grasp_executor.trajectory import Path
from grasp_executor.trajectory_check import check_trajectory

IDENTITY = np.eye(4)
EMPTY = PlanningScene()


def at(x: float, y: float, z: float) -> np.ndarray:
    return transform(np.eye(3), [x, y, z])


def tool_down(x: float, y: float, z: float) -> np.ndarray:
    """Pose of the tip whose z points down."""
    return transform(np.diag([-1.0, 1.0, -1.0]), [x, y, z])


def wall() -> PlanningScene:
    """A thin plate between the right and the left of the arm, up to over its elbow."""
    return EMPTY.with_obstacle("wall", Box(np.array([1.0, 0.004, 0.8])), at(0.65, 0.0, 0.4))


def turned(positions: np.ndarray, angle: float) -> np.ndarray:
    """Turn the arm about its first axis."""
    return positions + angle * np.eye(6)[0]


def budget(timeout_sec: float = 20.0) -> Budget:
    return Budget(timeout_sec)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def solve(planner: MotionPlanner, pose: np.ndarray, seed: np.ndarray) -> np.ndarray:
    result = planner.ik("arm", pose, seed, count=1, rng=rng(), budget=budget())
    assert result.ok, result.message
    return result.solutions[0]


class TestIk:
    def test_the_tip_reaches_the_pose(self, planner, home) -> None:
        pose = tool_down(0.45, 0.2, 0.3)
        q = solve(planner, pose, home)
        world = CollisionWorld(planner.robot, EMPTY)
        np.testing.assert_allclose(world.link_pose("arm", q, "tcp"), pose, atol=1e-4)
        assert planner.valid("arm", q).ok

    def test_solutions_differ_and_the_nearest_is_first(self, planner, home) -> None:
        result = planner.ik(
            "arm", tool_down(0.45, 0.2, 0.3), home, count=4, rng=rng(), budget=budget()
        )
        assert len(result.solutions) >= 2
        distances = np.linalg.norm(result.solutions - home, axis=1)
        assert (np.diff(distances) >= 0).all()
        apart = np.abs(result.solutions[:, None] - result.solutions).max(axis=-1)
        assert (apart[~np.eye(len(apart), dtype=bool)] > 0.1).all()

    def test_the_same_generator_finds_the_same(self, planner, home) -> None:
        found = [
            planner.ik(
                "arm", tool_down(0.3, -0.3, 0.2), home, count=2, rng=rng(7), budget=budget()
            ).solutions
            for _ in range(2)
        ]
        np.testing.assert_array_equal(found[0], found[1])

    def test_a_pose_out_of_reach(self, planner, home) -> None:
        result = planner.ik("arm", tool_down(3, 0, 0.3), home, count=1, rng=rng(), budget=budget())
        assert result.code is PlanningCode.NO_IK_SOLUTION
        assert result.solutions.shape == (0, 6)
        assert "[3.0, 0.0, 0.3]" in result.message

    def test_a_pose_inside_an_obstacle(self, planner, home) -> None:
        planner.set_scene(EMPTY.with_obstacle("block", Box(np.full(3, 0.2)), at(0.45, 0.2, 0.3)))
        pose = tool_down(0.45, 0.2, 0.3)
        result = planner.ik("arm", pose, home, count=1, rng=rng(), budget=budget())
        assert result.code is PlanningCode.GOAL_IN_COLLISION
        assert "block" in result.message


class TestPlan:
    def test_the_path_leads_around_a_thin_wall(self, planner, home) -> None:
        scene = wall()
        planner.set_scene(scene)
        start, goal = turned(home, 0.5), turned(home, -0.5)
        result = planner.plan("arm", start, goal, rng=rng(), budget=budget())
        assert result.ok, result.message
        assert len(result.path.positions) > 2  # the straight way meets the wall
        np.testing.assert_allclose(result.path.positions[[0, -1]], [start, goal], atol=1e-9)
        trajectory = planner.time(result.path)
        world = CollisionWorld(planner.robot, scene)
        assert check_trajectory(trajectory, planner.robot.group("arm"), world).faults == ()

    def test_the_same_generator_finds_the_same(self, planner, home, planner_name) -> None:
        if planner_name.startswith("moveit"):
            pytest.skip("moveit_py cannot give OMPL a seed")
        planner.set_scene(wall())
        paths = [
            planner.plan(
                "arm",
                turned(home, 0.5),
                turned(home, -0.5),
                rng=rng(3),
                budget=budget(),
            ).path.positions
            for _ in range(2)
        ]
        np.testing.assert_array_equal(paths[0], paths[1])

    def test_start_and_goal_may_be_the_same(self, planner, home) -> None:
        result = planner.plan("arm", home, home, rng=rng(), budget=budget())
        assert result.ok
        np.testing.assert_array_equal(result.path.positions, [home, home])

    def test_start_and_goal_are_checked(self, planner, home) -> None:
        planner.set_scene(wall())
        aside = turned(home, 0.5)
        outside = turned(home, 3.0)
        expected = [
            (home, aside, PlanningCode.START_STATE_IN_COLLISION, "wall"),
            (aside, home, PlanningCode.GOAL_IN_COLLISION, "wall"),
            (outside, aside, PlanningCode.START_STATE_INVALID, "joint_1 at 3.0000"),
            (aside, outside, PlanningCode.GOAL_STATE_INVALID, r"[-2.9000, 2.9000]"),
        ]
        for start, goal, code, words in expected:
            result = planner.plan("arm", start, goal, rng=rng(), budget=budget())
            assert result.code is code
            assert words in result.message
            assert result.path is None

    def test_no_way_out_ends_with_the_time(self, planner) -> None:
        planner.set_scene(cage())
        result = planner.plan("arm", LOW, MIRRORED, rng=rng(), budget=budget(0.3))
        assert result.code is PlanningCode.TIMED_OUT
        assert "arm" in result.message

    def test_another_thread_calls_it_off(self, planner) -> None:
        planner.set_scene(cage())
        cancelled = threading.Event()
        timer = threading.Timer(0.2, cancelled.set)
        timer.start()
        called = Budget(20.0, cancelled)
        result = planner.plan("arm", LOW, MIRRORED, rng=rng(), budget=called)
        timer.join(timeout=1)
        assert result.code is PlanningCode.PREEMPTED
        assert called.remaining_sec > 10


#: Low and stretched out, under the ceiling of the cage.
LOW = np.array([0.8, 1.2, 0.8, 0.0, 0.5, 0.0])
MIRRORED = LOW * [-1, 1, 1, 1, 1, 1]


def cage() -> PlanningScene:
    """Walls before and behind the arm and a ceiling: it cannot get from one side to the other."""
    wall = Box(np.array([1.5, 0.02, 2.0]))
    scene = EMPTY.with_obstacle("front", wall, at(0.95, 0, 0))
    scene = scene.with_obstacle("back", wall, at(-0.95, 0, 0))
    return scene.with_obstacle("ceiling", Box(np.array([3.0, 3.0, 0.02])), at(0, 0, 0.6))


class TestLine:
    def test_the_tip_moves_straight(self, planner, home) -> None:
        start = solve(planner, tool_down(0.4, 0.1, 0.35), home)
        goal = tool_down(0.4, 0.1, 0.2)
        result = planner.line("arm", start, goal, budget=budget())
        assert result.ok
        assert result.fraction == 1.0
        world = CollisionWorld(planner.robot, EMPTY)
        trajectory = planner.time(result.path)
        poses = np.stack([world.link_pose("arm", q, "tcp") for q in trajectory.positions])
        np.testing.assert_allclose(poses[:, :2, 3], [[0.4, 0.1]] * len(poses), atol=2e-4)
        np.testing.assert_allclose(poses[:, :3, :3], [goal[:3, :3]] * len(poses), atol=1e-3)
        np.testing.assert_allclose(poses[-1], goal, atol=2e-4)
        assert (np.diff(poses[:, 2, 3]) < 1e-6).all()
        assert check_trajectory(trajectory, planner.robot.group("arm"), world).faults == ()

    def test_a_turn_in_place(self, planner, home) -> None:
        start = solve(planner, tool_down(0.4, 0.1, 0.3), home)
        pose = transform(grasp_rotation([-1, 0.5, 0], [0.5, 1, 0]), [0.4, 0.1, 0.3])
        result = planner.line("arm", start, pose, budget=budget())
        assert result.ok, result.message
        world = CollisionWorld(planner.robot, EMPTY)
        positions = [world.link_pose("arm", q, "tcp")[:3, 3] for q in result.path.positions]
        np.testing.assert_allclose(positions, [[0.4, 0.1, 0.3]] * len(positions), atol=2e-4)

    def test_a_line_ends_where_the_reach_ends(self, planner, home) -> None:
        start = solve(planner, tool_down(0.5, 0.0, 0.3), home)
        result = planner.line("arm", start, tool_down(1.5, 0.0, 0.3), budget=budget())
        assert result.code is PlanningCode.NO_IK_SOLUTION
        assert 0 < result.fraction < 0.5
        np.testing.assert_array_equal(result.path.positions[0], start)

    def test_a_line_ends_at_an_obstacle(self, planner, home) -> None:
        start = solve(planner, tool_down(0.4, 0.1, 0.35), home)
        # 60 mm free below the tip, then the block: of 150 mm the tip moves 55 to 60.
        planner.set_scene(
            EMPTY.with_obstacle("block", Box(np.array([0.2, 0.2, 0.09])), at(0.4, 0.1, 0.245))
        )
        result = planner.line("arm", start, tool_down(0.4, 0.1, 0.2), budget=budget())
        assert result.code is PlanningCode.INVALID_MOTION_PLAN
        assert 0.3 <= result.fraction <= 0.4 + 1e-9
        assert "block" in result.message

    def test_a_line_does_not_run_along_a_limit(self, planner, home) -> None:
        """The tip turns about its own axis, beyond what the last joint can."""
        start = solve(planner, tool_down(0.4, 0.1, 0.3), home)
        group = planner.robot.group("arm")
        near = start.copy()
        near[5] = group.upper[5] - 0.3
        pose = CollisionWorld(planner.robot, EMPTY).link_pose("arm", near, "tcp")
        beyond = transform(Rotation.from_rotvec([0, 0, 0.6]).as_matrix(), [0, 0, 0])
        result = planner.line("arm", near, pose @ beyond, budget=budget())
        assert result.code is PlanningCode.NO_IK_SOLUTION
        assert (result.path.positions[1:] < group.upper).all()
        trajectory = planner.time(result.path)
        world = CollisionWorld(planner.robot, EMPTY)
        assert check_trajectory(trajectory, group, world).faults == ()

    def test_a_start_in_collision(self, planner, home) -> None:
        planner.set_scene(wall())
        result = planner.line("arm", home, tool_down(0.4, 0.1, 0.2), budget=budget())
        assert result.code is PlanningCode.START_STATE_IN_COLLISION
        assert (result.fraction, result.path) == (0.0, None)


class TestTime:
    def test_limits_are_kept_and_waypoints_passed(self, planner, home) -> None:
        waypoints = home + np.array(
            [[0.0] * 6, [0.4, 0.2, 0, 0, 0, -1.0], [1.0, 0.1, 0.3, 0, 0, 0]]
        )
        trajectory = planner.time(Path("arm", waypoints, smooth=False))
        group = planner.robot.group("arm")
        check = check_trajectory(trajectory, group, CollisionWorld(planner.robot, EMPTY))
        assert check.faults == ()
        # The fastest joint of some piece reaches a limit.
        assert max(check.velocity_ratio, check.acceleration_ratio, check.jerk_ratio) > 0.95
        off = np.abs(trajectory.positions[:, None] - waypoints).max(axis=-1).min(axis=0)
        assert (off < 1e-6).all()

    def test_scales_slow_it_down(self, planner, home) -> None:
        path = Path("arm", np.stack([home, turned(home, 1.0)]), smooth=False)
        slow = planner.time(path, velocity_scale=0.1, acceleration_scale=0.2)
        assert np.abs(slow.velocities).max() <= 0.1 * 2.0
        assert np.abs(slow.accelerations).max() <= 0.2 * 5.0
        assert slow.duration_sec > 1.0 / (0.1 * 2.0)
        with pytest.raises(TrajectoryError, match=r"velocity scale 0 is not in \(0, 1\]"):
            planner.time(path, velocity_scale=0)


class TestScene:
    def test_boxes_meshes_and_voxels_are_obstacles(self, planner, home) -> None:
        tip = CollisionWorld(planner.robot, EMPTY).link_pose("arm", home, "tcp")[:3, 3]
        tetrahedron = np.array([[-1, -1, -1], [1, 1, -1], [1, -1, 1], [-1, 1, 1]]) * 0.05
        triangles = [[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]]
        finger = tip + np.array([0, 0.032, 0.01])
        shapes = [
            (Box(np.full(3, 0.02)), transform(np.eye(3), finger)),
            (Mesh(tetrahedron, triangles), transform(np.eye(3), tip)),
            (Voxels.of_points(finger[None], 0.01), IDENTITY),
        ]
        assert planner.valid("arm", home).ok
        for shape, pose in shapes:
            scene = EMPTY.with_obstacle("thing", shape, pose)
            planner.set_scene(scene)
            result = planner.valid("arm", home)
            assert result.code is PlanningCode.START_STATE_IN_COLLISION
            assert "thing" in result.message
            planner.set_scene(scene.without("thing"))
            assert planner.valid("arm", home).ok

    def test_the_foot_may_stand_on_the_table(self, planner, home) -> None:
        table = EMPTY.with_obstacle("table", Box(np.array([2.0, 2.0, 0.1])), at(0, 0, -0.02))
        planner.set_scene(table.with_obstacle("plate", Box(np.full(3, 0.1)), at(0.8, 0, 0)))
        assert planner.valid("arm", home).ok

    def test_an_allowed_contact_is_one_pair_only(self, planner, home) -> None:
        tip = CollisionWorld(planner.robot, EMPTY).link_pose("arm", home, "tcp")
        scene = EMPTY.with_obstacle("thing", Box(np.full(3, 0.08)), tip)
        one = scene.with_allowed("thing", "finger_left")
        both = one.with_allowed("finger_right", "thing")
        for allowed, code in (
            (one, PlanningCode.START_STATE_IN_COLLISION),
            (both, PlanningCode.SUCCESS),
        ):
            planner.set_scene(allowed)
            assert planner.valid("arm", home).code is code
        planner.set_scene(both.without_allowed("thing", "finger_left"))
        assert "finger_left - thing" in planner.valid("arm", home).message

    def test_a_carried_object_moves_with_its_link(self, planner, home) -> None:
        """The link is fixed to the last moving one, and far from it: 0.1 m."""
        held = EMPTY.with_attached(
            "held",
            Box(np.array([0.02, 0.02, 0.2])),
            "tcp",
            at(0, 0, 0.08),
            ["finger_left", "finger_right"],
        )
        planner.set_scene(held)
        assert planner.valid("arm", home).ok
        aside = turned(home, 0.7)
        world = CollisionWorld(planner.robot, EMPTY)
        end = world.link_pose("arm", aside, "tcp") @ [0, 0, 0.17, 1]  # 10 mm inside its far end
        pin_box = held.with_obstacle("pin", Box(np.full(3, 0.004)), at(*end[:3]))
        planner.set_scene(pin_box)
        assert "held - pin" in planner.valid("arm", aside).message
        assert planner.valid("arm", home).ok
        beyond = world.link_pose("arm", aside, "tcp") @ [0, 0, 0.19, 1]
        planner.set_scene(held.with_obstacle("pin", Box(np.full(3, 0.004)), at(*beyond[:3])))
        assert planner.valid("arm", aside).ok

    def test_a_carried_object_touches_only_what_holds_it(self, planner, home) -> None:
        planner.set_scene(
            EMPTY.with_attached("held", Box(np.full(3, 0.08)), "tcp", IDENTITY, ["finger_left"])
        )
        message = planner.valid("arm", home).message
        assert "finger_right - held" in message
        assert "finger_left" not in message

    def test_joints_outside_the_group_are_where_the_scene_says(self, planner, home) -> None:
        tip = CollisionWorld(planner.robot, EMPTY).link_pose("arm", home, "tcp")
        scene = EMPTY.with_obstacle("thing", Box(np.full(3, 0.03)), tip)
        planner.set_scene(scene)  # the fingers at home are 60 mm apart
        assert planner.valid("arm", home).ok
        planner.set_scene(scene.with_joints({"finger_joint": 0.01}))
        assert "finger_left - thing, finger_right - thing" in planner.valid("arm", home).message

    def test_unknown_names_are_refused_and_the_scene_stays(self, planner, home) -> None:
        planner.set_scene(wall())
        with pytest.raises(PlanningSceneError, match=r"no links \['hand'\]; the robot has"):
            planner.set_scene(EMPTY.with_attached("a", Box(np.ones(3)), "hand", IDENTITY, []))
        assert planner.valid("arm", home).code is PlanningCode.START_STATE_IN_COLLISION


def test_wrong_input_raises(planner, home) -> None:
    with pytest.raises(PlanningRobotError, match=r"no group 'leg'; the robot has \['arm'\]"):
        planner.valid("leg", home)
    with pytest.raises(ArrayError, match=r"start: shape \(5,\), expected \(6\)"):
        planner.plan("arm", home[:5], home, rng=rng(), budget=budget())
    with pytest.raises(ArrayError, match="not a right-handed rotation"):
        planner.ik("arm", np.diag([1, 1, -1, 1.0]), home, count=1, rng=rng(), budget=budget())
    with pytest.raises(ArrayError, match="T_base_tip: value at index"):
        planner.line("arm", home, np.full((4, 4), np.nan), budget=budget())


def test_a_call_that_is_called_off_before_it_begins(planner, home) -> None:
    cancelled = threading.Event()
    cancelled.set()
    off = Budget(5.0, cancelled)
    pose = tool_down(0.4, 0.1, 0.3)
    results = [
        planner.ik("arm", pose, home, count=1, rng=rng(), budget=off),
        planner.plan("arm", home, home + 0.1, rng=rng(), budget=off),
        planner.line("arm", home, pose, budget=off),
    ]
    assert [result.code for result in results] == [PlanningCode.PREEMPTED] * 3
    assert all(result.message.startswith("called off while ") for result in results)
