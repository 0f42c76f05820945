from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from grasp_robots.allowed_contacts import AllowedContact
from grasp_robots.description import RobotDescription
from grasp_robots.srdf import srdf

NONE: tuple[AllowedContact, ...] = ()


def test_an_arm_is_the_chain_to_the_grasp_frame(yumi: RobotDescription) -> None:
    root = ElementTree.fromstring(srdf(yumi, NONE))
    chains = {
        group.get("name"): chain.attrib
        for group in root.findall("group")
        if (chain := group.find("chain")) is not None
    }
    assert chains == {
        "right_arm": {"base_link": "yumi_body", "tip_link": "tcp_r"},
        "left_arm": {"base_link": "yumi_body", "tip_link": "tcp_l"},
    }
    both = root.findall("group[@name='both_arms']/group")
    assert [group.get("name") for group in both] == ["right_arm", "left_arm"]


def test_every_end_effector_hangs_on_its_tool(yumi: RobotDescription) -> None:
    root = ElementTree.fromstring(srdf(yumi, NONE))
    assert [element.attrib for element in root.findall("end_effector")] == [
        {
            "name": f"{side}_gripper_ee",
            "parent_link": f"tool0_{side[0]}",
            "group": f"{side}_gripper",
            "parent_group": f"{side}_arm",
        }
        for side in ("right", "left")
    ]


def test_named_states(diana7: RobotDescription, yumi: RobotDescription) -> None:
    def states(robot: RobotDescription) -> dict[tuple[str, str], list[float]]:
        return {
            (state.get("group", ""), state.get("name", "")): [
                float(joint.get("value", "nan")) for joint in state.findall("joint")
            ]
            for state in ElementTree.fromstring(srdf(robot, NONE)).findall("group_state")
        }

    assert states(diana7) == {
        ("diana7_arm", "home"): list(diana7.arms[0].poses["home"]),
        ("gripper", "closed"): [0.0],
        ("gripper", "open"): [0.05],
    }
    right, left = yumi.arms
    assert states(yumi)["both_arms", "home"] == [*right.poses["home"], *left.poses["home"]]


def test_contacts_and_their_reasons(diana7: RobotDescription) -> None:
    root = ElementTree.fromstring(srdf(diana7, [AllowedContact("link1", "link2", "Adjacent")]))
    assert [element.attrib for element in root.findall("disable_collisions")] == [
        {"link1": "link1", "link2": "link2", "reason": "Adjacent"}
    ]


def test_names_exist_in_the_robot(robot: RobotDescription) -> None:
    root = ElementTree.fromstring(srdf(robot, NONE))
    for element in root.findall("group/link"):
        robot.link(element.get("name", ""))
    for element in [*root.findall("group/joint"), *root.findall("group_state/joint")]:
        robot.limits(element.get("name", ""))
    assert root.find("virtual_joint") is None
