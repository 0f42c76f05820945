"""Which nodes run: as data, as processes and as actions of the launch file."""

from __future__ import annotations

import sys
from dataclasses import asdict, fields
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import yaml

from grasp_core.errors import ParameterError
from grasp_core.params import build_params, load_overrides
from grasp_perception.bringup import (
    CLOUD_TOPICS,
    ROBOTS,
    SIM_CAMERAS,
    BringupArguments,
    NodeSpec,
    node_specs,
    processes,
    read_arguments,
)
from grasp_perception.node_params import PerceptionParams

REPOSITORY = Path(__file__).resolve().parents[3]
LAUNCH_FILE = REPOSITORY / "launch" / "bringup.launch.py"

ARGUMENTS = {
    "realsense": BringupArguments(),
    "phoxi": BringupArguments(camera="phoxi", mode="continuous", namespace="/left/"),
    "bag": BringupArguments(camera="bag", bag="/my bags/a.mcap", loop=False, gripper="franka_hand"),
    "sim": BringupArguments(camera="sim", sim_camera="phoxi", seed=7, sim_params_file="sim.yaml"),
    "rviz": BringupArguments(cloud_topic="/head/points", rviz=True, params_file="mine.yaml"),
}


def test_camera_chooses_the_topic_of_the_clouds() -> None:
    for camera in ("realsense", "phoxi"):
        (perception,) = node_specs(BringupArguments(camera=camera))
        assert perception.remappings == (("~/cloud", CLOUD_TOPICS[camera]),)
        assert perception.parameters == {}
    (perception,) = node_specs(BringupArguments(cloud_topic="/mine"))
    assert perception.remappings == (("~/cloud", "/mine"),)


def test_bag_is_played_on_the_topic_that_perception_listens_to() -> None:
    perception, player = node_specs(ARGUMENTS["bag"])
    assert (player.package, player.executable) == ("grasp_perception", "bag_player")
    assert player.parameters == {"path": "/my bags/a.mcap", "loop": False}
    assert player.remappings == (("cloud", "/camera/cloud"),)
    assert perception.remappings == (("~/cloud", "/camera/cloud"),)
    assert perception.parameters == {"gripper": "franka_hand"}


@pytest.mark.parametrize(("name", "driver"), SIM_CAMERAS.items())
def test_simulated_camera_takes_the_place_of_the_real_one(name: str, driver: str) -> None:
    (real,) = node_specs(BringupArguments(camera=driver))
    perception, camera = node_specs(BringupArguments(camera="sim", sim_camera=name, seed=7))
    assert perception.remappings == real.remappings
    assert (camera.package, camera.executable) == ("grasp_sim", "sim_node")
    assert camera.parameters == {"camera": name, "seed": 7}
    assert (camera.params_file, camera.remappings) == ("", ())


@pytest.mark.parametrize(("robot", "camera"), ROBOTS.items())
def test_a_robot_brings_the_executor_and_its_cell(robot: str, camera: str) -> None:
    perception, executor, arms = node_specs(BringupArguments(camera="sim", robot=robot, seed=7))
    assert perception.remappings == (("~/cloud", CLOUD_TOPICS[SIM_CAMERAS[camera]]),)
    assert Path(perception.params_file).name == f"perception_{robot}.yaml"
    assert (executor.package, executor.executable) == ("grasp_executor", "executor_node")
    assert executor.remappings == (("~/points", "/perception/cloud_filtered"),)
    assert (arms.package, arms.executable) == ("grasp_sim", "arm_node")
    cell_file = arms.parameters["cell_file"]
    assert arms.parameters == {"camera": camera, "seed": 7, "cell_file": cell_file}
    assert executor.parameters == {"cell_file": cell_file}
    assert Path(cell_file).is_file()
    assert processes([executor])[0][1:3] == ["-m", "grasp_executor.executor_node"]


