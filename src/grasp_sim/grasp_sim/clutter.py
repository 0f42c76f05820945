"""The clutter-removal benchmark: a free gripper empties a bin with the grasps of any detector.

A round is one scene. Before each attempt the camera looks at what is there now, the detector ranks
grasps, and the best one that does not resemble a failed one is executed in physics.

Protocols. GPR (section VI-C) pours 10 objects and allows 15 attempts: `ATTEMPTS_PER_OBJECT`. VGN's
rule ends a round after two failures in a row; `Round.until_two_failures` cuts a round there, so
that one run answers both.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.nms import grasp_distance
from grasp_sim.bins import BINS
from grasp_sim.cameras import CameraSetup
from grasp_sim.cell import Cell
from grasp_sim.depth_frame import BACKGROUND
from grasp_sim.errors import SceneError, SceneRejectedError
from grasp_sim.ray_scene import PlacedMesh, RayScene
from grasp_sim.scenes import WORLD, Scene, SceneSpec, make_scene
from grasp_sim.sensor_noise import capture
from grasp_sim.trial import Outcome, try_grasp

#: GPR, section VI-C: 15 attempts for 10 objects.
ATTEMPTS_PER_OBJECT = 1.5
#: Views in a row in which the detector may find nothing before the round ends.
EMPTY_VIEWS = 3
#: Scenes tried for one round; about one in ten is rejected.
SCENES_TRIED = 50
#: A grasp this near to one that failed (GPR eq. 1, metres) would fail again.
SAME_GRASP_M = 0.02
#: Metres above the bin's floor that the camera looks at.
LOOK_AT_M = 0.03
CAMERA_FRAME = "camera"

#: Finds grasps in a cloud in the camera's optical frame, given `T_world_camera` (4, 4): best first,
#: in the frame "world".
Detect = Callable[[PointCloud, Float], Grasps]


@dataclass(frozen=True)
class Setting:
    """What the rounds of a benchmark have in common.

    Attributes
    ----------
    name : of the setting in reports.
    catalogue : names of the objects to draw from, without repetition.
    objects : fewest and most objects in a scene.
    friction : coefficient of all objects.
    noise : factor of the depth errors.
    mode, bin : see `SceneSpec`.

    Raises
    ------
    SceneError : the numbers of objects are impossible with this catalogue.
    """

    name: str
    catalogue: tuple[str, ...]
    objects: tuple[int, int] = (5, 10)
    friction: float = 0.6
    noise: float = 1.0
    mode: str = "pile"
    bin: str = "bin"

    def __post_init__(self) -> None:
        low, high = self.objects
        if not 1 <= low <= high <= len(self.catalogue):
            raise SceneError(
                f"setting {self.name}: {low} to {high} objects of a catalogue of "
                f"{len(self.catalogue)}"
            )


@dataclass(frozen=True)
class Attempt:
    """One executed grasp.

    Attributes
    ----------
    outcome : how it ended.
    objects : names of the objects it held or lost.
    width_m : metres, opening of the grasp.
    score : of the detector.
    """

    outcome: Outcome
    objects: tuple[str, ...]
    width_m: float
    score: float

    @property
    def success(self) -> bool:
        """Whether an object was held after lift and shake."""
        return self.outcome is Outcome.HELD


@dataclass(frozen=True)
class Round:
    """What came of one scene.

    Attributes
    ----------
    seed : of the scene, the view and the noise.
    objects : names of all objects.
    attempts : in order.
    """

    seed: int
    objects: tuple[str, ...]
    attempts: tuple[Attempt, ...]

    @property
    def picked(self) -> int:
        """Objects that were taken out."""
        return sum(len(attempt.objects) for attempt in self.attempts if attempt.success)

    @property
    def successes(self) -> int:
        """Attempts that took out an object."""
        return sum(attempt.success for attempt in self.attempts)

    def until_two_failures(self) -> Round:
        """End the round after the second failure in a row (VGN)."""
        for i in range(1, len(self.attempts)):
            if not self.attempts[i - 1].success and not self.attempts[i].success:
                return replace(self, attempts=self.attempts[: i + 1])
        return self


def run_round(
    setting: Setting, seed: int, gripper: Gripper, setup: CameraSetup, detect: Detect
) -> Round:
    """Empty one scene; the same arguments give the same round.

    Raises
    ------
    SceneRejectedError : no scene of this seed comes to rest.
    """
    scene = _scene(setting, seed)
    cell = Cell(scene, gripper)
    noise = setup.noise.scaled(setting.noise)
    T_world_camera = setup.sample_view((0.0, 0.0, LOOK_AT_M), np.random.default_rng((seed, 1)))
    attempts: list[Attempt] = []
    failed = Grasps.empty(WORLD)
    views, empty_views = 0, 0
    most = math.ceil(ATTEMPTS_PER_OBJECT * len(scene.models))
    while len(attempts) < most and cell.present.any() and empty_views < EMPTY_VIEWS:
        frame = _ray_scene(scene, cell).render(setup.camera, T_world_camera)
        measured = capture(frame, noise, np.random.default_rng((seed, 2, views)))
        views += 1
        found = detect(measured.cloud(CAMERA_FRAME), T_world_camera)
        best = _untried(found, failed)
        empty_views = 0 if len(best) else empty_views + 1
        if len(best) == 0:
            continue
        trial = try_grasp(cell, best.T_frame_grasp[0], float(best.widths[0]))
        names = tuple(scene.models[i].name for i in trial.objects)
        attempts.append(Attempt(trial.outcome, names, float(best.widths[0]), float(best.scores[0])))
        if trial.success:
            cell.clear()
        else:
            cell.retreat()
            failed = Grasps.concatenate([failed, best])
    return Round(seed, tuple(model.name for model in scene.models), tuple(attempts))


def _scene(setting: Setting, seed: int) -> Scene:
    """Make the first scene of the seed that comes to rest."""
    for number in range(SCENES_TRIED):
        rng = np.random.default_rng((seed, 0, number))
        count = int(rng.integers(setting.objects[0], setting.objects[1] + 1))
        names = rng.choice(np.array(setting.catalogue), count, replace=False).tolist()
        spec = SceneSpec(
            seed=int(rng.integers(2**31)),
            objects=tuple(names),
            mode=setting.mode,
            bin=setting.bin,
            friction=setting.friction,
        )
        try:
            return make_scene(spec)
        except SceneRejectedError as error:
            reason = error
    raise SceneRejectedError(f"seed {seed}: {SCENES_TRIED} scenes were rejected, last: {reason}")


def _ray_scene(scene: Scene, cell: Cell) -> RayScene:
    """Everything that is in the bin now, for the camera."""
    static = BINS[scene.spec.bin].mesh()
    meshes = [PlacedMesh(static.vertices, static.faces, np.eye(4), BACKGROUND)]
    poses = cell.T_world_object
    meshes += [
        PlacedMesh(model.vertices, model.triangles, poses[i], i + 1)
        for i, model in enumerate(scene.models)
        if cell.present[i]
    ]
    return RayScene(meshes)


def _untried(found: Grasps, failed: Grasps) -> Grasps:
    """Return the best grasp that resembles no failed one, as a batch of one or none."""
    if len(found) and len(failed):
        found = found[grasp_distance(found, failed).min(axis=1) > SAME_GRASP_M]
    return found[slice(0, 1)]
