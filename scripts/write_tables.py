"""Writes the tables of `docs/interfaces.md` from the code and the interfaces that they describe.

A table stands between the lines ``<!-- NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from grasp_executor.node_params import ExecutorParams
from grasp_perception.bringup import BringupArguments
from grasp_perception.cameras.realsense_params import RealSenseParams
from grasp_perception.node_params import BagPlayerParams, PerceptionParams, RecorderParams
from grasp_sim.node_params import SimArmParams, SimCameraParams

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "interfaces.md"
SERVICE = ROOT / "src" / "grasp_msgs" / "srv" / "DetectGrasps.srv"


def parameter_table(params: type[Any]) -> str:
    """List the fields of a `Params` class."""
    rows = []
    for field in dataclasses.fields(params):
        data = field.metadata
        bounds = ""
        if data["choices"]:
            bounds = ", ".join(f"`{choice}`" if choice else "empty" for choice in data["choices"])
        elif data["low"] is not None or data["high"] is not None:
            low, high = ("" if data[end] is None else f"{data[end]:g}" for end in ("low", "high"))
            bounds = f"{low} .. {high}".strip()
        default = _yaml(field.default)
        rows.append((f"`{field.name}`", default, data["unit"], bounds, data["description"]))
    return _table(("name", "default", "unit", "valid", "meaning"), rows)


def code_table(service: str) -> str:
    """List the constants of a service's response."""
    constants = re.findall(r"^int32 (\w+)=(-?\d+) +# (.*)$", service, flags=re.MULTILINE)
    return _table(("code", "name", "meaning"), [(value, f"`{n}`", m) for n, value, m in constants])


def tables() -> dict[str, str]:
    """Return every table by its name on the page."""
    return {
        "perception": parameter_table(PerceptionParams),
        "realsense": parameter_table(RealSenseParams),
        "bag_player": parameter_table(BagPlayerParams),
        "recorder": parameter_table(RecorderParams),
        "executor": parameter_table(ExecutorParams),
        "sim_camera": parameter_table(SimCameraParams),
        "sim_arm": parameter_table(SimArmParams),
        "bringup": parameter_table(BringupArguments),
        "codes": code_table(SERVICE.read_text(encoding="utf-8")),
    }


def updated(page: str) -> str:
    """Return the page with every table as it should be."""
    for name, table in tables().items():
        start, end = f"<!-- {name} -->\n", "<!-- end -->"
        before, _, rest = page.partition(start)
        page = f"{before}{start}{table}\n{rest[rest.index(end) :]}"
    return page


def _yaml(value: Any) -> str:
    """Write a default as a parameter file would."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    return f"`{value}`" if value != "" else "empty"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
