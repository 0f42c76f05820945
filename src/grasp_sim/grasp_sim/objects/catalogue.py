"""The fixed lists of objects that experiments name, and how to load one by its name.

Training, similar and novel objects are kept apart, as in the papers: *similar* objects are unseen
members of the training families, *novel* ones come from another source. A user's own objects are
mesh files; the name of such an object is the path of its file.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from grasp_sim.errors import MeshError, UnknownObjectError
from grasp_sim.objects.families import FAMILIES, make_object
from grasp_sim.objects.mesh_file import load_mesh_object
from grasp_sim.objects.model import ObjectModel
from grasp_sim.objects.novel import ROBOSUITE, novel_object

#: Objects of each family that training may see.
TRAINING_SEEDS = range(3)

#: The first seed that training never sees.
HELD_OUT_SEED = 3

_NAMED = tuple(family for family in FAMILIES if family != "compound")

TRAINING = tuple(f"{family}-{seed:04d}" for family in _NAMED for seed in TRAINING_SEEDS)
SIMILAR = tuple(f"{family}-{HELD_OUT_SEED:04d}" for family in _NAMED[::2])

#: For training too: shapes that are no tool and no toy, each unlike the others.
COMPOUND = tuple(f"compound-{seed:04d}" for seed in range(96))

#: Random shapes, every 29th of the thousand so that all their kinds occur, and groceries. Two have
#: bodies that are turned inside out, so convex parts cannot represent them.
_RANDOM = tuple(item for item in range(0, 1000, 29) if item not in (232, 580))
NOVEL = (
    *(f"robosuite-{item}" for item in ROBOSUITE),
    *(f"random_urdfs-{item:03d}" for item in _RANDOM),
)

#: The same random shapes at half their size: novel objects of the small scale only.
NOVEL_SMALL = tuple(f"random_urdfs_half-{item:03d}" for item in _RANDOM)

#: Mesh files that objects may come from.
MESH_ENDINGS = (".obj", ".stl", ".ply", ".off", ".glb")


@lru_cache(maxsize=512)
def load_object(name: str) -> ObjectModel:
    """Load an object by its name: "bolt-0002", "random_urdfs-031", or the path of a mesh file.

    Raises
    ------
    UnknownObjectError : the name is not FAMILY-SEED with a known family, nor a novel object's.
    MissingPackageError : it is a novel object and the package with its mesh is not installed.
    MeshError, ConvexPartsError : the mesh file cannot be an object; see `load_mesh_object`.
    """
    if _is_mesh_file(name):
        return load_mesh_object(name, name)
    family, _, item = name.rpartition("-")
    if family in FAMILIES and item.isdecimal():
        return make_object(family, int(item))
    if family.startswith(("random_urdfs", "robosuite")):
        return novel_object(name)
    raise UnknownObjectError(
        f"no object {name!r}; valid: FAMILY-SEED such as bolt-0002 with a family of "
        f"{', '.join(FAMILIES)}, or a novel object such as {NOVEL[0]} or {NOVEL[-1]}, "
        f"or the path of a mesh file ({', '.join(MESH_ENDINGS)})"
    )


def mesh_names(folder: Path | str) -> tuple[str, ...]:
    """Names of the objects in a folder of mesh files, in metres: their absolute paths, sorted.

    Raises
    ------
    MeshError : the folder is missing or holds no mesh file.
    """
    folder = Path(folder).resolve()
    if not folder.is_dir():
        raise MeshError(f"{folder}: no such folder")
    names = tuple(sorted(str(path) for path in folder.iterdir() if _is_mesh_file(path)))
    if not names:
        raise MeshError(f"{folder}: no mesh file; valid endings: {', '.join(MESH_ENDINGS)}")
    return names


def family_of(name: str) -> str:
    """Kind of an object; each mesh file is one of its own."""
    return name if _is_mesh_file(name) else name.rpartition("-")[0]


def _is_mesh_file(name: Path | str) -> bool:
    return Path(name).suffix.lower() in MESH_ENDINGS


def narrower_than(names: Iterable[str], width_m: float) -> tuple[str, ...]:
    """Names of the objects of which a gripper of this stroke spans two sides.

    Lying on its largest face an object offers its middle side to the fingers; so this is the scale
    that Scale-Balanced Grasp's small (< 4 cm), medium (< 7 cm) and large objects are told apart by.
    """
    return tuple(name for name in names if load_object(name).sides[1] < width_m)
