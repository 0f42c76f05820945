"""`StartWeights`: a trained network's weights, for a run that goes on from them with other data."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from grasp_core.model_metadata import read_model_file
from grasp_learning.checkpoint import Checkpoint
from grasp_learning.errors import CheckpointError

#: Where the file of a proposer has the network that was trained; beside it are parts of variants.
TRAINED = "network."


@dataclass(frozen=True, eq=False)
class StartWeights:
    """Weights to begin with.

    Attributes
    ----------
    weights : state dictionary.
    sha256 : of the file that they are from.
    """

    weights: Mapping[str, Tensor]
    sha256: str

    @classmethod
    def of_run(cls, checkpoint: Path) -> StartWeights:
        """Read a checkpoint.

        Raises
        ------
        CheckpointError : missing, truncated, no checkpoint, or of another version.
        """
        weights = Checkpoint.load(checkpoint).weights
        return cls(weights, hashlib.sha256(checkpoint.read_bytes()).hexdigest())

    @classmethod
    def of_export(cls, file: Path, sha256: str) -> StartWeights:
        """Read the TorchScript file of a network.

        Raises
        ------
        ModelFileError : missing, or not the one of this checksum: then it is not opened.
        CheckpointError : no TorchScript file.
        """
        content = read_model_file(file, sha256)
        try:
            network = torch.jit.load(io.BytesIO(content), map_location="cpu")  # type: ignore[no-untyped-call]
        except RuntimeError as error:
            reason = str(error).partition("\n")[0]
            raise CheckpointError(f"{file}: not a TorchScript file ({reason})") from error
        weights = network.state_dict()
        trained = {
            name.removeprefix(TRAINED): weight
            for name, weight in weights.items()
            if name.startswith(TRAINED)
        }
        return cls(trained or weights, sha256)
