"""read_cloud against a reference that unpacks point by point, and cloud_fields against it."""

from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grasp_core.cloud import PointCloud
from grasp_perception.clouds.point_cloud2 import (
    FLOAT32,
    FLOAT64,
    UINT32,
    Field,
    cloud_fields,
    read_cloud,
)
from grasp_perception.errors import CloudMessageError

SIX = struct.pack("<6f", 1, 2, 3, 4, 5, 6)
XYZ = (Field("x", 0, FLOAT32, 1), Field("y", 4, FLOAT32, 1), Field("z", 8, FLOAT32, 1))


class Stamp(NamedTuple):
    sec: int = 3
    nanosec: int = 7


class Header(NamedTuple):
    stamp: Stamp = Stamp()
    frame_id: str = "camera"


HEADER = Header()


@dataclass(frozen=True)
class Message:
    """A PointCloud2 of nothing but data; by default two points of x, y, z."""

    height: int = 1
    width: int = 2
    fields: tuple[Field, ...] = XYZ
    point_step: int = 12
    row_step: int = 24
    is_bigendian: bool = False
    data: Any = SIX
    header: Header = HEADER


def slow_cloud(message: Message) -> tuple[list[list[float]], list[int], list[list[int]]]:
    """Points, pixels and colours of a good message, by its definition, one point at a time."""
    order = ">" if message.is_bigendian else "<"
    by_name = {field.name: field for field in message.fields}
    color = by_name.get("rgb", by_name.get("rgba"))
    points, pixels, colors = [], [], []
    for pixel in range(message.height * message.width):
        row, column = divmod(pixel, message.width)
        start = row * message.row_step + column * message.point_step
        point = []
        for name in "xyz":
            code = {FLOAT32: "f", FLOAT64: "d"}[by_name[name].datatype]
            at = start + by_name[name].offset
            (value,) = struct.unpack_from(order + code, message.data, at)
            with np.errstate(all="ignore"):
                point.append(np.float32(value))
        with np.errstate(all="ignore"):
            squared = point[0] * point[0] + point[1] * point[1] + point[2] * point[2]
        if not 0 < squared < np.inf:
            continue
        points.append(point)
        pixels.append(pixel)
        if color is not None:
            (word,) = struct.unpack_from(order + "I", message.data, start + color.offset)
            colors.append([word >> 16 & 255, word >> 8 & 255, word & 255])
    return points, pixels, colors


def assert_reads_as_defined(message: Message, cloud: PointCloud) -> None:
    points, pixels, colors = slow_cloud(message)
    np.testing.assert_array_equal(cloud.points, np.reshape(points, (-1, 3)).astype(np.float32))
    assert cloud.source_indices.tolist() == pixels
    assert cloud.source_shape == (message.height, message.width)
    has_color = {"rgb", "rgba"} & {field.name for field in message.fields}
    if message.height * message.width and has_color:
        assert cloud.colors is not None
        assert cloud.colors.tolist() == colors
    else:
        assert cloud.colors is None


@st.composite
def good_messages(draw: st.DrawFn) -> Message:
    """Any order and place of fields, float32 or float64, padding, endianness and size."""
    names = draw(st.permutations(["x", "y", "z", "rgb", "rgba", "intensity"]))
    optional = draw(st.sets(st.sampled_from(["rgb", "rgba", "intensity"])))
    fields, offset = [], 0
    for name in names:
        if name in "xyz":
            datatype = draw(st.sampled_from([FLOAT32, FLOAT64]))
        elif name in optional:
            datatype = draw(st.sampled_from([FLOAT32, UINT32]))
        else:
            continue
        offset += draw(st.integers(0, 5))
        fields.append(Field(name, offset, datatype, 1))
        offset += 8 if datatype == FLOAT64 else 4
    point_step = offset + draw(st.integers(0, 9))
    height, width = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    row_step = width * point_step + draw(st.integers(0, 7))
    big = draw(st.booleans())
    size = height * row_step
    data = bytearray(draw(st.integers(0, 2**32)).to_bytes(5, "little") * size)[:size]
    special = st.sampled_from([0.0, 0.0, np.nan, np.inf, -np.inf, 1e-30, -1e30, 1e300])
    values = iter(draw(st.lists(special | st.floats(-9, 9), min_size=36, max_size=36)))
    for row in range(height):
        for column in range(width):
            for name in "xyz":
                f = next(f for f in fields if f.name == name)
                value, code = next(values), "d"
                if f.datatype == FLOAT32:
                    with np.errstate(over="ignore"):
                        value, code = np.float32(value), "f"
                at = row * row_step + column * point_step + f.offset
                struct.pack_into((">" if big else "<") + code, data, at, value)
    return Message(height, width, tuple(fields), point_step, row_step, big, bytes(data))


