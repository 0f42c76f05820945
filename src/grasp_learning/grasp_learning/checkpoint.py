"""`Checkpoint`: all that a run of training needs to go on, or to be exported, in one file."""

from __future__ import annotations

import dataclasses
import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from grasp_learning.errors import CheckpointError

FORMAT, VERSION = "grasp_learning checkpoint", 1


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """State of a run after `step` steps.

    All randomness follows from the seed in `settings` and the step, so that no generator's state
    needs to be kept.

    Attributes
    ----------
    architecture : name of the network in `grasp_learning.architectures.ARCHITECTURES`.
    params, settings : fields of the network's parameters and of `TrainParams`.
    gripper : name of the gripper that the training data are for.
    data_digest : content hash of the training data.
    commit : of the program; with `-dirty` where files differ from it.
    seconds : wall time spent on training.
    weights, optimizer, schedule : state dictionaries.
    metrics : of the last validation, empty before it.
    start : content hash of the file whose weights the run began with; empty for random ones.
    """

    architecture: str
    params: Mapping[str, Any]
    settings: Mapping[str, Any]
    gripper: str
    data_digest: str
    commit: str
    step: int
    seconds: float
    weights: Mapping[str, Tensor]
    optimizer: Mapping[str, Any]
    schedule: Mapping[str, Any]
    metrics: Mapping[str, float]
    start: str = ""

    def save(self, path: Path) -> None:
        """Write the file; it appears under its name only when it is whole and on the disk.

        Raises
        ------
        CheckpointError : the file cannot be written.
        """
        content = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        part = path.with_name(path.name + ".part")
        try:
            with part.open("wb") as stream:
                torch.save({"format": FORMAT, "version": VERSION, **content}, stream)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(path)
        except OSError as error:
            raise CheckpointError(f"{path}: {error.strerror or error}") from error
        finally:
            part.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path) -> Checkpoint:
        """Read a file, to the CPU; it runs no code, whoever made it.

        Raises
        ------
        CheckpointError : missing, truncated, no checkpoint, or of another version.
        """
        try:
            content = torch.load(path, map_location="cpu", weights_only=True)
        except FileNotFoundError as error:
            raise CheckpointError(f"{path}: missing") from error
        except (OSError, EOFError, RuntimeError, ValueError, pickle.UnpicklingError) as error:
            reason = str(error).partition("\n")[0]
            raise CheckpointError(f"{path}: truncated or no checkpoint ({reason})") from error
        if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
            raise CheckpointError(f"{path}: not a {FORMAT}")
        version = content.pop("version", None)
        if version != VERSION:
            raise CheckpointError(f"{path}: version {version!r}, this program reads {VERSION}")
        return cls(**content)

    def load_weights(self, network: nn.Module) -> None:
        """Give `network` the weights.

        Raises
        ------
        CheckpointError : they are those of another architecture; the first difference is named.
        """
        load_weights(network, self.weights)


def load_weights(network: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Give `network` the weights of a state dictionary.

    Raises
    ------
    CheckpointError : they are those of another architecture; the first difference is named.
    """
    wanted = network.state_dict()
    for name in sorted({*wanted, *weights}):
        if name not in weights or name not in wanted:
            side = "the network" if name in wanted else "the checkpoint"
            raise CheckpointError(f"weights of another architecture: only {side} has {name!r}")
        have, want = tuple(weights[name].shape), tuple(wanted[name].shape)
        if have != want:
            raise CheckpointError(
                f"weights of another architecture: {name!r} is {have}, the network's is {want}"
            )
    network.load_state_dict(dict(weights))
