"""How a `View` is stored: images of the crop that holds its pixels, and short numbers.

Depth is kept in steps of 0.1 mm, a tenth of what a D435 resolves and about the error of a PhoXi;
labels too, and their rotations as quaternions of 16 bits each (0.004 degrees). Executed grasps keep
all digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy.spatial.transform import Rotation

from grasp_core.camera import Camera
from grasp_core.checks import check_array
from grasp_core.errors import ArrayError
from grasp_core.transforms import quaternions_xyzw
from grasp_learning.view_sample import View
from grasp_sim.scenes import SceneSpec

#: Metres in one step of depths and label positions: 16 bits reach 6.5 m and +-3.2 m.
STEP_M = 1e-4
#: One in 16 bit quaternions.
UNIT = 32767

#: Stored as they are in the view.
_PLAIN = (
    "quality", "grasp_instances", "free",
    "trial_rotations", "trial_positions", "trial_widths", "trial_outcomes", "trial_sources",
)  # fmt: skip
#: One number per pixel, stored as images of the crop.
_PER_PIXEL = ("instances", "classes", "grasp_index")
#: Lengths of labels, stored in steps.
_LENGTHS = ("positions", "widths", "contacts")


def encode_view(view: View, camera: Camera, pixels: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Give the arrays of a sample.

    Parameters
    ----------
    camera : of the image that the N pixels are from.
    pixels : (N,) row-major index of each point of the view in the image, rising.

    Raises
    ------
    ArrayError : the number of pixels is not the view's or is 0, or a length does not fit 16 bits.
    """
    if len(pixels) != len(view) or len(pixels) == 0:
        raise ArrayError(f"{len(pixels)} pixels for {len(view)} points; expected as many, > 0")
    rows, columns = np.divmod(pixels, camera.width)
    corner = np.array([rows.min(), columns.min()])
    place = (rows - corner[0], columns - corner[1])
    shape = (int(place[0].max()) + 1, int(place[1].max()) + 1)

    def image(values: NDArray[Any]) -> NDArray[Any]:
        crop = np.zeros(shape, values.dtype)
        crop[place] = values
        return crop

    return {
        "camera": np.array([camera.fx, camera.fy, camera.cx, camera.cy]),
        "corner": corner.astype(np.int32),
        "clean_depth": image(_steps(view.clean[:, 2], "clean", np.uint16)),
        "measured_depth": image(_steps(view.measured[:, 2], "measured", np.uint16)),
        **{name: image(getattr(view, name)) for name in _PER_PIXEL},
        "quaternions": np.rint(quaternions_xyzw(view.rotations.astype(float)) * UNIT).astype(
            np.int16
        ),
        **{name: _steps(getattr(view, name), name, np.int16) for name in _LENGTHS},
        **{name: getattr(view, name) for name in _PLAIN},
        "pose": view.T_world_camera,
        "friction": np.float64(view.friction),
        "noise": np.float64(view.noise),
        "spec": np.array(view.spec.to_json()),
    }


def decode_view(arrays: Mapping[str, NDArray[Any]]) -> View:
    """Give the view that `encode_view` was given, up to rounding, from what a shard gives back.

    Raises
    ------
    ArrayError : an array is missing, or the values are not those of a view.
    """
    try:
        clean = arrays["clean_depth"]
        seen = np.nonzero(clean)
        sight = _sight(arrays["camera"], arrays["corner"], seen)
        measured = arrays["measured_depth"][seen]
        quaternions = arrays["quaternions"]
        rotations = np.zeros((0, 3, 3))
        if len(quaternions):
            rotations = Rotation.from_quat(quaternions / UNIT).as_matrix()
        fields: dict[str, Any] = {
            "measured": sight * _metres(measured)[:, None],
            "measured_valid": measured > 0,
            "clean": sight * _metres(clean[seen])[:, None],
            **{name: arrays[name][seen] for name in _PER_PIXEL},
            "rotations": rotations.astype(np.float32),
            **{name: _metres(arrays[name]) for name in _LENGTHS},
            **{name: arrays[name] for name in _PLAIN},
            "T_world_camera": arrays["pose"],
            "friction": float(arrays["friction"]),
            "noise": float(arrays["noise"]),
            "spec": SceneSpec.from_json(str(arrays["spec"])),
        }
    except KeyError as error:
        raise ArrayError(f"no array {error} in this sample, it is no view") from error
    except (IndexError, ValueError) as error:
        raise ArrayError(f"the arrays are not those of a view ({error})") from error
    return View(**fields)


def _sight(
    camera: NDArray[Any], corner: NDArray[Any], place: tuple[NDArray[Any], ...]
) -> NDArray[np.float32]:
    """Points (N, 3) at depth 1 on the lines of sight of pixels of the crop."""
    fx, fy, cx, cy = camera
    rows, columns = place
    x, y = (columns + corner[1] - cx) / fx, (rows + corner[0] - cy) / fy
    return np.stack([x, y, np.ones(len(x))], axis=-1).astype(np.float32)


def _steps(lengths_m: NDArray[Any], name: str, dtype: DTypeLike) -> NDArray[Any]:
    return check_array(np.rint(lengths_m / STEP_M), lengths_m.shape, name, dtype)


def _metres(steps: NDArray[Any]) -> NDArray[np.float32]:
    return (steps * STEP_M).astype(np.float32)
