"""Grasps in files: NPZ (exact arrays) and JSON (readable, exact too).

Both hold the same: `format` and `version` of the layout, `frame_id`, and for each grasp `rotation`
(columns approach, closing direction, their cross product), `position` (metres, midway between the
fingertips), `width` (metres) and `score` (0 to 1). NPZ stacks them to `rotations`, `positions`,
`widths` and `scores`; JSON has one object per grasp, and names the units.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from grasp_core.errors import GraspError, GraspFileError
from grasp_core.grasps import Grasps

FORMAT = "grasp_core.Grasps"
VERSION = 1
_UNITS = {"position": "m", "width": "m", "score": "0..1, higher is better"}
_FIELDS = ("rotation", "position", "width", "score")  # of one grasp; NPZ adds an s


def save_grasps(path: Path | str, grasps: Grasps) -> None:
    """Write `grasps` to a .npz or .json file.

    Raises
    ------
    GraspFileError : another ending, or the file cannot be written.
    """
    path = Path(path)
    ending = _ending(path)
    try:
        if ending == ".npz":
            _write_npz(path, grasps)
        else:
            _write_json(path, grasps)
    except OSError as error:
        raise GraspFileError(f"{path}: {error.strerror}") from error


def load_grasps(path: Path | str) -> Grasps:
    """Read a file that `save_grasps` wrote.

    Raises
    ------
    GraspFileError : the file is missing, damaged, of another ending, layout or version, or holds
        values that are not grasps; the message names the file.
    """
    path = Path(path)
    read = _read_npz if _ending(path) == ".npz" else _read_json
    try:
        return read(path)
    except OSError as error:
        raise GraspFileError(f"{path}: {error.strerror or error}") from error
    except (ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        # RuntimeError: JSON nested too deep, or damaged flags (encrypted, unknown compression).
        if isinstance(error, GraspError):
            raise GraspFileError(f"{path}: {error}") from error
        raise GraspFileError(f"{path}: damaged ({error})") from error


def _ending(path: Path) -> str:
    ending = path.suffix.lower()
    if ending not in (".npz", ".json"):
        raise GraspFileError(f"{path}: unknown ending {path.suffix!r}; valid: .npz, .json")
    return ending


def _write_npz(path: Path, grasps: Grasps) -> None:
    with path.open("wb") as file:  # np.savez would append .npz to a name that ends in .NPZ
        np.savez(
            file,
            format=FORMAT,
            version=VERSION,
            frame_id=grasps.frame_id,
            rotations=grasps.rotations,
            positions=grasps.positions,
            widths=grasps.widths,
            scores=grasps.scores,
        )


def _write_json(path: Path, grasps: Grasps) -> None:
    columns = [getattr(grasps, field + "s").tolist() for field in _FIELDS]
    entries = [dict(zip(_FIELDS, row, strict=True)) for row in zip(*columns, strict=True)]
    header = {"format": FORMAT, "version": VERSION, "frame_id": grasps.frame_id, "units": _UNITS}
    path.write_text(json.dumps({**header, "grasps": entries}, indent=1) + "\n", encoding="utf-8")


def _read_npz(path: Path) -> Grasps:
    with path.open("rb") as file:
        if not zipfile.is_zipfile(file):
            raise GraspFileError("damaged (not a complete NPZ archive)")
        file.seek(0)
        with np.load(file, allow_pickle=False) as archive:
            data = {key: archive[key] for key in archive.files}
    header = {key: data[key].tolist() if key in data else None for key in ("format", "version")}
    _check_header(header)
    _check_keys(
        data, ("format", "version", "frame_id", *(field + "s" for field in _FIELDS)), "file"
    )
    return _grasps({field: data[field + "s"] for field in _FIELDS}, data["frame_id"].tolist())


def _read_json(path: Path) -> Grasps:
    data = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise GraspFileError(f"a {type(data).__name__} where an object with {FORMAT!r} should be")
    _check_header(data)
    _check_keys(data, ("format", "version", "frame_id", "units", "grasps"), "file")
    if data["units"] != _UNITS:
        raise GraspFileError(f"units {data['units']!r}, expected {_UNITS!r}")
    entries = data["grasps"]
    if not isinstance(entries, list):
        raise GraspFileError(f"grasps is a {type(entries).__name__}, expected a list")
    for index, entry in enumerate(entries):
        _check_keys(entry, _FIELDS, f"grasp {index}")
    if not entries:
        return _grasps(None, data["frame_id"])
    return _grasps({f: [entry[f] for entry in entries] for f in _FIELDS}, data["frame_id"])


def _grasps(columns: Mapping[str, Any] | None, frame_id: Any) -> Grasps:
    """Build from one column per field; None makes an empty batch (JSON lists lose its shapes)."""
    if not isinstance(frame_id, str):
        raise GraspFileError(f"frame_id {frame_id!r} is not a name")
    if columns is None:
        return Grasps.empty(frame_id)
    for field, column in columns.items():
        if np.asarray(column).dtype.kind not in "iuf":
            raise GraspFileError(f"{field}: not an array of numbers")
    rotations, positions, widths, scores = (columns[field] for field in _FIELDS)
    return Grasps(rotations, positions, widths, scores, frame_id)


def _check_header(header: Mapping[str, Any]) -> None:
    if header.get("format") != FORMAT:
        raise GraspFileError(f"format {header.get('format')!r}, expected {FORMAT!r}")
    if header.get("version") != VERSION:
        raise GraspFileError(f"version {header.get('version')!r}, this program reads {VERSION}")


def _check_keys(data: Any, expected: tuple[str, ...], where: str) -> None:
    if not isinstance(data, Mapping):
        raise GraspFileError(f"{where} is a {type(data).__name__}, expected {', '.join(expected)}")
    if set(data) != set(expected):
        found = ", ".join(map(str, data))
        raise GraspFileError(f"{where} has {found}; expected {', '.join(expected)}")
