"""`SceneSpec` and `Scene`: objects at rest in a bin or on a table, made from a seed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float, check_array
from grasp_core.transforms import quaternions_xyzw, transform
from grasp_sim.bins import BINS
from grasp_sim.errors import SceneError, SceneRejectedError
from grasp_sim.objects.catalogue import load_object
from grasp_sim.objects.model import MAX_FRICTION, ObjectModel
from grasp_sim.packing import pack
from grasp_sim.settling import drop_pile, settle

#: The frame of scenes, of everything in them and of the grasps that are executed on them.
WORLD = "world"

#: pile: dropped one after another (GPR, section IV-B); packed: upright, side by side (VGN).
MODES = ("pile", "packed")

#: Specifications tried for one drawn scene; about one in ten is rejected.
SCENES_TRIED = 50


@dataclass(frozen=True)
class SceneSpec:
    """All that a scene is made from; a few hundred bytes as JSON.

    Attributes
    ----------
    seed : of every random choice.
    objects : names, see `grasp_sim.objects.catalogue`; a name may occur more than once.
    mode : one of `MODES`.
    bin : name of a preset in `grasp_sim.bins.BINS`.
    friction : coefficient of friction of all objects; None takes each object's own.
    poses : where each object lies, (x, y, z, qx, qy, qz, qw) in metres, of a scene that something
        has been done to since it was made; empty: they are dropped or packed.

    Raises
    ------
    SceneError : a value is unknown or out of range.
    """

    seed: int
    objects: tuple[str, ...]
    mode: str = "pile"
    bin: str = "bin"
    friction: float | None = None
    poses: tuple[tuple[float, ...], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "objects", tuple(self.objects))
        object.__setattr__(self, "poses", tuple(map(tuple, self.poses)))
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0:
            raise SceneError(f"seed {self.seed!r} is not an integer >= 0")
        if not self.objects:
            raise SceneError("a scene needs at least one object")
        if self.mode not in MODES:
            raise SceneError(f"no mode {self.mode!r}; valid: {', '.join(MODES)}")
        if self.bin not in BINS:
            raise SceneError(f"no bin {self.bin!r}; valid: {', '.join(BINS)}")
        if self.friction is not None and not 0 < self.friction <= MAX_FRICTION:
            raise SceneError(f"friction {self.friction} is not in (0, {MAX_FRICTION}]")
        if self.poses and [len(pose) for pose in self.poses] != [7] * len(self.objects):
            raise SceneError(f"expected 7 numbers for each of {len(self.objects)} objects in poses")
        for pose in self.poses:
            if not np.isfinite(pose).all() or not any(pose[3:]):
                raise SceneError(f"pose {pose} is not finite, or its quaternion is 0")

    def to_json(self) -> str:
        """One line of JSON."""
        values = asdict(self)
        if not self.poses:
            del values["poses"]
        return json.dumps(values)

    @classmethod
    def from_json(cls, text: str) -> SceneSpec:
        """Read what `to_json` wrote.

        Raises
        ------
        SceneError : not JSON, keys are missing or unknown, or a value is out of range.
        """
        try:
            values: Any = json.loads(text)
            return cls(**values)
        except (json.JSONDecodeError, TypeError) as error:
            raise SceneError(f"{text!r} is not a scene specification ({error})") from error


@dataclass(frozen=True, eq=False)
class Scene:
    """Objects at rest; the world's origin is the middle of the bin's floor, z up.

    Attributes
    ----------
    spec : what the scene was made from.
    models : the m objects, in the order of `spec.objects`.
    T_world_object : (m, 4, 4) their poses.
    """

    spec: SceneSpec
    models: tuple[ObjectModel, ...]
    T_world_object: Float

    def __post_init__(self) -> None:
        shape = (len(self.models), 4, 4)
        poses = check_array(self.T_world_object, shape, "T_world_object")
        object.__setattr__(self, "T_world_object", poses)

    @property
    def static_mesh(self) -> trimesh.Trimesh:
        """Table and bin, in the world frame."""
        return BINS[self.spec.bin].mesh()


def make_scene(spec: SceneSpec) -> Scene:
    """Drop or pack the objects of a specification and wait until they rest.

    One specification always gives the same scene, to the last bit, on one version of MuJoCo.

    Raises
    ------
    SceneRejectedError : this seed gives no usable scene; take another.
    UnknownObjectError, MissingPackageError : an object cannot be loaded.
    """
    rng = np.random.default_rng(spec.seed)
    models = tuple(load_object(name) for name in spec.objects)
    box = BINS[spec.bin]
    if spec.poses:
        return Scene(spec, models, _as_matrices(spec.poses))
    if spec.mode == "packed":
        poses = settle(box, models, spec.friction, pack(box, models, rng))
    else:
        poses = drop_pile(box, models, spec.friction, rng)
    return Scene(spec, models, poses)


def later_scene(scene: Scene, T_world_object: Float, present: NDArray[np.bool_]) -> Scene:
    """Make the scene of what is left of another, where it lies now.

    Parameters
    ----------
    T_world_object : (m, 4, 4) poses of all objects of `scene`.
    present : (m,) which of them are left, at least one.
    """
    left = np.flatnonzero(present)
    T = T_world_object[left]
    poses = np.hstack([T[:, :3, 3], quaternions_xyzw(T[:, :3, :3])]).tolist()
    names = tuple(scene.spec.objects[i] for i in left)
    spec = replace(scene.spec, objects=names, poses=tuple(map(tuple, poses)))
    models = tuple(scene.models[i] for i in left)
    return Scene(spec, models, _as_matrices(spec.poses))


def _as_matrices(poses: tuple[tuple[float, ...], ...]) -> Float:
    """Poses (m, 4, 4) of rows (x, y, z, qx, qy, qz, qw)."""
    rows = np.array(poses)
    return transform(Rotation.from_quat(rows[:, 3:]).as_matrix(), rows[:, :3])


def draw_scene(
    seed: int,
    catalogue: Sequence[str],
    objects: tuple[int, int],
    mode: str = "pile",
    bin_name: str = "bin",
    friction: float | None = None,
) -> Scene:
    """Draw objects and let them fall until they make a scene; one seed is one scene.

    Parameters
    ----------
    seed : of the number of objects, the objects, and how they fall.
    catalogue : names to draw from, without repetition.
    objects : fewest and most objects.
    mode, bin_name, friction : see `SceneSpec`.

    Raises
    ------
    SceneError : a value is unknown, or the catalogue has fewer names than objects are asked for.
    SceneRejectedError : no scene of this seed comes to rest.
    UnknownObjectError, MissingPackageError : an object cannot be loaded.
    """
    low, high = objects
    if not 1 <= low <= high <= len(catalogue):
        raise SceneError(f"{low} to {high} objects of a catalogue of {len(catalogue)}")
    for number in range(SCENES_TRIED):
        rng = np.random.default_rng((seed, 0, number))
        count = int(rng.integers(low, high + 1))
        names = rng.choice(np.array(catalogue), count, replace=False).tolist()
        scene_seed = int(rng.integers(2**31))
        try:
            return make_scene(SceneSpec(scene_seed, tuple(names), mode, bin_name, friction))
        except SceneRejectedError as error:
            reason = error
    raise SceneRejectedError(f"seed {seed}: {SCENES_TRIED} scenes were rejected, last: {reason}")
