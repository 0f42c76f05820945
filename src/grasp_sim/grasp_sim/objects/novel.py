"""Test objects that our generator did not make: meshes inside two published Python packages.

They are loaded from the installed packages (requirements/sim_test_objects.txt) and not part of this
project; nothing is trained on them.

| source | content | licence |
|---|---|---|
| pybullet 3.2.7, `pybullet_data/random_urdfs` | 1000 random composed shapes | zlib |
| robosuite 1.5.2, `models/assets/objects/meshes` | groceries | MIT |
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from grasp_sim.errors import MissingPackageError, UnknownObjectError
from grasp_sim.objects.mesh_file import load_mesh_object
from grasp_sim.objects.model import ObjectModel

#: Metres per unit. The URDF files say 0.015; 0.6 of that fits an 80 mm gripper, 0.3 is small scale.
RANDOM_URDFS_SCALES = {"random_urdfs": 0.6 * 0.015, "random_urdfs_half": 0.3 * 0.015}

#: The meshes that are closed; the bottle is not.
ROBOSUITE = ("bread", "can", "cereal", "lemon", "milk")


def novel_object(name: str, cache: Path | None = None) -> ObjectModel:
    """Load "random_urdfs-000" to -999, the same as "random_urdfs_half-000", or "robosuite-NAME".

    Parameters
    ----------
    cache : folder for the convex parts, the user's cache by default.

    Raises
    ------
    UnknownObjectError : there is no such object.
    MissingPackageError : the package that holds the mesh is not installed.
    """
    source, _, item = name.partition("-")
    if source in RANDOM_URDFS_SCALES and item.isdecimal() and len(item) == 3:
        path = _package_folder("pybullet_data") / "random_urdfs" / item / f"{item}.obj"
        return load_mesh_object(path, name, source, RANDOM_URDFS_SCALES[source], cache=cache)
    if source == "robosuite" and item in ROBOSUITE:
        path = _package_folder("robosuite") / "models/assets/objects/meshes" / f"{item}.obj"
        return load_mesh_object(path, name, source, cache=cache)
    valid = "random_urdfs-000 to random_urdfs-999 (or random_urdfs_half-...), " + ", ".join(
        f"robosuite-{i}" for i in ROBOSUITE
    )
    raise UnknownObjectError(f"no novel object {name!r}; valid: {valid}")


def _package_folder(package: str) -> Path:
    """Folder of an installed package, found without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise MissingPackageError(
            f"the novel test objects need the package {package}: "
            "pip install --no-deps -r requirements/sim_test_objects.txt"
        )
    return Path(spec.submodule_search_locations[0])
