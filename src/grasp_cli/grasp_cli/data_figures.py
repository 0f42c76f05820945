"""GPR's Fig. 2 of a data set: objects, grasps of each, a scene, and grasps in the scene."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import color_sequences, colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.typing import ColorType
from numpy.typing import NDArray

from grasp_cli.mesh_picture import PAPER, SUPERSAMPLING, fork_corners, mesh_picture
from grasp_core.checks import Float
from grasp_core.grasps import Grasps
from grasp_learning.object_grasps import ObjectGrasps
from grasp_learning.view_sample import View
from grasp_perception.picture.shading import RGB
from grasp_perception.picture.views import view_from
from grasp_sim.bins import BINS
from grasp_sim.objects.catalogue import family_of
from grasp_sim.objects.model import ObjectModel
from grasp_sim.ray_scene import PlacedMesh, RayScene
from grasp_sim.scenery import scenery
from grasp_sim.scenes import WORLD, Scene

#: Pixels of one panel, and objects along and down the panels of objects.
PANEL_WIDTH, PANEL_HEIGHT = 960, 720
GALLERY = (4, 3)
#: GPR's Fig. 2 draws 15 grasps of each object, red to green by Q.
GRASPS_PER_OBJECT = 15
QUALITY_MAP = colormaps["RdYlGn"]
#: Most grasps per object in the panel of the scene.
GRASPS_IN_SCENE = 4
#: Metres, length of the drawn fingers in a scene; on one object, over its radius, and at least.
SCENE_FINGER_M, OBJECT_FINGER, LEAST_FINGER_M = 0.03, 0.4, 0.012
#: From where objects and scenes are seen, in the world.
EYE = np.array([0.55, -1.0, 0.85])
UP = np.array([0.0, 0.0, 1.0])
#: Distance of the eye over the radius of what it sees: far, so that parallels stay parallel.
EYE_RADII = 7.0
TABLE_GRAY = (0.93, 0.93, 0.93)
OBJECT_COLORS = color_sequences["tab20"]
#: Under grasps objects are gray, so that red and green mean quality alone.
PLAIN_GRAY = (0.72, 0.74, 0.78)


def shown_objects(names: Sequence[str]) -> list[str]:
    """Choose objects for the gallery: of different families, evenly from all of them."""
    first = {family_of(name): name for name in reversed(names)}
    families = sorted(first)
    count = min(GALLERY[0] * GALLERY[1], len(families))
    return [first[families[i * len(families) // count]] for i in range(count)]


def data_figure(
    objects: Sequence[tuple[ObjectModel, ObjectGrasps]],
    scene: Scene,
    view: View,
    rng: np.random.Generator,
) -> Figure:
    """GPR's Fig. 2: objects, grasps of each, a scene, and grasps in the scene.

    Parameters
    ----------
    objects : those to show, with their labels.
    scene : the scene of `view`, whose free grasps are shown.
    rng : chooses the grasps.
    """
    panels = (
        (
            "(a) objects",
            [_object_cell(model, None, rng, i) for i, (model, _) in enumerate(objects)],
        ),
        (
            f"(b) {GRASPS_PER_OBJECT} grasps of each",
            [_object_cell(model, labels, rng, i) for i, (model, labels) in enumerate(objects)],
        ),
        ("(c) a scene", [_scene_picture(scene, Grasps.empty(WORLD), np.zeros(0))]),
        ("(d) collision-free grasps in it", [_scene_picture(scene, *_scene_grasps(view, rng))]),
    )
    figure = Figure(figsize=(12.4, 10.6), dpi=120, layout="compressed")
    for axes, (title, pictures) in zip(figure.subplots(2, 2).flat, panels, strict=True):
        show_picture(axes, _tiled(pictures) if len(pictures) > 1 else pictures[0], title)
    bar = figure.colorbar(
        ScalarMappable(cmap=QUALITY_MAP), ax=figure.axes, location="bottom", shrink=0.3, aspect=40
    )
    bar.set_label("Q(g) over the best Q of the object")
    return figure


def _object_cell(
    model: ObjectModel, labels: ObjectGrasps | None, rng: np.random.Generator, number: int
) -> RGB:
    """Draw an object, in its own colour or gray with some of its grasps."""
    radius = float(np.linalg.norm(model.vertices, axis=1).max())
    finger_m = max(OBJECT_FINGER * radius, LEAST_FINGER_M)
    grasps, share, color = Grasps.empty("object"), np.zeros(0), OBJECT_COLORS[2 * number % 20]
    if labels is not None:
        count = min(GRASPS_PER_OBJECT, len(labels))
        chosen = rng.choice(len(labels), count, replace=False)
        grasps, color = labels.grasps[chosen], PLAIN_GRAY
        share = labels.quality[chosen] / labels.quality.max(initial=1e-12)
    seen = np.concatenate([model.vertices, fork_corners(grasps, finger_m)])
    scene = RayScene([PlacedMesh(model.vertices, model.triangles, np.eye(4), 1)])
    width, height = (SUPERSAMPLING * PANEL_WIDTH // GALLERY[0],
                     SUPERSAMPLING * PANEL_HEIGHT // GALLERY[1])  # fmt: skip
    view = view_from(EYE_RADII * radius * EYE, UP, seen, width, height)
    colors = np.array([TABLE_GRAY, color], np.float32)
    return mesh_picture(view, scene, colors, grasps, _quality_colors(share), finger_m)


def _scene_grasps(view: View, rng: np.random.Generator) -> tuple[Grasps, Float]:
    """Choose free grasps of each object, in the world, and give their Q over the object's best."""
    chosen = [np.zeros(0, np.int64)]
    share = np.zeros(len(view.quality))
    for instance in np.unique(view.grasp_instances):
        of_object = view.grasp_instances == instance
        share[of_object] = view.quality[of_object] / view.quality[of_object].max()
        free = np.flatnonzero(of_object & view.free)
        chosen.append(rng.choice(free, min(GRASPS_IN_SCENE, len(free)), replace=False))
    index = np.concatenate(chosen)
    grasps = Grasps(
        view.rotations[index].astype(np.float64),
        view.positions[index].astype(np.float64),
        view.widths[index].astype(np.float64),
        np.zeros(len(index)),
        "camera",
    )
    return grasps.transformed(view.T_world_camera, WORLD), share[index]


