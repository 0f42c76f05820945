"""The simulated cell as its users start it: nodes in one terminal, a question in another."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import trimesh
import yaml
from scipy.spatial import cKDTree
from typer.testing import Result

from grasp_cli.errors import OptionError, ProcessError
from grasp_cli.ros_processes import RosProcesses
from grasp_cli.up import run_until_stopped, split_arguments
from grasp_core.grasp_files import load_grasps
from grasp_core.transforms import transform_points
from grasp_perception.bringup import CLOUD_TOPICS, SIM_CAMERAS, NodeSpec

COMMAND = [sys.executable, "-m", "grasp_cli.main"]
#: Longest wait for anything that a process does; compiling for the first time is the longest.
TIMEOUT_SEC = 200.0
#: The middle between the fingertips is at most 2 cm beyond the contacts; a ring is held around it.
ON_OBJECT_M = 0.03
SCENE = {"seed": 3, "count": 4}


def test_grasps_of_a_simulated_cell_lie_on_its_objects(tmp_path: Path) -> None:
    pytest.importorskip("mujoco")  # no wheel for Python 3.10
    from grasp_sim.node_params import SimCameraParams
    from grasp_sim.still_cell import StillCell

    overrides = tmp_path / "sim.yaml"
    values = {"count": SCENE["count"], "rate": 1.0}
    overrides.write_text(yaml.safe_dump({"sim_camera": {"ros__parameters": values}}))
    arguments = ["camera:=sim", f"seed:={SCENE['seed']}", f"camera_params_file:={overrides}"]
    up = subprocess.Popen([*COMMAND, "up", *arguments], stdout=subprocess.PIPE, text=True)
    try:
        out = tmp_path / "grasps.json"
        asked = subprocess.run(
            [*COMMAND, "call", "--top", "10", "--out", out, "--wait", "60"],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SEC,
        )
        assert asked.returncode == 0, asked.stdout + asked.stderr
        up.send_signal(signal.SIGINT)
        output, _ = up.communicate(timeout=TIMEOUT_SEC)
    finally:
        up.kill()
    assert up.returncode == 0
    assert "Processes ended with exit codes: sim_camera 0, perception 0" in output

    grasps = load_grasps(out)
    assert (len(grasps), grasps.frame_id) == (10, "world")
    scene = StillCell(SimCameraParams(**SCENE)).scene
    surface = [
        transform_points(T, trimesh.sample.sample_surface(model.mesh, 2000, seed=0)[0])
        for T, model in zip(scene.T_world_object, scene.models, strict=True)
    ]
    distance, _ = cKDTree(np.concatenate(surface)).query(grasps.positions)
    assert distance.max() < ON_OBJECT_M
    assert (grasps.approach[:, 2] < 0).all()  # from above


@pytest.mark.parametrize("name", SIM_CAMERAS)
def test_perception_listens_where_the_simulated_camera_publishes(name: str) -> None:
    pytest.importorskip("mujoco")
    from grasp_sim.drivers import DRIVERS

    assert set(SIM_CAMERAS) == set(DRIVERS)
    assert DRIVERS[name].points == CLOUD_TOPICS[SIM_CAMERAS[name]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["camera:=sonar"], "camera: 'sonar' is not one of bag, realsense, phoxi, sim"),
        (["camara:=sim"], "unknown parameter camara; valid: bag, camera, "),
        (["camera:=sim", "seed:=-1"], "seed: -1 is not in"),
        (["camera=sim"], "'camera=sim' is not NAME:=VALUE, such as camera:=sim"),
    ],
)
def test_wrong_arguments_end_with_2_and_one_line(
    arguments: list[str], message: str, grasp: Callable[..., Result]
) -> None:
    result = grasp("up", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_arguments_are_split_as_ros_does() -> None:
    assert split_arguments(["a:=1", "b:=x:=y", "c:="]) == {"a": "1", "b": "x:=y", "c": ""}
    with pytest.raises(OptionError, match="a is given twice: '1' and '2'"):
        split_arguments(["a:=1", "a:=2"])


@pytest.fixture
def signal_handlers() -> Iterator[None]:
    """Put the handlers of signals back as they were."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("signal_handlers")
def test_a_node_that_ends_by_itself_ends_all(capfd: pytest.CaptureFixture[str]) -> None:
    failing = NodeSpec("elsewhere", "sh", "failing", arguments=("-c", "echo bad bin; exit 3"))
    waiting = NodeSpec("elsewhere", "sleep", "waiting", arguments=("60",))
    nodes = RosProcesses([failing, waiting])
    with pytest.raises(ProcessError, match=r"^failing ended with exit code 3$"):
        run_until_stopped(nodes)
    assert capfd.readouterr().out == "bad bin\n"  # in this terminal
    assert nodes.exit_codes["waiting"] is not None


@pytest.mark.usefixtures("signal_handlers")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all(number: signal.Signals, tmp_path: Path) -> None:
    script = tmp_path / "node.sh"
    script.write_text(f"kill -{int(number)} $PPID\nexec sleep 60\n")  # to this process
    nodes = RosProcesses([NodeSpec("elsewhere", "sh", "node", arguments=(str(script),))])
    run_until_stopped(nodes)
    assert nodes.exit_codes == {"node": -signal.SIGINT}
