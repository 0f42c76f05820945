"""Parameters of a pick."""

from __future__ import annotations

from dataclasses import dataclass

from grasp_core.params import check_params, parameter


@dataclass(frozen=True)
class PickParams:
    """How far, how fast and how often a pick moves, plans and tries."""

    approach_distance: float = parameter(
        0.08, "From pre-grasp to grasp, and from the placed object back.", unit="m", low=0, high=0.5
    )
    lift_distance: float = parameter(
        0.12, "Straight up, after the grasp and before the place.", unit="m", low=0.01, high=1.0
    )
    place_clearance: float = parameter(
        0.05,
        "An object is let go so much higher above the tray than it was taken above the bin, and "
        "once more when every spot of the tray has an object.",
        unit="m",
        low=0.0,
        high=0.5,
    )
    held_depth: float = parameter(
        0.03, "How far a held object reaches beyond the fingertips.", unit="m", low=0.0, high=0.5
    )
    held_breadth: float = parameter(
        0.06, "Extent of a held object along the width of the pads.", unit="m", low=0.001, high=0.5
    )
    voxel_size: float = parameter(
        0.01, "Edge of the cubes that stand for the seen points.", unit="m", low=0.002, high=0.1
    )
    ik_solutions: int = parameter(
        4, "Positions of an arm that are tried for each pose.", low=1, high=50
    )
    path_timeout: float = parameter(
        2.0, "Longest search for one path.", unit="s", low=0.05, high=60.0
    )
    planning_timeout: float = parameter(
        20.0, "Longest search for a feasible grasp among the ranked.", unit="s", low=0.1, high=600.0
    )
    max_grasps: int = parameter(50, "Ranked grasps that are looked at.", low=1, high=10000)
    max_executions: int = parameter(
        2, "Grasps of one detection that the arm moves to.", low=1, high=100
    )
    max_detections: int = parameter(2, "Detections of one pick.", low=1, high=100)
    empty_width: float = parameter(
        0.002, "Fingers this near to closed hold nothing.", unit="m", low=0.0, high=0.1
    )
    velocity_scale: float = parameter(
        1.0, "Part of the joints' velocity limits that is used.", low=0.01, high=1.0
    )
    acceleration_scale: float = parameter(
        1.0, "Part of the joints' acceleration limits that is used.", low=0.01, high=1.0
    )

    def __post_init__(self) -> None:
        check_params(self)
