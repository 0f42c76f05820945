"""`ViewSummary`: what one view of a data set adds to its statistics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from grasp_learning.networks.point_ops import farthest_points
from grasp_learning.scene_labels import PointClass
from grasp_learning.view_sample import TrialSource, View

#: Points per view at which Scale-Balanced Grasp looks for the best grasp (section 3.2).
SCALE_SAMPLES = 1024


@dataclass(frozen=True, eq=False)
class ViewSummary:
    """Counts and labels of one view.

    Attributes
    ----------
    mode : how the scene was made, see `SceneSpec`.
    objects : in the scene.
    visible : objects that the view sees at least one point of.
    class_points : (4,) points on objects by `PointClass`.
    measured : share of all points that the noisy camera measured.
    widths : (F,) metres, of the free grasps.
    quality : (F,) Ferrari-Canny Q of the free grasps.
    blocked : grasps that meet something in the scene.
    scales : (S,) metres, see `grasp_scales`.
    trials, held : (3,) executed grasps by `TrialSource`, and how many of them held.
    """

    mode: str
    objects: int
    visible: int
    class_points: NDArray[np.int64]
    measured: float
    widths: NDArray[np.float32]
    quality: NDArray[np.float32]
    blocked: int
    scales: NDArray[np.float32]
    trials: NDArray[np.int64]
    held: NDArray[np.int64]


def summarise(view: View) -> ViewSummary:
    """Summarise one view; the same view gives the same summary."""
    on_objects = view.instances > 0
    sources = len(TrialSource)
    return ViewSummary(
        mode=view.spec.mode,
        objects=len(view.spec.objects),
        visible=len(np.unique(view.instances[on_objects])),
        class_points=np.bincount(view.classes[on_objects], minlength=len(PointClass)),
        measured=float(view.measured_valid.mean()),
        widths=view.widths[view.free],
        quality=view.quality[view.free],
        blocked=int((~view.free).sum()),
        scales=grasp_scales(view),
        trials=np.bincount(view.trial_sources, minlength=sources),
        held=np.bincount(view.trial_sources[view.trial_outcomes == 0], minlength=sources),
    )


def grasp_scales(view: View) -> NDArray[np.float32]:
    """Widths of the best grasps at points spread evenly over the objects.

    As Scale-Balanced Grasp draws its Fig. 4: farthest point sampling, at each point the grasp with
    the highest score; points without one are left out. The paper samples the whole scene; table
    and bin carry no grasp, so that leaving them out only gives more samples.
    """
    on_objects = np.flatnonzero(view.instances > 0)
    points = torch.tensor(view.clean[on_objects])[None]
    sampled = farthest_points(points, min(SCALE_SAMPLES, len(on_objects)))[0].numpy()
    best = view.grasp_index[on_objects[sampled]]
    scales: NDArray[np.float32] = view.widths[best[best >= 0]]
    return scales
