from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grasp_core.errors import ArrayError, FrameError
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.moveit import grasps_from_moveit, moveit_grasp_fields, mtc_candidates
from grasp_core.transforms import from_quaternion_xyzw

GRIPPERS = Path(__file__).parents[3] / "config" / "grippers"
#: TCP 103.4 mm along the tool's z, closing along its y, 0.5 m of joint per m of width.
HAND = Gripper.load(GRIPPERS / "franka_hand.yaml")

#: Approach straight down, fingers close along the base's y: the tool's z points down too.
DOWN = np.array([[0.0, 0, 1], [0, 1, 0], [-1, 0, 0]])
GRASP = Grasps(DOWN[None], [[0.5, 0.1, 0.2]], [0.06], [0.75], "base")


def random_grasps(seed: int, n: int) -> Grasps:
    rng = np.random.default_rng(seed)
    rotations = Rotation.random(n, random_state=seed).as_matrix().reshape(n, 3, 3)
    positions, widths = rng.normal(size=(n, 3)), rng.uniform(0, 0.08, n)
    return Grasps(rotations, positions, widths, rng.uniform(size=n), "base")


def fields(grasps: Grasps, gripper: Gripper = HAND) -> list[dict[str, Any]]:
    return moveit_grasp_fields(grasps, gripper, "tool0", approach_m=0.1, min_approach_m=0.05)


def test_one_message_by_hand() -> None:
    (grasp,) = fields(GRASP)
    pose = grasp.pop("grasp_pose")
    assert pose["header"] == {"frame_id": "base"}
    # The tool is 103.4 mm above the fingertips, turned by half a turn about the base's y.
    np.testing.assert_allclose(list(pose["pose"]["position"].values()), [0.5, 0.1, 0.2 + 0.1034])
    orientation = pose["pose"]["orientation"]
    assert list(orientation) == ["x", "y", "z", "w"]
    np.testing.assert_allclose(np.abs(list(orientation.values())), [0, 1, 0, 0], atol=1e-15)
    down, up = {"x": 0.0, "y": 0.0, "z": 1.0}, {"x": 0.0, "y": 0.0, "z": -1.0}

    def move(vector: dict[str, float]) -> dict[str, Any]:
        direction = {"header": {"frame_id": "tool0"}, "vector": vector}
        return {"direction": direction, "desired_distance": 0.1, "min_distance": 0.05}

    assert grasp == {
        "id": "grasp_0",
        "pre_grasp_posture": {
            "joint_names": ["panda_finger_joint1"],
            "points": [{"positions": [0.03], "effort": []}],
        },
        "grasp_posture": {
            "joint_names": ["panda_finger_joint1"],
            "points": [{"positions": [0.0], "effort": [70.0]}],
        },
        "grasp_quality": 0.75,
        "pre_grasp_approach": move(down),
        "post_grasp_retreat": move(up),
        "post_place_retreat": move(up),
    }


@pytest.mark.parametrize("name", ["franka_hand", "yumi_smart_gripper", "parallel_100mm"])
def test_the_message_holds_the_pose_of_the_tool(name: str) -> None:
    gripper = Gripper.load(GRIPPERS / f"{name}.yaml")
    grasps = random_grasps(0, 3)[np.array([0, 2])]
    grasps = Grasps(grasps.rotations, grasps.positions, [0.01, 0.04], grasps.scores, "base")
    for message, T_base_grasp in zip(fields(grasps, gripper), grasps.T_frame_grasp, strict=True):
        pose = message["grasp_pose"]["pose"]
        T_base_tool = from_quaternion_xyzw(
            list(pose["orientation"].values()), list(pose["position"].values())
        )
        np.testing.assert_allclose(T_base_tool @ gripper.T_tool_grasp, T_base_grasp, atol=1e-12)
        approach_tool = list(message["pre_grasp_approach"]["direction"]["vector"].values())
        np.testing.assert_allclose(T_base_tool[:3, :3] @ approach_tool, T_base_grasp[:3, 0])


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_messages_round_trip(seed: int, n: int) -> None:
    grasps = random_grasps(seed, n)
    messages = fields(grasps)
    back = grasps_from_moveit(messages, HAND)
    assert back.frame_id == "base"
    np.testing.assert_allclose(back.T_frame_grasp, grasps.T_frame_grasp, atol=1e-12)
    np.testing.assert_allclose(back.widths, grasps.widths, atol=1e-15)
    np.testing.assert_array_equal(back.scores, grasps.scores)
    for index in range(n):
        single = fields(grasps[index])[0]
        assert single == {**messages[index], "id": "grasp_0"}


