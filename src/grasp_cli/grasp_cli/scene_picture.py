"""`grasp data render`: what a camera sees of one scene, as data sets hold it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib import color_sequences, colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from grasp_cli.errors import OptionError
from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_learning.simulated_view import CAMERA_FRAME, in_workspace
from grasp_perception.picture.raster import Layer, draw_points
from grasp_perception.picture.render import point_radii
from grasp_perception.picture.shading import RGB, composed
from grasp_perception.picture.views import oblique_view
from grasp_sim.bins import BINS
from grasp_sim.cameras import CameraSetup
from grasp_sim.clutter import LOOK_AT_M
from grasp_sim.depth_frame import BACKGROUND
from grasp_sim.scenery import scenery
from grasp_sim.scenes import Scene, SceneSpec
from grasp_sim.sensor_noise import Capture, capture

#: Pixels of the picture of a cloud; each is the mean of so many squared.
WIDTH, HEIGHT, SUPERSAMPLING = 900, 600, 2
PAPER = (255, 255, 255)
#: The table, and what the camera did not measure.
GRAY, LOST = (0.80, 0.80, 0.80), "black"
OBJECT_COLORS = color_sequences["tab20"]


def read_spec(text: str) -> SceneSpec:
    """Read a scene specification: JSON, or a file that holds it.

    Raises
    ------
    OptionError : there is no such file.
    grasp_sim.errors.SceneError : it is no specification.
    """
    if text.lstrip().startswith("{"):
        return SceneSpec.from_json(text)
    try:
        return SceneSpec.from_json(Path(text).read_text(encoding="utf-8"))
    except OSError as error:
        raise OptionError(f"{text}: {error.strerror}; expected JSON or a file of it") from error
    except UnicodeDecodeError as error:
        raise OptionError(f"{text}: not a text file") from error


def simulated_capture(scene: Scene, setup: CameraSetup, noise: float, seed: int) -> Capture:
    """Look at a scene from a place that the seed draws, with depth errors of this factor."""
    rng = np.random.default_rng(seed)
    T_world_camera = setup.sample_view(LOOK_AT_M, rng)
    frame = scenery(scene).render(setup.camera, T_world_camera)
    return capture(frame, setup.noise.scaled(noise), rng)


def check_ending(path: Path) -> None:
    """Refuse a picture that could not be written, before the work is done.

    Raises
    ------
    OptionError : another ending, or no such folder.
    """
    if path.suffix.lower() != ".png":
        raise OptionError(f"--out {path}: ending {path.suffix!r}, expected .png")
    if not path.parent.is_dir():
        raise OptionError(f"--out {path}: there is no folder {path.parent}")


def view_figure(view: Capture, spec: SceneSpec) -> Figure:
    """Draw depth as measured, instances, and the clean and the measured cloud from the side."""
    frame, box = view.clean, BINS[spec.bin]
    colors = instance_colors(frame.instances)
    clean, measured = (
        in_workspace(cloud, frame.T_world_camera, box)
        for cloud in (view.clean_cloud(CAMERA_FRAME), view.cloud(CAMERA_FRAME))
    )
    rows, columns = np.divmod(clean.source_indices, frame.camera.width)
    crop = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]

    figure = Figure(figsize=(12.4, 8.8), dpi=120, layout="compressed")
    (top_left, top_right), (left, right) = figure.subplots(2, 2)
    millimetres = np.ma.masked_equal(1e3 * view.depth[crop], 0)
    seen = 1e3 * frame.depth[crop]
    shown = top_left.imshow(
        millimetres, cmap=colormaps["viridis_r"].with_extremes(bad=LOST),
        vmin=seen.min(), vmax=seen.max(),
    )  # fmt: skip
    figure.colorbar(shown, ax=top_left, label="mm", shrink=0.8)
    _label(top_left, "depth as measured; black: nothing")
    top_right.imshow(colors[crop])
    _label(top_right, f"instances: {len(spec.objects)} objects")
    for axes, cloud, title in (
        (left, clean, "noise-free cloud"),
        (right, measured, "measured cloud"),
    ):
        axes.imshow(_cloud_picture(cloud, clean, colors, frame.T_world_camera))
        _label(axes, f"{title}: {len(cloud):,} points in the workspace")
    return figure


def instance_colors(instances: NDArray[np.integer]) -> NDArray[np.float32]:
    """RGB (..., 3) in [0, 1] of instances (...)."""
    of_instance = (2 * (instances - 1)) % 20 + (instances > 10)
    colors: NDArray[np.float32] = np.array(OBJECT_COLORS, np.float32)[of_instance]
    colors[instances == BACKGROUND] = GRAY
    return colors


def _cloud_picture(
    cloud: PointCloud, clean: PointCloud, colors: NDArray[np.float32], T_world_camera: Float
) -> RGB:
    """Draw a cloud from the side, framed by the noise-free one."""
    up = T_world_camera[2, :3]
    size = (SUPERSAMPLING * WIDTH, SUPERSAMPLING * HEIGHT)
    side = oblique_view(clean, up, clean.points, *size)
    of_points = colors.reshape(-1, 3)[cloud.source_indices]
    layer = draw_points(side, cloud.points, of_points, point_radii(cloud))
    return composed(layer, Layer.empty(side), SUPERSAMPLING, side.focal, PAPER)


def _label(axes: Axes, title: str) -> None:
    axes.set_title(title, fontsize=11)
    axes.set_axis_off()
