"""Fig. 6 of Scale-Balanced Grasp: number and success of grasps by scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from grasp_cli.data_charts import SCALE_COLORS
from grasp_cli.results import Row
from grasp_learning.evaluation.scales import SCALES


def scale_figure(rows: Sequence[Row]) -> Figure:
    """Draw the rows of one setting, one group of bars for each detector."""
    detectors = list(dict.fromkeys(row.detector for row in rows))
    values = {(row.detector, row.metric): row for row in rows}
    figure = Figure(figsize=(8.0, 3.4), dpi=160, layout="constrained")
    panels = (("grasps_per_view", "grasps per view"), ("success_rate", "success at friction 0.8"))
    bar = 0.8 / len(SCALES)
    for axes, (metric, label) in zip(figure.subplots(1, 2), panels, strict=True):
        for i, (scale, color) in enumerate(zip(SCALES, SCALE_COLORS, strict=True)):
            known = [
                (n, values.get((name, f"{scale}_{metric}"))) for n, name in enumerate(detectors)
            ]
            found = [(n, row) for n, row in known if row is not None]
            heights = np.array([row.value for _, row in found])
            reach = np.array([(row.value - row.low, row.high - row.value) for _, row in found])
            axes.bar([n + (i - 1) * bar for n, _ in found], heights, bar, color=color, label=scale,
                     yerr=reach.reshape(-1, 2).T, error_kw={"linewidth": 0.8})  # fmt: skip
        axes.set_xticks(range(len(detectors)), detectors, rotation=30, ha="right", fontsize=8)
        axes.set_ylabel(label)
        axes.spines[["top", "right"]].set_visible(False)
    figure.axes[0].legend(frameon=False, fontsize=8)
    return figure
