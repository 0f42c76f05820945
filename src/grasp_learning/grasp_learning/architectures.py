"""`ARCHITECTURES`: the networks that a user can train by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from grasp_core.errors import ParameterError
from grasp_core.model_metadata import PROPOSER, SCORER
from grasp_core.params import check_params, parameter
from grasp_learning import scene_cloud, scorer_task
from grasp_learning.architecture import PART, Architecture, Variant
from grasp_learning.gpr_task import GprTask
from grasp_learning.instance_task import InstanceTask
from grasp_learning.networks.candidate_scorer import FRICTION, CandidateScorer
from grasp_learning.networks.gpd_images import GpdImages
from grasp_learning.networks.gpr import GprDetector
from grasp_learning.networks.gpr_params import GPR_PRESETS
from grasp_learning.networks.object_balanced_sampling import ForegroundSeeds, ObjectBalancedSeeds
from grasp_learning.networks.pick_scorer import PickScorer
from grasp_learning.networks.pointnet_gpd import PointNetGpd
from grasp_learning.networks.sbg import SbgDetector
from grasp_learning.networks.sbg_params import ENCODER_PRESETS, SBG_PRESETS
from grasp_learning.sbg_task import SbgTask
from grasp_learning.scorer_task import ScorerTask

#: Added to a preset, by its name. "tiny" shows that everything works and learns next to nothing.
_TRAINING: dict[str, dict[str, Any]] = {
    "full": {},
    "cpu": {"batch_size": 4},
    "tiny": {"epochs": 1, "batch_size": 2},
}
#: Network that tells objects apart, a part of the detectors of object balanced sampling.
INSTANCES = "instances"


@dataclass(frozen=True)
class ScorerParams:
    """Parameters of a scorer of fixed size."""

    trials_per_view: int = parameter(40, "Executed grasps that one sample takes of a view.", low=1)

    def __post_init__(self) -> None:
        check_params(self)


@dataclass(frozen=True)
class PickScorerParams(ScorerParams):
    """Parameters of `PickScorer`."""

    width: int = parameter(64, "Channels of the first layers; the others follow.", low=1)
    dropout: float = parameter(0.2, "Share of the head's features dropped.", low=0.0, high=0.9)
    friction: float = parameter(FRICTION, "Coefficient a detection presumes.", low=0.0, high=2.0)


def _of_points(
    name: str,
    kind: str,
    make: Callable[[Any], Any],
    presets: Mapping[str, Any],
    variants: Mapping[str, Variant],
) -> Architecture:
    """Give a network that takes a fixed number of a scene's points, with presets of its params."""
    return Architecture(
        name=name,
        kind=kind,
        params=type(presets["full"]),
        make=make,
        presets={preset: {**vars(p), **_TRAINING[preset]} for preset, p in presets.items()},
        margin_m=scene_cloud.MARGIN_M,
        voxel_m=0.0,
        points=lambda params: int(params.points),
        variants=variants,
    )


def _scorer(
    name: str,
    params: type,
    network: Callable[[Any], CandidateScorer],
    local_search: bool = False,
    **tiny: float,
) -> Architecture:
    """Give a scorer of candidates, which takes the whole scene."""
    return Architecture(
        name=name,
        kind=SCORER,
        params=params,
        make=lambda values: ScorerTask(network(values), values.trials_per_view),
        presets={
            "full": _TRAINING["full"],
            "cpu": _TRAINING["cpu"],
            "tiny": {**_TRAINING["tiny"], "trials_per_view": 8, **tiny},
        },
        margin_m=scorer_task.MARGIN_M,
        voxel_m=scorer_task.VOXEL_M,
        points=lambda _: 0,
        variants={},
        local_search=local_search,
    )


_ALL = (
    _of_points(
        "gpr",
        PROPOSER,
        GprTask,
        GPR_PRESETS,
        {"stage1": Variant(lambda t, _: GprDetector(t.network, t.params.proposals, True))},
    ),
    _of_points(
        "sbg",
        PROPOSER,
        SbgTask,
        SBG_PRESETS,
        {
            "foreground": Variant(
                lambda t, part: SbgDetector(t.network, ForegroundSeeds(part)), INSTANCES
            ),
            "object_balanced": Variant(
                lambda t, part: SbgDetector(t.network, ObjectBalancedSeeds(part)), INSTANCES
            ),
        },
    ),
    _of_points(INSTANCES, PART, InstanceTask, ENCODER_PRESETS, {}),
    _scorer("gpd_images", ScorerParams, lambda _: GpdImages()),
    _scorer("pointnet_gpd", ScorerParams, lambda _: PointNetGpd()),
    _scorer(
        "pick_scorer",
        PickScorerParams,
        lambda p: PickScorer(p.width, p.dropout, p.friction),
        local_search=True,
        width=8,
    ),
)

ARCHITECTURES = {architecture.name: architecture for architecture in _ALL}


def find_architecture(name: str) -> Architecture:
    """Look an architecture up.

    Raises
    ------
    ParameterError : there is none of this name; those that there are are listed.
    """
    if name not in ARCHITECTURES:
        raise ParameterError(f"architecture {name!r}; valid: {', '.join(ARCHITECTURES)}")
    return ARCHITECTURES[name]
