"""The fixed lists of objects that experiments name, and how to load one by its name.

Training, similar and novel objects are kept apart, as in the papers: *similar* objects are unseen
members of the training families, *novel* ones come from another source.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from grasp_sim.errors import UnknownObjectError
from grasp_sim.objects.families import FAMILIES, make_object
from grasp_sim.objects.model import ObjectModel
from grasp_sim.objects.novel import ROBOSUITE, novel_object

#: Objects of each family that training may see.
TRAINING_SEEDS = range(3)

#: The first seed that training never sees.
HELD_OUT_SEED = 3

TRAINING = tuple(f"{family}-{seed:04d}" for family in FAMILIES for seed in TRAINING_SEEDS)
SIMILAR = tuple(f"{family}-{HELD_OUT_SEED:04d}" for family in list(FAMILIES)[::2])

#: Random shapes, every 29th of the thousand so that all their kinds occur, and groceries. Two have
#: bodies that are turned inside out, so convex parts cannot represent them.
_RANDOM = tuple(item for item in range(0, 1000, 29) if item not in (232, 580))
NOVEL = (
    *(f"robosuite-{item}" for item in ROBOSUITE),
    *(f"random_urdfs-{item:03d}" for item in _RANDOM),
)

#: The same random shapes at half their size: novel objects of the small scale only.
NOVEL_SMALL = tuple(f"random_urdfs_half-{item:03d}" for item in _RANDOM)


@lru_cache(maxsize=512)
def load_object(name: str) -> ObjectModel:
    """Load an object by its name, such as "bolt-0002" or "random_urdfs-031".

    Raises
    ------
    UnknownObjectError : the name is not FAMILY-SEED with a known family, nor a novel object's.
    MissingPackageError : it is a novel object and the package with its mesh is not installed.
    """
    family, _, item = name.rpartition("-")
    if family in FAMILIES and item.isdecimal():
        return make_object(family, int(item))
    if family.startswith(("random_urdfs", "robosuite")):
        return novel_object(name)
    raise UnknownObjectError(
        f"no object {name!r}; valid: FAMILY-SEED such as bolt-0002 with a family of "
        f"{', '.join(FAMILIES)}, or a novel object such as {NOVEL[0]} or {NOVEL[-1]}"
    )


def narrower_than(names: Iterable[str], width_m: float) -> tuple[str, ...]:
    """Names of the objects of which a gripper of this stroke spans two sides.

    Lying on its largest face an object offers its middle side to the fingers; so this is the scale
    that Scale-Balanced Grasp's small (< 4 cm), medium (< 7 cm) and large objects are told apart by.
    """
    return tuple(name for name in names if load_object(name).sides[1] < width_m)