@st.composite
def broken_messages(draw: st.DrawFn) -> Message:
    """A good message of which one value is anything."""
    message = draw(good_messages())
    size = st.integers(-2, 40) | st.sampled_from([2**31, 2**32 - 1, 2**32, 2**63, 2**64])
    kind = draw(st.sampled_from(["message", "field", "data", "fields"]))
    if kind == "message":
        name = draw(st.sampled_from(["height", "width", "point_step", "row_step"]))
        return replace(message, **{name: draw(size)})
    if kind == "data":
        return replace(message, data=message.data[: draw(st.integers(0, len(message.data)))])
    fields = list(message.fields)
    index = draw(st.integers(0, len(fields) - 1))
    if kind == "fields":
        fields.insert(index, fields[-1])
        del fields[draw(st.integers(0, len(fields) - 1))]
    else:
        value = {draw(st.sampled_from(["offset", "datatype", "count"])): draw(size)}
        fields[index] = fields[index]._replace(**value)
    return replace(message, fields=tuple(fields))


@given(good_messages())
def test_reads_every_good_layout_as_defined(message: Message) -> None:
    assert_reads_as_defined(message, read_cloud(message))


@given(broken_messages())
def test_reads_as_defined_or_says_that_the_message_is_broken(message: Message) -> None:
    try:
        cloud = read_cloud(message)
    except CloudMessageError:
        return
    assert_reads_as_defined(message, cloud)


def test_reads_points_frame_and_stamp() -> None:
    cloud = read_cloud(Message())
    np.testing.assert_array_equal(cloud.points, [[1, 2, 3], [4, 5, 6]])
    assert cloud.points.dtype == np.float32
    assert (cloud.frame_id, cloud.stamp_ns) == ("camera", 3_000_000_007)


@pytest.mark.parametrize(
    "kind",
    [bytes, bytearray, list, lambda b: array("B", b), lambda b: np.frombuffer(b, np.uint8)],
    ids=["bytes", "bytearray", "list", "array", "numpy"],
)
def test_reads_every_kind_of_data(kind: Any) -> None:
    cloud = read_cloud(Message(data=kind(SIX)))
    np.testing.assert_array_equal(cloud.points, [[1, 2, 3], [4, 5, 6]])


def test_color_is_packed_as_pcl_does() -> None:
    point = struct.pack("<3f", 1, 2, 3) + bytes([30, 20, 10, 255])  # B, G, R, A
    fields = (*XYZ, Field("rgb", 12, FLOAT32, 1))
    cloud = read_cloud(Message(1, 1, fields, 16, 16, data=point))
    assert cloud.colors is not None
    assert cloud.colors.tolist() == [[10, 20, 30]]


def test_invalid_points_are_dropped_and_the_others_keep_their_pixel() -> None:
    nan, inf = np.nan, np.inf
    values = [[0, 0, 0], [0, 0, 1], [nan, 1, 1], [1, inf, 1], [1, 1, -inf], [0, 2, 0]]
    data = np.array(values, "<f4").tobytes()
    cloud = read_cloud(Message(2, 3, XYZ, 12, 36, data=data))
    assert cloud.points.tolist() == [[0, 0, 1], [0, 2, 0]]
    assert cloud.source_indices.tolist() == [1, 5]
    assert cloud.source_shape == (2, 3)


@pytest.mark.parametrize("shape", [(0, 0), (1, 0), (0, 640)])
def test_no_points_are_an_empty_cloud_whatever_the_fields(shape: tuple[int, int]) -> None:
    cloud = read_cloud(Message(*shape, fields=(), point_step=0, row_step=0, data=b""))
    assert len(cloud) == 0
    assert cloud.source_shape == shape
    assert cloud.frame_id == "camera"


