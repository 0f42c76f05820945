"""Parameters of the nodes, as dataclasses."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from grasp_core.errors import ParameterError
from grasp_core.params import build_params
from grasp_perception.node_params import BagPlayerParams, PerceptionParams
from grasp_perception.pipeline import PipelineParams


def test_perception_has_the_parameters_of_the_pipeline() -> None:
    names = {field.name for field in fields(PerceptionParams)}
    assert names > {field.name for field in fields(PipelineParams)}
    params = PerceptionParams()
    assert (params.mode, params.detector, params.autostart) == ("on_demand", "pick_scorer", True)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"mode": "always"}, "mode: 'always' is not one of on_demand, continuous"),
        ({"detector": "gpd"}, "detector: 'gpd' is not one of antipodal"),
        ({"tf_timeout": -1.0}, r"tf_timeout: -1\.0 is not in \[0\.0, 10\.0\] s"),
        ({"autostart": 1}, "autostart: 1 is not true or false"),
        ({"speed": 1}, "unknown parameter speed; valid: approach_axis, .*voxel_size"),
    ],
)
def test_wrong_values_are_named(overrides: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        build_params(PerceptionParams, overrides)


def test_player_needs_something_to_play() -> None:
    with pytest.raises(ParameterError, match="path: name a bag or a cloud file"):
        BagPlayerParams()
