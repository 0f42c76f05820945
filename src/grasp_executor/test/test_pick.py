"""The pick sequence with the real planner, on an arm that follows every trajectory exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from grasp_core.grasps import Grasps
from grasp_core.transforms import grasp_rotation, transform
from grasp_executor.arm import Manipulator, MotionEnd, MotionResult
from grasp_executor.collision_world import CollisionWorld
from grasp_executor.described_robot import planning_robot
from grasp_executor.embedded.embedded_planner import EmbeddedPlanner
from grasp_executor.errors import StageError, StateError
from grasp_executor.halt import Halt
from grasp_executor.pick import Found, Picker, PickRequest
from grasp_executor.pick_params import PickParams
from grasp_executor.pick_result import PickCode, PickResult, PickStage
from grasp_executor.planning_robot import PlanningRobot
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.planning_worker import PlanningWorker
from grasp_executor.shapes import Box
from grasp_executor.trajectory import Trajectory
from grasp_robots.allowed_contacts import allowed_contacts
from grasp_robots.description import RobotDescription
from grasp_robots.robot_file import load_robot

CONFIG = Path(__file__).parents[3] / "config"
ARM = "diana7_arm"
PARAMS = PickParams(path_timeout=5.0)
SPOTS = np.array([(0.35, 0.4), (0.35, 0.3)])
TABLE = PlanningScene().with_obstacle(
    "table", Box(np.array([1.0, 1.2, 0.1])), transform(np.eye(3), [0.65, 0.0, -0.05])
)
NO_POINTS = np.zeros((0, 3))
STAGES = [stage.value for stage in PickStage]


def grasps_at(*positions: Sequence[float]) -> Grasps:
    """Grasps from above, 4 cm wide, best first."""
    count = len(positions)
    rotation = grasp_rotation([0.0, 0.0, -1.0], [0.0, 1.0, 0.0])
    return Grasps(
        np.broadcast_to(rotation, (count, 3, 3)),
        np.array(positions, dtype=float),
        np.full(count, 0.04),
        np.linspace(0.9, 0.5, count),
        "base_link",
    )


GOOD = (0.55, 0.0, 0.04)
FAR = (3.0, 0.0, 0.04)
IN_TABLE = (0.55, 0.1, -0.06)


class FakeRobot:
    """Joints, arm and gripper in one; what `on` maps a motion's number to happens before it.

    Motions are counted from 0: to the pre-grasp, to the grasp, up, over, down, back, home.
    """

    def __init__(self, robot: PlanningRobot, description: RobotDescription) -> None:
        self.state = dict(robot.home)
        self.arm = description.arms[0]
        self.finger = self.arm.mount.joints[0]
        self.object_width = 0.03
        self.trajectories: list[Trajectory] = []
        self.openings: list[float] = []
        self.on: dict[int, Callable[[], MotionResult | None]] = {}

    def positions(self, joints: Sequence[str]) -> np.ndarray:
        missing = [joint for joint in joints if joint not in self.state]
        if missing:
            raise StateError(f"no state of {missing}")
        return np.array([self.state[joint] for joint in joints])

    def execute(self, trajectory: Trajectory, halt: Halt) -> MotionResult:
        event = self.on.get(len(self.trajectories), lambda: None)()
        self.trajectories.append(trajectory)
        if event is not None:
            return event
        if halt.requested:
            return MotionResult(MotionEnd.HALTED, "stopped")
        self.state.update(zip(trajectory.joints, trajectory.positions[-1].tolist(), strict=True))
        return MotionResult(MotionEnd.DONE)

    def open(self, width: float, _: Halt) -> MotionResult:
        self.openings.append(width)
        self.state[self.finger] = self.arm.mount.gripper.joint_position(width)
        return MotionResult(MotionEnd.DONE)

    def close(self, _: Halt) -> MotionResult:
        self.state[self.finger] = self.arm.mount.gripper.joint_position(self.object_width)
        return MotionResult(MotionEnd.DONE)

    def lose(self) -> None:
        self.state[self.finger] = 0.0

    @property
    def is_home(self) -> bool:
        return bool(np.allclose(self.positions(self.arm.joints), self.arm.home, atol=1e-6))


@pytest.fixture(scope="module")
def description() -> RobotDescription:
    return load_robot(CONFIG / "robots" / "diana7.yaml", CONFIG / "grippers")


@pytest.fixture(scope="module")
def robot(description: RobotDescription) -> PlanningRobot:
    return planning_robot(description, allowed_contacts(description, np.random.default_rng(0)))


@pytest.fixture
def fake(robot: PlanningRobot, description: RobotDescription) -> FakeRobot:
    return FakeRobot(robot, description)


@pytest.fixture
def worker(robot: PlanningRobot) -> Iterator[PlanningWorker]:
    with PlanningWorker(EmbeddedPlanner(robot)) as made:
        yield made


class Trial:
    """One picker and what it does."""

    def __init__(self, robot: PlanningRobot, fake: FakeRobot, worker: PlanningWorker) -> None:
        self.robot, self.fake, self.worker = robot, fake, worker
        self.halt = Halt()
        self.stages: list[tuple[PickStage, float]] = []
        self.detections = 0
        self.params = PARAMS
        self.around = TABLE

    def pick(
        self, *positions: Sequence[float], detections: int = 1, points: np.ndarray = NO_POINTS
    ) -> PickResult:
        def find(_: Halt) -> Found:
            self.detections += 1
            return Found(grasps_at(*positions), points)

        return self.run(PickRequest(find, detections))

    def run(self, request: PickRequest) -> PickResult:
        manipulator = Manipulator(self.fake.arm, self.fake, self.fake, SPOTS)
        picker = Picker(
            {ARM: manipulator},
            self.fake,
            self.robot,
            self.around,
            self.worker,
            self.params,
            np.random.default_rng(1),
        )
        return picker.pick(request, self.halt, lambda *entered: self.stages.append(entered))


@pytest.fixture
def trial(robot: PlanningRobot, fake: FakeRobot, worker: PlanningWorker) -> Trial:
    return Trial(robot, fake, worker)


def test_a_pick_runs_all_stages_and_ends_at_home(trial: Trial) -> None:
    result = trial.pick(GOOD)
    assert (result.code, result.message) == (PickCode.SUCCESS, "")
    (attempt,) = result.attempts
    assert list(attempt.stage_ms) == STAGES[1:]  # the detection is no part of the attempt
    assert (attempt.arm, attempt.stage) == (ARM, PickStage.RETREAT)
    assert [stage.value for stage, _ in trial.stages] == STAGES
    assert trial.stages[0][1] == 0.0
    assert trial.stages[-1][1] == pytest.approx(8 / 9)
    assert trial.fake.is_home
    assert trial.fake.openings == [0.04, 0.04]
    assert len(trial.fake.trajectories) == 7


def test_the_motions_go_where_they_should(trial: Trial) -> None:
    trial.pick(GOOD)
    world = CollisionWorld(trial.robot, TABLE)
    ends = [
        world.link_pose(ARM, motion.positions[-1], trial.fake.arm.tcp)
        for motion in trial.fake.trajectories
    ]
    expected = [
        (0.55, 0.0, 0.12),  # 8 cm above the grasp, as it approaches from above
        (0.55, 0.0, 0.04),
        (0.55, 0.0, 0.16),  # 12 cm up
        (0.35, 0.4, 0.21),
        (0.35, 0.4, 0.09),  # 5 cm higher than it was taken
        (0.35, 0.4, 0.17),
    ]
    np.testing.assert_allclose([end[:3, 3] for end in ends[:6]], expected, atol=1e-4)
    for end in ends[:6]:
        np.testing.assert_allclose(end[:3, 0], [0.0, 0.0, -1.0], atol=1e-3)


def test_a_place_pose_is_kept_up_to_half_a_turn(trial: Trial) -> None:
    rotation = grasp_rotation([0.0, 0.6, -0.8], [1.0, 0.0, 0.0])
    T_base_place = transform(rotation, [0.4, 0.3, 0.2])
    request = PickRequest(lambda _: Found(grasps_at(GOOD), NO_POINTS), T_base_place=T_base_place)
    assert trial.run(request).code is PickCode.SUCCESS
    world = CollisionWorld(trial.robot, TABLE)
    placed = trial.fake.trajectories[4].positions[-1]
    T_base_release = world.link_pose(ARM, placed, trial.fake.arm.tcp)
    np.testing.assert_allclose(T_base_release[:3, 3], [0.4, 0.3, 0.2], atol=1e-4)
    np.testing.assert_allclose(T_base_release[:3, 0], [0.0, 0.6, -0.8], atol=1e-4)
    np.testing.assert_allclose(np.abs(T_base_release[:3, 1]), [1.0, 0.0, 0.0], atol=1e-4)


def test_the_first_feasible_of_the_ranked_grasps_is_executed(trial: Trial) -> None:
    result = trial.pick(FAR, IN_TABLE, GOOD)
    codes = [attempt.code for attempt in result.attempts]
    assert codes == [PickCode.UNREACHABLE, PickCode.GRASPS_IN_COLLISION, PickCode.SUCCESS]
    assert result.code is PickCode.SUCCESS
    assert result.executed is not None
    np.testing.assert_allclose(result.executed.positions, [GOOD])
    assert [attempt.moved for attempt in result.attempts] == [False, False, True]
    assert "table" in result.attempts[1].message


def test_unreachable_grasps(trial: Trial) -> None:
    result = trial.pick(FAR, (0.0, 3.0, 0.1), detections=2)
    assert (result.code, result.stage) == (PickCode.UNREACHABLE, PickStage.PLAN)
    assert "not reached by diana7_arm" in result.message
    assert trial.detections == 1  # nothing has changed
    assert trial.fake.trajectories == []


def test_all_grasps_in_collision(trial: Trial) -> None:
    result = trial.pick(IN_TABLE, FAR)
    assert result.code is PickCode.GRASPS_IN_COLLISION
    assert trial.fake.trajectories == []


def test_the_arm_stands_in_collision(trial: Trial) -> None:
    trial.around = TABLE.with_obstacle(
        "crate", Box(np.full(3, 0.3)), transform(np.eye(3), [0.6, 0.0, 0.5])
    )
    result = trial.pick(GOOD)
    assert result.code is PickCode.START_IN_COLLISION
    assert "crate" in result.message
    assert trial.fake.trajectories == []


def test_a_joint_state_is_missing(trial: Trial) -> None:
    del trial.fake.state["joint3"]
    result = trial.pick(GOOD)
    assert (result.code, result.message) == (
        PickCode.STATE_UNAVAILABLE,
        "no state of ['joint3']",
    )


def test_the_seen_points_are_kept_clear_of(trial: Trial) -> None:
    # A block of seen points where the elbow would not go, but the palm does, around the grasp:
    # only palm and fingers may touch what was seen.
    block = np.stack(np.meshgrid(*[np.arange(-0.02, 0.021, 0.01)] * 3), -1).reshape(-1, 3)
    assert trial.pick(GOOD, points=block + GOOD).code is PickCode.SUCCESS
    # All around the wrist there is no way.
    wall = np.stack(np.meshgrid(*[np.arange(-0.15, 0.151, 0.03)] * 3), -1).reshape(-1, 3)
    result = trial.pick(GOOD, points=wall + np.array([0.55, 0.0, 0.25]))
    assert result.code is PickCode.GRASPS_IN_COLLISION
    assert "seen" in result.message


def test_fingers_that_meet_are_a_miss_and_the_next_grasp_is_tried(trial: Trial) -> None:
    trial.fake.object_width = 0.0
    trial.fake.on[5] = lambda: setattr(trial.fake, "object_width", 0.03)  # of the second attempt
    result = trial.pick(GOOD, (0.5, 0.1, 0.04))
    assert [attempt.code for attempt in result.attempts] == [
        PickCode.NOTHING_GRASPED,
        PickCode.SUCCESS,
    ]
    assert result.attempts[0].stage is PickStage.CLOSE
    # To the pre-grasp, to the grasp, the same way back, home.
    approach, back, home = trial.fake.trajectories[1:4]
    np.testing.assert_allclose(back.positions[-1], approach.positions[0], atol=1e-9)
    np.testing.assert_allclose(home.positions[-1], trial.fake.arm.home, atol=1e-9)


def test_after_the_executions_of_one_detection_follows_a_fresh_one(trial: Trial) -> None:
    trial.fake.object_width = 0.0
    trial.params = PickParams(path_timeout=5.0, max_executions=1)
    result = trial.pick(GOOD, (0.5, 0.1, 0.04), detections=2)
    assert trial.detections == 2
    assert [attempt.code for attempt in result.attempts] == [PickCode.NOTHING_GRASPED] * 2
    assert (result.code, result.message) == (
        PickCode.NOTHING_GRASPED,
        "the fingers met: nothing is held",
    )
    assert trial.fake.is_home


@pytest.mark.parametrize(("in_order", "second"), [(False, 0.5), (True, GOOD[0])])
def test_a_grasp_that_failed_is_not_tried_first_again(
    trial: Trial, in_order: bool, second: float
) -> None:
    trial.fake.object_width = 0.0
    trial.params = PickParams(path_timeout=5.0, max_executions=1)
    found = Found(grasps_at(GOOD, (0.5, 0.1, 0.04)), NO_POINTS)
    result = trial.run(PickRequest(lambda _: found, detections=2, in_order=in_order))
    tried = [attempt.grasp.positions[0, 0] for attempt in result.attempts]
    assert tried == pytest.approx([GOOD[0], second])


@pytest.mark.parametrize(("motion", "stage"), [(2, PickStage.LIFT), (3, PickStage.TRANSFER)])
def test_an_object_that_slips_is_lost_and_the_arm_goes_home(
    trial: Trial, motion: int, stage: PickStage
) -> None:
    trial.fake.on[motion] = trial.fake.lose
    result = trial.pick(GOOD)
    assert (result.code, result.stage) == (PickCode.OBJECT_LOST, stage)
    assert result.message == f"the object was lost: {stage.value}"
    assert trial.fake.is_home


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (MotionEnd.REJECTED, PickCode.CONTROLLER_REJECTED),
        (MotionEnd.ABORTED, PickCode.CONTROLLER_ABORTED),
        (MotionEnd.TIMED_OUT, PickCode.CONTROLLER_TIMED_OUT),
    ],
)
def test_a_controller_that_fails_ends_the_pick(
    trial: Trial, end: MotionEnd, code: PickCode
) -> None:
    trial.fake.on[1] = lambda: MotionResult(end, "path tolerance of joint2")
    result = trial.pick(GOOD, (0.5, 0.1, 0.04), detections=2)
    assert (result.code, result.message) == (code, "path tolerance of joint2")
    assert result.stage is PickStage.APPROACH
    assert len(trial.fake.trajectories) == 2  # nothing moves any more
    assert trial.detections == 1


@pytest.mark.parametrize("motion", range(7))
def test_a_stop_in_any_motion_ends_the_pick_there(trial: Trial, motion: int) -> None:
    trial.fake.on[motion] = lambda: trial.halt.request(PickCode.CANCELED, "by the client")
    result = trial.pick(GOOD)
    assert (result.code, result.message) == (PickCode.CANCELED, "by the client")
    assert len(trial.fake.trajectories) == motion + 1


def test_a_stop_while_the_gripper_closes(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    def close(halt: Halt) -> MotionResult:
        halt.request(PickCode.STOPPED, "emergency stop")
        return MotionResult(MotionEnd.HALTED, "stopped")

    monkeypatch.setattr(trial.fake, "close", close)
    result = trial.pick(GOOD)
    assert (result.code, result.stage) == (PickCode.STOPPED, PickStage.CLOSE)
    assert len(trial.fake.trajectories) == 2


def test_a_stop_while_planning_ends_at_once(trial: Trial) -> None:
    trial.params = PickParams(path_timeout=60.0)

    def find(halt: Halt) -> Found:
        # The stop comes from the planner's own thread: it runs while the pick waits for it.
        trial.worker.submit(TABLE, lambda *_: halt.request(PickCode.STOPPED, "emergency stop"), 1.0)
        return Found(grasps_at(GOOD), NO_POINTS)

    result = trial.run(PickRequest(find))
    assert (result.code, result.message) == (PickCode.STOPPED, "emergency stop")
    assert trial.fake.trajectories == []


def test_a_stop_before_the_start(trial: Trial) -> None:
    trial.halt.request(PickCode.STOPPED, "emergency stop")
    result = trial.pick(GOOD)
    assert (result.code, result.stage) == (PickCode.STOPPED, PickStage.DETECT)


def test_planning_has_an_end(trial: Trial) -> None:
    trial.params = PickParams(planning_timeout=0.1)
    result = trial.pick(*[FAR] * 50)
    assert result.code is PickCode.PLANNING_TIMED_OUT
    assert "out of time" in result.message
    assert len(result.attempts) < 50


def test_an_arm_that_is_not_where_it_should_be_does_not_move(trial: Trial) -> None:
    trial.fake.on[1] = lambda: MotionResult(MotionEnd.DONE)  # says done, and has not moved
    result = trial.pick(GOOD)
    assert result.code is PickCode.PLANNING_FAILED
    assert "from where its motion was planned to start" in result.message
    assert result.stage is PickStage.LIFT


def test_a_detection_that_fails(trial: Trial) -> None:
    def find(_: Halt) -> Found:
        raise StageError(PickCode.TRANSFORM_UNAVAILABLE, "no transform from 'camera' to 'base'")

    result = trial.run(PickRequest(find, detections=2))
    assert (result.code, result.stage) == (PickCode.TRANSFORM_UNAVAILABLE, PickStage.DETECT)
    assert result.message == "no transform from 'camera' to 'base'"
    assert result.executed is None