@pytest.mark.parametrize(
    ("height", "width", "max_points", "pixels"),
    [
        (4, 5, 20, list(range(20))),
        (4, 5, 19, [0, 2, 4, 10, 12, 14]),  # every second row and column
        (4, 5, 5, [0, 3, 15, 18]),  # every third: every second would be six points
        (1, 7, 3, [0, 3, 6]),  # no image: every third point
    ],
)
def test_large_frames_are_thinned_and_points_keep_their_pixel(
    height: int, width: int, max_points: int, pixels: list[int]
) -> None:
    xyz = np.arange(1, 3 * height * width + 1, dtype="<f4").reshape(-1, 3)
    colored = PointCloud.from_xyz(xyz, "camera", np.arange(len(xyz) * 3, dtype="u1").reshape(-1, 3))
    values = cloud_fields(colored)._asdict() | {"height": height, "width": width}
    values |= {"row_step": 16 * width}
    message = Message(**{key: value for key, value in values.items() if key != "is_dense"})
    cloud = read_cloud(message, max_points)
    assert (cloud.source_shape, cloud.source_indices.tolist()) == ((height, width), pixels)
    np.testing.assert_array_equal(cloud.points, xyz[pixels])
    assert cloud.colors is not None
    assert cloud.colors[:, 0].tolist() == [3 * pixel for pixel in pixels]


def test_invalid_points_of_a_thinned_frame_are_dropped() -> None:
    xyz = np.ones((4, 4, 3), "<f4")
    xyz[0, 2], xyz[1, 1] = 0.0, np.nan  # the second is passed over
    message = Message(height=4, width=4, row_step=48, data=xyz.tobytes())
    assert read_cloud(message, 4).source_indices.tolist() == [0, 8, 10]


