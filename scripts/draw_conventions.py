"""Draws the grasp frame, to scale from a gripper file, into `docs/images/grasp_frame.svg`.

Left, the gripper seen against its z axis, so that z points at the reader; right, seen along its
closing direction. The approach direction points down the page in both.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from grasp_core.gripper import Gripper

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "grasp_frame.svg"
GRIPPER = ROOT / "config" / "grippers" / "parallel_100mm.yaml"

PIXELS_PER_M = 3200.0
SIZE = (1180, 760)
#: Opening at which the gripper is drawn, and depth of the graspnetAPI point t.
WIDTH_M = 0.07
DEPTH_M = 0.02
#: Where the grasp origin lies on the page in each view.
ORIGINS = {"closing": (350.0, 590.0), "side": (900.0, 590.0)}

RED, GREEN, BLUE = "#c1121f", "#2a7f2a", "#1d4ed8"  # x, y, z as everywhere in ROS
INK, QUIET, STEEL, PAD = "#1f2937", "#6b7280", "#d5dae1", "#9fb3c8"

STYLE = (
    "<style>text{font-family:Helvetica,Arial,sans-serif;font-size:15px;fill:#1f2937}"
    ".small{font-size:13px;fill:#6b7280}.title{font-size:17px;font-weight:bold}</style>"
)


class View:
    """One view: metres (right, down) from the grasp origin to shapes on the page."""

    def __init__(self, origin: tuple[float, float]) -> None:
        self.origin = origin
        self.shapes: list[str] = []

    def at(self, right: float, down: float) -> tuple[float, float]:
        """Page position of a point given in metres from the origin."""
        return self.origin[0] + right * PIXELS_PER_M, self.origin[1] + down * PIXELS_PER_M

    def box(self, right: tuple[float, float], down: tuple[float, float], fill: str) -> None:
        """Draw a rectangle between two (low, high) ranges."""
        x, y = self.at(right[0], down[0])
        w, h = (right[1] - right[0]) * PIXELS_PER_M, (down[1] - down[0]) * PIXELS_PER_M
        self.shapes.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" fill="{fill}" '
            f'stroke="{INK}" stroke-width="1.2"/>'
        )

    def text(
        self,
        right: float,
        down: float,
        words: str,
        anchor: str = "middle",
        css: str = "",
        color: str = "",
    ) -> None:
        """Write words whose baseline passes through a point."""
        x, y = self.at(right, down)
        css = f' class="{css}"' if css else ""
        color = f' style="fill:{color}"' if color else ""
        self.shapes.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{css}{color}>{words}</text>'
        )

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        color: str = QUIET,
        width: float = 1.0,
        heads: str = "",
        dash: bool = False,
    ) -> None:
        """Draw a line with an arrow head at its end (`heads` ">") or at both ends ("<>")."""
        (x1, y1), (x2, y2) = self.at(*start), self.at(*end)
        dashes = ' stroke-dasharray="5 4"' if dash else ""
        length = np.hypot(x2 - x1, y2 - y1)
        ux, uy = (x2 - x1) / length, (y2 - y1) / length
        size = 4.0 + 2.5 * width
        if heads:
            self._head(x2, y2, ux, uy, size, color)
        if heads == "<>":
            self._head(x1, y1, -ux, -uy, size, color)
        cut = 0.8 * size  # the line ends inside the head
        x2, y2 = (x2 - cut * ux, y2 - cut * uy) if heads else (x2, y2)
        x1, y1 = (x1 + cut * ux, y1 + cut * uy) if heads == "<>" else (x1, y1)
        self.shapes.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}" '
            f'stroke-width="{width}"{dashes}/>'
        )

    def dot(self, right: float, down: float, color: str = INK) -> None:
        """Mark a point."""
        x, y = self.at(right, down)
        self.shapes.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{color}"/>')

    def normal(self, right: float, down: float, color: str, towards_reader: bool) -> None:
        """Mark an axis that is orthogonal to the page: a dot towards the reader, else a cross."""
        x, y = self.at(right, down)
        self.shapes.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9" fill="white" stroke="{color}" '
            'stroke-width="2.5"/>'
        )
        if towards_reader:
            self.shapes.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>')
            return
        r = 6.2
        for sign in (1, -1):
            self.shapes.append(
                f'<line x1="{x - r:.1f}" y1="{y - sign * r:.1f}" x2="{x + r:.1f}" '
                f'y2="{y + sign * r:.1f}" stroke="{color}" stroke-width="2.5"/>'
            )

    def measure(
        self, start: tuple[float, float], end: tuple[float, float], words: str, side: float
    ) -> None:
        """Draw a dimension line; words to its right (`side` 1), left (-1) or below it (0)."""
        self.line(start, end, heads="<>")
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        if side == 0:
            self.text(middle[0], middle[1] + 0.0058, words, css="small")
        else:
            anchor = "start" if side > 0 else "end"
            self.text(middle[0] + side * 0.003, middle[1] + 0.0015, words, anchor, "small")

    def _head(self, x: float, y: float, ux: float, uy: float, size: float, color: str) -> None:
        back_x, back_y = x - size * ux, y - size * uy
        half = 0.38 * size
        points = (
            f"{x:.1f},{y:.1f} {back_x - half * uy:.1f},{back_y + half * ux:.1f} "
            f"{back_x + half * uy:.1f},{back_y - half * ux:.1f}"
        )
        self.shapes.append(f'<polygon points="{points}" fill="{color}"/>')


def closing_view(gripper: Gripper) -> View:
    """Right is y (closing), down is x (approach), z points at the reader."""
    view = View(ORIGINS["closing"])
    lower, upper = gripper.boxes(np.array([WIDTH_M]))
    palm, length = (lower[0, 2], upper[0, 2]), gripper.finger_length
    outer = WIDTH_M / 2 + gripper.finger_thickness
    view.box((palm[0][1], palm[1][1]), (palm[0][0], palm[1][0]), STEEL)
    view.text(-0.045, palm[0][0] + 0.013, "palm", css="small")
    for finger, inner in ((0, WIDTH_M / 2), (1, -WIDTH_M / 2)):
        low, high = lower[0, finger], upper[0, finger]
        view.box((low[1], high[1]), (low[0], high[0]), STEEL)
        pad = (inner, inner + 0.002) if finger == 0 else (inner - 0.002, inner)
        view.box(pad, (-gripper.pad_length, 0.0), PAD)
    view.text(0.0, palm[0][0] - 0.035, "seen against z: z points at the reader", css="title")

    view.line((-outer - 0.012, 0.0), (outer + 0.05, 0.0), dash=True)
    view.line((0.0, 0.0), (0.0, 0.038), RED, 3.5, ">")
    view.line((0.0, 0.0), (0.024, 0.0), GREEN, 3.5, ">")
    view.normal(0.0, 0.0, BLUE, towards_reader=True)
    view.text(0.004, 0.035, "x = approach", "start", color=RED)
    view.text(0.0055, -0.0035, "y = closing", "start", color=GREEN)
    view.text(-0.005, 0.0075, "z", "end", color=BLUE)
    view.text(-0.0045, -0.005, "o", "end")

    view.line((0.0, -length), (0.0, 0.0), dash=True)
    view.dot(0.0, -DEPTH_M)
    view.text(-0.0028, -DEPTH_M + 0.0013, "t = o - depth x", "end", "small")

    view.measure((-WIDTH_M / 2, 0.017), (WIDTH_M / 2, 0.017), "", 0)
    view.text(-0.0175, 0.0228, "width", css="small")
    left = -outer - 0.008
    view.measure((left, -length), (left, 0.0), "finger.length_m", -1)
    right = outer + 0.008
    view.measure((right, -gripper.pad_length), (right, 0.0), "finger.pad_length_m", 1)
    view.measure((WIDTH_M / 2, 0.008), (outer, 0.008), "", 0)
    view.text(outer + 0.003, 0.0095, "finger.thickness_m", "start", "small")
    palm_side = palm[1][1] + 0.006
    view.measure((palm_side, palm[0][0]), (palm_side, palm[1][0]), "palm.depth_m", 1)
    view.measure((palm[0][1], palm[0][0] - 0.009), (palm[1][1], palm[0][0] - 0.009), "", 0)
    view.text(-0.04, palm[0][0] - 0.0115, "palm.width_m", css="small")
    _tool_frame(view, gripper)
    return view


def _tool_frame(view: View, gripper: Gripper) -> None:
    """Draw tool0 on the flange, and the arrow that T_tool_grasp stands for."""
    flange = -float(gripper.T_tool_grasp[:3, 3] @ gripper.T_tool_grasp[:3, 0])
    view.line((0.0, flange), (0.0, flange + 0.024), BLUE, 3.5, ">")
    view.line((0.0, flange), (0.024, flange), GREEN, 3.5, ">")
    view.normal(0.0, flange, RED, towards_reader=False)
    view.text(0.003, flange + 0.0235, "z", "start", color=BLUE)
    view.text(0.0215, flange - 0.0035, "y", color=GREEN)
    view.text(-0.0045, flange + 0.0075, "x", "end", color=RED)
    view.text(-0.0045, flange - 0.0035, "tool0", "end")
    view.line((0.0155, flange + 0.005), (0.0155, -0.0105), INK, 1.4, ">")
    view.text(0.0185, flange + 0.048, "T_tool_grasp", "start")


def side_view(gripper: Gripper) -> View:
    """Right is z, down is x (approach), y points away from the reader."""
    view = View(ORIGINS["side"])
    lower, upper = gripper.boxes(np.array([WIDTH_M]))
    low, high = lower[0, 2], upper[0, 2]
    view.box((low[2], high[2]), (low[0], high[0]), STEEL)
    low_finger, high_finger = lower[0, 0], upper[0, 0]
    across = (low_finger[2], high_finger[2])
    view.box(across, (low_finger[0], high_finger[0]), STEEL)
    view.box(across, (-gripper.pad_length, 0.0), PAD)
    view.text(0.0, low[0] - 0.035, "seen along y: y points away", css="title")
    view.text(0.0, low[0] + 0.013, "palm", css="small")

    view.line((-0.03, 0.0), (0.05, 0.0), dash=True)
    view.line((0.0, 0.0), (0.0, 0.038), RED, 3.5, ">")
    view.line((0.0, 0.0), (0.024, 0.0), BLUE, 3.5, ">")
    view.normal(0.0, 0.0, GREEN, towards_reader=False)
    view.text(0.004, 0.035, "x = approach", "start", color=RED)
    view.text(0.0265, -0.003, "z = x cross y", "start", color=BLUE)
    view.text(-0.005, 0.0075, "y", "end", color=GREEN)
    view.text(-0.0045, -0.005, "o", "end")

    view.measure((across[0], 0.017), (across[1], 0.017), "", 0)
    view.text(across[1] + 0.004, 0.0185, "finger.width_m", "start", "small")
    top = low[0] - 0.009
    view.measure((low[2], top), (high[2], top), "", 0)
    view.text(0.0, top - 0.0025, "palm.height_m", css="small")
    return view


def draw(gripper: Gripper) -> str:
    """Return the picture as SVG."""
    shapes = [
        shape for view in (closing_view(gripper), side_view(gripper)) for shape in view.shapes
    ]
    width, height = SIZE
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">'
    )
    background = f'<rect width="{width}" height="{height}" fill="white"/>'
    return "\n".join([head, STYLE, background, *shapes, "</svg>"]) + "\n"


if __name__ == "__main__":
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(draw(Gripper.load(GRIPPER)), encoding="utf-8")
