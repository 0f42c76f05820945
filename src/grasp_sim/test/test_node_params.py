from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from grasp_core.errors import ParameterError
from grasp_core.params import build_params
from grasp_sim.node_params import SimArmParams, SimCameraParams
from grasp_sim.objects.catalogue import NOVEL, SIMILAR
from grasp_sim.scenes import MODES


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"rate": -1.0}, r"rate: -1\.0 is not in \[0\.1, 30\.0\] Hz"),
        ({"bin": "bucket"}, "bin: 'bucket' is not one of bin, euro_box, table"),
        ({"camera": "kinect"}, "camera: 'kinect' is not one of d435, phoxi"),
        ({"catalogue": "ycb"}, "catalogue: 'ycb' is not one of training, similar, novel, "),
        ({"mode": "heap"}, "mode: 'heap' is not one of pile, packed"),
        ({"seed": -1}, "seed: -1 is not in"),
        ({"noise": float("nan")}, "noise: nan is not a finite number"),
        ({"friction": 3.0}, r"friction: 3\.0 is not in \[0, 2\.0\]"),
        ({"count": 0}, r"count: 0 is not in \[1, 30\]"),
        ({"speed": 1}, "unknown parameter speed; valid: bin, camera, catalogue"),
    ],
)
def test_wrong_values_are_named(overrides: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        build_params(SimCameraParams, overrides)


def test_the_modes_are_those_of_scenes() -> None:
    (mode,) = (each for each in fields(SimCameraParams) if each.name == "mode")
    assert mode.metadata["choices"] == MODES


def test_objects_come_by_name_or_from_a_catalogue() -> None:
    assert SimCameraParams().names == SIMILAR
    assert SimCameraParams(catalogue="novel").names == NOVEL
    named = SimCameraParams(catalogue="novel", objects="cup-0003, bolt-0003")
    assert named.names == ("cup-0003", "bolt-0003")


def test_arms_need_the_file_of_their_cell() -> None:
    with pytest.raises(ParameterError, match="cell_file: '' is no file, such as config/cells/"):
        SimArmParams()
    assert SimArmParams(cell_file="mine.yaml").gripper_action == "parallel"
