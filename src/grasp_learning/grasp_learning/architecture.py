"""`Architecture`: a kind of network, how to make it, and what its detectors are to be given."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import nn

from grasp_core.errors import ParameterError
from grasp_core.params import build_params
from grasp_learning.task import Task
from grasp_learning.train_params import TrainParams

#: Kind of a network that no detector is made of alone; the others are in `model_metadata`.
PART = "part"


@dataclass(frozen=True)
class Variant:
    """One way to make a detector of a trained network.

    Attributes
    ----------
    make : gives the module for the task and, where one is needed, the trained part.
    part : architecture of the other network that is needed; empty for none.
    """

    make: Callable[[Any, Any], nn.Module]
    part: str = ""


@dataclass(frozen=True)
class Architecture:
    """One kind of network.

    Attributes
    ----------
    name : for the command line and checkpoints.
    kind : "proposer" or "scorer", as `grasp_learning.task.Task.exportable` tells, or "part".
    params : frozen dataclass of the network's parameters.
    make : gives the task for parameters; weights are drawn from torch's global generator.
    presets : overrides of the parameters, and of those of training, by the preset's name.
    margin_m : metres around the objects within which the detector is given the scene.
    voxel_m : edge of the voxels that these points are thinned to, metres; 0 for none.
    points : gives the most points of the scene for the detector, 0 for all.
    local_search : whether the detector searches around its best grasps, as
        `grasp_core.model_metadata.ModelMetadata` tells.
    variants : other detectors than the task's `exportable`, by name.
    """

    name: str
    kind: str
    params: type
    make: Callable[[Any], Task]
    presets: Mapping[str, Mapping[str, Any]]
    margin_m: float
    voxel_m: float
    points: Callable[[Any], int]
    variants: Mapping[str, Variant]
    local_search: bool = False

    def configure(self, preset: str, overrides: Mapping[str, Any]) -> tuple[Any, TrainParams]:
        """Give the parameters of the network and those of training.

        Raises
        ------
        ParameterError : no such preset or parameter, or a value out of range.
        """
        if preset not in self.presets:
            raise ParameterError(
                f"preset {preset!r} of {self.name}; valid: {', '.join(self.presets)}"
            )
        of_network, of_training = (
            {field.name for field in dataclasses.fields(cls)} for cls in (self.params, TrainParams)
        )
        unknown = sorted(set(overrides) - of_network - of_training)
        if unknown:
            valid = ", ".join(sorted(of_network | of_training))
            raise ParameterError(f"unknown parameter {', '.join(unknown)}; valid: {valid}")
        values = {**self.presets[preset], **overrides}
        network = {name: value for name, value in values.items() if name in of_network}
        training = {name: value for name, value in values.items() if name in of_training}
        return build_params(self.params, network), build_params(TrainParams, training)
