"""Sizes and switches of Scale-Balanced Grasp and of the segmentation beside it."""

from __future__ import annotations

from dataclasses import dataclass

from grasp_core.params import check_params, parameter


@dataclass(frozen=True)
class EncoderParams:
    """Sizes of the point encoder; the defaults are those of the paper's repository."""

    points: int = parameter(20000, "Points of a training sample.", low=1)
    level_points: int = parameter(2048, "Points of the encoder's first level.", low=1)
    seeds: int = parameter(1024, "Points of its second level, the seeds.", low=1)
    channels: int = parameter(64, "Channels of the first layers; the others follow.", low=2)
    neighbors: int = parameter(64, "Points in a ball of the first level.", low=1)
    level_neighbors: int = parameter(32, "Points in a ball of the second level.", low=1)
    attended: int = parameter(16, "Points that a point attends to.", low=1)

    def __post_init__(self) -> None:
        check_params(self)


@dataclass(frozen=True)
class SbgParams(EncoderParams):
    """Sizes and switches of the grasp network.

    The paper's ablations (Table 1) are one switch each; its baseline is ``cylinders=1,
    scale_balanced=False, noisy_clean=False``. Where a detection puts its seeds (FPS, FS, OBS) is
    chosen when the network is exported.
    """

    candidates: int = parameter(1024, "Seeds that a grasp is predicted for, all at most.", low=1)
    cylinder_points: int = parameter(64, "Points in a cylinder.", low=1)
    cylinders: int = parameter(4, "Cylinders of even radii (MsCG); 1 = the baseline.", low=1)
    scale_balanced: bool = parameter(True, "Weight the loss by the rarity of the scale (SBL).")
    noisy_clean: bool = parameter(True, "Train on objects replaced by clean points (NcM).")
    max_width: float = parameter(0.1, "Widest opening of the gripper.", unit="m", low=1e-3, high=1)


#: Sizes for a GPU, for training on two cores, and for tests.
ENCODER_PRESETS = {
    "full": EncoderParams(),
    "cpu": EncoderParams(8192, 1024, 512, channels=32, neighbors=32, level_neighbors=16),
    "tiny": EncoderParams(1024, 128, 64, channels=8, neighbors=8, level_neighbors=8, attended=4),
}
SBG_PRESETS = {
    "full": SbgParams(),
    "cpu": SbgParams(**vars(ENCODER_PRESETS["cpu"]), candidates=192, cylinder_points=32),
    "tiny": SbgParams(**vars(ENCODER_PRESETS["tiny"]), candidates=32, cylinder_points=8),
}
