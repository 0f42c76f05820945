"""`ModelMetadata`: what a TorchScript file says about itself, for whoever loads it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any

from grasp_core.errors import ModelFileError

#: The extra file in the TorchScript archive that holds the metadata.
METADATA_NAME = "metadata.json"
VERSION = 1

#: Makes grasps from points; gives scores to grasps.
PROPOSER, SCORER = "proposer", "scorer"
KINDS = (PROPOSER, SCORER)
#: Metric of a scorer whose scores were corrected until first-ranked grasps held as often as they
#: say: how many of such grasps told that.
CALIBRATED = "calibration_views"


def read_model_file(path: Path, sha256: str) -> bytes:
    """Read a TorchScript file, which must be the one of this checksum: such a file is code.

    Raises
    ------
    ModelFileError : the file is missing or is another one.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"{path}: {error.strerror}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ModelFileError(
            f"{path}: its sha256 is {found}, expected {sha256}; the file is not loaded, because a "
            "TorchScript file is code"
        )
    return content


@dataclass(frozen=True)
class ModelMetadata:
    """Origin of a network and what it is to be given.

    Its points and grasps are in the approach frame: z is the preferred approach direction, the
    origin is the mean of the points. A proposer's ``forward(points (N, 3))`` gives ``(rotations (G,
    3, 3), positions (G, 3), widths (G,), scores (G,))``; a scorer's ``forward(points (N, 3),
    rotations (C, 3, 3), positions (C, 3), widths (C,))`` gives ``scores (C,)``.

    Attributes
    ----------
    architecture : name of the network.
    variant : how the file uses the network where there is more than one way; empty for the first.
    kind : "proposer" or "scorer".
    points : most points of the scene that it is given, 0 for all.
    margin_m : metres around the points of the objects within which it is given the scene.
    voxel_m : edge of the voxels that these points are thinned to, metres; 0 for none.
    local_search : whether a scorer was trained on the grasps that it finds around its best ones;
        without, it takes them as they are proposed.
    params : sizes and switches of the network.
    gripper : name of the gripper that the training data are for.
    data_digest : content hash of the training data.
    metrics : of the validation.
    commit : of the program that trained it.
    trained_sec : wall time of the training, seconds.
    licence : of the weights.

    Raises
    ------
    ModelFileError : a field has the wrong type or an unknown value.
    """

    architecture: str
    variant: str
    kind: str
    points: int
    margin_m: float
    voxel_m: float
    params: Mapping[str, Any]
    gripper: str
    data_digest: str
    metrics: Mapping[str, float]
    commit: str
    trained_sec: float
    licence: str
    local_search: bool = False

    def __post_init__(self) -> None:
        kinds: dict[str, Any] = {
            **dict.fromkeys(("points",), int),
            **dict.fromkeys(("margin_m", "voxel_m", "trained_sec"), (int, float)),
            **dict.fromkeys(("params", "metrics"), Mapping),
            "local_search": bool,
        }
        for field in fields(self):
            value, kind = getattr(self, field.name), kinds.get(field.name, str)
            if not isinstance(value, kind) or isinstance(value, bool) != (kind is bool):
                raise ModelFileError(f"metadata: {field.name} cannot be {value!r}")
        if self.kind not in KINDS:
            raise ModelFileError(f"metadata: kind {self.kind!r}; valid: {', '.join(KINDS)}")
        for name in ("points", "margin_m", "voxel_m"):
            size = getattr(self, name)
            if not size >= 0:
                raise ModelFileError(f"metadata: {name} {size} must not be negative")

    def to_json(self) -> str:
        """Text of the extra file."""
        return json.dumps({"version": VERSION, **asdict(self)}, indent=1, sort_keys=True)

    @classmethod
    def from_json(cls, text: str | bytes) -> ModelMetadata:
        """Read the text of the extra file.

        Raises
        ------
        ModelFileError : not JSON, of another version, or with other fields.
        """
        try:
            values = json.loads(text)
        except ValueError as error:
            raise ModelFileError(f"metadata: not JSON ({error})") from error
        if not isinstance(values, dict) or values.pop("version", None) != VERSION:
            raise ModelFileError(f"metadata: not of version {VERSION}")
        known = {field.name for field in fields(cls)}
        wanted = {field.name for field in fields(cls) if field.default is MISSING}
        if not wanted <= set(values) <= known:
            raise ModelFileError(
                f"metadata: lacks {sorted(wanted - set(values))}, "
                f"has unknown {sorted(set(values) - known)}"
            )
        return cls(**values)
