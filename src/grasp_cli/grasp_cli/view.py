"""`grasp view`: clouds and grasps in the browser, of a running node or of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from grasp_cli.errors import OptionError

if TYPE_CHECKING:
    from grasp_core.gripper import Gripper
    from grasp_perception.viewer.viewer import Viewer

READY = "Open {} in a browser; Ctrl-C ends."


def view(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="FILE|BAG", help="As of `grasp detect`; without: a running node."),
    ] = None,
    gripper: Annotated[
        str | None, typer.Option(metavar="NAME|PATH", help="Name in config/grippers, or a file.")
    ] = None,
    params: Annotated[
        Path | None,
        typer.Option(metavar="YAML", help="For a file: ROS parameters of the node `perception`."),
    ] = None,
    namespace: Annotated[str, typer.Option(help="Of the nodes.")] = "",
    host: Annotated[
        str, typer.Option(help="Address to serve at; 0.0.0.0 lets others in, without a password.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The first that is tried.")] = 8080,
) -> None:
    """Show clouds and grasps in the browser, until Ctrl-C.

    Without a file: what a perception node sees and finds, with buttons to detect and to pick.
    It waits where no node runs. Exit code: 0 after Ctrl-C, 2 for bad input.
    """
    # Imported here: `grasp --help` need not wait for them.
    from grasp_cli.up import stop_on_signals
    from grasp_perception.gripper_files import load_gripper
    from grasp_perception.viewer.viewer import Viewer

    if params is not None and path is None:
        raise OptionError(f"--params {params} is for a file; a running node has its own")
    shape = None if gripper is None else load_gripper(gripper)
    console = Console(markup=False, highlight=False, soft_wrap=True)
    stop = stop_on_signals()
    if path is None:
        from grasp_cli.view_nodes import NodeButtons
        from grasp_perception.viewer.feed_node import ViewerFeed

        buttons = NodeButtons(namespace)
        with Viewer(buttons.actions, host, port) as viewer, buttons:
            console.print(READY.format(viewer.url))
            with ViewerFeed(viewer, namespace, shape) as feed:
                feed.run(stop)
        return
    with Viewer(None, host, port) as viewer:
        with console.status("detecting"):
            _show_file(viewer, path, shape, params)
        console.print(READY.format(viewer.url))
        stop.wait()


def _show_file(viewer: Viewer, path: Path, gripper: Gripper | None, params: Path | None) -> None:
    """Detect in a file, and show its cloud and what was found."""
    from grasp_cli.inputs import Source, read_params
    from grasp_perception.detectors import DETECTORS
    from grasp_perception.gripper_files import load_gripper
    from grasp_perception.pipeline import Pipeline
    from grasp_perception.viewer.shown import ShownGrasps

    settings = read_params(params)
    shape = gripper or load_gripper(settings.gripper)
    detector = DETECTORS[settings.detector]()
    cloud, transforms = Source(path).read(settings.tf_timeout)
    found = Pipeline(settings, shape, detector, transforms).run(cloud)
    if found.grasps.frame_id != cloud.frame_id:
        T = transforms.lookup(found.grasps.frame_id, cloud.frame_id, cloud.stamp_ns)
        cloud = cloud.transformed(T, found.grasps.frame_id)
    up = None if found.support is None else found.support.normal
    viewer.show_camera_cloud(cloud, up)
    viewer.show_searched_cloud(found.objects)
    viewer.show_grasps(
        ShownGrasps(found.grasps, shape, shape.name, detector.name, cloud.stamp_ns, up)
    )
    viewer.tell_source(f"`{path.name}`")
    viewer.tell_status(f"**No grasps:** {found.reason}" if found.reason else "")
