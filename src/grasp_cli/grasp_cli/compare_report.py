"""What `grasp compare` tells: a table of the detectors, one of their agreement, a JSON file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from grasp_perception.bags.compare import AGREEMENT_M, Comparison, Finding, agreement
from grasp_perception.node_params import PerceptionParams


def comparison_tables(compared: Sequence[Comparison]) -> Iterator[Table]:
    """Medians over the clouds for each detector, then who agrees with whom."""
    names = list(compared[0].findings) if compared else []
    table = Table(title=f"{len(compared)} clouds; medians", title_justify="left", box=SIMPLE_HEAD)
    for heading in ("detector", "clouds with grasps", "grasps", "best score", "wall ms", "CPU ms"):
        table.add_column(heading, justify="left" if heading == "detector" else "right")
    for name in names:
        found = [each.findings[name] for each in compared]
        counts = [len(each.grasps) for each in found]
        best = [each.grasps.scores[0] for each in found if len(each.grasps)]
        table.add_row(
            name,
            str(np.count_nonzero(counts)),
            f"{np.median(counts):.0f}",
            f"{np.median(best):.3f}" if best else "-",
            f"{np.median([each.wall_ms for each in found]):.0f}",
            f"{np.median([each.cpu_ms for each in found]):.0f}",
        )
    yield table
    shares = Table(
        title=f"Share of the grasps with one of the other nearer than {AGREEMENT_M} m (GPR eq. 1)",
        title_justify="left",
        box=SIMPLE_HEAD,
    )
    for heading in ("of", *(f"near {name}" for name in names)):
        shares.add_column(heading, justify="left" if heading == "of" else "right")
    for a in names:
        shares.add_row(a, *("" if a == b else _percent(_mean_share(compared, a, b)) for b in names))
    yield shares


def write_comparison(
    path: Path, bag: Path, params: PerceptionParams, compared: Sequence[Comparison]
) -> None:
    """Write a JSON file with what each detector found in each cloud.

    Times are milliseconds, scores best first; a share that does not exist is null.
    """
    data = {
        "bag": bag.name,
        "gripper": params.gripper,
        "agreement_m": AGREEMENT_M,
        "clouds": [
            {
                "time_ns": one.time_ns,
                "detectors": {name: _entry(one, name) for name in one.findings},
            }
            for one in compared
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def _entry(one: Comparison, name: str) -> dict[str, Any]:
    found: Finding = one.findings[name]
    others = {other: each for other, each in one.findings.items() if other != name}
    shares = {other: agreement(found.grasps, each.grasps) for other, each in others.items()}
    return {
        "grasps": len(found.grasps),
        "reason": found.reason,
        "scores": found.grasps.scores.tolist(),
        "near": {other: None if np.isnan(share) else share for other, share in shares.items()},
        "wall_ms": found.wall_ms,
        "cpu_ms": found.cpu_ms,
    }


def _mean_share(compared: Sequence[Comparison], a: str, b: str) -> float:
    """Mean over the clouds in which `a` found grasps; NaN without any."""
    shares = [agreement(one.findings[a].grasps, one.findings[b].grasps) for one in compared]
    there = [share for share in shares if not np.isnan(share)]
    return float(np.mean(there)) if there else float("nan")


def _percent(share: float) -> str:
    return "-" if np.isnan(share) else f"{share:.0%}"
