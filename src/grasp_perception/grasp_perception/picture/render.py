"""`render`: a picture of a cloud and the grasps found in it, without a display or a GPU."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.spatial import cKDTree

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_perception.errors import PerceptionError
from grasp_perception.markers import BAR_M, GripperShapes, gripper_shapes
from grasp_perception.picture.raster import Layer, draw_boxes, draw_points
from grasp_perception.picture.shading import BACKGROUND, RGB, composed, point_colors
from grasp_perception.picture.views import View, camera_view, oblique_view

PANEL_WIDTH, PANEL_HEIGHT = 960, 640
TITLE_HEIGHT, BAR_HEIGHT, GAP = 52, 44, 8
BAR_WIDTH = 420
TEXT, FAINT = (236, 239, 244), (150, 157, 168)
#: Each pixel of the picture is the mean of so many squared.
SUPERSAMPLING = 2
#: Colours of scores, low to high: "plasma" keeps its order for every kind of colour blindness. Its
#: ends are left out: almost black and almost white vanish on objects.
SCORE_MAP = colormaps["plasma"]
FIRST_COLOR, LAST_COLOR = 0.1, 0.95
#: The views show what is nearer than this to a gripper; so many points are looked at.
NEAR_M, NEAR_SAMPLE = 0.04, 20000
#: Length of the bar that shows where a gripper comes from, and the gap to the rank at its end.
STEM_M, LABEL_GAP_M = 0.035, 0.006
#: Grippers with their rank written beside them.
LABELLED = 5
#: Points whose distance to the next one is measured, and the largest angle that may give.
RADIUS_SAMPLES, LARGEST_ANGLE = 24, 0.1


class PictureError(PerceptionError):
    """A picture cannot be written."""


def render(
    cloud: PointCloud, grasps: Grasps, gripper: Gripper, title: str, up: Float | None = None
) -> RGB:
    """Draw the cloud from its camera and from the side, with a gripper at each grasp.

    The fingers have the length and opening of `gripper`, and are drawn slender, so that fifty of
    them leave the objects visible. Parts behind the cloud shine through.

    Parameters
    ----------
    grasps : in the frame of the cloud, best first; none draws the cloud alone.
    title : first words of the line above the picture.
    up : (3,) unit vector away from the support; None takes -y in an optical frame, else z.

    Returns
    -------
    (H, W, 3) uint8 RGB.
    """
    if up is None:
        up = np.array([0.0, 0.0, 1.0] if cloud.viewpoint.any() else [0.0, -1.0, 0.0])
    shapes = gripper_shapes(grasps, slender(gripper))
    radii = point_radii(cloud)
    colors = point_colors(cloud, up)
    panels = []
    for name, view in choose_views(cloud, shapes, up).items():
        scene = draw_points(view, cloud.points, colors, radii)
        focal = None if cloud.colors is not None and cloud.colors.any() else view.focal
        picture = composed(scene, _grippers(view, shapes, grasps.scores), SUPERSAMPLING, focal)
        panels.append(_labelled(picture, name, view, shapes))
    return _page(title, panels, grasps.scores)


def choose_views(cloud: PointCloud, shapes: GripperShapes, up: Float) -> dict[str, View]:
    """Place the camera of each panel, by name; pixels are those before averaging."""
    size = (SUPERSAMPLING * PANEL_WIDTH, SUPERSAMPLING * PANEL_HEIGHT)
    seen = _interesting(cloud, shapes)
    return {
        "from the camera": camera_view(cloud, up, seen, *size),
        "from the side": oblique_view(cloud, up, seen, *size),
    }


def save_picture(path: Path | str, picture: RGB) -> None:
    """Write a PNG file.

    Raises
    ------
    PictureError : the ending is another, or the file cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() != ".png":
        raise PictureError(f"{path}: ending {path.suffix!r}, expected .png")
    try:
        Image.fromarray(picture).save(path, format="PNG")
    except OSError as error:
        raise PictureError(f"{path}: {error.strerror or error}") from error


def score_range(scores: Float) -> tuple[float, float]:
    """Scores of the first and the last colour: the map is spread over the scores there are."""
    if len(scores) == 0:
        return 0.0, 1.0
    low, high = float(np.min(scores)), float(np.max(scores))
    return (low, high) if high - low > 1e-6 else (high - 1.0, high)


def score_colors(scores: Float) -> NDArray[np.float32]:
    """RGB (N, 3) in [0, 1] of scores (N,), brighter is better."""
    low, high = score_range(scores)
    share = (np.asarray(scores) - low) / (high - low)
    colors = SCORE_MAP(FIRST_COLOR + (LAST_COLOR - FIRST_COLOR) * share)
    return np.asarray(colors[:, :3], np.float32)