def test_a_cell_of_ones_own() -> None:
    arguments = BringupArguments(camera="sim", robot="yumi", cell_file="my/cells/mine.yaml")
    *_, executor, arms = node_specs(arguments)
    assert executor.parameters["cell_file"] == arms.parameters["cell_file"] == "my/cells/mine.yaml"


def test_a_robot_with_a_real_camera() -> None:
    arguments = BringupArguments(
        camera="phoxi", robot="diana7", executor_params_file="mine.yaml", namespace="left"
    )
    perception, executor = node_specs(arguments)
    assert ("~/cloud", CLOUD_TOPICS["phoxi"]) in perception.remappings
    assert executor.params_file == "mine.yaml"
    assert executor.remappings == (
        ("~/points", "/left/perception/cloud_filtered"),
        ("/detect_grasps", "/left/detect_grasps"),
        ("/pick", "/left/pick"),
        ("/clear_bin", "/left/clear_bin"),
    )


def test_the_executor_is_told_its_planner() -> None:
    _, executor = node_specs(BringupArguments(robot="yumi", planner="moveit"))
    assert executor.parameters["planner"] == "moveit"
    with pytest.raises(ParameterError, match="planner: 'ompl' is not one of , embedded, moveit"):
        BringupArguments(planner="ompl")


def test_simulated_camera_publishes_where_it_is_told_to() -> None:
    arguments = BringupArguments(camera="sim", cloud_topic="/mine", sim_params_file="sim.yaml")
    perception, camera = node_specs(arguments)
    assert perception.remappings == (("~/cloud", "/mine"),)
    assert camera.remappings == ((CLOUD_TOPICS["realsense"], "/mine"),)
    assert camera.params_file == "sim.yaml"
    assert processes([camera])[0][1:3] == ["-m", "grasp_sim.sim_node"]


def test_arguments_are_read_from_texts() -> None:
    texts = {"camera": "sim", "seed": "7", "rviz": "true", "gripper": "7", "namespace": ""}
    read = read_arguments(texts)
    assert read == BringupArguments(camera="sim", seed=7, rviz=True, gripper="7")


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"seed": "many"}, "seed: 'many' is not a whole number"),
        ({"seed": "-1"}, "seed: -1 is not in"),
        ({"loop": "["}, r"loop: '\[' is not true or false"),
        (
            {"camara": "sim"},
            "unknown parameter camara; valid: bag, camera, cell_file, cloud_topic",
        ),
        ({"sim_camera": "kinect"}, "sim_camera: 'kinect' is not one of , d435, phoxi"),
    ],
)
def test_wrong_texts_are_named(texts: dict[str, str], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        read_arguments(texts)


def test_namespace_holds_the_service_too() -> None:
    (perception,) = node_specs(ARGUMENTS["phoxi"])
    assert ("/detect_grasps", "/left/detect_grasps") in perception.remappings


def test_installed_parameter_file_holds_valid_overrides() -> None:
    (perception,) = node_specs(BringupArguments())
    overrides = load_overrides(perception.params_file, "perception")
    assert build_params(PerceptionParams, overrides).gripper == "parallel_100mm"


def test_installed_parameter_file_of_the_simulation_keeps_off_the_walls() -> None:
    perception, _ = node_specs(BringupArguments(camera="sim"))
    params = build_params(PerceptionParams, load_overrides(perception.params_file, "perception"))
    assert (params.frame, params.region_frame) == ("world", "world")
    x, y, z = params.region_center
    assert (x, y) == (0, 0)
    assert params.region_size[:2] == (0.28, 0.28)  # of 0.30 between the walls of the bin
    assert z - params.region_size[2] / 2 == pytest.approx(-0.01)  # the floor is within
    (mine, _) = node_specs(BringupArguments(camera="sim", params_file="mine.yaml"))
    assert mine.params_file == "mine.yaml"


def test_installed_view_shows_what_the_node_publishes() -> None:
    *_, rviz = node_specs(ARGUMENTS["rviz"])
    assert (rviz.executable, rviz.arguments[0]) == ("rviz2", "-d")
    view = yaml.safe_load(Path(rviz.arguments[1]).read_text(encoding="utf-8"))
    displays = view["Visualization Manager"]["Displays"]
    topics = {each["Topic"]["Value"] for each in displays if "Topic" in each}
    assert topics == {
        CLOUD_TOPICS["realsense"],
        "/perception/cloud_filtered",
        "/perception/grasp_markers",
    }


def test_processes_run_this_python_with_nothing_sourced() -> None:
    spec = NodeSpec(
        "grasp_perception",
        "bag_player",
        "player",
        "/left/",
        parameters={"path": "/my bags/a.mcap", "loop": False, "rate": 2.0},
        params_file="a.yaml",
        remappings=(("cloud", "/points"),),
    )
    assert processes([spec]) == [
        [
            *(sys.executable, "-m", "grasp_perception.bag_player", "--ros-args"),
            *("-r", "__node:=player", "-r", "__ns:=/left", "-r", "cloud:=/points"),
            *("--params-file", "a.yaml"),
            *("-p", 'path:="/my bags/a.mcap"', "-p", "loop:=false", "-p", "rate:=2.0"),
        ]
    ]
    rviz = NodeSpec("rviz2", "rviz2", "rviz2", arguments=("-d", "view.rviz"))
    assert processes([rviz])[0][:3] == ["rviz2", "-d", "view.rviz"]


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ParameterError, match="'sonar' is not one of bag, realsense, phoxi, sim"):
        BringupArguments(camera="sonar")
    with pytest.raises(ParameterError, match="camera:=bag needs bag:=PATH"):
        BringupArguments(camera="bag")


