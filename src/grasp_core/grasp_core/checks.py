"""Checks that return the validated array, read-only, or name what is wrong with it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from grasp_core.errors import ArrayError

Float = NDArray[np.float64]
AnyFloat = NDArray[np.floating[Any]]
AnyInteger = NDArray[np.integer[Any]]

#: Largest |R Rᵀ - I| entry that counts as a rotation; float32 wire formats stay below 1e-6.
ROTATION_TOLERANCE = 1e-4


def check_array(
    value: ArrayLike, shape: tuple[int | None, ...], name: str, dtype: DTypeLike = np.float64
) -> NDArray[Any]:
    """Return a finite read-only copy of `value`, or itself where it is all that already.

    Parameters
    ----------
    value : array of any numeric type.
    shape : expected shape, None where any length will do.
    name : what to call the array in an error.

    Raises
    ------
    ArrayError : wrong number of axes or length, a NaN or infinite entry, or a value that an
        integer `dtype` cannot hold.
    """
    try:
        source = np.asarray(value)
        with np.errstate(invalid="ignore", over="ignore"):  # what does not fit is refused below
            array = source.astype(dtype, order="C", copy=source.flags.writeable)
    except (TypeError, ValueError, OverflowError) as error:
        raise ArrayError(f"{name}: not an array of numbers ({error})") from error
    integer = np.issubdtype(array.dtype, np.integer)
    if integer and not np.can_cast(source.dtype, array.dtype) and not np.array_equal(array, source):
        raise ArrayError(f"{name}: values do not fit {array.dtype}")
    expected = "(" + ", ".join("N" if n is None else str(n) for n in shape) + ")"
    fits = array.ndim == len(shape) and all(
        want is None or want == have for want, have in zip(shape, array.shape, strict=True)
    )
    if not fits:
        raise ArrayError(f"{name}: shape {array.shape}, expected {expected}")
    if np.issubdtype(array.dtype, np.floating) and not np.isfinite(array).all():
        first = np.argwhere(~np.isfinite(array))[0].tolist()
        raise ArrayError(f"{name}: value at index {first} is not finite")
    array.setflags(write=False)
    return array


def check_range(array: Float, low: float, high: float, name: str) -> Float:
    """Return `array` if every entry lies in [low, high].

    Raises
    ------
    ArrayError : names the first entry outside.
    """
    outside = (array < low) | (array > high)
    if outside.any():
        index = int(np.argmax(outside))
        raise ArrayError(f"{name}: {array.flat[index]:.6g} at {index} is not in [{low}, {high}]")
    return array


def check_rotations(value: ArrayLike, name: str = "rotations") -> Float:
    """Return (N, 3, 3) right-handed rotation matrices.

    Raises
    ------
    ArrayError : wrong shape, or a matrix that is not a proper rotation.
    """
    rotations = check_array(value, (None, 3, 3), name)
    if len(rotations) == 0:
        return rotations
    gram = rotations @ np.swapaxes(rotations, -1, -2)
    off = np.abs(gram - np.eye(3)).max(axis=(-1, -2))
    bad = (off > ROTATION_TOLERANCE) | (np.linalg.det(rotations) < 0)
    if bad.any():
        index = int(np.argmax(bad))
        raise ArrayError(f"{name}: matrix {index} is not a right-handed rotation")
    return rotations
