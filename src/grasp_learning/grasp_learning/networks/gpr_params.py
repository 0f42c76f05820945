"""Sizes of GPR (Wei et al., ICRA 2021)."""

from __future__ import annotations

from dataclasses import dataclass

from grasp_core.params import check_params, parameter


@dataclass(frozen=True)
class GprParams:
    """Sizes of both stages; the defaults are full size.

    The paper gives the number of points and of proposals. The rest is that of PointRCNN (Shi et al.
    2019), whose two stages GPR's resemble.
    """

    points: int = parameter(16384, "Points of a training sample.", low=1)
    level_points: int = parameter(
        4096, "Points of the backbone's first level; each of three more has a quarter.", low=64
    )
    channels: int = parameter(16, "Channels of the first layers; the others follow.", low=1)
    neighbors: int = parameter(
        16, "Points in the smaller ball of a level; twice in the other.", low=1
    )
    candidates: int = parameter(1024, "Points of the best mask that propose a grasp.", low=1)
    training_proposals: int = parameter(256, "Proposals after NMS in training.", low=4)
    proposals: int = parameter(100, "Proposals after NMS in a detection.", low=1)
    region_points: int = parameter(512, "Points of a proposal's region.", low=16)
    max_width: float = parameter(0.1, "Widest opening of the gripper.", unit="m", low=1e-3, high=1)
    pad_length: float = parameter(
        0.04, "Length of the closing area along the approach.", unit="m", low=1e-3, high=1
    )
    finger_width: float = parameter(
        0.02, "Width of the closing area along the pads.", unit="m", low=1e-3, high=1
    )

    def __post_init__(self) -> None:
        check_params(self)


#: Sizes for a GPU, for training on two cores, and for tests.
GPR_PRESETS = {
    "full": GprParams(),
    "cpu": GprParams(
        points=8192,
        level_points=1024,
        channels=12,
        candidates=512,
        training_proposals=96,
        region_points=64,
    ),
    "tiny": GprParams(
        points=1024,
        level_points=128,
        channels=4,
        neighbors=8,
        candidates=128,
        training_proposals=32,
        proposals=16,
        region_points=32,
    ),
}
