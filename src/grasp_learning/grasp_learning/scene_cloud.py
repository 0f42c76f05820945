"""`SceneCloud`: the cloud of a view as networks are trained on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_core.proximity import within
from grasp_core.transforms import approach_frame
from grasp_learning.noisy_clean_mix import KEEP_NOISY, noisy_clean_mix
from grasp_learning.task import EmptySampleError
from grasp_learning.view_sample import Float32, View

#: Metres around the objects that networks see, the workspace of Scale-Balanced Grasp's repository.
#: Most of a bin is empty floor: without this limit nine of ten seeds would lie there.
MARGIN_M = 0.02
#: Straight down in the frame of the scene.
DOWN = np.array([0.0, 0.0, -1.0])


@dataclass(frozen=True, eq=False)
class SceneCloud:
    """Points around the objects, in the approach frame, turned about its z and mirrored at random.

    Attributes
    ----------
    points : (n, 3) float32 metres.
    instances : (n,) int64 object that each point is on, 0 for none.
    pixels : (n,) int64 index into the view of each point.
    turn : (3, 3) from the frame of the view to that of the points: a rotation or a reflection.
    origin : (3,) metres, origin of the frame of the points in the frame of the view.
    """

    points: Float32
    instances: NDArray[np.int64]
    pixels: NDArray[np.int64]
    turn: Float
    origin: Float

    @classmethod
    def draw(
        cls, view: View, count: int, noisy_clean: bool, rng: np.random.Generator
    ) -> SceneCloud:
        """Draw `count` points; where fewer were measured, some come again.

        Raises
        ------
        EmptySampleError : the camera measured no object.
        """
        points, instances, pixels = noisy_clean_mix(view, KEEP_NOISY if noisy_clean else 1.0, rng)
        if not instances.any():
            raise EmptySampleError("the camera measured no point of an object")
        around = within(points, points[instances > 0], MARGIN_M)
        points, instances, pixels = points[around], instances[around], pixels[around]
        T = approach_frame(view.T_world_camera[:3, :3].T @ DOWN, points)
        angle = rng.uniform(0.0, 2.0 * np.pi)
        cosine, sine = np.cos(angle), np.sin(angle)
        about_z = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
        mirror = np.diag([rng.choice([-1.0, 1.0]), 1.0, 1.0])
        turn, origin = about_z @ mirror @ T[:3, :3], -T[:3, :3].T @ T[:3, 3]
        chosen = np.resize(rng.permutation(len(points)), count)
        turned = (points[chosen] - origin) @ turn.T
        return cls(turned.astype(np.float32), instances[chosen], pixels[chosen], turn, origin)

    def rotations(self, rotations: Float32) -> Float32:
        """Turn rotations (M, 3, 3) of grasps; z stays x cross y where the cloud is mirrored."""
        turned = self.turn @ rotations
        turned[:, :, 2] *= np.sign(np.linalg.det(self.turn))
        return turned.astype(np.float32)

    def positions(self, positions: Float32) -> Float32:
        """Map points (M, 3) of the view to the frame of the cloud, metres."""
        moved: Float32 = ((positions - self.origin) @ self.turn.T).astype(np.float32)
        return moved
