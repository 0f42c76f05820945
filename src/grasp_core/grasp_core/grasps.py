"""`Grasps`: a batch of 7-DoF parallel-jaw grasps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import AnyInteger, Float, check_array, check_range, check_rotations
from grasp_core.errors import ArrayError, FrameError
from grasp_core.transforms import transform


@dataclass(frozen=True, eq=False)
class Grasps:
    """Grasps g = (o, approach, closing, width) with a score, all in one frame.

    The grasp frame has its origin o midway between the two fingertips (GPR section III),
    x = approach direction (palm to object), y = closing direction, z = x cross y.

    Attributes
    ----------
    rotations : (N, 3, 3), columns x, y, z of the grasp frame in `frame_id`.
    positions : (N, 3) metres, the origin o in `frame_id`.
    widths : (N,) metres, opening between the fingers when the gripper arrives, before it closes.
    scores : (N,) in [0, 1], higher is better.
    frame_id : name of the frame that the poses are expressed in.

    Raises
    ------
    ArrayError : lengths differ, a value is not finite or out of range.
    FrameError : `frame_id` is empty.
    """

    rotations: Float
    positions: Float
    widths: Float
    scores: Float
    frame_id: str

    def __post_init__(self) -> None:
        rotations = check_rotations(self.rotations)
        n = len(rotations)
        widths = check_array(self.widths, (n,), "widths")
        scores = check_array(self.scores, (n,), "scores")
        object.__setattr__(self, "rotations", rotations)
        object.__setattr__(self, "positions", check_array(self.positions, (n, 3), "positions"))
        object.__setattr__(self, "widths", check_range(widths, 0.0, np.inf, "widths"))
        object.__setattr__(self, "scores", check_range(scores, 0.0, 1.0, "scores"))
        if not self.frame_id:
            raise FrameError("grasps need the name of the frame they are in")

    @classmethod
    def empty(cls, frame_id: str) -> Grasps:
        """No grasps, in `frame_id`."""
        none = np.zeros(0)
        return cls(np.zeros((0, 3, 3)), np.zeros((0, 3)), none, none, frame_id)

    @classmethod
    def concatenate(cls, batches: Sequence[Grasps]) -> Grasps:
        """Join batches of one frame.

        Raises
        ------
        FrameError : the batches are in different frames.
        """
        frames = sorted({batch.frame_id for batch in batches})
        if len(frames) != 1:
            raise FrameError(f"cannot join grasps in frames {frames}")
        return cls(
            np.concatenate([batch.rotations for batch in batches]),
            np.concatenate([batch.positions for batch in batches]),
            np.concatenate([batch.widths for batch in batches]),
            np.concatenate([batch.scores for batch in batches]),
            frames[0],
        )

    def __len__(self) -> int:
        return len(self.widths)

    def __getitem__(self, index: int | slice | AnyInteger | NDArray[np.bool_]) -> Grasps:
        """Select grasps; a single index gives a batch of one."""
        if isinstance(index, (int, np.integer)):
            index = np.array([index])
        return Grasps(
            self.rotations[index],
            self.positions[index],
            self.widths[index],
            self.scores[index],
            self.frame_id,
        )

    @property
    def approach(self) -> Float:
        """(N, 3) unit approach directions, palm to object."""
        return self.rotations[:, :, 0]

    @property
    def closing(self) -> Float:
        """(N, 3) unit closing directions."""
        return self.rotations[:, :, 1]

    @property
    def T_frame_grasp(self) -> Float:
        """(N, 4, 4) poses of the grasp frames in `frame_id`."""
        return transform(self.rotations, self.positions)

    def transformed(self, T_a_frame: Float, frame_id: str) -> Grasps:
        """Express the same grasps in frame a, which is named `frame_id`."""
        rotation, translation = T_a_frame[:3, :3], T_a_frame[:3, 3]
        return Grasps(
            rotation @ self.rotations,
            self.positions @ rotation.T + translation,
            self.widths,
            self.scores,
            frame_id,
        )

    def ranked(self) -> Grasps:
        """Best first; equal scores keep their order."""
        return self[np.argsort(-self.scores, kind="stable")]

    def rescored(self, scores: Float) -> Grasps:
        """Keep poses and widths, with other scores (N,).

        Raises
        ------
        ArrayError : wrong length or a score outside [0, 1].
        """
        if np.shape(scores) != self.scores.shape:
            raise ArrayError(f"scores: shape {np.shape(scores)}, expected {self.scores.shape}")
        return Grasps(self.rotations, self.positions, self.widths, scores, self.frame_id)
