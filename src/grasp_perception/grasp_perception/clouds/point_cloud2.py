"""`sensor_msgs/PointCloud2` to `PointCloud` and back, without a loop over the points.

Nothing of ROS is imported: a message is anything with the attributes of PointCloud2, so the same
code reads rclpy messages, messages that `rosbags` deserialized and plain dataclasses.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from grasp_core.cloud import PointCloud
from grasp_perception.clouds.wire import read_bytes, read_header
from grasp_perception.errors import CloudMessageError

UINT32, FLOAT32, FLOAT64 = 6, 7, 8  # datatype codes of sensor_msgs/PointField

_COORDINATE_TYPES = {FLOAT32: "f4", FLOAT64: "f8"}
#: PCL packs a colour in four bytes and calls them float32; other drivers say what they are.
_COLOR_TYPES = {UINT32: "u4", FLOAT32: "u4"}
_COLOR_NAMES = ("rgb", "rgba")
_UINT32_MAX = 2**32 - 1  # sizes are uint32 on the wire
_COLORED_POINT = 16  # bytes of x, y, z, rgb: PCL's and RViz's usual layout


class Field(NamedTuple):
    """The values of one sensor_msgs/PointField."""

    name: str
    offset: int
    datatype: int
    count: int  # type: ignore[assignment]  # the message's word, though a tuple has count()


class CloudFields(NamedTuple):
    """The values of a sensor_msgs/PointCloud2 but its header; little endian."""

    height: int
    width: int
    fields: tuple[Field, ...]
    point_step: int
    row_step: int
    is_dense: bool
    data: array[int]


def read_cloud(message: Any, max_points: int | None = None) -> PointCloud:
    """Read the valid points, and their colours if there are any, of a PointCloud2.

    Parameters
    ----------
    message : sensor_msgs/PointCloud2 or its like. Coordinates are float32 or float64 metres in any
        order and place, of either endianness; `rgb` or `rgba`, if present, is packed as PCL does
        it. Points that are zero or not finite are dropped; no points at all make an empty cloud.
    max_points : a larger frame is thinned while it is read: of an image every second, third, ...
        pixel of every second, third, ... row. `source_shape` and `source_indices` stay the frame's.

    Raises
    ------
    CloudMessageError : the frame is unnamed, x, y or z is missing, doubled, of another type or
        outside of the point, or the data are shorter than the sizes say.
    """
    frame_id, stamp_ns = read_header(message)
    height, width = _size(message, "height"), _size(message, "width")
    if height * width == 0:
        return PointCloud.from_xyz(np.empty((height, width, 3)), frame_id, stamp_ns=stamp_ns)
    point_step, row_step = _size(message, "point_step"), _size(message, "row_step")
    xyz = [_field(message, name, _COORDINATE_TYPES, point_step) for name in "xyz"]
    names = {field.name for field in message.fields}
    color = next((name for name in _COLOR_NAMES if name in names), None)
    data = read_bytes(message.data, height, width * point_step, row_step, "row_step")
    steps = _steps(height, width, max_points)
    layout = _Layout(
        data,
        (-(-height // steps[0]), -(-width // steps[1])),
        (row_step * steps[0], point_step * steps[1]),
        bool(message.is_bigendian),
    )
    colors = None
    if color is not None:
        colors = layout.colors(_field(message, color, _COLOR_TYPES, point_step))
    cloud = PointCloud.from_xyz(layout.coordinates(xyz), frame_id, colors, stamp_ns)
    if steps == (1, 1):
        return cloud
    rows, columns = np.divmod(cloud.source_indices, layout.shape[1])
    indices = rows * steps[0] * width + columns * steps[1]
    return replace(cloud, source_shape=(height, width), source_indices=indices)


def _steps(height: int, width: int, max_points: int | None) -> tuple[int, int]:
    """Rows and columns from one point that is read to the next, equal in an image."""
    if max_points is None or height * width <= max_points:
        return 1, 1
    if height == 1:
        return 1, -(-width // max_points)
    step = 2
    while -(-height // step) * -(-width // step) > max_points:
        step += 1
    return step, step


class _Layout(NamedTuple):
    """Where the points of a message lie in its bytes."""

    data: NDArray[np.uint8]
    shape: tuple[int, int]
    strides: tuple[int, int]
    is_bigendian: bool

    def coordinates(self, xyz: Sequence[Field]) -> NDArray[np.floating]:
        """(H, W, 3) coordinates: a view of the data where x, y, z are equal steps apart."""
        order = ">" if self.is_bigendian else "<"
        types = [np.dtype(order + _COORDINATE_TYPES[field.datatype]) for field in xyz]
        offsets = [field.offset for field in xyz]
        step = offsets[1] - offsets[0]
        if len(set(types)) == 1 and offsets[2] - offsets[1] == step:
            return self._view((*self.shape, 3), types[0], offsets[0], step)
        columns = np.empty((*self.shape, 3), np.float32)
        with np.errstate(over="ignore", invalid="ignore"):  # too large for float32 is invalid
            for i, (dtype, offset) in enumerate(zip(types, offsets, strict=True)):
                columns[..., i] = self._view(self.shape, dtype, offset)
        return columns

    def colors(self, field: Field) -> NDArray[np.uint8]:
        """(H, W, 3) view of the colours, RGB; the packed word is 0xAARRGGBB."""
        first, step = (field.offset + 1, 1) if self.is_bigendian else (field.offset + 2, -1)
        return self._view((*self.shape, 3), np.dtype(np.uint8), first, step)

    def _view(
        self, shape: tuple[int, ...], dtype: np.dtype[Any], offset: int, *steps: int
    ) -> NDArray[Any]:
        return np.ndarray(shape, dtype, self.data, offset, (*self.strides, *steps))


def _size(message: Any, name: str) -> int:
    value = int(getattr(message, name))
    if not 0 <= value <= _UINT32_MAX:
        raise CloudMessageError(f"{name} {value} is not in [0, {_UINT32_MAX}]")
    return value


def _field(message: Any, name: str, datatypes: dict[int, str], point_step: int) -> Field:
    """Find the one field `name`; it has one of `datatypes` and lies inside of the point."""
    found = [field for field in message.fields if field.name == name]
    if len(found) != 1:
        names = [field.name for field in message.fields]
        problem = f"there are {len(found)} fields {name!r}" if found else f"no field {name!r}"
        raise CloudMessageError(f"{problem}: the message has {names}, expected x, y and z once")
    field = Field(name, int(found[0].offset), int(found[0].datatype), int(found[0].count))
    if field.datatype not in datatypes:
        valid = " or ".join(str(code) for code in datatypes)
        raise CloudMessageError(f"field {name!r}: datatype {field.datatype}, expected {valid}")
    if field.count != 1:
        raise CloudMessageError(f"field {name!r}: count {field.count}, expected 1")
    size = np.dtype(datatypes[field.datatype]).itemsize
    if not 0 <= field.offset <= point_step - size:
        raise CloudMessageError(
            f"field {name!r}: {size} bytes at offset {field.offset} do not fit in "
            f"point_step {point_step}"
        )
    return field


def cloud_fields(cloud: PointCloud, organized: bool = True) -> CloudFields:
    """Values to fill a PointCloud2 with: float32 x, y, z, and float32-packed rgb if coloured.

    Parameters
    ----------
    organized : give a cloud that came from an image its (height, width) back, invalid pixels as
        NaN (REP-117); otherwise, and for other clouds, one row of valid points.
    """
    columns = 3 if cloud.colors is None else _COLORED_POINT // 4
    fields = [Field(name, 4 * i, FLOAT32, 1) for i, name in enumerate("xyz")]
    packed = np.zeros((len(cloud), columns), np.float32)
    packed[:, :3] = cloud.points
    if cloud.colors is not None:
        fields.append(Field("rgb", 12, FLOAT32, 1))
        packed.view(np.uint8)[:, 12:15] = cloud.colors[:, ::-1]
    height, width = cloud.source_shape
    if organized and height > 1:
        packed = _scatter(packed, cloud.source_indices, height * width)
    else:
        height, width = 1, len(cloud)
    data = array("B")
    data.frombytes(packed.reshape(-1).view(np.uint8).data)
    return CloudFields(
        height=height,
        width=width,
        fields=tuple(fields),
        point_step=4 * columns,
        row_step=4 * columns * width,
        is_dense=len(cloud) == height * width,
        data=data,
    )


def _scatter(
    packed: NDArray[np.float32], indices: NDArray[np.int64], pixels: int
) -> NDArray[np.float32]:
    """(pixels, C) with row i of `packed` at indices[i], and coordinates NaN elsewhere."""
    image = np.zeros((pixels, packed.shape[1]), np.float32)
    image[:, :3] = np.nan
    point = np.dtype(f"V{4 * packed.shape[1]}")  # whole points move as one block
    image.view(point)[indices, 0] = packed.view(point)[:, 0]
    return image
