"""Where the depth frames are that commands and benchmarks run on."""

from __future__ import annotations

from pathlib import Path

#: Real frames lie beside the repository; their licences keep them out of it.
REAL_FRAMES = Path(__file__).resolve().parents[3].parent / "shared" / "data"
#: Synthetic, made by scripts/make_sample_frame.py.
SHIPPED_FRAME = Path(__file__).with_name("data")
#: Intrinsics in pixels that the README of the real frame states.
REAL_INTRINSICS = {"fx": 927.17, "fy": 927.37, "cx": 651.32, "cy": 349.62}
