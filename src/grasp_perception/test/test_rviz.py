"""RViz does not run in the tests: its view names topics that there are, with their QoS."""

from __future__ import annotations

from pathlib import Path

import yaml

VIEW = Path(__file__).resolve().parents[3] / "config" / "grasp.rviz"


def displays() -> dict[str, dict[str, object]]:
    view = yaml.safe_load(VIEW.read_text(encoding="utf-8"))
    return {each["Name"]: each for each in view["Visualization Manager"]["Displays"]}


def test_it_shows_clouds_grasps_robot_scene_and_frames() -> None:
    assert {each["Class"] for each in displays().values()} == {
        "rviz_default_plugins/Grid",
        "rviz_default_plugins/TF",
        "rviz_default_plugins/PointCloud2",
        "rviz_default_plugins/MarkerArray",
        "rviz_default_plugins/RobotModel",
        "moveit_rviz_plugin/PlanningScene",
    }


def test_topics_and_qos_are_those_of_the_publishers() -> None:
    topics = {
        each["Topic"]["Value"]: (  # type: ignore[index]
            each["Topic"]["Reliability Policy"],  # type: ignore[index]
            each["Topic"]["Durability Policy"],  # type: ignore[index]
        )
        for each in displays().values()
        if "Topic" in each
    }
    sensor, latched = ("Best Effort", "Volatile"), ("Reliable", "Transient Local")
    assert topics == {
        "/camera/camera/depth/color/points": sensor,
        "/phoxi_camera/points": sensor,
        "/perception/cloud_filtered": latched,
        "/perception/grasp_markers": latched,
    }
    robot = displays()["Robot"]["Description Topic"]
    assert robot["Durability Policy"] == "Transient Local"  # type: ignore[index]
