"""Detectors as people name them: installed ones, and files of networks."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from grasp_cli.errors import OptionError
from grasp_cli.random_detector import RandomDetector
from grasp_core.errors import ModelFileError
from grasp_perception.detector import Detector
from grasp_perception.detectors import DETECTORS, load_detector
from grasp_perception.model_files import ModelFile

FILE_ENDING = ".ts"

#: By name: what perception has, and one to compare with.
INSTALLED: dict[str, Callable[[], Detector]] = {
    **DETECTORS,
    RandomDetector.name: RandomDetector,
}


def named_detector(name: str) -> Detector:
    """Make a detector.

    Parameters
    ----------
    name : of an installed detector, or FILE.ts with FILE.ts.sha256 beside it.

    Raises
    ------
    OptionError : there is none of that name; lists the valid ones.
    ModelFileError : the file of a network is missing or damaged.
    """
    if name.endswith(FILE_ENDING):
        path = Path(name)
        return load_detector(path.stem, model_file(path))
    if name not in INSTALLED:
        raise OptionError(
            f"no detector {name!r}; valid: {', '.join(INSTALLED)}, or FILE{FILE_ENDING}"
        )
    return INSTALLED[name]()


@cache
def shared_detector(name: str) -> Detector:
    """Make a detector once in each process, as `named_detector`: a network takes time to load."""
    return named_detector(name)


def model_file(path: Path) -> ModelFile:
    """Give a file with its checksum, which lies beside it.

    Raises
    ------
    ModelFileError : the checksum is missing.
    """
    beside = path.with_name(path.name + ".sha256")
    try:
        words = beside.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelFileError(f"{beside}: {error}; grasp export writes it") from error
    return ModelFile(path, words[0] if words else "")


def title(name: str) -> str:
    """Name of a detector in results: of a file, without folder and ending."""
    return Path(name).stem if name.endswith(FILE_ENDING) else name
