from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from setuptools import find_packages, setup

PACKAGE = "grasp_perception"
REPOSITORY = Path(__file__).resolve().parents[2]


def shared_files(folder: str) -> Iterator[tuple[str, list[str]]]:
    """Yield (install folder, [files]) for the repository's one copy of ``folder``.

    setuptools reads data files relative to the working folder, which is the source folder in a
    plain build and the build folder with ``--symlink-install``; absolute paths fail in the latter.
    """
    files = (path for path in sorted((REPOSITORY / folder).rglob("*")) if path.is_file())
    for path in files:
        if "__pycache__" not in path.parts:
            target = Path("share", PACKAGE, path.relative_to(REPOSITORY).parent)
            yield str(target), [os.path.relpath(path)]


setup(
    name=PACKAGE,
    version="0.1.0",
    license="Apache-2.0",
    packages=find_packages(include=[PACKAGE, f"{PACKAGE}.*"]),
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{PACKAGE}"]),
        (f"share/{PACKAGE}", ["package.xml"]),
        *shared_files("launch"),
        *shared_files("config"),
    ],
    entry_points={
        "console_scripts": [
            "perception_node = grasp_perception.perception_node:main",
            "bag_player = grasp_perception.bag_player:main",
            "realsense_node = grasp_perception.realsense_node:main",
            "recorder_node = grasp_perception.recorder_node:main",
        ]
    },
)
