"""The detectors that a user can choose by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from grasp_perception.detector import Detector
from grasp_perception.geometric.antipodal import AntipodalDetector
from grasp_perception.model_files import ModelFile, installed_models


def load_detector(name: str, file: ModelFile) -> Detector:
    """Load a trained network; torch is imported here, so that who needs none waits for none.

    Raises
    ------
    ModelFileError : the file is missing, unknown or damaged.
    """
    from grasp_perception.torchscript import TorchScriptDetector

    return TorchScriptDetector(name, file)


#: What to call for each name that the parameter `detector` may have.
DETECTORS: dict[str, Callable[[], Detector]] = {
    "antipodal": AntipodalDetector,
    **{name: partial(load_detector, name, file) for name, file in installed_models().items()},
}