def test_no_grasps_make_no_messages() -> None:
    assert fields(Grasps.empty("base")) == []
    with pytest.raises(FrameError, match=r"cannot join grasps in frames \[\]"):
        grasps_from_moveit([], HAND)


def test_task_constructor_candidates_by_hand() -> None:
    poses, costs = mtc_candidates(GRASP, HAND)
    np.testing.assert_allclose(poses[:, :3], [[0.5, 0.1, 0.3034]])
    np.testing.assert_allclose(np.abs(poses[:, 3:]), [[0, 1, 0, 0]], atol=1e-15)
    assert costs.tolist() == [0.25]


@pytest.mark.parametrize("n", [0, 1, 4])
def test_candidates_agree_with_the_messages(n: int) -> None:
    grasps = random_grasps(1, n)
    poses, costs = mtc_candidates(grasps, HAND)
    assert poses.shape == (n, 7)
    assert costs.shape == (n,)
    for message, pose, cost in zip(fields(grasps), poses, costs, strict=True):
        expected = message["grasp_pose"]["pose"]
        values = [*expected["position"].values(), *expected["orientation"].values()]
        assert pose.tolist() == values
        assert cost == 1.0 - message["grasp_quality"]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"tool_frame": ""}, FrameError, "the tool frame needs a name"),
        (
            {"min_approach_m": 0.2},
            ArrayError,
            "approach 0.2 to 0.1 m, expected 0 <= min <= desired",
        ),
        ({"min_approach_m": -0.1}, ArrayError, "approach -0.1 to 0.1 m"),
        ({"approach_m": np.inf}, ArrayError, "approach 0.05 to inf m"),
        ({"approach_m": np.nan}, ArrayError, "approach 0.05 to nan m"),
        (
            {"grasps": Grasps(DOWN[None], np.zeros((1, 3)), [0.09], [1.0], "base")},
            ArrayError,
            "width 0.09 m is outside the stroke of franka_hand, 0.0 to 0.08 m",
        ),
    ],
)
def test_bad_arguments_are_refused(
    change: dict[str, Any], error: type[Exception], message: str
) -> None:
    good = {
        "grasps": GRASP,
        "gripper": HAND,
        "tool_frame": "tool0",
        "approach_m": 0.1,
        "min_approach_m": 0.05,
    }
    with pytest.raises(error, match=message):
        moveit_grasp_fields(**{**good, **change})


def test_foreign_messages_are_refused_with_the_reason() -> None:
    (message,) = fields(GRASP)
    other_joint = copy.deepcopy(message)
    other_joint["pre_grasp_posture"]["joint_names"] = ["thumb"]
    expected = r"posture of \['thumb'\] has no position of joint panda_finger_joint1"
    with pytest.raises(ArrayError, match=expected):
        grasps_from_moveit([other_joint], HAND)
    no_point = {**message, "pre_grasp_posture": {**message["pre_grasp_posture"], "points": []}}
    with pytest.raises(ArrayError, match="has no position of joint panda_finger_joint1"):
        grasps_from_moveit([no_point], HAND)
    with pytest.raises(ArrayError, match=r"scores: 7 at 0 is not in \[0.0, 1.0\]"):
        grasps_from_moveit([{**message, "grasp_quality": 7.0}], HAND)
    elsewhere = copy.deepcopy(message)
    elsewhere["grasp_pose"]["header"]["frame_id"] = "camera"
    with pytest.raises(FrameError, match=r"cannot join grasps in frames \['base', 'camera'\]"):
        grasps_from_moveit([message, elsewhere], HAND)