def test_reads_ten_million_points() -> None:
    n = 10_000_000
    points = np.random.default_rng(0).uniform(-1, 1, (n, 4)).astype("<f4")
    points[::10] = 0
    cloud = read_cloud(Message(1, n, XYZ, 16, 16 * n, data=points.data.cast("B")))
    assert len(cloud) == 9_000_000
    np.testing.assert_array_equal(cloud.points, points.reshape(-1, 10, 4)[:, 1:, :3].reshape(-1, 3))
    assert cloud.source_indices[-1] == n - 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fields": XYZ[:2]}, r"no field 'z': the message has \['x', 'y'\]"),
        ({"fields": ()}, r"no field 'x': the message has \[\]"),
        ({"fields": (*XYZ, XYZ[0])}, "there are 2 fields 'x'"),
        ({"fields": (XYZ[0], XYZ[1], Field("z", 8, 5, 1))}, "'z': datatype 5, expected 7 or 8"),
        ({"fields": (*XYZ, Field("rgb", 0, 2, 1))}, "'rgb': datatype 2, expected 6 or 7"),
        ({"fields": (Field("x", 0, 7, 3), *XYZ[1:])}, "'x': count 3, expected 1"),
        ({"fields": (*XYZ[:2], Field("z", 9, 7, 1))}, "offset 9 do not fit in point_step 12"),
        ({"fields": (*XYZ[:2], Field("z", 8, 8, 1))}, "8 bytes at offset 8 do not fit"),
        ({"data": SIX[:-1]}, "data hold 23 bytes, 1 rows of 24 .* need 24"),
        ({"height": 2, "row_step": 32}, "data hold 24 bytes, 2 rows of 24 .* row_step 32 need 56"),
        ({"row_step": 20}, "row_step 20 is shorter than one row of 24 bytes"),
        ({"width": 2**32}, r"width 4294967296 is not in \[0, 4294967295\]"),
        ({"height": -1}, "height -1 is not in"),
        (
            {"width": 2**32 - 1, "row_step": 12},
            "row_step 12 is shorter than one row of 51539607540",
        ),
        ({"data": [300] * 24}, "data are not bytes"),
        ({"data": np.zeros(24)}, "data are items of 8 bytes in 1 axes, expected a row of bytes"),
        ({"header": Header(frame_id="")}, "frame_id is empty"),
    ],
)
def test_errors_say_what_is_wrong(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(CloudMessageError, match=message):
        read_cloud(replace(Message(), **changes))


def to_message(cloud: PointCloud, organized: bool = True) -> Message:
    values = cloud_fields(cloud, organized)._asdict()
    del values["is_dense"]
    return Message(**values)


@given(
    npst.arrays(
        np.float32,
        st.tuples(st.integers(1, 4), st.integers(0, 5), st.just(3)),
        elements=st.sampled_from([0, 0.5, -2, 3, np.nan]),
    ),
    st.booleans(),
)
def test_organized_round_trip(xyz: np.ndarray, colored: bool) -> None:
    colors = np.arange(xyz.size, dtype=np.uint8).reshape(xyz.shape) if colored else None
    cloud = PointCloud.from_xyz(xyz, "camera", colors)
    again = read_cloud(to_message(cloud))
    np.testing.assert_array_equal(again.points, cloud.points)
    np.testing.assert_array_equal(again.colors, cloud.colors)
    if xyz.shape[0] > 1:
        assert again.source_shape == cloud.source_shape
        np.testing.assert_array_equal(again.source_indices, cloud.source_indices)
    else:
        assert again.source_shape == (1, len(cloud))


def test_organized_fields_of_a_cloud_with_an_invalid_pixel() -> None:
    xyz = np.array([[[1, 2, 3], [0, 0, 0]], [[4, 5, 6], [7, 8, 9]]], np.float32)
    fields = cloud_fields(PointCloud.from_xyz(xyz, "camera"))
    assert fields[:6] == (2, 2, XYZ, 12, 24, False)
    nan = np.nan
    np.testing.assert_array_equal(
        np.frombuffer(fields.data, "<f4"), [1, 2, 3, nan, nan, nan, 4, 5, 6, 7, 8, 9]
    )


def test_unorganized_fields_hold_the_valid_points_only() -> None:
    xyz = np.array([[[1, 2, 3], [0, 0, 0]], [[4, 5, 6], [7, 8, 9]]], np.float32)
    fields = cloud_fields(PointCloud.from_xyz(xyz, "camera"), organized=False)
    assert fields[:6] == (1, 3, XYZ, 12, 36, True)
    assert np.frombuffer(fields.data, "<f4").tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def colored_cloud() -> PointCloud:
    rng = np.random.default_rng(1)
    xyz = rng.uniform(0.1, 1, (3, 4, 3)).astype(np.float32)
    xyz[1, 2] = 0
    return PointCloud.from_xyz(xyz, "camera", rng.integers(0, 256, (3, 4, 3), np.uint8))


def assert_equal(cloud: PointCloud, other: PointCloud) -> None:
    np.testing.assert_array_equal(cloud.points, other.points)
    np.testing.assert_array_equal(cloud.colors, other.colors)
    np.testing.assert_array_equal(cloud.source_indices, other.source_indices)
    assert cloud.source_shape == other.source_shape


def test_round_trip_through_the_ros_message() -> None:
    from sensor_msgs.msg import PointCloud2, PointField

    cloud = colored_cloud()
    values = cloud_fields(cloud)._asdict()
    values["fields"] = [PointField(**field._asdict()) for field in values["fields"]]
    message = PointCloud2(**values)
    message.header.frame_id = "camera"
    assert_equal(read_cloud(message), cloud)


def test_round_trip_through_the_type_of_rosbags() -> None:
    from rosbags.typesys import Stores, get_typestore

    store = get_typestore(Stores.ROS2_JAZZY)
    types = store.types
    cloud = colored_cloud()
    values = cloud_fields(cloud)._asdict()
    point_field = types["sensor_msgs/msg/PointField"]
    values["fields"] = [point_field(**field._asdict()) for field in values["fields"]]
    values["data"] = np.frombuffer(values["data"], np.uint8)
    stamp = types["builtin_interfaces/msg/Time"](0, 0)
    header = types["std_msgs/msg/Header"](stamp, "camera")
    name = "sensor_msgs/msg/PointCloud2"
    message = types[name](header=header, is_bigendian=False, **values)
    wire = store.serialize_cdr(message, name)
    assert_equal(read_cloud(store.deserialize_cdr(wire, name)), cloud)