@pytest.fixture
def launch_file(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The launch file, with stand-ins for launch and launch_ros that keep their arguments."""

    def keep(*positional: Any, **named: Any) -> SimpleNamespace:
        return SimpleNamespace(positional=positional, **named)

    for name, attributes in {
        "launch": {"LaunchContext": SimpleNamespace, "LaunchDescription": keep},
        "launch.actions": {"DeclareLaunchArgument": keep, "OpaqueFunction": keep},
        "launch_ros": {},
        "launch_ros.actions": {"Node": keep},
    }.items():
        module = ModuleType(name)
        vars(module).update(attributes)
        monkeypatch.setitem(sys.modules, name, module)
    spec = spec_from_file_location("bringup_launch", LAUNCH_FILE)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_launch_file_declares_every_argument(launch_file: ModuleType) -> None:
    *declared, _ = launch_file.generate_launch_description().positional[0]
    assert [each.positional[0] for each in declared] == [f.name for f in fields(BringupArguments)]
    named = {each.positional[0]: each for each in declared}
    camera, loop = named["camera"], named["loop"]
    assert (camera.default_value, camera.choices) == ("realsense", [*CLOUD_TOPICS, "sim"])
    assert (loop.default_value, loop.choices) == ("true", ["true", "false"])
    assert all(each.description for each in declared)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_launch_file_starts_the_same_nodes(launch_file: ModuleType, name: str) -> None:
    arguments = ARGUMENTS[name]
    texts = {
        key: str(value).lower() if isinstance(value, bool) else str(value)
        for key, value in asdict(arguments).items()
    }
    actions = launch_file.start_nodes(SimpleNamespace(launch_configurations=texts))
    specs = node_specs(arguments)
    assert len(actions) == len(specs)
    for action, spec in zip(actions, specs, strict=True):
        for same in ("package", "executable", "name", "namespace"):
            assert getattr(action, same) == getattr(spec, same)
        assert action.remappings == list(spec.remappings)
        assert action.arguments == list(spec.arguments)
        files = [spec.params_file] if spec.params_file else []
        values = [spec.parameters] if spec.parameters else []
        assert action.parameters == files + values
