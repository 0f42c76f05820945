from __future__ import annotations

import numpy as np

from grasp_cli.bench_inputs import cloud_message, depth_frames, random_contacts, random_grasps
from grasp_core.quality import force_closure


def test_shipped_frame_comes_first() -> None:
    name, frame = next(iter(depth_frames().items()))
    assert name == "synthetic 640x480"
    assert 200_000 < len(frame) <= 640 * 480


def test_message_is_laid_out_as_a_realsense_does() -> None:
    message = cloud_message((3, 4), 20, 0.0, colored=True)
    assert [(f.name, f.offset) for f in message.fields] == [
        ("x", 0),
        ("y", 4),
        ("z", 8),
        ("rgb", 16),
    ]
    assert (message.row_step, len(message.data)) == (80, 240)


def test_random_batches_are_what_they_say() -> None:
    grasps = random_grasps(50, np.random.default_rng(0))
    assert len(set(grasps.scores.tolist())) == 50
    contacts, normals = random_contacts(200, np.random.default_rng(0))
    np.testing.assert_allclose(np.linalg.norm(normals, axis=-1), 1.0)
    assert 0.3 < force_closure(contacts, normals, 0.3).mean() < 1.0
