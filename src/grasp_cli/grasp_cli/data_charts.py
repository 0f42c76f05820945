"""Charts of how wide the grasps of a data set are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from grasp_core.checks import Float

#: Millimetres per bin of GPR's Fig. 6 (a).
WIDTH_BIN_MM = 5.0
#: Bins of Scale-Balanced Grasp's Fig. 4, over the stroke of the gripper.
SCALE_BINS = 32
#: Metres up to which Scale-Balanced Grasp calls a grasp small, and medium.
SMALL_M, MEDIUM_M = 0.04, 0.07
#: Colours of small, medium and large, apart also for the colour-blind (Okabe and Ito 2008).
SCALE_COLORS = ("#d55e00", "#009e73", "#0072b2")
BAR_COLOR = "#56b4e9"


def width_chart(widths_m: NDArray[np.floating], max_width_m: float) -> Figure:
    """GPR's Fig. 6 (a): the share of grasps in each 5 mm of width."""
    edges = np.arange(0.0, 1e3 * max_width_m + WIDTH_BIN_MM, WIDTH_BIN_MM)
    shares = histogram_shares(1e3 * widths_m, edges)
    figure, axes = _new_chart()
    axes.bar(edges[:-1], 100 * shares, WIDTH_BIN_MM, align="edge", color=BAR_COLOR,
             edgecolor="black", linewidth=0.6)  # fmt: skip
    axes.set(xlabel="grasp width (mm)", ylabel="share of grasps (%)", xlim=(0, edges[-1]))
    axes.set_title(f"{len(widths_m):,} collision-free grasps", fontsize=10)
    return figure


def scale_chart(scales_m: NDArray[np.floating], max_width_m: float) -> Figure:
    """Scale-Balanced Grasp's Fig. 4: how often the best grasp at a point has which width."""
    edges = np.linspace(0.0, max_width_m, SCALE_BINS + 1)
    shares = histogram_shares(scales_m, edges)
    groups = np.digitize(edges[:-1] + np.diff(edges) / 2, (SMALL_M, MEDIUM_M))
    figure, axes = _new_chart()
    names = _scale_names(scales_m)
    for group, (color, name) in enumerate(zip(SCALE_COLORS, names, strict=True)):
        here = groups == group
        axes.bar(1e3 * edges[:-1][here], 100 * shares[here], 1e3 * np.diff(edges)[here],
                 align="edge", color=color, edgecolor="black", linewidth=0.6,
                 label=name)  # fmt: skip
    axes.set(xlabel="width of the best grasp at a point (mm)", ylabel="share of points (%)",
             xlim=(0, 1e3 * max_width_m))  # fmt: skip
    axes.set_title(f"{len(scales_m):,} points with a grasp", fontsize=10)
    axes.legend(frameon=False, fontsize=9)
    return figure


def histogram_shares(values: NDArray[np.floating], edges: Float) -> Float:
    """Share of the values in each bin; what lies on or beyond the last edge counts in the last bin.

    All are 0 where there are no values.
    """
    counts, _ = np.histogram(np.minimum(values, edges[-1]), edges)
    shares: Float = counts / max(len(values), 1)
    return shares


def scale_shares(scales_m: NDArray[np.floating]) -> Float:
    """Shares (3,) of small, medium and large scales."""
    groups = np.digitize(scales_m, (SMALL_M, MEDIUM_M))
    shares: Float = np.bincount(groups, minlength=3) / max(len(scales_m), 1)
    return shares


def _scale_names(scales_m: NDArray[np.floating]) -> Sequence[str]:
    small, medium, large = (f"{share:.0%}" for share in scale_shares(scales_m))
    low, high = round(1e3 * SMALL_M), round(1e3 * MEDIUM_M)
    return (
        f"small, < {low} mm: {small}",
        f"medium, {low} to {high} mm: {medium}",
        f"large, ≥ {high} mm: {large}",
    )


def _new_chart() -> tuple[Figure, Axes]:
    figure = Figure(figsize=(5.6, 3.4), dpi=160, layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.yaxis.grid(True, color="0.9")
    axes.set_axisbelow(True)
    return figure, axes
