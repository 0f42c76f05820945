"""Execute labelled grasps: of training objects alone on a table, or in a pile in a bin.

Grasps that need more friction than the labels allow are executed too: they are the negatives. Those
that a data set labels as positive are executed once more from displaced poses, because no detector
finds them to the millimetre.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.quality import minimal_friction
from grasp_learning.executed_labels import FRICTIONS, ExecutedLabels
from grasp_learning.label_predictors import label_predictors
from grasp_learning.label_store import stored_labels
from grasp_learning.object_labels import LabelParams
from grasp_learning.scene_grasps import match_grasps
from grasp_learning.trials import UNSTABLE, run_trials
from grasp_sim.objects.catalogue import TRAINING
from grasp_sim.scenery import placed_meshes
from grasp_sim.scenes import WORLD, Scene, draw_scene

#: Classes of the friction that a grasp needs for force closure. The first are the labels.
NEEDED_EDGES = (0.0, *FRICTIONS, 2.0)

#: Edges of the classes of width in metres (Scale-Balanced Grasp's small, medium and large).
WIDTH_EDGES_M = (0.0, 0.04, 0.07, 0.1)

#: Standard deviations of a displacement along and about each axis, about what a calibrated camera
#: and a detector leave; and by how much wider a hand opens that does not know the object's width.
DISPLACED_M, DISPLACED_RAD, OPENED_M = 0.003, np.radians(5.0), 0.01

#: Columns of `FRICTIONS` at which displaced grasps are executed: the hardest, and a common one.
DISPLACED_COLUMNS = (0, 2)

#: Density of the labels, which are those of a data set, and of grasps that need more friction.
LABELS = LabelParams()
OTHERS = LabelParams(contacts=2048, friction=NEEDED_EDGES[-1])


@dataclass(frozen=True)
class Setting:
    """How scenes are made, and how many grasps are taken of each.

    Attributes
    ----------
    name : in reports.
    objects : in a scene. One lies on the table, and the training objects take turns; several lie in
        a bin.
    scenes : their number.
    takes : most grasps of a scene in each class of `NEEDED_EDGES`.
    labels, others : how positives and the other grasps are made.
    """

    name: str
    objects: int
    scenes: int
    takes: tuple[int, ...]
    labels: LabelParams = LABELS
    others: LabelParams = OTHERS

    def scene(self, number: int) -> Scene:
        """Let the objects of scene `number` fall, with the least friction: they rest with more."""
        alone = self.objects == 1
        return draw_scene(
            number,
            [TRAINING[number % len(TRAINING)]] if alone else TRAINING,
            (self.objects, self.objects),
            bin_name="table" if alone else "bin",
            friction=FRICTIONS[0],
        )


class Drawn(NamedTuple):
    """Grasps of a scene that are free of collision, by the object that each is on."""

    grasps: Grasps
    contacts: Float  # (N, 2, 3) metres in the world
    instances: NDArray[np.int32]
    needed_friction: Float

    def at(self, index: NDArray[np.int64] | NDArray[np.bool_]) -> Drawn:
        """Select grasps."""
        return Drawn(
            self.grasps[index],
            self.contacts[index],
            self.instances[index],
            self.needed_friction[index],
        )


def execute_labels(setting: Setting, number: int, gripper: Gripper) -> ExecutedLabels:
    """Draw grasps of scene `number` and execute them; the same arguments give the same result.

    Raises
    ------
    SceneRejectedError : no scene of this number comes to rest.
    """
    rng = np.random.default_rng((number, setting.objects))
    scene = setting.scene(number)
    drawn = _draw(scene, setting, gripper, rng)
    positive = np.flatnonzero(drawn.needed_friction <= FRICTIONS[0])
    off = displace(drawn.grasps[positive], gripper, rng)
    displaced = np.full((len(drawn.grasps), len(FRICTIONS)), UNSTABLE, dtype=np.int8)
    for column in DISPLACED_COLUMNS:
        displaced[positive, column] = _outcomes(scene, gripper, off, FRICTIONS[column])
    outcomes = [_outcomes(scene, gripper, drawn.grasps, friction) for friction in FRICTIONS]
    return ExecutedLabels(
        scenes=np.full(len(drawn.grasps), number),
        needed_friction=drawn.needed_friction,
        widths_m=drawn.grasps.widths,
        predictors=label_predictors(scene, *drawn, gripper, rng),
        outcomes=np.stack(outcomes, axis=1),
        displaced=displaced,
    )


def displace(grasps: Grasps, gripper: Gripper, rng: np.random.Generator) -> Grasps:
    """Move and turn each grasp at random, and open the hand wider."""
    n = len(grasps)
    turns = Rotation.from_rotvec(rng.normal(0.0, DISPLACED_RAD, (n, 3))).as_matrix()
    return Grasps(
        grasps.rotations @ turns.reshape(-1, 3, 3),
        grasps.positions + rng.normal(0.0, DISPLACED_M, (n, 3)),
        np.minimum(grasps.widths + OPENED_M, gripper.max_width),
        grasps.scores,
        grasps.frame_id,
    )


def _outcomes(scene: Scene, gripper: Gripper, grasps: Grasps, friction: float) -> NDArray[np.int8]:
    return run_trials(replace(scene, spec=replace(scene.spec, friction=friction)), gripper, grasps)


def _draw(scene: Scene, setting: Setting, gripper: Gripper, rng: np.random.Generator) -> Drawn:
    """Take free grasps of each class of needed friction."""
    edges = zip(pairwise(NEEDED_EDGES), setting.takes, strict=True)
    classes = [(low, high, count) for (low, high), count in edges]
    chosen = [
        _take(_free(scene, setting.labels, gripper), classes[:1], rng),
        _take(_free(scene, setting.others, gripper), classes[1:], rng),
    ]
    grasps, *arrays = zip(*chosen, strict=True)
    return Drawn(Grasps.concatenate(grasps), *map(np.concatenate, arrays))


def _free(scene: Scene, params: LabelParams, gripper: Gripper) -> Drawn:
    """Label all objects, and keep the grasps that are free of collision in the scene."""
    of_objects = {
        i: stored_labels(model.name, gripper, params) for i, model in enumerate(scene.models, 1)
    }
    found = match_grasps(placed_meshes(scene), of_objects, gripper, WORLD)
    needed = np.concatenate(
        [minimal_friction(labels.contacts, labels.normals) for labels in of_objects.values()]
    )
    return Drawn(found.grasps, found.contacts, found.instances, needed).at(found.free)


def _take(found: Drawn, classes: list[tuple[float, float, int]], rng: np.random.Generator) -> Drawn:
    """Take at most so many grasps of each class (low, high] of needed friction.

    Each class of width is as likely as the others, or there would be few wide grasps.
    """
    width = np.digitize(found.grasps.widths, WIDTH_EDGES_M[1:-1])
    taken = [np.zeros(0, dtype=np.int64)]
    for low, high, count in classes:
        # A label may need no friction at all.
        above = found.needed_friction > low if low > 0 else True
        members = np.flatnonzero(above & (found.needed_friction <= high))
        if len(members) == 0:
            continue
        chance = 1.0 / np.bincount(width[members])[width[members]]
        count = min(count, len(members))
        taken.append(rng.choice(members, count, replace=False, p=chance / chance.sum()))
    return found.at(np.concatenate(taken))
