"""`Viewer`: a page in the browser with clouds, grasps and buttons."""

from __future__ import annotations

import socket
from contextlib import redirect_stdout
from dataclasses import replace
from functools import partial
from io import StringIO
from types import TracebackType

import numpy as np
import viser

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_perception.errors import PerceptionError
from grasp_perception.viewer.panel import Actions, Panel
from grasp_perception.viewer.scene import (
    CAMERA_CLOUD,
    FIRST_VISIBLE,
    SEARCHED_CLOUD,
    ViewerScene,
)
from grasp_perception.viewer.shown import ShownGrasps

TITLE = "Grasps"
#: Grasps that are drawn at first: more hide the objects and each other.
FIRST_BEST = 20
#: Only this machine: whoever sees the page can move the robot.
LOCAL_HOST = "127.0.0.1"
DEFAULT_PORT = 8080


class ViewerError(PerceptionError):
    """The page cannot be served."""


class Viewer:
    """Serves the page from the beginning of a `with` block to its end.

    Parameters
    ----------
    actions : of the buttons; None leaves them out.
    host : address to serve at.
    port : the first port that is tried; if it is taken the next free one is.

    Raises
    ------
    ViewerError : on entry, if nothing can be served at that address.
    """

    def __init__(
        self, actions: Actions | None = None, host: str = LOCAL_HOST, port: int = DEFAULT_PORT
    ) -> None:
        self._actions, self._host, self._port = actions, host, port
        self._found: ShownGrasps | None = None
        self._best = FIRST_BEST

    def __enter__(self) -> Viewer:
        try:
            with socket.create_server((self._host, 0)):
                pass  # viser would wait for ever for an address that is not of this machine
        except OSError as error:
            raise ViewerError(f"{self._host}:{self._port}: cannot be served ({error})") from error
        with redirect_stdout(StringIO()):  # viser draws a box even when it is not verbose
            self._server = viser.ViserServer(self._host, self._port, label=TITLE, verbose=False)
        self._server.gui.configure_theme(dark_mode=True, show_logo=False, show_share_button=False)
        self._server.gui.set_panel_label(TITLE)
        actions = self._actions and replace(self._actions, pick=self._pick)
        self._panel = Panel(self._server, actions, lambda index: self._scene.mark(index))
        self._scene = ViewerScene(self._server, lambda index: self._panel.choose(index))
        self._panel.add_number("best grasps", self._best, self._show_best)
        for label, name in (("camera's points", CAMERA_CLOUD), ("searched points", SEARCHED_CLOUD)):
            self._panel.add_switch(
                label, FIRST_VISIBLE[name], partial(self._scene.set_visible, name)
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with redirect_stdout(StringIO()):
            self._server.stop()

    @property
    def url(self) -> str:
        """Address of the page."""
        return f"http://{self._server.get_host()}:{self._server.get_port()}"

    @property
    def is_watched(self) -> bool:
        """Whether a browser is connected: else clouds need not be converted."""
        return bool(self._server.get_clients())

    def show_camera_cloud(self, cloud: PointCloud, up: Float | None = None) -> None:
        """Draw what the camera sees; `up` (3,) as in `ShownGrasps`."""
        self._scene.show_camera_cloud(cloud, default_up(cloud) if up is None else up)

    def show_searched_cloud(self, cloud: PointCloud) -> None:
        """Draw the points that grasps were searched on."""
        self._scene.show_searched_cloud(cloud)

    def show_grasps(self, found: ShownGrasps) -> None:
        """Draw the best of these grasps in place of the last."""
        self._found = found
        few = replace(found, grasps=found.grasps[: self._best])
        with self._server.atomic():
            self._scene.show_grasps(few)
            self._panel.show_grasps(few)

    def _pick(self, chosen: ShownGrasps | None) -> str:
        """Pick; then show no grasps any more: they were found before the robot was there."""
        assert self._actions is not None
        try:
            return self._actions.pick(chosen)
        finally:
            if self._found is not None:
                none = Grasps.empty(self._found.grasps.frame_id)
                self.show_grasps(replace(self._found, grasps=none))

    def _show_best(self, count: int) -> None:
        self._best = count
        if self._found is not None:
            self.show_grasps(self._found)

    def tell_source(self, text: str) -> None:
        """Say where clouds and grasps come from, in Markdown."""
        self._panel.tell_source(text)

    def tell_status(self, text: str) -> None:
        """Say what the last action ended with, in Markdown."""
        self._panel.tell_status(text)


def default_up(cloud: PointCloud) -> Float:
    """Up (3,) in the frame of a cloud: -y of a camera's optical frame, z of any other."""
    return np.array([0.0, 0.0, 1.0] if cloud.viewpoint.any() else [0.0, -1.0, 0.0])
