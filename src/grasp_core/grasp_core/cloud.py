"""`PointCloud`: the valid points of one depth frame, and where each of them came from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

from grasp_core.checks import AnyFloat, AnyInteger, Float, check_array
from grasp_core.errors import ArrayError, FrameError
from grasp_core.transforms import transform_points

# Any strides and alignment: a view of a sensor's message is read in place, and only once.
_POINTS_VIEW = types.Array(types.float32, 2, "A", readonly=True, aligned=False)
_COLORS_VIEW = types.Array(types.uint8, 2, "A", readonly=True, aligned=False)
_POINTS = types.Array(types.float32, 2, "C")
_COLORS = types.Array(types.uint8, 2, "C")
_INDICES = types.Array(types.int64, 1, "C")


@numba.njit(types.intp(_POINTS_VIEW, _POINTS, _INDICES), cache=True)
def _keep_valid(
    xyz: NDArray[np.float32], points: NDArray[np.float32], indices: NDArray[np.int64]
) -> int:
    """Write the valid points (N, 3) and their indices to the front; return their number.

    The sum of squares is NaN or infinite exactly when an entry is (or is absurd), and zero exactly
    for the zero point.
    """
    n = 0
    for i in range(len(xyz)):
        x, y, z = xyz[i, 0], xyz[i, 1], xyz[i, 2]
        squared = x * x + y * y + z * z
        points[n, 0], points[n, 1], points[n, 2] = x, y, z  # overwritten unless it counts
        indices[n] = i
        n += (squared > 0) & (squared < np.inf)  # no branch: invalid pixels are not predictable
    return n


@numba.njit(types.void(_COLORS_VIEW, _INDICES, _COLORS), cache=True)
def _take(colors: NDArray[np.uint8], indices: NDArray[np.int64], taken: NDArray[np.uint8]) -> None:
    """Write colors[indices] to `taken`: several times faster than NumPy for rows of three."""
    for i in range(len(indices)):
        for channel in range(3):
            taken[i, channel] = colors[indices[i], channel]


def _origin() -> Float:
    return np.zeros(3)


@dataclass(frozen=True, eq=False)
class PointCloud:
    """Finite points in metres.

    Attributes
    ----------
    points : (N, 3) float32 metres, in `frame_id`.
    frame_id : name of the frame; the camera optical frame until a transform is stated.
    colors : (N, 3) uint8 RGB, or None.
    source_shape : (height, width) of the frame the points were read from.
    source_indices : (N,) row-major index of each point in that frame.
    viewpoint : (3,) metres, position of the camera in `frame_id`; of several cameras the middle.
    stamp_ns : acquisition time, nanoseconds.
    viewpoints : (N, 3) float32 metres, position of the camera that saw each point, or None where
        all were seen from `viewpoint`.

    Raises
    ------
    ArrayError : wrong shapes, or a value that is not finite.
    FrameError : `frame_id` is empty.
    """

    points: NDArray[np.float32]
    frame_id: str
    source_shape: tuple[int, int]
    source_indices: NDArray[np.int64]
    colors: NDArray[np.uint8] | None = None
    viewpoint: Float = field(default_factory=_origin)
    stamp_ns: int = 0
    viewpoints: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        points = check_array(self.points, (None, 3), "points", np.float32)
        indices = check_array(self.source_indices, (len(points),), "source_indices", np.int64)
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "source_indices", indices)
        object.__setattr__(self, "viewpoint", check_array(self.viewpoint, (3,), "viewpoint"))
        if self.colors is not None:
            colors = check_array(self.colors, (len(points), 3), "colors", np.uint8)
            object.__setattr__(self, "colors", colors)
        if self.viewpoints is not None:
            seen_from = check_array(self.viewpoints, (len(points), 3), "viewpoints", np.float32)
            object.__setattr__(self, "viewpoints", seen_from)
        if not self.frame_id:
            raise FrameError("a cloud needs the name of the frame it is in")

    @classmethod
    def from_xyz(
        cls,
        xyz: AnyFloat,
        frame_id: str,
        colors: NDArray[np.uint8] | None = None,
        stamp_ns: int = 0,
    ) -> PointCloud:
        """Build from raw points and drop the invalid ones.

        RealSense's ordered clouds and PhoXi mark a pixel without depth as (0, 0, 0), REP-117 as
        NaN, others as infinity: all three are dropped.

        Parameters
        ----------
        xyz : (N, 3) or (H, W, 3) metres, as the sensor gave them.
        colors : the same leading shape with 3 uint8 channels, or None.

        Raises
        ------
        ArrayError : another shape.
        """
        if xyz.ndim not in (2, 3) or xyz.shape[-1] != 3:
            raise ArrayError(f"xyz: shape {xyz.shape}, expected (N, 3) or (H, W, 3)")
        shape = xyz.shape[:2] if xyz.ndim == 3 else (1, xyz.shape[0])
        if colors is not None and colors.shape != xyz.shape:
            raise ArrayError(f"colors: shape {colors.shape}, expected {xyz.shape}")
        with np.errstate(over="ignore", invalid="ignore"):
            flat = xyz.reshape(-1, 3).astype(np.float32, copy=False)
        all_points = np.empty(flat.shape, np.float32)
        all_indices = np.empty(len(flat), np.int64)
        n = _keep_valid(flat, all_points, all_indices)
        points, indices = all_points[:n], all_indices[:n]
        kept_colors = None
        if colors is not None:
            kept_colors = np.empty((n, 3), np.uint8)
            _take(colors.reshape(-1, 3), indices, kept_colors)
        points.setflags(write=False)  # so that the constructor need not copy them
        indices.setflags(write=False)
        source_shape = (int(shape[0]), int(shape[1]))
        return cls(points, frame_id, source_shape, indices, kept_colors, stamp_ns=stamp_ns)

    def __len__(self) -> int:
        return len(self.points)

    @property
    def seen_from(self) -> Float:
        """Position (N, 3) of the camera that saw each point, metres in `frame_id`."""
        if self.viewpoints is not None:
            return self.viewpoints.astype(np.float64)
        return np.tile(self.viewpoint, (len(self), 1))

    def select(self, index: AnyInteger | NDArray[np.bool_]) -> PointCloud:
        """Keep the points that `index` (indices or a boolean mask) names, with all that belongs."""
        return replace(
            self,
            points=self.points[index],
            source_indices=self.source_indices[index],
            colors=None if self.colors is None else self.colors[index],
            viewpoints=None if self.viewpoints is None else self.viewpoints[index],
        )

    def transformed(self, T_a_frame: Float, frame_id: str) -> PointCloud:
        """Express the same points and viewpoints in frame a, which is named `frame_id`."""
        seen_from = self.viewpoints
        return replace(
            self,
            points=transform_points(T_a_frame, self.points),
            viewpoint=transform_points(T_a_frame, self.viewpoint[None])[0],
            viewpoints=None if seen_from is None else transform_points(T_a_frame, seen_from),
            frame_id=frame_id,
        )
