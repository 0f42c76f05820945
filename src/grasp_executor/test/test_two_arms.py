"""The pick sequence with the two arms of the YuMi: one picks, the other is kept clear of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from grasp_core.grasps import Grasps
from grasp_core.transforms import grasp_rotation, transform
from grasp_executor.arm import Manipulator, MotionEnd, MotionResult
from grasp_executor.budget import Budget
from grasp_executor.collision_world import CollisionWorld
from grasp_executor.described_robot import planning_robot
from grasp_executor.embedded.embedded_planner import EmbeddedPlanner
from grasp_executor.halt import Halt
from grasp_executor.pick import Found, Picker, PickRequest
from grasp_executor.pick_params import PickParams
from grasp_executor.pick_result import PickCode, PickResult
from grasp_executor.planning_robot import PlanningRobot
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.planning_worker import PlanningWorker
from grasp_executor.shapes import Box
from grasp_executor.trajectory import Trajectory
from grasp_robots.allowed_contacts import allowed_contacts
from grasp_robots.arm import Arm
from grasp_robots.description import RobotDescription
from grasp_robots.robot_file import load_robot

CONFIG = Path(__file__).parents[3] / "config"
TABLE = PlanningScene().with_obstacle(
    "table", Box(np.array([0.6, 1.0, 0.1])), transform(np.eye(3), [0.5, 0.0, -0.05])
)
PARAMS = PickParams(path_timeout=5.0, planning_timeout=60.0)
SPOTS = np.array([(0.4, 0.0)])


class FakeArm:
    """One arm that follows exactly, on joints that both arms share."""

    def __init__(self, arm: Arm, state: dict[str, float]) -> None:
        self.arm, self.state = arm, state
        self.motions: list[Trajectory] = []

    def execute(self, trajectory: Trajectory, _: Halt) -> MotionResult:
        self.motions.append(trajectory)
        self.state.update(zip(trajectory.joints, trajectory.positions[-1].tolist(), strict=True))
        return MotionResult(MotionEnd.DONE)

    def open(self, width: float, _: Halt) -> MotionResult:
        gripper = self.arm.mount.gripper
        self.state[self.arm.mount.joints[0]] = gripper.joint_position(width)
        return MotionResult(MotionEnd.DONE)

    def close(self, halt: Halt) -> MotionResult:
        return self.open(0.02, halt)


class TwoArms:
    def __init__(
        self, robot: PlanningRobot, yumi: RobotDescription, worker: PlanningWorker
    ) -> None:
        self.robot = robot
        self.state = dict(robot.home)
        self.arms = {arm.group: FakeArm(arm, self.state) for arm in yumi.arms}
        manipulators = {name: Manipulator(a.arm, a, a, SPOTS) for name, a in self.arms.items()}
        self.picker = Picker(
            manipulators, self, robot, TABLE, worker, PARAMS, np.random.default_rng(0)
        )

    def positions(self, joints: Sequence[str]) -> np.ndarray:
        return np.array([self.state[joint] for joint in joints])

    def pick(self, y: float, arm: str = "") -> PickResult:
        rotation = grasp_rotation([0.0, 0.0, -1.0], [0.0, 1.0, 0.0])[None]
        grasps = Grasps(
            rotation, np.array([[0.45, y, 0.05]]), np.full(1, 0.03), np.ones(1), "yumi_body"
        )
        request = PickRequest(lambda _: Found(grasps, np.zeros((0, 3))), arm=arm)
        return self.picker.pick(request, Halt(), lambda *_: None)


@pytest.fixture(scope="module")
def yumi() -> RobotDescription:
    return load_robot(CONFIG / "robots" / "yumi.yaml", CONFIG / "grippers")


@pytest.fixture(scope="module")
def robot(yumi: RobotDescription) -> PlanningRobot:
    return planning_robot(yumi, allowed_contacts(yumi, np.random.default_rng(0)))


@pytest.fixture
def two_arms(robot: PlanningRobot, yumi: RobotDescription) -> Iterator[TwoArms]:
    with PlanningWorker(EmbeddedPlanner(robot)) as worker:
        yield TwoArms(robot, yumi, worker)


@pytest.mark.parametrize(
    ("y", "near", "far"),
    [
        (0.2, "left_arm", "right_arm"),
        (-0.2, "right_arm", "left_arm"),
    ],
)
def test_the_near_arm_picks_and_the_other_stays(
    two_arms: TwoArms, y: float, near: str, far: str
) -> None:
    result = two_arms.pick(y)
    assert (result.code, result.message) == (PickCode.SUCCESS, "")
    assert result.attempts[0].arm == near
    assert len(two_arms.arms[near].motions) == 7
    assert two_arms.arms[far].motions == []


def test_the_picking_arm_keeps_clear_of_the_other_where_that_stands(two_arms: TwoArms) -> None:
    # The left arm stands low over the middle, where the right one would put the object down.
    left = two_arms.arms["left_arm"].arm
    rng = np.random.default_rng(0)
    planner = EmbeddedPlanner(two_arms.robot)
    down = transform(grasp_rotation([0.0, 0.0, -1.0], [0.0, 1.0, 0.0]), [0.4, 0.0, 0.25])
    reached = planner.ik("left_arm", down, left.home, count=1, rng=rng, budget=Budget(20.0))
    two_arms.state.update(zip(left.joints, reached.solutions[0].tolist(), strict=True))
    result = two_arms.pick(-0.2, arm="right_arm")
    assert result.code is PickCode.GRASPS_IN_COLLISION
    assert result.message.startswith("at the place pose: in contact: ")
    assert two_arms.arms["right_arm"].motions == []
    # The left arm itself can: from where it stands.
    assert two_arms.pick(0.2).code is PickCode.SUCCESS
    world = CollisionWorld(two_arms.robot, TABLE.with_joints(two_arms.state))
    assert not world.in_collision("left_arm", two_arms.positions(left.joints))
