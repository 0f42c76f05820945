from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grasp_core.errors import GraspFileError
from grasp_core.grasp_files import load_grasps, save_grasps
from grasp_core.grasps import Grasps

ENDINGS = pytest.mark.parametrize("ending", [".npz", ".json"])
FIELDS = ("rotations", "positions", "widths", "scores")


def random_grasps(seed: int, n: int) -> Grasps:
    rng = np.random.default_rng(seed)
    rotations = Rotation.random(n, random_state=seed).as_matrix().reshape(n, 3, 3)
    positions, widths = rng.normal(size=(n, 3)), rng.uniform(0, 0.1, n)
    return Grasps(rotations, positions, widths, rng.uniform(size=n), "camera_optical")


@ENDINGS
@given(st.integers(0, 2**32 - 1), st.integers(0, 5))
def test_files_give_back_every_bit(
    tmp_path_factory: pytest.TempPathFactory, ending: str, seed: int, n: int
) -> None:
    path = tmp_path_factory.getbasetemp() / f"grasps{ending}"
    grasps = random_grasps(seed, n)
    save_grasps(path, grasps)
    back = load_grasps(path)
    assert back.frame_id == "camera_optical"
    for field in FIELDS:
        assert getattr(back, field).tobytes() == getattr(grasps, field).tobytes()


@ENDINGS
def test_a_frame_name_in_any_script_and_an_ending_in_capitals(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"grasps{ending.upper()}"
    save_grasps(str(path), Grasps.empty("相机"))
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    assert load_grasps(str(path)).frame_id == "相机"


def test_json_layout_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "grasps.json"
    save_grasps(path, Grasps(np.eye(3)[None], [[0.1, 0.2, 0.3]], [0.05], [0.9], "camera"))
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "format": "grasp_core.Grasps",
        "version": 1,
        "frame_id": "camera",
        "units": {"position": "m", "width": "m", "score": "0..1, higher is better"},
        "grasps": [
            {
                "rotation": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
                "position": [0.1, 0.2, 0.3],
                "width": 0.05,
                "score": 0.9,
            }
        ],
    }


def test_npz_layout_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "grasps.npz"
    save_grasps(path, random_grasps(0, 2))
    with np.load(path) as archive:
        assert {key: archive[key].shape for key in archive.files} == {
            "format": (),
            "version": (),
            "frame_id": (),
            "rotations": (2, 3, 3),
            "positions": (2, 3),
            "widths": (2,),
            "scores": (2,),
        }


def remove(key: str) -> Callable[[dict[str, Any]], None]:
    return lambda data: data.pop(key)


def put(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda data: data.update({key: value})


def put_in_first(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda data: data["grasps"][0].update({key: value})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (remove("format"), "format None, expected 'grasp_core.Grasps'"),
        (put("format", "other"), "format 'other', expected"),
        (put("version", 2), "version 2, this program reads 1"),
        (put("version", [1]), r"version \[1\], this program reads 1"),
        (remove("frame_id"), "file has format, version, units, grasps; expected format, version"),
        (put("frame_id", 3), "frame_id 3 is not a name"),
        (put("frame_id", ""), "grasps need the name of the frame they are in"),
        (put("units", {"position": "mm"}), "units {'position': 'mm'}, expected {'position': 'm'"),
        (put("extra", 1), "file has .*extra; expected"),
        (put("grasps", {}), "grasps is a dict, expected a list"),
        (put("grasps", [3]), "grasp 0 is a int, expected rotation, position, width, score"),
        (put_in_first("depth", 1), "grasp 0 has rotation, .*depth; expected rotation, position"),
        (put_in_first("width", -0.1), r"widths: -0.1 at 0 is not in \[0.0, inf\]"),
        (put_in_first("width", None), "width: not an array of numbers"),
        (put_in_first("score", "0.9"), "score: not an array of numbers"),
        (put_in_first("score", 10**400), "score: not an array of numbers"),
        (put_in_first("score", float("nan")), r"scores: value at index \[0\] is not finite"),
        (put_in_first("position", [0, 0]), "damaged .*inhomogeneous"),
        (put_in_first("rotation", np.zeros((3, 3)).tolist()), "rotations: matrix 0 is not a right"),
    ],
)
def test_json_of_another_layout_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], message: str
) -> None:
    path = tmp_path / "grasps.json"
    save_grasps(path, random_grasps(0, 2))
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(GraspFileError, match=f"grasps.json: {message}"):
        load_grasps(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "damaged"),
        ("[1, 2]", "a list where an object with 'grasp_core.Grasps' should be"),
        ("[" * 100_000, "damaged"),
        ("\x00", "damaged"),
    ],
)
def test_json_of_another_kind_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "grasps.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GraspFileError, match=f"grasps.json: {message}"):
        load_grasps(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (remove("format"), "format None, expected"),
        (put("version", 2), "version 2, this program reads 1"),
        (remove("widths"), "file has .*; expected format, version, frame_id, rotations"),
        (put("frame_id", 3), "frame_id 3 is not a name"),
        (put("widths", np.zeros(3)), r"widths: shape \(3,\), expected \(2\)"),
        (put("scores", np.array(["a", "b"])), "score: not an array of numbers"),
        (put("scores", np.array([None, None])), "damaged .*allow_pickle=False"),
    ],
)
def test_npz_of_another_layout_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], message: str
) -> None:
    path = tmp_path / "grasps.npz"
    save_grasps(path, random_grasps(0, 2))
    with np.load(path) as archive:
        data = dict(archive)
    change(data)
    np.savez(path, **data)
    with pytest.raises(GraspFileError, match=f"grasps.npz: {message}"):
        load_grasps(path)


def test_one_array_instead_of_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "grasps.npz"
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(GraspFileError, match=r"damaged \(not a complete NPZ archive"):
        load_grasps(path)


@ENDINGS
@given(st.floats(0, 1, exclude_max=True))
def test_truncated_files_are_refused(
    tmp_path_factory: pytest.TempPathFactory, ending: str, part: float
) -> None:
    path = tmp_path_factory.getbasetemp() / f"truncated{ending}"
    save_grasps(path, random_grasps(0, 2))
    whole = path.read_bytes().rstrip()
    path.write_bytes(whole[: int(part * len(whole))])
    with pytest.raises(GraspFileError, match=f"truncated{ending}: damaged"):
        load_grasps(path)


@ENDINGS
@given(st.data())
def test_a_flipped_byte_gives_grasps_or_a_clear_error(
    tmp_path_factory: pytest.TempPathFactory, ending: str, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / f"flipped{ending}"
    save_grasps(path, random_grasps(0, 2))
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    try:
        loaded = load_grasps(path)
    except GraspFileError:
        return  # any other error fails the test
    assert len(loaded) == 2


def test_missing_files_and_unknown_endings_are_named(tmp_path: Path) -> None:
    with pytest.raises(GraspFileError, match=r"none.npz: No such file or directory"):
        load_grasps(tmp_path / "none.npz")
    with pytest.raises(GraspFileError, match=r"none.json: No such file or directory"):
        save_grasps(tmp_path / "missing" / "none.json", Grasps.empty("camera"))
    message = r"grasps.csv: unknown ending '.csv'; valid: .npz, .json"
    with pytest.raises(GraspFileError, match=message):
        save_grasps(tmp_path / "grasps.csv", Grasps.empty("camera"))
    with pytest.raises(GraspFileError, match=message):
        load_grasps(tmp_path / "grasps.csv")
