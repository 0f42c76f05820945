"""PCD files of the Point Cloud Library, text, binary and compressed.

https://pointclouds.org/documentation/tutorials/pcd_file_format.html. Open3D reads only the
compressed kind here: of a truncated text file it returns uninitialised points without a warning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grasp_core.cloud import PointCloud
from grasp_perception.clouds.tables import Column, Table
from grasp_perception.errors import CloudFileError

_KINDS = {"F": "f", "U": "u", "I": "i"}
_SIZES = {"F": (4, 8), "U": (1, 2, 4, 8), "I": (1, 2, 4, 8)}
_ENCODINGS = ("ascii", "binary", "binary_compressed")
_LZF_SIZES = 8  # bytes: compressed and uncompressed size, uint32, before the compressed points


@dataclass(frozen=True)
class _Header:
    columns: tuple[Column, ...]
    height: int
    width: int
    viewpoint: tuple[float, float, float]
    encoding: str
    end: int


def read_pcd(path: Path, frame_id: str) -> PointCloud:
    """Read a PCD file; WIDTH and HEIGHT become the source shape, VIEWPOINT the viewpoint.

    Raises
    ------
    CloudFileError : the header is not one of PCD, x, y or z is missing, or points are missing.
    OSError : the file cannot be read.
    """
    data = path.read_bytes()
    header = _parse_header(data)
    shape, rows = (header.height, header.width), header.height * header.width
    table = Table(header.columns, rows, header.encoding == "ascii", data[header.end :])
    if header.encoding == "binary_compressed":
        xyz, colors = _read_compressed(path, table)
    else:
        columns = table.read({"x", "y", "z", "rgb", "rgba"})
        xyz = np.stack([columns[name] for name in "xyz"], axis=-1)
        packed = columns.get("rgb", columns.get("rgba"))
        colors = None if packed is None else _unpack(packed)
    cloud = PointCloud.from_xyz(
        xyz.reshape(*shape, 3), frame_id, None if colors is None else colors.reshape(*shape, 3)
    )
    return replace(cloud, viewpoint=np.array(header.viewpoint))


def _unpack(packed: NDArray[Any]) -> NDArray[np.uint8]:
    """(N, 3) RGB of colours packed as 0xAARRGGBB in any type of four bytes."""
    if packed.dtype.itemsize != 4:
        raise CloudFileError(f"rgb has {packed.dtype.itemsize} bytes, expected 4")
    channels = np.ascontiguousarray(packed).view(np.uint8).reshape(-1, 4)  # B, G, R, A
    return channels[:, 2::-1]


def _read_compressed(
    path: Path, table: Table
) -> tuple[NDArray[np.floating], NDArray[np.uint8] | None]:
    import open3d as o3d  # costs a second, and only this kind of file needs it

    if len(table.body) < _LZF_SIZES:
        raise CloudFileError("truncated: no points follow the header")
    compressed, uncompressed = np.frombuffer(table.body, "<u4", 2).tolist()
    if len(table.body) < _LZF_SIZES + compressed:
        have = len(table.body) - _LZF_SIZES
        raise CloudFileError(f"truncated: {have} of {compressed} compressed bytes")
    if uncompressed != table.rows * table.row_bytes:
        raise CloudFileError(
            f"{uncompressed} bytes are not {table.rows} points of {table.row_bytes} bytes"
        )
    if not table.rows:
        return np.empty((0, 3)), None
    with o3d.utility.VerbosityContextManager(o3d.utility.VerbosityLevel.Error):
        try:
            cloud = o3d.t.io.read_point_cloud(path, format="pcd").point
        except RuntimeError as error:
            raise CloudFileError(f"Open3D cannot read it ({error})") from error
    if "positions" not in cloud or len(cloud.positions) != table.rows:
        raise CloudFileError("the compressed points are damaged")
    return cloud.positions.numpy(), cloud.colors.numpy() if "colors" in cloud else None


def _parse_header(data: bytes) -> _Header:
    entries: dict[str, list[str]] = {}
    end = 0
    while "DATA" not in entries:
        start, end = end, data.find(b"\n", end) + 1
        if end == 0:
            raise CloudFileError("not a PCD file: the header has no DATA line")
        words = data[start:end].decode("ascii", "replace").split()
        if words and not words[0].startswith("#"):
            entries[words[0].upper()] = words[1:]
    encoding = " ".join(entries["DATA"])
    if encoding not in _ENCODINGS:
        raise CloudFileError(f"DATA {encoding!r}, expected one of {list(_ENCODINGS)}")
    width, height = _counts(entries, "WIDTH", 1)[0], _counts(entries, "HEIGHT", 1)[0]
    points = _counts(entries, "POINTS", 1)[0] if "POINTS" in entries else width * height
    if points != width * height:
        raise CloudFileError(f"POINTS {points} is not WIDTH {width} x HEIGHT {height}")
    try:
        viewpoint = [float(word) for word in entries.get("VIEWPOINT", ["0", "0", "0"])[:3]]
    except ValueError as error:
        raise CloudFileError(f"VIEWPOINT: {error}") from error
    if len(viewpoint) != 3 or not np.isfinite(viewpoint).all():
        raise CloudFileError(f"VIEWPOINT {viewpoint}, expected three numbers first")
    x, y, z = viewpoint
    return _Header(_parse_columns(entries), height, width, (x, y, z), encoding, end)


def _parse_columns(entries: dict[str, list[str]]) -> tuple[Column, ...]:
    names = entries.get("FIELDS", [])
    missing = [name for name in "xyz" if name not in names]
    if missing:
        raise CloudFileError(f"FIELDS {names} lack {missing}")
    sizes = _counts(entries, "SIZE", len(names))
    counts = _counts(entries, "COUNT", len(names)) if "COUNT" in entries else [1] * len(names)
    kinds = entries.get("TYPE", [])
    if len(kinds) != len(names):
        raise CloudFileError(f"TYPE {kinds}, expected {len(names)} of F, U, I")
    columns = []
    for name, kind, size, count in zip(names, kinds, sizes, counts, strict=True):
        if size not in _SIZES.get(kind, ()):
            raise CloudFileError(f"field {name!r}: TYPE {kind} of SIZE {size} does not exist")
        if name in "xyz" and (kind, count) != ("F", 1):
            raise CloudFileError(f"field {name!r}: TYPE {kind} COUNT {count}, expected F and 1")
        columns.append(Column(name, np.dtype(f"<{_KINDS[kind]}{size}"), count))
    return tuple(columns)


def _counts(entries: dict[str, list[str]], key: str, length: int) -> list[int]:
    """Read the sizes after `key`."""
    words = entries.get(key, [])
    values = [int(word) for word in words if re.fullmatch(r"\d{1,9}", word, re.ASCII)]
    if len(values) != length or len(words) != length:
        raise CloudFileError(f"{key} {words}, expected {length} whole numbers")
    return values