def slender(gripper: Gripper) -> Gripper:
    """Thin out a gripper: its fingers keep their length and opening."""
    return replace(
        gripper,
        finger_width=BAR_M,
        finger_thickness=BAR_M,
        palm_size=(STEM_M, *gripper.palm_size[1:]),
    )


def _interesting(cloud: PointCloud, shapes: GripperShapes) -> NDArray[np.floating]:
    """Points (N, 3) to be shown: the grippers and what is near them, else everything."""
    points = cloud.points[:: max(1, len(cloud) // NEAR_SAMPLE)]
    if len(cloud) == 0:
        return np.array([[0.0, 0.0, 1.0]])  # any view of nothing
    if len(shapes.sizes) == 0:
        return points
    centers = shapes.T_frame_box[:, :, :3, 3].reshape(-1, 3)
    distances, _ = cKDTree(centers).query(points, distance_upper_bound=NEAR_M)
    return np.concatenate([points[np.isfinite(distances)], centers, _label_places(shapes)])


def _label_places(shapes: GripperShapes) -> Float:
    """Points (N, 3) behind the grippers, where their ranks are written."""
    stems = shapes.T_frame_box[:, -1]  # the stem is the last box of a gripper
    places: Float = stems[:, :3, 3] - (STEM_M / 2 + LABEL_GAP_M) * stems[:, :3, 0]
    return places


def point_radii(cloud: PointCloud) -> NDArray[np.float32]:
    """Half edges (N,) in metres with which squares around the points close a surface.

    A camera's pixels have one angular distance, so the points' distances grow with their range.
    """
    points = cloud.points - cloud.viewpoint.astype(np.float32)
    ranges = np.sqrt(np.einsum("ij,ij->i", points, points))
    angles = []
    for i in range(0, len(points), max(1, len(points) // RADIUS_SAMPLES)):
        offsets = points - points[i]
        squared = np.einsum("ij,ij->i", offsets, offsets)
        fourth = min(4, len(squared) - 1)  # as far as the first on a grid; the point itself is 0th
        distance = np.sqrt(np.partition(squared, fourth)[fourth])
        angles.append(distance / max(ranges[i], 1e-6))
    angle = min(float(np.median(angles)), LARGEST_ANGLE) if angles else 0.0
    radii: NDArray[np.float32] = (angle * ranges).astype(np.float32)
    return radii


def _grippers(view: View, shapes: GripperShapes, scores: Float) -> Layer:
    """Each grasp's boxes; the label is the number of the grasp."""
    n, per_grasp = shapes.sizes.shape[:2]
    return draw_boxes(
        view,
        shapes.T_frame_box.reshape(-1, 4, 4),
        shapes.sizes.reshape(-1, 3),
        np.repeat(score_colors(scores), per_grasp, axis=0),
        np.repeat(np.arange(n, dtype=np.int32), per_grasp),
    )


def _labelled(picture: RGB, name: str, view: View, shapes: GripperShapes) -> Image.Image:
    """Write the name of the view, and the ranks of the best grasps at the ends of their stems."""
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    texts = [((14.0, 12.0), name, "la")]
    pixels = view.project(_label_places(shapes)[:LABELLED]) / SUPERSAMPLING
    for i in reversed(range(len(pixels))):  # the best on top
        if np.isfinite(pixels[i]).all():
            texts.append((tuple(pixels[i].tolist()), str(i + 1), "mm"))
    for place, text, anchor in texts:
        draw.text(place, text, TEXT, _font(19), anchor, stroke_width=3, stroke_fill=BACKGROUND)
    return image


def _page(title: str, panels: list[Image.Image], scores: Float) -> RGB:
    """Join the panels under the title and over the colour bar."""
    width = sum(panel.width for panel in panels) + GAP * (len(panels) - 1)
    page = Image.new("RGB", (width, TITLE_HEIGHT + PANEL_HEIGHT + BAR_HEIGHT), BACKGROUND)
    draw = ImageDraw.Draw(page)
    draw.text((14, TITLE_HEIGHT // 2), title, TEXT, _font(22), "lm")
    for i, panel in enumerate(panels):
        page.paste(panel, (i * (PANEL_WIDTH + GAP), TITLE_HEIGHT))
    if len(scores):
        middle = TITLE_HEIGHT + PANEL_HEIGHT + BAR_HEIGHT // 2
        low, high = score_range(scores)
        ramp = np.round(255 * score_colors(np.linspace(low, high, BAR_WIDTH))).astype(np.uint8)
        left = (width - BAR_WIDTH) // 2
        page.paste(Image.fromarray(np.tile(ramp, (14, 1, 1))), (left, middle - 7))
        draw.text((left - 12, middle), f"score {low:.2f}", FAINT, _font(18), "rm")
        draw.text((left + BAR_WIDTH + 12, middle), f"{high:.2f}", FAINT, _font(18), "lm")
    return np.asarray(page)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)  # part of Pillow: the same on every machine
