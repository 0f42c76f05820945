"""Take a view of a staged scene: render, measure, label, execute. The core of data generation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import inverse, transform_points
from grasp_learning.label_thinning import kept_labels
from grasp_learning.recipe import Draw, Recipe, draw_conditions, draw_pose
from grasp_learning.scene_labels import SceneLabels, label_cloud
from grasp_learning.staged_scene import StagedScene
from grasp_learning.trials import UNSTABLE, run_trials, sample_trials
from grasp_learning.view_arrays import encode_view
from grasp_learning.view_sample import View
from grasp_sim.bins import BINS, Bin
from grasp_sim.ray_scene import RayScene
from grasp_sim.scenes import WORLD
from grasp_sim.sensor_noise import Capture, capture

CAMERA_FRAME = "camera"

#: Metres around the inside of the bin that belong to the workspace: the walls, and some of what is
#: outside, where the hand may go.
MARGIN_M = 0.02

#: Proposes scored grasps in the frame "world", for a cloud in that frame of a scene in this bin.
Propose = Callable[[PointCloud, Bin, Gripper], Grasps]


@dataclass(frozen=True, eq=False)
class Sight:
    """What a camera and a detector see of a scene.

    Attributes
    ----------
    capture : as measured, and without noise.
    candidates : the detector's scored grasps in the frame "world".
    """

    capture: Capture
    candidates: Grasps


def look(
    stage: StagedScene, recipe: Recipe, scene: int, view: int, gripper: Gripper, propose: Propose
) -> Sight:
    """Take a view of a scene, and let the detector propose grasps where any are executed."""
    both = measure(stage.rays, recipe, scene, view)
    candidates = Grasps.empty(WORLD)
    if recipe.trials:
        measured = both.cloud(CAMERA_FRAME).transformed(both.clean.T_world_camera, WORLD)
        candidates = propose(measured, BINS[stage.scene.spec.bin], gripper)
    return Sight(both, candidates)


def take_view(
    stage: StagedScene, sight: Sight, recipe: Recipe, scene: int, view: int, gripper: Gripper
) -> dict[str, NDArray[Any]]:
    """Label a view and execute grasps: its sample, as `view_arrays.encode_view` gives it."""
    conditions = draw_conditions(recipe, scene)
    both = sight.capture
    frame, T_world_camera = both.clean, both.clean.T_world_camera
    measured = both.cloud(CAMERA_FRAME)
    clean = in_workspace(both.clean_cloud(CAMERA_FRAME), T_world_camera, BINS[conditions.bin])
    pixels = clean.source_indices
    instances = frame.instances.flat[pixels].astype(np.int16)
    T_camera_world = inverse(T_world_camera)
    labels = label_cloud(stage.grasps.transformed(T_camera_world, CAMERA_FRAME), clean, instances)
    rng = recipe.rng(Draw.TRIALS, scene, view)
    sample = View(
        measured=_at_pixels(measured, pixels),
        measured_valid=both.depth.flat[pixels] > 0,
        clean=clean.points,
        instances=instances,
        **_label_fields(labels, recipe),
        **_trial_fields(stage, sight.candidates, recipe, gripper, T_camera_world, rng),
        T_world_camera=T_world_camera,
        friction=conditions.friction,
        noise=conditions.noise,
        spec=stage.scene.spec,
    )
    return encode_view(sample, frame.camera, pixels)


def measure(rays: RayScene, recipe: Recipe, scene: int, view: int) -> Capture:
    """Render a view of a scene at rest, and measure it with the noise of its camera."""
    conditions = draw_conditions(recipe, scene)
    # A scene is emptied under one camera, as a cell is.
    frame = rays.render(
        conditions.setup.camera, draw_pose(recipe, scene, 0 if recipe.emptied else view)
    )
    noise = conditions.setup.noise.scaled(conditions.noise)
    return capture(frame, noise, recipe.rng(Draw.NOISE, scene, view))


def in_workspace(cloud: PointCloud, T_world_cloud: Float, box: Bin) -> PointCloud:
    """Keep the points in, above and just around a bin."""
    points = transform_points(T_world_cloud, cloud.points)
    half = np.array([box.length, box.width]) / 2 + MARGIN_M
    inside = np.abs(points[:, :2]) <= half
    return cloud.select(inside[:, 0] & inside[:, 1])


def _at_pixels(cloud: PointCloud, pixels: NDArray[np.int64]) -> NDArray[np.float32]:
    """Points (N, 3) of the cloud at these pixels; 0 where it has none."""
    image = np.zeros((cloud.source_shape[0] * cloud.source_shape[1], 3), dtype=np.float32)
    image[cloud.source_indices] = cloud.points
    at_pixels: NDArray[np.float32] = image[pixels]
    return at_pixels


def _label_fields(labels: SceneLabels, recipe: Recipe) -> dict[str, Any]:
    """Fields of the view about points and labels, of the labels that are kept."""
    kept = kept_labels(labels, recipe.free_labels, recipe.colliding_labels)
    number = np.full(len(labels.scene) + 1, -1)  # its last entry is that of grasp -1
    number[kept] = np.arange(len(kept))
    scene = labels.scene
    return {
        "classes": labels.classes,
        "grasp_index": number[labels.grasp_index],
        "rotations": scene.grasps.rotations[kept],
        "positions": scene.grasps.positions[kept],
        "widths": scene.grasps.widths[kept],
        "quality": scene.quality[kept],
        "grasp_instances": scene.instances[kept],
        "free": scene.free[kept],
        "contacts": scene.contacts[kept],
    }


def _trial_fields(
    stage: StagedScene,
    candidates: Grasps,
    recipe: Recipe,
    gripper: Gripper,
    T_camera_world: Float,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Fields of the view about executed grasps; those that tell nothing are left out."""
    labels = stage.grasps.grasps[stage.grasps.free]
    chosen = sample_trials(labels, candidates, recipe.trials, recipe.best_share, gripper, rng)
    outcomes = run_trials(stage.scene, gripper, chosen.grasps)
    stable = outcomes != UNSTABLE
    executed = chosen.grasps[stable].transformed(T_camera_world, CAMERA_FRAME)
    return {
        "trial_rotations": executed.rotations,
        "trial_positions": executed.positions,
        "trial_widths": executed.widths,
        "trial_outcomes": outcomes[stable],
        "trial_sources": chosen.sources[stable],
    }
