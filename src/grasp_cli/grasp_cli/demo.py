"""`grasp demo`: a simulated robot empties a bin, all of it through ROS."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from typer import Option

from grasp_cli.errors import OptionError

if TYPE_CHECKING:
    from grasp_perception.bringup import Spec

#: The first start compiles; afterwards the nodes are ready in about 10 s.
READY_SEC = 240.0
#: What is recorded. Clouds as the camera gives them would be gigabytes.
TOPICS = (
    "/joint_states",
    "/tf_static",
    "/sim_arm/objects",
    "/perception/grasps",
    "/perception/grasp_markers",
    "/perception/cloud_filtered",
    "/diagnostics",
)
#: A frame is a second's work for one core.
CAMERA_HZ = 1.0
#: An attempt is lost now and then; more of them are not made.
ATTEMPTS_PER_OBJECT = 2
GAVE_UP = 1


def demo(
    robot: Annotated[str, Option(help="yumi under a PhoXi, or diana7 with a D435.")] = "yumi",
    seed: Annotated[int, Option(min=0, help="One seed, one bin.")] = 0,
    objects: Annotated[int, Option(min=1, max=15, help="Objects in the bin.")] = 10,
    out: Annotated[Path, Option(metavar="FOLDER", help="Where results go.")] = Path("out/demo"),
    frames: Annotated[int, Option(min=8, help="Frames of the film.")] = 80,
) -> None:
    """Empty a bin: simulated camera, perception, executor and simulated arms, joined by ROS.

    Exit code: 0, 1 if it gave up after failures, 2 if a process fails.
    """
    # Imported here: `grasp --help` need not wait for them.
    from grasp_cli.film import draw_film, read_recording, save_gif, save_strip
    from grasp_cli.pick_report import (
        Contents,
        interrupt_on_signals,
        pick_table,
        progress_line,
        summary,
        time_table,
        wait_for_nodes,
    )
    from grasp_cli.ros_processes import RosProcesses, isolate_ros
    from grasp_executor.clear_bin import ClearCode, ClearLimits
    from grasp_executor.client_node import PickClient
    from grasp_robots.work_cell import load_work_cell

    console = Console(markup=False, highlight=False, soft_wrap=True)
    bag = _new_bag(out)
    specs, cell_file = _specs(robot, seed, objects, out, bag)
    domain = isolate_ros()
    interrupt_on_signals()
    names = ", ".join(spec.name for spec in specs)
    console.print(f"ROS processes: {names}, in domain {domain}; logs in {out}")
    with RosProcesses(specs, out) as nodes, PickClient() as client:
        start = monotonic()
        with console.status("waiting for the robot and the camera"):
            wait_for_nodes(client, "", READY_SEC, nodes.check)
        console.print(f"Ready after {monotonic() - start:.1f} s")
        before = Contents.read(client.trigger("/sim_arm/contents"))
        console.print(f"In the bin: {', '.join(before.objects)}")
        limits = ClearLimits(max_attempts=ATTEMPTS_PER_OBJECT * objects)
        start = monotonic()
        with progress_line(console) as watch:
            result = client.clear_bin(limits, watch)
        seconds = monotonic() - start
        after = Contents.read(client.trigger("/sim_arm/contents"))
    ended = ", ".join(f"{name} {code}" for name, code in nodes.exit_codes.items())
    console.print(f"Processes ended with exit codes: {ended}")
    console.print(pick_table(result.records), soft_wrap=False)
    console.print(time_table(result.records), soft_wrap=False)
    console.print(summary(result, after, seconds))
    with console.status("drawing the film"):
        cell = load_work_cell(cell_file)
        film = draw_film(read_recording(bag, cell), cell, frames)
        save_gif(out / "film.gif", film)
        save_strip(out / "filmstrip.png", film)
    console.print(f"wrote {out / 'film.gif'}, {out / 'filmstrip.png'} and the bag {bag}")
    if result.code is ClearCode.FAILED:
        raise typer.Exit(GAVE_UP)


def _new_bag(out: Path) -> Path:
    """Name a bag that does not exist, in a folder that does."""
    out.mkdir(parents=True, exist_ok=True)
    taken = (out / "bag").exists()
    numbers = (i for i in range(2, 10_000) if not (out / f"bag_{i}").exists())
    return out / (f"bag_{next(numbers)}" if taken else "bag")


def _specs(robot: str, seed: int, objects: int, out: Path, bag: Path) -> tuple[list[Spec], str]:
    """Nodes of the demo, and the file of the cell.

    Raises
    ------
    OptionError : the robot is unknown.
    """
    import yaml

    from grasp_cli.demo_objects import fitting_objects
    from grasp_perception.bringup import ROBOTS, BringupArguments, NodeSpec, cell_file, node_specs
    from grasp_robots.work_cell import load_work_cell

    if robot not in ROBOTS:
        raise OptionError(f"{robot!r} is not one of {', '.join(ROBOTS)}")
    file = cell_file(robot)
    gripper = load_work_cell(file).robot.arms[0].mount.gripper
    names = ",".join(fitting_objects(gripper, seed, objects))
    overrides = {"/**": {"ros__parameters": {"objects": names, "rate": CAMERA_HZ}}}
    sim_params = out.resolve() / "sim.yaml"
    sim_params.write_text(yaml.safe_dump(overrides), encoding="utf-8")
    arguments = BringupArguments(
        camera="sim", robot=robot, seed=seed, camera_params_file=str(sim_params)
    )
    recording = {"path": str(bag.resolve()), "topics": ",".join(TOPICS)}
    recorder = NodeSpec("grasp_perception", "recorder_node", "recorder", parameters=recording)
    return [*node_specs(arguments), recorder], file
