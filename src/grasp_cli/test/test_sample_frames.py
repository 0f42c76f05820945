from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
from PIL import Image

from grasp_cli.sample_frames import SHIPPED_FRAME
from grasp_perception.clouds.cloud_files import read_cloud_file

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "make_sample_frame.py"


def test_the_shipped_frame_can_be_read() -> None:
    cloud = read_cloud_file(SHIPPED_FRAME / "depth.png")
    assert cloud.source_shape == (480, 640)
    assert len(cloud) > 0.95 * 480 * 640
    assert cloud.colors is not None


def test_the_script_makes_the_shipped_frame() -> None:
    script = runpy.run_path(str(SCRIPT))
    depth, color = script["make_frame"](np.random.default_rng(script["SEED"]))
    for made, name in ((depth, "depth.png"), (color, "color.png")):
        shipped = np.asarray(Image.open(SHIPPED_FRAME / name))
        assert made.dtype == shipped.dtype
        # Another processor may round a few values the other way.
        assert (made != shipped).mean() < 1e-3
    assert sum(path.stat().st_size for path in SHIPPED_FRAME.iterdir()) < 300_000
