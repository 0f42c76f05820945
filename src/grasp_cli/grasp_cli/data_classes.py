"""GPR's Fig. 3 of a data set: a cloud with its points coloured by class."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from grasp_cli.data_figures import PANEL_HEIGHT, PANEL_WIDTH, UP, show_picture
from grasp_cli.mesh_picture import PAPER, SUPERSAMPLING
from grasp_core.cloud import PointCloud
from grasp_learning.scene_labels import PointClass
from grasp_learning.view_sample import View
from grasp_perception.picture.raster import Layer, draw_points
from grasp_perception.picture.render import point_radii
from grasp_perception.picture.shading import composed
from grasp_perception.picture.views import camera_view, oblique_view

#: Colours of the points, as GPR's Fig. 3 has them.
CLASS_COLORS = {
    PointClass.NO_CONTACT: (0.82, 0.82, 0.82),
    PointClass.UNSUITABLE: (0.98, 0.60, 0.16),
    PointClass.COLLISION: (0.09, 0.16, 0.58),
    PointClass.POSITIVE: (0.42, 0.74, 0.96),
}
CLASS_NAMES = {
    PointClass.POSITIVE: "positive: a grasp holds and is free ({} of the objects)",
    PointClass.COLLISION: "negative: what holds collides in the scene ({})",
    PointClass.UNSUITABLE: "negative: no grasp of the object alone holds or fits ({})",
    PointClass.NO_CONTACT: "table and bin, or no contact near",
}


def class_figure(view: View) -> Figure:
    """GPR's Fig. 3: the noise-free cloud with its points coloured by class, from two sides."""
    cloud = PointCloud.from_xyz(view.clean, "camera")
    up = view.T_world_camera[:3, :3].T @ UP
    colors = np.zeros((len(view), 3), np.float32)
    for kind, color in CLASS_COLORS.items():
        colors[view.classes == kind] = color
    on_objects = view.instances > 0
    seen = view.clean[on_objects] if on_objects.any() else view.clean
    size = (SUPERSAMPLING * PANEL_WIDTH, SUPERSAMPLING * PANEL_HEIGHT)
    figure = Figure(figsize=(12.4, 5.6), dpi=120, layout="compressed")
    places = (camera_view(cloud, up, seen, *size), oblique_view(cloud, up, seen, *size))
    titles = ("from the camera", "from the side")
    for axes, place, title in zip(figure.subplots(1, 2), places, titles, strict=True):
        layer = draw_points(place, cloud.points, colors, point_radii(cloud))
        picture = composed(layer, Layer.empty(place), SUPERSAMPLING, None, PAPER)
        show_picture(axes, picture, title)
    shares = np.bincount(view.classes[on_objects], minlength=len(PointClass))
    shares = shares / max(shares.sum(), 1)
    marks = [
        Line2D([], [], marker="s", linestyle="", markersize=9, color=CLASS_COLORS[kind],
               label=name.format(f"{shares[kind]:.0%}"))
        for kind, name in CLASS_NAMES.items()
    ]  # fmt: skip
    figure.legend(handles=marks, loc="outside lower center", ncols=2, frameon=False)
    return figure
