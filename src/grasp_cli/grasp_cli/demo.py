"""`grasp demo`: real ROS processes find grasps in a depth frame, asked over DDS."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from grasp_cli.errors import ProcessError

if TYPE_CHECKING:
    from grasp_cli.ros_processes import RosProcesses
    from grasp_core.checks import Float
    from grasp_core.cloud import PointCloud
    from grasp_perception.client_node import DetectClient, Reply
    from grasp_perception.node_params import PerceptionParams
    from grasp_perception.request import Request

#: The first start compiles; afterwards the nodes are ready in about 3 s.
READY_SEC = 120.0
ANSWER_SEC = 30.0
POLL_SEC = 0.5
NO_GRASPS = 1


def demo(
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where results and logs go.")] = Path(
        "out/demo"
    ),
    top: Annotated[int, typer.Option(min=1, help="At most so many grasps.")] = 20,
) -> None:
    """Start the perception node and a player of a depth frame, and ask for grasps over ROS.

    Exit code: 0 with grasps, 1 without, 2 if a process fails.
    """
    # Imported here: `grasp --help` need not wait for them.
    from grasp_cli.demo_frames import demo_frame
    from grasp_cli.inputs import read_params
    from grasp_cli.ros_processes import RosProcesses, isolate_ros
    from grasp_cli.tables import grasp_table, stage_table
    from grasp_core.grasp_files import save_grasps
    from grasp_perception.bringup import BringupArguments, node_specs
    from grasp_perception.client_node import DetectClient
    from grasp_perception.clouds.cloud_files import read_cloud_file
    from grasp_perception.gripper_files import load_gripper
    from grasp_perception.picture.render import render, save_picture
    from grasp_perception.request import Request

    console = Console(markup=False, highlight=False, soft_wrap=True)
    frame = demo_frame(out / "frame")
    cloud = read_cloud_file(frame.depth_png)
    height, width = cloud.source_shape
    console.print(f"Frame: {frame.title}, {width} x {height}")
    specs = node_specs(BringupArguments(camera="bag", bag=str(frame.depth_png.resolve())))
    domain = isolate_ros()
    names = ", ".join(spec.name for spec in specs)
    console.print(f"ROS processes: {names}, in domain {domain}; logs in {out}")
    with RosProcesses(specs, out) as nodes, DetectClient() as client:
        reply = ask(client, nodes, Request(max_grasps=top), console)
    ended = ", ".join(f"{name} {code}" for name, code in nodes.exit_codes.items())
    console.print(f"Processes ended with exit codes: {ended}")
    if reply.grasps is None:
        console.print(f"No grasps: {reply.message}.")
        raise typer.Exit(NO_GRASPS)
    up = _support_normal(cloud, read_params(Path(specs[0].params_file)))
    console.print(grasp_table(reply.grasps, up), soft_wrap=False)
    console.print(stage_table(reply.stage_ms), soft_wrap=False)
    save_grasps(out / "grasps.json", reply.grasps)
    title = f"{len(reply.grasps)} grasps, {reply.gripper}, {frame.title}"
    picture = render(cloud, reply.grasps, load_gripper(reply.gripper), title, up)
    save_picture(out / "grasps.png", picture)
    console.print(f"wrote {out / 'grasps.json'} and {out / 'grasps.png'}")


def ask(client: DetectClient, nodes: RosProcesses, request: Request, console: Console) -> Reply:
    """Wait until the node has a cloud, then call its service.

    Raises
    ------
    ProcessError : a process ended, or the node was not ready in time.
    ServiceError : no answer in time.
    """
    start = monotonic()
    with console.status("waiting for the perception node and its first cloud"):
        while not client.ready(POLL_SEC):
            nodes.check()
            if monotonic() - start > READY_SEC:
                raise ProcessError(f"the perception node was not ready within {READY_SEC} s")
    console.print(f"Ready after {monotonic() - start:.1f} s: active, and has a cloud")
    start = monotonic()
    reply = client.detect(request, ANSWER_SEC)
    milliseconds = 1000 * (monotonic() - start)
    console.print(f"/detect_grasps answered in {milliseconds:.0f} ms: {reply.message}")
    return reply


def _support_normal(cloud: PointCloud, params: PerceptionParams) -> Float | None:
    """Find the support's normal (3,) as the node did: the service does not report it."""
    from dataclasses import replace

    from grasp_core.voxels import voxel_downsample
    from grasp_perception.preprocess import find_support

    points, first = voxel_downsample(cloud.points, params.voxel_size)
    sparse = replace(cloud.select(first), points=points)
    support = find_support(sparse, params.support_distance, params.support_share, params.seed)
    return None if support is None else support.normal
