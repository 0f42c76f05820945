"""The depth frame that the demo runs on: a real one where it is there, else one that is shipped."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import yaml

#: Real frames lie beside the repository; their licences keep them out of it.
REAL_FRAMES = Path(__file__).resolve().parents[3].parent / "shared" / "data"
SHIPPED_FRAME = Path(__file__).with_name("data")
#: Intrinsics in pixels that the README of the real frame states.
REAL_INTRINSICS = {"fx": 927.17, "fy": 927.37, "cx": 651.32, "cy": 349.62}


@dataclass(frozen=True)
class DemoFrame:
    """A depth image with its intrinsics and colour beside it.

    Attributes
    ----------
    title : what it shows, for people.
    depth_png : file that `read_cloud_file` reads.
    """

    title: str
    depth_png: Path


def demo_frame(folder: Path, real_frames: Path = REAL_FRAMES) -> DemoFrame:
    """Put the frame into `folder`, so that it can be looked at and used again."""
    folder.mkdir(parents=True, exist_ok=True)
    real = real_frames / "realsense_clutter"
    is_real = (real / "depth.png").is_file()
    source = real if is_real else SHIPPED_FRAME
    for name in ("depth.png", "color.png"):
        shutil.copyfile(source / name, folder / name)
    sidecar = folder / "intrinsics.yaml"
    if is_real:
        sidecar.write_text(yaml.safe_dump({**REAL_INTRINSICS, "color": "color.png"}))
        return DemoFrame("real frame of a RealSense D435, realsense_clutter", folder / "depth.png")
    shutil.copyfile(source / "intrinsics.yaml", sidecar)
    return DemoFrame("synthetic frame, shipped with the project", folder / "depth.png")
