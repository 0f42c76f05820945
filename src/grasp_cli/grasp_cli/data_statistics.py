"""Statistics of a data set as rows of `docs/results/data.json`.

A row's value is the median over views, grasps or objects, its range the 10th to 90th percentile. A
share that is taken of all grasps or objects at once has no range: its ends are the value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from grasp_cli.data_charts import scale_shares
from grasp_cli.results import Row
from grasp_learning.object_grasps import ObjectGrasps
from grasp_learning.physics_labels import rate
from grasp_learning.scene_labels import PointClass
from grasp_learning.view_sample import TrialSource
from grasp_learning.view_summary import ViewSummary
from grasp_sim.scenes import MODES

#: Percentiles of a row's low end, value and high end.
PERCENTILES = (10, 50, 90)

#: What a view adds to each row about views.
_OF_VIEW: dict[str, Callable[[ViewSummary], float]] = {
    "objects in the scene": lambda view: view.objects,
    "share of them seen": lambda view: view.visible / view.objects,
    "share of pixels measured": lambda view: view.measured,
    "points on objects": lambda view: view.class_points.sum(),
    "share positive": lambda view: _class_share(view, PointClass.POSITIVE),
    "share negative by collision": lambda view: _class_share(view, PointClass.COLLISION),
    "share unsuitable": lambda view: _class_share(view, PointClass.UNSUITABLE),
    "share without a contact near": lambda view: _class_share(view, PointClass.NO_CONTACT),
    "free grasps": lambda view: len(view.widths),
}


def view_rows(summaries: Sequence[ViewSummary], seed: int) -> list[Row]:
    """Rows about views, grasps, scales and executed grasps; of all and of each kind of scene."""
    groups = {"all": list(summaries)}
    groups |= {mode: [view for view in summaries if view.mode == mode] for mode in MODES}
    rows = []
    for setting, views in groups.items():
        if views:
            rows += [
                _spread("views", setting, metric, [of(view) for view in views], seed)
                for metric, of in _OF_VIEW.items()
            ]
            rows += _grasp_rows(setting, views, seed)
    return [*rows, *_trial_rows(summaries, seed)]


def object_rows(labels: Sequence[ObjectGrasps], setting: str) -> list[Row]:
    """Rows about the labels of single objects, before the data set thins them out."""
    rows = [
        _spread("objects", setting, "grasps", [len(each) for each in labels]),
        _spread(
            "objects", setting, "share of contact points that are positive",
            [each.positive.mean() for each in labels],
        ),
    ]  # fmt: skip
    best = [each.quality.max() for each in labels if len(each)]
    if best:
        rows.append(_spread("objects", setting, "best quality Q", best))
    without = float(np.mean([len(each) == 0 for each in labels]))
    rows.append(_share("objects", setting, "share without any grasp", without, len(labels)))
    return rows


def _grasp_rows(setting: str, views: Sequence[ViewSummary], seed: int) -> list[Row]:
    widths = np.concatenate([view.widths for view in views])
    quality = np.concatenate([view.quality for view in views])
    scales = np.concatenate([view.scales for view in views])
    if len(widths) == 0 or len(scales) == 0:
        return []
    names = ("small (< 4 cm)", "medium (4 to 7 cm)", "large (7 cm and more)")
    return [
        _spread("free grasps", setting, "width in mm", 1e3 * widths, seed),
        _spread("free grasps", setting, "quality Q", quality, seed),
        *(
            _share("scale of the best grasp at a point", setting, name, share, len(scales), seed)
            for name, share in zip(names, scale_shares(scales), strict=True)
        ),
    ]


def _trial_rows(summaries: Sequence[ViewSummary], seed: int) -> list[Row]:
    """Rate of executed grasps that held, with Wilson's 95 % interval."""
    trials, held = (
        np.sum([getattr(view, name) for view in summaries], axis=0) for name in ("trials", "held")
    )
    rows = []
    for source in TrialSource:
        outcomes = np.arange(trials[source]) < held[source]
        estimate = rate(outcomes)
        if estimate is not None:
            rows.append(
                Row(
                    source.name.lower(), "share held", *estimate[:3],
                    n=estimate.n, seeds=(seed,), subject="executed grasps",
                )
            )  # fmt: skip
    return rows


def _class_share(view: ViewSummary, kind: PointClass) -> float:
    """Share of the points on objects that are of a class."""
    return float(view.class_points[kind] / max(view.class_points.sum(), 1))


def _spread(subject: str, setting: str, metric: str, values: ArrayLike, seed: int = 0) -> Row:
    low, middle, high = np.percentile(np.asarray(values, np.float64), PERCENTILES).tolist()
    return Row(setting, metric, middle, low, high, np.size(values), (seed,), subject=subject)


def _share(subject: str, setting: str, metric: str, value: float, n: int, seed: int = 0) -> Row:
    value = float(value)
    return Row(setting, metric, value, value, value, n, (seed,), subject=subject)
