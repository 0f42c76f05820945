"""The trained networks that the workspace installs: config/models/models.yaml lists them.

The list maps the name of a detector to the name of its file beside the list and to the SHA-256 of
the file: ::

    gpr: {file: gpr.ts, sha256: 5f1c...}
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from grasp_core.errors import ModelFileError
from grasp_perception.share import InstallationError, share_path

LIST_NAME = "models.yaml"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class ModelFile:
    """A file and what it must contain.

    Attributes
    ----------
    path : of the TorchScript file.
    sha256 : of its bytes, 64 hexadecimal digits.

    Raises
    ------
    ModelFileError : the checksum is not one.
    """

    path: Path
    sha256: str

    def __post_init__(self) -> None:
        if not isinstance(self.sha256, str) or not _SHA256.fullmatch(self.sha256):
            raise ModelFileError(
                f"{self.path}: sha256 {self.sha256!r} is not 64 hexadecimal digits in quotes"
            )


def model_folder() -> Path:
    """Folder of the installed networks.

    Raises
    ------
    InstallationError : grasp_perception is not installed.
    """
    return share_path("grasp_perception") / "config" / "models"


def installed_models() -> dict[str, ModelFile]:
    """Files of the installed networks by the names of their detectors; where nothing is, none.

    Raises
    ------
    ModelFileError : the list is damaged.
    """
    try:
        folder = model_folder()
    except InstallationError:
        return {}
    return read_models(folder) if folder.is_dir() else {}


def read_models(folder: Path) -> dict[str, ModelFile]:
    """Read the list in a folder; that the files are there is checked when they are loaded.

    Raises
    ------
    ModelFileError : the list is missing or damaged.
    """
    path = folder / LIST_NAME
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise ModelFileError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ModelFileError(f"{path}: not YAML ({error})") from error
    if not isinstance(entries, dict):
        raise ModelFileError(f"{path}: expected names of detectors, got {entries!r}")
    models = {}
    for name, entry in entries.items():
        if not isinstance(entry, dict) or set(entry) != {"file", "sha256"}:
            raise ModelFileError(f"{path}: {name} must have file and sha256, got {entry!r}")
        models[str(name)] = ModelFile(folder / str(entry["file"]), entry["sha256"])
    return models
