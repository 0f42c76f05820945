"""The detectors that a user can choose by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from grasp_core.errors import ModelFileError
from grasp_perception.detector import Detector
from grasp_perception.geometric.antipodal import AntipodalDetector
from grasp_perception.model_files import ModelFile, installed_models


def load_detector(name: str, file: ModelFile) -> Detector:
    """Load a trained network; torch is imported here, so that who needs none waits for none.

    Raises
    ------
    ModelFileError : the file is missing, unknown or damaged, or PyTorch is not installed.
    """
    try:
        from grasp_perception.torchscript import TorchScriptDetector
    except ModuleNotFoundError as error:
        raise ModelFileError(
            f"detector {name} needs PyTorch ({error}); install it, or choose {GEOMETRIC}"
        ) from error
    return TorchScriptDetector(name, file)


#: Needs no weights and no PyTorch.
GEOMETRIC = "antipodal"
#: What to call for each name that the parameter `detector` may have.
DETECTORS: dict[str, Callable[[], Detector]] = {
    GEOMETRIC: AntipodalDetector,
    **{name: partial(load_detector, name, file) for name, file in installed_models().items()},
}

#: The best of the clutter benchmark.
DEFAULT_DETECTOR = "pick_scorer"
