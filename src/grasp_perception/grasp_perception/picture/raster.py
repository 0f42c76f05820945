"""`Layer`: points and boxes drawn through a pinhole camera into a depth buffer, on the CPU alone.

Open3D's offscreen renderer needs a GPU driver or Vulkan, which a robot's computer, a container or a
CI machine may lack; this needs nothing, and gives the same pixels everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_core.transforms import transform_points
from grasp_perception.picture.views import View

Float32 = NDArray[np.float32]

#: Nothing nearer to the camera than this is drawn.
NEAR_M = 0.02
#: Brightness of a face seen edge-on; one that faces the camera has 1.
DARKEST_FACE = 0.5
#: Largest half edge of a splat in pixels: a point close to the camera must not fill the picture.
LARGEST_SPLAT_PX = 40

#: The six faces of a box as corners, counted 4 x + 2 y + z; each is a convex quadrilateral.
_FACES = np.array(
    [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
)


@dataclass(frozen=True, eq=False)
class Layer:
    """What a camera sees of one kind of thing.

    Attributes
    ----------
    depth : (H, W) float32 metres along the view, infinity where there is nothing.
    color : (H, W, 3) float32 RGB in [0, 1].
    label : (H, W) int32, which thing it is; -1 where there is nothing.
    """

    depth: Float32
    color: Float32
    label: NDArray[np.int32]

    @classmethod
    def empty(cls, view: View) -> Layer:
        """Nothing yet, of the size of the view."""
        height, width = view.height, view.width
        return cls(
            np.full((height, width), np.inf, np.float32),
            np.zeros((height, width, 3), np.float32),
            np.full((height, width), -1, np.int32),
        )


def draw_points(view: View, points: Float32, colors: Float32, radii: Float32) -> Layer:
    """Draw squares that face the camera.

    Parameters
    ----------
    points : (N, 3) metres in the frame of the view.
    colors : (N, 3) RGB in [0, 1].
    radii : (N,) metres, half the edge of each square.
    """
    layer = Layer.empty(view)
    seen = transform_points(view.T_view_frame, points)
    _splat(seen, colors, radii, view.focal, view.cx, view.cy, *_buffers(layer))
    return layer


def draw_boxes(
    view: View, T_frame_box: Float, sizes: Float, colors: Float32, labels: NDArray[np.int32]
) -> Layer:
    """Draw solid boxes, each face shaded by how much it faces the camera.

    Parameters
    ----------
    T_frame_box : (B, 4, 4) pose of each box's centre.
    sizes : (B, 3) metres.
    colors : (B, 3) RGB in [0, 1].
    labels : (B,) what the box belongs to.
    """
    layer = Layer.empty(view)
    unit = np.stack(np.meshgrid(*[[-0.5, 0.5]] * 3, indexing="ij"), axis=-1).reshape(8, 3)
    T_view_box = view.T_view_frame @ T_frame_box
    corners = np.einsum("bij,bcj->bci", T_view_box[:, :3, :3], unit * sizes[:, None])
    corners += T_view_box[:, None, :3, 3]  # (B, 8, 3)
    quads = corners[:, _FACES].reshape(-1, 4, 3)
    normals = np.cross(quads[:, 1] - quads[:, 0], quads[:, 2] - quads[:, 0])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    shades = DARKEST_FACE + (1 - DARKEST_FACE) * np.abs(normals[:, 2:])
    face_colors = (shades * np.repeat(colors, 6, axis=0)).astype(np.float32)
    face_labels = np.repeat(labels, 6)
    ahead = quads[:, :, 2].min(axis=1) > NEAR_M
    _fill(
        quads[ahead],
        normals[ahead],
        face_colors[ahead],
        face_labels[ahead],
        view.focal,
        view.cx,
        view.cy,
        *_buffers(layer),
    )
    return layer


def _buffers(layer: Layer) -> tuple[Float32, Float32, NDArray[np.int32]]:
    return layer.depth, layer.color, layer.label


@numba.njit(cache=True)
def _splat(
    points: Float32,
    colors: Float32,
    radii: Float32,
    focal: float,
    cx: float,
    cy: float,
    depth: Float32,
    color: Float32,
    label: NDArray[np.int32],
) -> None:
    height, width = depth.shape
    for i in range(len(points)):
        x, y, z = points[i]
        if z < NEAR_M:
            continue
        u, v = focal * x / z + cx, focal * y / z + cy
        radius = min(max(focal * radii[i] / z, 0.5), LARGEST_SPLAT_PX)
        left, right = int(np.ceil(u - radius)), int(np.floor(u + radius))
        top, bottom = int(np.ceil(v - radius)), int(np.floor(v + radius))
        for row in range(max(top, 0), min(bottom, height - 1) + 1):
            for column in range(max(left, 0), min(right, width - 1) + 1):
                if z < depth[row, column]:
                    depth[row, column] = z
                    color[row, column] = colors[i]
                    label[row, column] = 0


@numba.njit(cache=True)
def _fill(
    quads: Float,
    normals: Float,
    colors: Float32,
    labels: NDArray[np.int32],
    focal: float,
    cx: float,
    cy: float,
    depth: Float32,
    color: Float32,
    label: NDArray[np.int32],
) -> None:
    height, width = depth.shape
    for i in range(len(quads)):
        u = focal * quads[i, :, 0] / quads[i, :, 2] + cx
        v = focal * quads[i, :, 1] / quads[i, :, 2] + cy
        a, b, c = normals[i]
        distance = a * quads[i, 0, 0] + b * quads[i, 0, 1] + c * quads[i, 0, 2]
        for row in range(max(int(np.ceil(v.min())), 0), min(int(v.max()), height - 1) + 1):
            for column in range(max(int(np.ceil(u.min())), 0), min(int(u.max()), width - 1) + 1):
                if not _inside(u, v, column, row):
                    continue
                slope = a * (column - cx) + b * (row - cy) + c * focal
                if slope == 0.0:  # seen edge-on
                    continue
                z = distance * focal / slope
                if z < depth[row, column]:
                    depth[row, column] = z
                    color[row, column] = colors[i]
                    label[row, column] = labels[i]


@numba.njit(cache=True)
def _inside(u: Float, v: Float, column: int, row: int) -> bool:
    """Whether a pixel lies on one side of all four edges of a convex quadrilateral."""
    left = right = False
    for a in range(4):
        b = (a + 1) % 4
        side = (u[b] - u[a]) * (row - v[a]) - (v[b] - v[a]) * (column - u[a])
        left |= side > 0
        right |= side < 0
    return not (left and right)
