from __future__ import annotations

from setuptools import setup

PACKAGE = "grasp_sim"

setup(
    name=PACKAGE,
    version="0.1.0",
    license="Apache-2.0",
    packages=[PACKAGE, f"{PACKAGE}.objects"],
    package_data={PACKAGE: ["py.typed"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{PACKAGE}"]),
        (f"share/{PACKAGE}", ["package.xml"]),
    ],
    entry_points={
        "console_scripts": [
            "arm_node = grasp_sim.arm_node:main",
            "sim_node = grasp_sim.sim_node:main",
        ]
    },
)
