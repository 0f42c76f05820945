from __future__ import annotations

from setuptools import setup

PACKAGE = "grasp_executor"
PARTS = ("calibration", "drivers", "embedded", "moveit")

setup(
    name=PACKAGE,
    version="0.1.0",
    license="Apache-2.0",
    packages=[PACKAGE, *(f"{PACKAGE}.{part}" for part in PARTS)],
    package_data={PACKAGE: ["py.typed"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{PACKAGE}"]),
        (f"share/{PACKAGE}", ["package.xml"]),
    ],
    entry_points={"console_scripts": ["executor_node = grasp_executor.executor_node:main"]},
)
