"""Make the Python packages that colcon linked importable in every process of this environment.

colcon's ``--symlink-install`` leaves that to PYTHONPATH, set by its set-up scripts; one ``.pth``
file in the environment does it with nothing sourced. Source folders come first, so that tracebacks
and coverage name the files that people edit; the build folders hold the metadata that console
scripts look up.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

LINK_FILE = "grasp_workspace.pth"


def main(source: Path, build: Path) -> None:
    """Write the ``.pth`` file for each Python package in ``source``, built in ``build``."""
    names = sorted(setup.parent.name for setup in source.glob("*/setup.py"))
    folders = [(base / name).resolve() for base in (source, build) for name in names]
    link_file = Path(sysconfig.get_path("purelib"), LINK_FILE)
    link_file.write_text("".join(f"{folder}\n" for folder in folders), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
