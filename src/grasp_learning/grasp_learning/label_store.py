"""Labels of single objects, computed once and kept on disk."""

from __future__ import annotations

import os
import tempfile
import zlib
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

import numpy as np

from grasp_core.gripper import Gripper
from grasp_learning.closed_surface import ClosedSurface
from grasp_learning.errors import LabelError
from grasp_learning.object_grasps import ObjectGrasps
from grasp_learning.object_labels import LabelParams, label_object
from grasp_sim.objects.cache import cache_folder, content_hash
from grasp_sim.objects.catalogue import load_object

#: To be raised by every change of the code that changes labels.
VERSION = 1

#: What labels depend on of a gripper: its name, which they carry, and its shape.
_GRIPPER_FIELDS = (
    "name", "max_width", "finger_length", "finger_width", "finger_thickness", "pad_length",
    "palm_size",
)  # fmt: skip


def label_folder() -> Path:
    """Folder of the labels, in the user's cache."""
    return cache_folder().with_name("grasp_learning") / "labels"


def stored_labels(
    name: str, gripper: Gripper, params: LabelParams, folder: Path | None = None
) -> ObjectGrasps:
    """Return the labels of an object of the catalogue; compute and keep them where there are none.

    Their random choices depend on the name, of a mesh file on that without its folder. A file
    appears under its name only when it is complete, so processes may share the folder.

    Parameters
    ----------
    name : see `grasp_sim.objects.catalogue`.
    folder : where the files are, `label_folder()` by default.

    Raises
    ------
    LabelError : a file is damaged, or cannot be written.
    grasp_sim.errors.SimError : the object cannot be loaded.
    """
    folder = label_folder() if folder is None else folder
    path = folder / f"{Path(name).stem}-{_key(name, gripper, params)}.npz"
    if path.exists():
        return _loaded(path)
    model = load_object(name)
    surface = ClosedSurface(model.vertices, model.triangles, np.zeros(3))
    rng = np.random.default_rng(zlib.crc32(Path(name).stem.encode()))
    labels = label_object(surface, gripper, params, rng)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as private:
            part = Path(private) / path.name
            labels.save(part)
            os.replace(part, path)
    except OSError as error:
        raise LabelError(f"{path}: {error.strerror or error}") from error
    return labels


@lru_cache(maxsize=256)
def _loaded(path: Path) -> ObjectGrasps:
    return ObjectGrasps.load(path)


def _key(name: str, gripper: Gripper, params: LabelParams) -> str:
    """Hash of all that the labels depend on; 64 bits keep the names of files short."""
    model = load_object(name)
    shape = [getattr(gripper, field) for field in _GRIPPER_FIELDS]
    settings = f"{VERSION} {shape} {sorted(asdict(params).items())}"
    return content_hash(model.vertices, model.triangles, settings)[:16]
