from __future__ import annotations

import dataclasses

import pytest

from grasp_core.errors import ParameterError
from grasp_learning.architectures import ARCHITECTURES, find_architecture
from grasp_learning.train_params import TrainParams


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_no_parameter_of_a_network_has_the_name_of_one_of_training(name: str) -> None:
    of_network = {field.name for field in dataclasses.fields(ARCHITECTURES[name].params)}
    assert not of_network & {field.name for field in dataclasses.fields(TrainParams)}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_each_preset_can_be_built_and_read_back(name: str) -> None:
    architecture = ARCHITECTURES[name]
    assert {"full", "tiny"} <= set(architecture.presets)
    for preset in architecture.presets:
        params, _ = architecture.configure(preset, {})
        assert architecture.params(**dataclasses.asdict(params)) == params
        assert architecture.points(params) == getattr(params, "points", 0)


def test_overrides_reach_the_network_or_the_training() -> None:
    scorer = find_architecture("pick_scorer")
    params, training = scorer.configure("tiny", {"width": 16, "epochs": 7})
    assert (params.width, params.trials_per_view) == (16, 8)
    assert (training.epochs, training.batch_size) == (7, 2)


def test_what_is_unknown_or_out_of_range_is_named() -> None:
    gpr = find_architecture("gpr")
    with pytest.raises(ParameterError, match=r"preset 'huge' of gpr; valid: full, cpu, tiny"):
        gpr.configure("huge", {})
    with pytest.raises(ParameterError, match=r"unknown parameter depth; valid: batch_size, "):
        gpr.configure("cpu", {"depth": 3})
    with pytest.raises(ParameterError, match=r"epochs: 0 is not in \[1, inf\]"):
        gpr.configure("cpu", {"epochs": 0})
    with pytest.raises(ParameterError, match=r"architecture 'vgn'; valid: gpr, sbg, "):
        find_architecture("vgn")
