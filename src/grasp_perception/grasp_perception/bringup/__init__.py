"""Bringup: which nodes run, with which parameters and topics, as data.

The launch files turn the list into actions of launch, the command line into processes. Open
`groups.py` first.
"""

from __future__ import annotations

from grasp_perception.bringup.arguments import (
    CLOUD_TOPICS,
    ROBOTS,
    SIM_CAMERAS,
    BringupArguments,
    cell_file,
    read_arguments,
)
from grasp_perception.bringup.groups import GROUPS, node_specs
from grasp_perception.bringup.processes import processes
from grasp_perception.bringup.specs import IncludeSpec, NodeSpec, Spec

__all__ = [
    "CLOUD_TOPICS",
    "GROUPS",
    "ROBOTS",
    "SIM_CAMERAS",
    "BringupArguments",
    "IncludeSpec",
    "NodeSpec",
    "Spec",
    "cell_file",
    "node_specs",
    "processes",
    "read_arguments",
]
