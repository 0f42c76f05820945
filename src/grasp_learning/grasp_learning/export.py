"""Turn a checkpoint into the TorchScript file that perception loads.

The file needs nothing of this package. Its metadata (`grasp_core.model_metadata`) lie inside; its
SHA-256 lies beside it in a file that ``sha256sum --check`` reads, because whoever loads the file
must know which one it is: a TorchScript file is code.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from grasp_core.model_metadata import METADATA_NAME, SCORER, ModelMetadata
from grasp_learning.architecture import PART
from grasp_learning.architectures import find_architecture
from grasp_learning.calibration import calibrate
from grasp_learning.checkpoint import Checkpoint
from grasp_learning.errors import ExportError
from grasp_learning.networks.candidate_scorer import CandidateScorer

#: Numbers of points of the random clouds on which the file is compared with the network.
CLOUD_SIZES = (1, 50, 1000, 9000)
#: Grasps that a scorer is compared on.
GRASPS = 20
#: Largest difference that rounding explains.
TOLERANCE = 1e-5


def export(
    checkpoint: Checkpoint,
    out: Path,
    licence: str,
    variant: str = "",
    part: Checkpoint | None = None,
    calibration: Sequence[Path] = (),
) -> ModelMetadata:
    """Write the file and its checksum, after comparing it with the network.

    Parameters
    ----------
    licence : of the weights.
    variant : one of the architecture's `variants`; empty for the plain network.
    part : of the other network that a variant needs.
    calibration : data sets on which a scorer is calibrated.

    Raises
    ------
    CalibrationError, ShardError : see `grasp_learning.calibration.calibrate`.
    ExportError : the network makes no detector, or has no such variant; a part is missing or
        superfluous; the file gives other results than the network, or cannot be written.
    ParameterError : the architecture is unknown.
    CheckpointError : weights that do not fit.
    """
    architecture = find_architecture(checkpoint.architecture)
    if architecture.kind == PART:
        raise ExportError(f"{architecture.name} is a part of other detectors and none by itself")
    metadata = describe(checkpoint, licence, variant)
    network = assemble(checkpoint, variant, part).eval()
    if calibration:
        metadata = calibrated(network, calibration, metadata)
    scripted = torch.jit.script(network)
    stream = io.BytesIO()
    torch.jit.save(scripted, stream, _extra_files={METADATA_NAME: metadata.to_json()})
    content = stream.getvalue()
    loaded = torch.jit.load(io.BytesIO(content))  # type: ignore[no-untyped-call]
    compare(network, loaded, metadata.kind)
    try:
        out.write_bytes(content)
        line = f"{hashlib.sha256(content).hexdigest()}  {out.name}\n"
        checksum_path(out).write_text(line, encoding="utf-8")
    except OSError as error:
        raise ExportError(f"{out}: {error.strerror or error}") from error
    return metadata


def calibrated(
    network: nn.Module, folders: Sequence[Path], metadata: ModelMetadata
) -> ModelMetadata:
    """Calibrate a scorer on data sets, and tell it in its metadata.

    Raises
    ------
    CalibrationError, ShardError : see `grasp_learning.calibration.calibrate`.
    ExportError : the network is no scorer.
    """
    if not isinstance(network, CandidateScorer):
        raise ExportError(f"{metadata.architecture} is no scorer, which alone can be calibrated")
    found = calibrate(network, folders)
    network.slope, network.offset = found.slope, found.offset
    told = {f"calibration_{name}": float(value) for name, value in asdict(found).items()}
    return replace(metadata, metrics={**metadata.metrics, **told})


def checksum_path(out: Path) -> Path:
    """Where the checksum of an exported file lies."""
    return out.with_name(out.name + ".sha256")


def describe(checkpoint: Checkpoint, licence: str, variant: str) -> ModelMetadata:
    """Give the metadata of a checkpoint's file."""
    architecture = find_architecture(checkpoint.architecture)
    params = architecture.params(**checkpoint.params)
    return ModelMetadata(
        architecture=architecture.name,
        variant=variant,
        kind=architecture.kind,
        points=architecture.points(params),
        margin_m=architecture.margin_m,
        voxel_m=architecture.voxel_m,
        params=dict(checkpoint.params),
        gripper=checkpoint.gripper,
        data_digest=checkpoint.data_digest,
        metrics=dict(checkpoint.metrics),
        commit=checkpoint.commit,
        trained_sec=checkpoint.seconds,
        licence=licence,
        local_search=architecture.local_search,
    )


def assemble(checkpoint: Checkpoint, variant: str, part: Checkpoint | None) -> nn.Module:
    """Build the module that the file holds, with its weights, on the CPU.

    Raises
    ------
    ExportError : no such variant, or a part is missing or superfluous.
    """
    architecture = find_architecture(checkpoint.architecture)
    variants = architecture.variants
    if variant and variant not in variants:
        valid = ", ".join(variants) or "none"
        raise ExportError(f"{architecture.name} has no variant {variant!r}; valid: {valid}")
    task = architecture.make(architecture.params(**checkpoint.params))
    checkpoint.load_weights(task.network)
    needed = variants[variant].part if variant else ""
    given = "" if part is None else part.architecture
    if given != needed:
        raise ExportError(
            f"{architecture.name} {variant}: made with {given or 'no part'}, "
            f"needs {needed or 'none'}"
        )
    if not variant:
        return task.exportable
    return variants[variant].make(task, None if part is None else assemble(part, "", None))


def compare(network: nn.Module, loaded: nn.Module, kind: str) -> None:
    """Require that two modules give the same on random clouds.

    Raises
    ------
    ExportError : a result differs by more than `TOLERANCE`; the message tells where.
    """
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for inputs in _inputs(kind, generator):
            before, after = _as_tuple(network(*inputs)), _as_tuple(loaded(*inputs))
            for number, (want, have) in enumerate(zip(before, after, strict=True)):
                if want.shape != have.shape or not torch.allclose(want, have, 0.0, TOLERANCE):
                    raise ExportError(
                        f"result {number} on {len(inputs[0])} points is not the network's"
                    )


def _inputs(kind: str, generator: torch.Generator) -> Iterator[tuple[Tensor, ...]]:
    """Yield the inputs for random clouds as large as a bin."""
    for size in CLOUD_SIZES:
        points = 0.3 * (torch.rand((size, 3), generator=generator) - 0.5)
        if kind != SCORER:
            yield (points,)
            continue
        rotations = torch.linalg.qr(torch.randn((GRASPS, 3, 3), generator=generator)).Q
        rotations = rotations * torch.linalg.det(rotations).view(-1, 1, 1)
        positions = 0.2 * (torch.rand((GRASPS, 3), generator=generator) - 0.5)
        yield points, rotations, positions, 0.1 * torch.rand(GRASPS, generator=generator)


def _as_tuple(result: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return (result,) if isinstance(result, Tensor) else result
