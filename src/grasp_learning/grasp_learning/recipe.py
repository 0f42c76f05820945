"""`Recipe`: all settings of a data set; from its seed and a number follows one scene, one view.

Every choice is drawn from a generator of its own, so that a sample depends on nothing but the
recipe and its number, whoever makes it and in whatever order.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from pathlib import Path

import numpy as np

from grasp_core.checks import Float
from grasp_core.errors import ParameterError
from grasp_core.params import check_params, parameter
from grasp_sim.cameras import D435_TABLE, PHOXI_BIN, CameraSetup
from grasp_sim.clutter import LOOK_AT_M
from grasp_sim.objects.catalogue import (
    COMPOUND,
    NOVEL,
    NOVEL_SMALL,
    SIMILAR,
    TRAINING,
    load_object,
    mesh_names,
)
from grasp_sim.objects.families import FRICTION
from grasp_sim.scenes import SceneSpec

#: Names of objects by the recipe's `catalogue`. Only the first three are to be learned from.
CATALOGUES = {
    "training": TRAINING,
    "compound": COMPOUND,
    "all_training": TRAINING + COMPOUND,
    "similar": SIMILAR,
    "novel": NOVEL,
    "novel_small": NOVEL_SMALL,
}

#: Small objects are those whose middle side is shorter: 17 % of the training objects.
SMALL_M = 0.02

#: In a hard scene, the part of each range that objects, friction and noise are drawn from.
HARD_PART = 0.3

#: At most so many objects stand upright side by side (VGN packs about five); of more than that
#: most scenes are rejected.
MOST_PACKED = 8


class Draw(IntEnum):
    """What a random generator of a recipe is for."""

    CONDITIONS = 0
    OBJECTS = 1
    POSE = 2
    NOISE = 3
    TRIALS = 4


@dataclass(frozen=True)
class Recipe:
    """Settings of a data set, all that its samples depend on beside gripper and labels."""

    seed: int = parameter(0, "Seed of the data set.", low=0)
    scenes: int = parameter(200, "Scenes.", low=1)
    views: int = parameter(1, "Views of each scene.", low=1, high=1000)
    emptied: bool = parameter(
        False, "Before each further view of a scene, the detector's best grasp is executed."
    )
    trials: int = parameter(32, "Grasps executed in each view.", low=0, high=1000)
    best_share: float = parameter(
        0.5, "Of the executed candidates, the share of the detector's best.", low=0.0, high=1.0
    )
    catalogue: str = parameter(
        "training", "Objects to draw from: a list of ours, or a folder of mesh files."
    )
    least_objects: int = parameter(4, "Fewest objects in a scene.", low=1, high=100)
    most_objects: int = parameter(15, "Most objects in a scene.", low=1, high=100)
    small_weight: float = parameter(
        2.0, "How much likelier than others an object under 2 cm is drawn.", low=0.01, high=100.0
    )
    friction: tuple[float, ...] = parameter(
        FRICTION, "Lowest and highest coefficient of friction.", low=0.01, high=2.0
    )
    noise: tuple[float, ...] = parameter(
        (0.5, 2.0), "Lowest and highest factor of the depth errors.", low=0.01, high=10.0
    )
    phoxi_share: float = parameter(
        0.35, "Scenes seen by the PhoXi-like camera, the others by the D435.", low=0.0, high=1.0
    )
    packed_share: float = parameter(
        0.15, "Scenes with upright objects side by side, the others are piles.", low=0.0, high=1.0
    )
    euro_box_share: float = parameter(0.2, "Scenes in the euro box.", low=0.0, high=1.0)
    table_share: float = parameter(0.3, "Scenes on the table; the rest: bin.", low=0.0, high=1.0)
    hard_share: float = parameter(
        0.25, "Scenes of many objects, low friction and much noise.", low=0.0, high=1.0
    )
    free_labels: int = parameter(256, "Diverse free grasps kept of an object.", low=1)
    colliding_labels: int = parameter(64, "Diverse colliding grasps kept of an object.", low=1)

    def __post_init__(self) -> None:
        check_params(self)
        objects = (self.least_objects, self.most_objects)
        for name, (low, high) in {
            "least_objects, most_objects": objects, "friction": self.friction, "noise": self.noise
        }.items():  # fmt: skip
            if low > high:
                raise ParameterError(f"{name}: {low} to {high} is no range")
        if self.emptied and self.trials == 0:
            raise ParameterError("emptied: needs trials, for which grasps are detected")
        count = len(object_names(self.catalogue))
        if self.most_objects > count:
            raise ParameterError(
                f"most_objects: {self.most_objects}, but {self.catalogue} has {count} objects"
            )
        if self.euro_box_share + self.table_share > 1:
            raise ParameterError(
                f"euro_box_share {self.euro_box_share} and table_share {self.table_share} "
                "are together more than 1"
            )

    @property
    def samples(self) -> int:
        """Number of views."""
        return self.scenes * self.views

    def rng(self, draw: Draw, *numbers: int) -> np.random.Generator:
        """Source of randomness for one purpose, with the numbers of scene, view or attempt."""
        return np.random.default_rng((self.seed, draw, *numbers))


@dataclass(frozen=True)
class Conditions:
    """What a scene is like, whatever objects are in it.

    Attributes
    ----------
    objects : how many.
    friction : coefficient of all of them.
    noise : factor of the depth errors.
    mode, bin : see `SceneSpec`.
    setup : the camera.
    """

    objects: int
    friction: float
    noise: float
    mode: str
    bin: str
    setup: CameraSetup


def draw_conditions(recipe: Recipe, scene: int) -> Conditions:
    """Draw the conditions of a scene; noise factors evenly by their logarithm."""
    rng = recipe.rng(Draw.CONDITIONS, scene)
    hard = rng.random() < recipe.hard_share
    part = HARD_PART if hard else 1.0
    packed = bool(rng.random() < recipe.packed_share)
    most = min(recipe.most_objects, MOST_PACKED) if packed else recipe.most_objects
    fewest = min(recipe.least_objects, most)
    fewest = most - round((most - fewest) * part)
    low, high = recipe.friction
    log_noise = np.log(recipe.noise)
    bins = ("euro_box", "table", "bin")
    shares = (recipe.euro_box_share, recipe.table_share)
    return Conditions(
        objects=int(rng.integers(fewest, most + 1)),
        friction=float(rng.uniform(low, low + (high - low) * part)),
        noise=float(np.exp(rng.uniform(log_noise[1] - np.ptp(log_noise) * part, log_noise[1]))),
        mode="packed" if packed else "pile",
        bin=bins[int(np.searchsorted(np.cumsum(shares), rng.random(), side="right"))],
        setup=PHOXI_BIN if rng.random() < recipe.phoxi_share else D435_TABLE,
    )


def draw_spec(recipe: Recipe, scene: int, attempt: int) -> SceneSpec:
    """Draw the objects of a scene, without repetition; each attempt draws others."""
    conditions = draw_conditions(recipe, scene)
    rng = recipe.rng(Draw.OBJECTS, scene, attempt)
    names = object_names(recipe.catalogue)
    weights = np.where(_is_small(recipe.catalogue), recipe.small_weight, 1.0)
    drawn = rng.choice(len(names), conditions.objects, replace=False, p=weights / weights.sum())
    return SceneSpec(
        seed=int(rng.integers(2**31)),
        objects=tuple(names[i] for i in drawn),
        mode=conditions.mode,
        bin=conditions.bin,
        friction=conditions.friction,
    )


def draw_pose(recipe: Recipe, scene: int, view: int) -> Float:
    """Draw a pose `T_world_camera` (4, 4) of the scene's camera."""
    setup = draw_conditions(recipe, scene).setup
    return setup.sample_view(LOOK_AT_M, recipe.rng(Draw.POSE, scene, view))


@lru_cache
def object_names(catalogue: str) -> tuple[str, ...]:
    """Names of the objects of one of the `CATALOGUES`, or of the mesh files in a folder.

    Raises
    ------
    ParameterError : there is no such catalogue, and no such folder.
    grasp_sim.errors.MeshError : the folder holds no mesh file.
    """
    if catalogue in CATALOGUES:
        return CATALOGUES[catalogue]
    if not Path(catalogue).is_dir():
        raise ParameterError(
            f"catalogue: {catalogue!r} is not one of {', '.join(CATALOGUES)}, "
            "and no folder of mesh files"
        )
    return mesh_names(catalogue)


@lru_cache
def _is_small(catalogue: str) -> tuple[bool, ...]:
    return tuple(bool(load_object(name).sides[1] < SMALL_M) for name in object_names(catalogue))
