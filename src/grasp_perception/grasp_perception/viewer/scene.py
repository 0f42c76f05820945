"""`ViewerScene`: clouds and grippers in the 3-D view of a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import viser
from viser import BatchedMeshHandle, PointCloudHandle, SceneNodePointerEvent

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.transforms import normalized, quaternions_xyzw
from grasp_perception.markers import gripper_shapes
from grasp_perception.picture.render import point_radii, score_colors, slender
from grasp_perception.picture.shading import point_colors
from grasp_perception.viewer.shown import ShownGrasps, thinned

#: Names of the nodes of the scene.
CAMERA_CLOUD, SEARCHED_CLOUD, GRASPS = "/camera_cloud", "/searched_cloud", "/grasps"
#: The searched points would hide the colours of the objects.
FIRST_VISIBLE = {CAMERA_CLOUD: True, SEARCHED_CLOUD: False}
#: They are blue, as in RViz, and a little larger than the camera's, to cover them.
LARGER = 1.2
SEARCHED_COLOR = (85, 170, 255)
#: The chosen grasp: a green that the colours of scores do not have.
CHOSEN_COLOR = (0, 230, 60)
#: Brightness of the others beside a chosen one.
DARKENED = 0.15
#: Length of the axes that stand at the origin of the frame, m.
AXES_M = 0.1
#: The first view, between the camera and the objects: share of their distance, and the share of it
#: that the view is moved to the side, so that the depth of the scene shows.
NEARER, ASIDE = 0.8, 0.4

# A cube of edge 1 about its middle; each box of a gripper is one, scaled and moved.
_CORNERS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
_FACES = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
     [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]]
)  # fmt: skip


class ViewerScene:
    """Draws into a server, in one frame: what comes in another clears the scene first.

    Parameters
    ----------
    on_choice : told of the index of a grasp that somebody clicked on.
    """

    def __init__(self, server: viser.ViserServer, on_choice: Callable[[int], None]) -> None:
        self._server = server
        self._on_choice = on_choice
        self._grippers: BatchedMeshHandle | None = None
        self._colors = np.zeros((0, 3), np.uint8)  # (boxes, 3), by score
        self._per_grasp = 1
        self._frame_id = ""
        self._clouds: dict[str, PointCloudHandle] = {}
        self._visible = dict(FIRST_VISIBLE)
        self._has_view = False

    def show_camera_cloud(self, cloud: PointCloud, up: Float) -> None:
        """Draw what the camera sees, in its own colours.

        Parameters
        ----------
        up : (3,) unit vector, for the grays of a cloud without colours and for the first view.
        """
        few = thinned(cloud)
        colors = np.round(255 * point_colors(few, up)).astype(np.uint8)
        self._draw(CAMERA_CLOUD, few, colors, 1.0)
        if not self._has_view and len(few) > 0:
            self._look(few, up)

    def show_searched_cloud(self, cloud: PointCloud) -> None:
        """Draw the points that grasps were searched on, in one colour."""
        self._draw(SEARCHED_CLOUD, thinned(cloud), SEARCHED_COLOR, LARGER)

    def set_visible(self, name: str, visible: bool) -> None:
        """Show or hide `CAMERA_CLOUD` or `SEARCHED_CLOUD`."""
        self._visible[name] = visible
        if name in self._clouds:
            self._clouds[name].visible = visible

    def show_grasps(self, shown: ShownGrasps) -> None:
        """Draw each grasp as the fingers of its gripper, coloured by score; replaces the last."""
        self._enter(shown.grasps.frame_id)
        if self._grippers is not None:
            self._grippers.remove()
            self._grippers = None
        if len(shown.grasps) == 0:
            return
        shapes = gripper_shapes(shown.grasps, slender(shown.gripper))
        self._per_grasp = shapes.sizes.shape[1]
        T_frame_box = shapes.T_frame_box.reshape(-1, 4, 4)
        colors = np.round(255 * score_colors(shown.grasps.scores)).astype(np.uint8)
        self._colors = np.repeat(colors, self._per_grasp, axis=0)
        self._grippers = self._server.scene.add_batched_meshes_simple(
            GRASPS,
            _CORNERS,
            _FACES,
            batched_wxyzs=np.roll(quaternions_xyzw(T_frame_box[:, :3, :3]), 1, axis=1),
            batched_positions=T_frame_box[:, :3, 3],
            batched_scales=shapes.sizes.reshape(-1, 3),
            batched_colors=self._colors,
            lod="off",
            flat_shading=True,
            cast_shadow=False,
            receive_shadow=False,
        )
        self._grippers.on_click(self._on_click)

    def mark(self, index: int | None) -> None:
        """Colour one grasp as the chosen one, and darken the others; None: all by score."""
        if self._grippers is None:
            return
        colors = self._colors.copy()
        if index is not None:
            colors = (DARKENED * colors).astype(np.uint8)
            colors[index * self._per_grasp : (index + 1) * self._per_grasp] = CHOSEN_COLOR
        self._grippers.batched_colors = colors

    def _draw(self, name: str, cloud: PointCloud, colors: Any, larger: float) -> None:
        """Draw points in place of those of that name, so large that they close a surface."""
        self._enter(cloud.frame_id)
        size = larger * float(np.median(point_radii(cloud))) if len(cloud) else 0.0
        self._clouds[name] = self._server.scene.add_point_cloud(
            name,
            cloud.points,
            colors,
            point_size=size,
            point_shading="flat",
            visible=self._visible[name],
        )

    def _enter(self, frame_id: str) -> None:
        """Start anew where the frame is another: nothing of the last one has a place in it."""
        if frame_id != self._frame_id:
            self._server.scene.reset()
            self._server.scene.add_frame("/frame", axes_length=AXES_M, axes_radius=AXES_M / 50)
            self._grippers, self._clouds = None, {}
            self._frame_id, self._has_view = frame_id, False

    def _on_click(self, event: SceneNodePointerEvent[BatchedMeshHandle]) -> None:
        if event.instance_index is not None:
            self._on_choice(event.instance_index // self._per_grasp)

    def _look(self, cloud: PointCloud, up: Float) -> None:
        """Place the view of those who come later where the cloud's camera is, a little aside."""
        middle = np.median(cloud.points, axis=0).astype(np.float64)
        away = NEARER * (cloud.viewpoint - middle)
        aside = np.cross(up, away)
        if np.linalg.norm(aside) < 1e-3:  # the camera looks straight down: aside is anywhere
            aside = np.cross(np.eye(3)[np.argmin(np.abs(up))], away)
        position = middle + away + ASIDE * np.linalg.norm(away) * normalized(aside)
        self._server.scene.set_up_direction(up)
        camera = self._server.initial_camera
        camera.up, camera.position, camera.look_at = up, position, middle
        self._has_view = True
