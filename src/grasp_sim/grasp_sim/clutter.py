"""The clutter-removal benchmark: a free gripper empties a bin with the grasps of any detector.

A round is one scene. Before each attempt the camera looks at what is there now, the detector ranks
grasps, and the best one that does not resemble a failed one is executed in physics.

Protocols. GPR (section VI-C) pours 10 objects and allows 15 attempts: `ATTEMPTS_PER_OBJECT`.
Scale-Balanced Grasp (section 5) allows 8 for 5 to 6 objects: `Setting.attempts`. VGN's rule ends a
round after two failures in a row; `Round.until_two_failures` cuts a round there, so that one run
answers both.
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
from grasp_sim.cameras import D435_TABLE, CameraSetup
from grasp_sim.cell import Cell
from grasp_sim.errors import SceneError
from grasp_sim.scenery import scenery
from grasp_sim.scenes import WORLD, Scene, draw_scene, later_scene
from grasp_sim.sensor_noise import Capture, capture
from grasp_sim.trial import Outcome, try_grasp

#: GPR, section VI-C: 15 attempts for 10 objects.
ATTEMPTS_PER_OBJECT = 1.5
#: Views in a row in which the detector may find nothing before the round ends.
EMPTY_VIEWS = 3
#: A grasp this near to one that failed (GPR eq. 1, metres) would fail again.
SAME_GRASP_M = 0.02
#: Metres in the world, above the middle of the bin's floor: what the camera looks at.
LOOK_AT_M = (0.0, 0.0, 0.03)
CAMERA_FRAME = "camera"


@dataclass(frozen=True, eq=False)
class Observation:
    """What there is to know before an attempt.

    Attributes
    ----------
    capture : what the camera sees, as measured and without noise.
    cell : the truth, which only an oracle may look at.
    """

    capture: Capture
    cell: Cell

    @property
    def cloud(self) -> PointCloud:
        """Measured points, in the camera's optical frame."""
        return self.capture.cloud(CAMERA_FRAME)

    @property
    def T_world_camera(self) -> Float:
        """(4, 4) pose of the camera's optical frame."""
        return self.capture.clean.T_world_camera


#: Finds grasps, best first, in the frame "world".
Detect = Callable[[Observation], Grasps]


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
    setup : the camera, and from where it looks.
    attempts : allowed in a round; None: `ATTEMPTS_PER_OBJECT` for each object.

    Raises
    ------
    SceneError : so many objects are impossible with this catalogue, or no attempt is allowed.
    """

    name: str
    catalogue: tuple[str, ...]
    objects: tuple[int, int] = (5, 10)
    friction: float = 0.6
    noise: float = 1.0
    mode: str = "pile"
    bin: str = "bin"
    setup: CameraSetup = D435_TABLE
    attempts: int | None = None

    def __post_init__(self) -> None:
        low, high = self.objects
        if not 1 <= low <= high <= len(self.catalogue):
            raise SceneError(
                f"setting {self.name}: {low} to {high} objects of a catalogue of "
                f"{len(self.catalogue)}"
            )
        if self.attempts is not None and self.attempts < 1:
            raise SceneError(f"setting {self.name}: {self.attempts} attempts, expected at least 1")

    def view(self, seed: int) -> Float:
        """(4, 4) T_world_camera in the round of a seed."""
        return self.setup.sample_view(LOOK_AT_M, np.random.default_rng((seed, 1)))

    def distance_m(self, seed: int) -> float:
        """Metres from the camera to what it looks at in the round of a seed."""
        return float(np.linalg.norm(self.view(seed)[:3, 3] - LOOK_AT_M))


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


#: Is shown every attempt: what was known, the grasp (a batch of one) and what came of it.
Watch = Callable[[Observation, Grasps, Attempt], None]


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
    setting: Setting, seed: int, gripper: Gripper, detect: Detect, watch: Watch | None = None
) -> Round:
    """Empty one scene; the same arguments give the same round.

    Raises
    ------
    SceneRejectedError : no scene of this seed comes to rest.
    """
    scene = draw_scene(
        seed, setting.catalogue, setting.objects, setting.mode, setting.bin, setting.friction
    )
    cell = Cell(scene, gripper)
    T_world_camera = setting.view(seed)
    attempts: list[Attempt] = []
    failed = Grasps.empty(WORLD)
    views, empty_views = 0, 0
    most = setting.attempts or math.ceil(ATTEMPTS_PER_OBJECT * len(scene.models))
    while len(attempts) < most and cell.present.any() and empty_views < EMPTY_VIEWS:
        seen = _observe(setting, cell, T_world_camera, np.random.default_rng((seed, 2, views)))
        views += 1
        best = _untried(detect(seen), failed)
        empty_views = 0 if len(best) else empty_views + 1
        if len(best) == 0:
            continue
        attempt = _attempt(cell, best)
        attempts.append(attempt)
        if watch is not None:
            watch(seen, best, attempt)
        failed = _left_behind(cell, attempt, best, failed)
    return Round(seed, tuple(model.name for model in scene.models), tuple(attempts))


def execute_best(
    scene: Scene, gripper: Gripper, found: Grasps, failed: Grasps
) -> tuple[Scene | None, Grasps]:
    """Go on with a scene by one attempt of a round.

    Parameters
    ----------
    found : grasps, best first, in the frame "world".
    failed : those that have failed before.

    Returns
    -------
    The scene of what is left, None where nothing is or no grasp is untried; all failed grasps.

    Raises
    ------
    UnstableSimulationError : MuJoCo warns.
    """
    best = _untried(found, failed)
    if len(best) == 0:
        return None, failed
    cell = Cell(scene, gripper)
    failed = _left_behind(cell, _attempt(cell, best), best, failed)
    left = cell.present
    return (later_scene(scene, cell.T_world_object, left) if left.any() else None), failed


def _observe(
    setting: Setting, cell: Cell, T_world_camera: Float, rng: np.random.Generator
) -> Observation:
    """Look at what is there now."""
    visible = scenery(cell.scene, cell.T_world_object, cell.present)
    frame = visible.render(setting.setup.camera, T_world_camera)
    return Observation(capture(frame, setting.setup.noise.scaled(setting.noise), rng), cell)


def _attempt(cell: Cell, grasp: Grasps) -> Attempt:
    """Execute a batch of one grasp."""
    width = float(grasp.widths[0])
    trial = try_grasp(cell, grasp.T_frame_grasp[0], width)
    names = tuple(cell.scene.models[i].name for i in trial.objects)
    return Attempt(trial.outcome, names, width, float(grasp.scores[0]))


def _left_behind(cell: Cell, attempt: Attempt, grasp: Grasps, failed: Grasps) -> Grasps:
    """Take out what is held, or let go of it; return all failed grasps."""
    if attempt.success:
        cell.clear()
        return failed
    cell.retreat()
    return Grasps.concatenate([failed, grasp])


def _untried(found: Grasps, failed: Grasps) -> Grasps:
    """Return the best grasp that resembles no failed one, as a batch of one or none."""
    if len(found) and len(failed):
        found = found[grasp_distance(found, failed).min(axis=1) > SAME_GRASP_M]
    return found[slice(0, 1)]
