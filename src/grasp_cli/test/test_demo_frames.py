from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
from PIL import Image

from grasp_cli.demo_frames import SHIPPED_FRAME, demo_frame
from grasp_perception.clouds.cloud_files import read_cloud_file

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "make_demo_frame.py"


def test_without_real_frames_the_shipped_one_is_used(tmp_path: Path) -> None:
    frame = demo_frame(tmp_path / "frame", real_frames=tmp_path / "absent")
    assert "synthetic" in frame.title
    cloud = read_cloud_file(frame.depth_png)
    assert cloud.source_shape == (480, 640)
    assert len(cloud) > 0.95 * 480 * 640
    assert cloud.colors is not None


def test_a_real_frame_is_preferred_and_gets_its_intrinsics(tmp_path: Path) -> None:
    real = tmp_path / "real" / "realsense_clutter"
    real.mkdir(parents=True)
    Image.fromarray(np.full((720, 1280), 500, np.uint16)).save(real / "depth.png")
    Image.new("RGB", (1280, 720), "green").save(real / "color.png")
    frame = demo_frame(tmp_path / "frame", real_frames=tmp_path / "real")
    assert "real" in frame.title
    cloud = read_cloud_file(frame.depth_png)
    # Pixel (0, 0) at 0.5 m: x = -651.32 * 0.5 / 927.17, y = -349.62 * 0.5 / 927.37.
    np.testing.assert_allclose(cloud.points[0], [-0.35124, -0.18850, 0.5], atol=1e-5)
    assert cloud.colors is not None
    assert cloud.colors[0].tolist() == [0, 128, 0]


def test_the_script_makes_the_shipped_frame() -> None:
    script = runpy.run_path(str(SCRIPT))
    depth, color = script["make_frame"](np.random.default_rng(script["SEED"]))
    for made, name in ((depth, "depth.png"), (color, "color.png")):
        shipped = np.asarray(Image.open(SHIPPED_FRAME / name))
        assert made.dtype == shipped.dtype
        # Another processor may round a few values the other way.
        assert (made != shipped).mean() < 1e-3
    assert sum(path.stat().st_size for path in SHIPPED_FRAME.iterdir()) < 300_000
