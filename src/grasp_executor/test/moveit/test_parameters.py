from __future__ import annotations

import numpy as np
import yaml

from grasp_executor.moveit.parameters import moveit_parameters


def test_the_robot_is_described_by_its_own_text(toy_arm) -> None:
    found = moveit_parameters(toy_arm)
    assert found["robot_description"] == toy_arm.urdf
    assert found["robot_description_semantic"] == toy_arm.srdf
    assert set(found["robot_description_kinematics"]) == {"arm"}
    assert found["planning_scene_monitor_options"]["wait_for_initial_state_timeout"] == 0.0


def test_the_request_names_a_pipeline_and_a_planner_that_are_set_up(toy_arm) -> None:
    found = moveit_parameters(toy_arm)
    request = found["plan_request_params"]
    assert found["planning_pipelines"] == {"pipeline_names": [request["planning_pipeline"]]}
    pipeline = found[request["planning_pipeline"]]
    assert pipeline["planning_plugins"] == ["ompl_interface/OMPLPlanner"]
    assert pipeline["arm"]["planner_configs"] == [request["planner_id"]]
    planner = pipeline["planner_configs"][request["planner_id"]]
    assert planner["type"] == "geometric::RRTConnect"
    # Jazzy casts the text of this value to bool, which takes 0 and 1 and no words.
    assert planner["interpolate"] == 0
    assert not isinstance(planner["interpolate"], bool)


def test_ompl_checks_every_fiftieth_of_a_radian(toy_arm) -> None:
    """The ranges of the toy arm's joints add up to 31 rad."""
    group = toy_arm.group("arm")
    assert np.isclose((group.upper - group.lower).sum(), 31.0)
    fraction = moveit_parameters(toy_arm)["ompl"]["arm"]["longest_valid_segment_fraction"]
    assert np.isclose(fraction * 31.0, 0.02)


def test_moveit_can_write_them_to_its_file(toy_arm) -> None:
    found = moveit_parameters(toy_arm)
    assert yaml.safe_load(yaml.dump(found, default_flow_style=False)) == found
