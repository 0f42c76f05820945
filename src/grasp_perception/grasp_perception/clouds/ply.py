"""PLY files of points: text or binary, as Open3D, MeshLab and Photoneo's PhoXi Control write them.

Only the vertices are read, with NumPy: of a damaged file Open3D returns uninitialised points.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from grasp_core.cloud import PointCloud
from grasp_perception.clouds.tables import Column, Table
from grasp_perception.errors import CloudFileError

_TYPES = {
    **{"char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4"},
    **{"int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4", "uint32": "u4"},
    **{"float": "f4", "double": "f8", "float32": "f4", "float64": "f8"},
}
_BYTE_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
_COLORS = ("red", "green", "blue")
#: PhoXi Control's remark, for instance "Photoneo PLY PointCloud (Width = 2064; Height = 1544; ...".
_PHOTONEO = re.compile(r"Photoneo.*Width\s*=\s*(\d{1,6}).*Height\s*=\s*(\d{1,6})", re.IGNORECASE)
_PHOTONEO_UNIT_M = 0.001  # PhoXi Control writes millimetres


@dataclass
class _Element:
    name: str
    rows: int
    columns: list[Column] = field(default_factory=list)
    has_list: bool = False


@dataclass
class _Header:
    """What the lines of the header say, filled line by line."""

    encoding: str = ""
    elements: list[_Element] = field(default_factory=list)
    photoneo_shape: tuple[int, int] | None = None


def read_ply(path: Path, frame_id: str) -> PointCloud:
    """Read the vertices of a PLY file and their colours (uchar red, green, blue), if any.

    A file of PhoXi Control is in millimetres and ordered: it becomes metres and keeps its shape.

    Raises
    ------
    CloudFileError : the header is not one of PLY, x, y or z is missing, or points are missing.
    OSError : the file cannot be read.
    """
    data = path.read_bytes()
    header, end = _parse_header(data)
    table = _vertex_table(header, data[end:])
    columns = table.read({"x", "y", "z", *_COLORS})
    xyz = np.stack([columns[name] for name in "xyz"], axis=-1)
    colors = None
    if all(columns[name].dtype == np.uint8 for name in _COLORS if name in columns):
        found = [columns[name] for name in _COLORS if name in columns]
        colors = np.stack(found, axis=-1) if len(found) == 3 else None
    if header.photoneo_shape is None:
        return PointCloud.from_xyz(xyz, frame_id, colors)
    height, width = header.photoneo_shape
    shape = (height, width, 3) if height * width == table.rows else (1, table.rows, 3)
    xyz = (xyz * _PHOTONEO_UNIT_M).reshape(shape)
    return PointCloud.from_xyz(xyz, frame_id, None if colors is None else colors.reshape(shape))


def _vertex_table(header: _Header, body: bytes) -> Table:
    """Find the vertices; elements before them are passed over."""
    is_text = header.encoding == "ascii"
    for element in header.elements:
        if element.has_list and not (is_text and element.name != "vertex"):
            raise CloudFileError(f"element {element.name!r} has a list at or before the vertices")
        table = Table(tuple(element.columns), element.rows, is_text, body)
        if element.name == "vertex":
            names = [column.name for column in element.columns]
            missing = [name for name in "xyz" if name not in names]
            if missing:
                raise CloudFileError(f"vertex properties {names} lack {missing}")
            return table
        if is_text:
            lines = body.split(b"\n", element.rows)
            body = lines[-1] if len(lines) > element.rows else b""
        else:
            body = body[element.rows * table.row_bytes :]
    names = [element.name for element in header.elements]
    raise CloudFileError(f"no element 'vertex' among {names}")


def _parse_header(data: bytes) -> tuple[_Header, int]:
    """Read the header and find where it ends."""
    if data.split(b"\n", 1)[0].strip() != b"ply":
        raise CloudFileError("not a PLY file: the first line is not 'ply'")
    header = _Header()
    end = data.index(b"\n") + 1 if b"\n" in data else 0
    while end:
        start, end = end, data.find(b"\n", end) + 1
        line = data[start:end].decode("ascii", "replace").strip()
        if line == "end_header" and end:
            if header.encoding not in _BYTE_ORDERS:
                valid = list(_BYTE_ORDERS)
                raise CloudFileError(f"format {header.encoding!r}, expected one of {valid}")
            return header, end
        _parse_line(header, line)
    raise CloudFileError("truncated: the header has no line 'end_header'")


def _parse_line(header: _Header, line: str) -> None:
    match line.split():
        case ["format", encoding, *_]:
            header.encoding = encoding
        case ["comment" | "obj_info", *_]:
            if shape := _PHOTONEO.search(line):
                header.photoneo_shape = (int(shape[2]), int(shape[1]))
        case ["element", name, rows] if re.fullmatch(r"\d{1,9}", rows, re.ASCII):
            header.elements.append(_Element(name, int(rows)))
        case ["property", "list", _, _, _] if header.elements:
            header.elements[-1].has_list = True
        case ["property", kind, name] if header.elements and kind in _TYPES:
            dtype = np.dtype(_BYTE_ORDERS.get(header.encoding, "") + _TYPES[kind])
            header.elements[-1].columns.append(Column(name, dtype))
        case []:
            pass
        case _:
            raise CloudFileError(f"not a line of a PLY header: {line[:80]!r}")