def _scene_picture(scene: Scene, grasps: Grasps, share: Float) -> RGB:
    """Draw the objects in their bin, in colours, or gray where there are grasps."""
    count = len(scene.models)
    colors: Sequence[ColorType] = [OBJECT_COLORS[2 * i % 20] for i in range(count)]
    if len(grasps):
        colors = [PLAIN_GRAY] * count
    seen = [model.vertices @ T[:3, :3].T + T[:3, 3]
            for model, T in zip(scene.models, scene.T_world_object, strict=True)]  # fmt: skip
    walls = [np.add(center, half) for center, half in BINS[scene.spec.bin].walls()]
    seen += [np.concatenate([walls, np.multiply(walls, (-1, -1, 1))])] if walls else []
    corners = np.concatenate(seen)
    radius = np.linalg.norm(np.ptp(corners, axis=0)) / 2
    view = view_from(EYE_RADII * radius * EYE, UP, corners,
                     SUPERSAMPLING * PANEL_WIDTH, SUPERSAMPLING * PANEL_HEIGHT)  # fmt: skip
    return mesh_picture(
        view,
        scenery(scene),
        np.array([TABLE_GRAY, *colors], np.float32),
        grasps,
        _quality_colors(share),
        SCENE_FINGER_M,
    )


def _quality_colors(share: Float) -> NDArray[np.float32]:
    """RGB (N, 3) of shares in [0, 1], red to green."""
    return np.asarray(QUALITY_MAP(share)[:, :3], np.float32)


def _tiled(cells: Sequence[RGB]) -> RGB:
    """Join cells to a panel, row by row; white where they run out."""
    across, down = GALLERY
    blank = np.full_like(cells[0], PAPER[0])
    filled = [*cells, *[blank] * (across * down - len(cells))]
    rows = [np.concatenate(filled[i * across : (i + 1) * across], axis=1) for i in range(down)]
    return np.concatenate(rows)


def show_picture(axes: Axes, picture: RGB, title: str) -> None:
    """Fill axes with a picture."""
    axes.imshow(picture, interpolation="antialiased")
    axes.set_title(title, fontsize=11)
    axes.set_axis_off()
