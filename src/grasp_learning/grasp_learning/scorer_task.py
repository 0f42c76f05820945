"""`ScorerTask`: trains a scorer of candidates on the grasps that were executed in each view."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from grasp_core.checks import Float
from grasp_core.transforms import approach_frame, transform_points
from grasp_core.voxels import voxel_downsample
from grasp_learning.networks.candidate_scorer import CandidateScorer
from grasp_learning.task import EmptySampleError
from grasp_learning.view_sample import View

#: Metres around the objects that scorers need: as far as their crops reach. Training has the whole
#: scene, in which some candidates lie far from any object, on waves of the support.
MARGIN_M = 0.18
#: Edge of the voxels that these points are thinned to, metres: fine against a finger, about twice
#: the spacing of the cameras' points.
VOXEL_M = 0.002
#: Straight down in the frame of the scene.
DOWN = np.array([0.0, 0.0, -1.0])


def scorer_scene(view: View, rng: np.random.Generator) -> tuple[Float, NDArray[np.float32]]:
    """Give what a scorer sees of a view, which holds a measured point.

    Returns
    -------
    T_network_camera : (4, 4) pose of the camera in the approach frame.
    points : (N, 3) metres, in the approach frame, in random order.
    """
    points = view.measured[view.measured_valid]
    T = approach_frame(view.T_world_camera[:3, :3].T @ DOWN, points)
    scene, _ = voxel_downsample(transform_points(T, points).astype(np.float32), VOXEL_M)
    return T, rng.permutation(scene)


class ScorerTask:
    """Executed grasps in, how they ended out.

    Parameters
    ----------
    network : the scorer to train.
    trials_per_view : executed grasps that one sample takes of a view.
    """

    def __init__(self, network: CandidateScorer, trials_per_view: int = 40) -> None:
        self.network = network
        self.trials_per_view = trials_per_view

    @property
    def exportable(self) -> CandidateScorer:
        """The module that becomes a TorchScript file."""
        return self.network

    def prepare(self, view: View, rng: np.random.Generator) -> dict[str, Tensor]:
        """Describe some trials of a view for the scorer.

        The grasps are turned by half about their approach and mirrored at random, closing
        direction and all: neither gripper nor physics has a left and a right.

        Returns
        -------
        description_0, ... : (T, ...) what the network's `describe` gives.
        outcomes : (T,) int64 index of the outcome.

        Raises
        ------
        EmptySampleError : the view has no trial, or the camera measured nothing.
        """
        if len(view.trial_widths) == 0 or not view.measured_valid.any():
            raise EmptySampleError("no executed grasp, or no measured point")
        T, scene = scorer_scene(view, rng)
        number = len(view.trial_widths)
        chosen = rng.permutation(number)[: self.trials_per_view]
        chosen = np.resize(chosen, self.trials_per_view)  # repeats where a view has fewer
        rotations = T[:3, :3] @ view.trial_rotations[chosen]
        mirror = rng.choice([-1.0, 1.0], (len(chosen), 1, 2))
        rotations[:, :, 1:] *= mirror
        positions = transform_points(T, view.trial_positions[chosen])
        with torch.no_grad():
            description = self.network.describe(
                torch.from_numpy(scene),
                torch.from_numpy(rotations.astype(np.float32)),
                torch.from_numpy(positions.astype(np.float32)),
                torch.from_numpy(view.trial_widths[chosen]),
                float(view.friction),
            )
        batch = {f"description_{i}": part for i, part in enumerate(description)}
        return batch | {"outcomes": torch.from_numpy(view.trial_outcomes[chosen].astype(np.int64))}

    def loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cross entropy of how the grasps ended."""
        logits, classes = self._classified(batch)
        return {"total": functional.cross_entropy(logits, classes)}

    def metrics(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Area under the ROC curve of held against failed grasps, and the share that is held."""
        logits, classes = self._classified(batch)
        score, held = logits.softmax(dim=1)[:, 0], classes == 0
        above = score[held].unsqueeze(1) - score[~held]
        wins = (above > 0).float() + 0.5 * (above == 0).float()
        auc = wins.mean() if wins.numel() else torch.tensor(0.5)
        return {"auc": auc, "held": held.float().mean()}

    def _classified(self, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Logits (B T, classes) of a batch of views, and the true classes (B T,)."""
        parts = sum(name.startswith("description_") for name in batch)
        description = [batch[f"description_{i}"].flatten(0, 1) for i in range(parts)]
        outcomes = batch["outcomes"].flatten()
        classes = torch.tensor(self.network.class_of_outcome, device=outcomes.device)[outcomes]
        return self.network.logits(description), classes
