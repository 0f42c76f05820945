from __future__ import annotations

import numpy as np
import pytest

from grasp_core.errors import FrameError
from grasp_core.grasps import Grasps
from grasp_core.transforms import grasp_rotation
from grasp_executor.failed_grasps import MEMORY, FailedGrasps

DOWN = [0.0, 0.0, -1.0]


def grasps(*rows: tuple[float, float], closing: tuple[float, ...] = (0, 1, 0)) -> Grasps:
    """Grasps from above at x (m) with a score, each row."""
    count = len(rows)
    return Grasps(
        np.broadcast_to(grasp_rotation(DOWN, closing), (count, 3, 3)),
        np.array([(x, 0.0, 0.1) for x, _ in rows]),
        np.full(count, 0.04),
        np.array([score for _, score in rows]),
        "base_link",
    )


def test_without_failures_the_order_stays() -> None:
    found = grasps((0.1, 0.3), (0.2, 0.9))
    assert FailedGrasps().rerank(found) is found


def test_a_grasp_near_a_failed_one_counts_half() -> None:
    failed = FailedGrasps()
    failed.add(grasps((0.10, 0.9)))
    ranked = failed.rerank(grasps((0.11, 0.9), (0.30, 0.5), (0.40, 0.44)))
    np.testing.assert_allclose(ranked.positions[:, 0], [0.30, 0.11, 0.40])
    np.testing.assert_allclose(ranked.scores, [0.5, 0.9, 0.44])  # as the detector gave them


def test_each_failure_halves_again() -> None:
    failed = FailedGrasps()
    for _ in range(2):
        failed.add(grasps((0.10, 0.9)))
    ranked = failed.rerank(grasps((0.11, 0.9), (0.30, 0.3)))
    np.testing.assert_allclose(ranked.positions[:, 0], [0.30, 0.11])


def test_another_closing_direction_at_the_same_place_is_another_grasp() -> None:
    failed = FailedGrasps()
    failed.add(grasps((0.10, 0.9)))
    # 0.03 * a quarter turn / half a turn = 0.015 m, and 0.02 m beside it: 0.035 m.
    crossed = grasps((0.12, 0.9), closing=(1, 0, 0))
    ranked = failed.rerank(Grasps.concatenate([crossed, grasps((0.30, 0.6))]))
    np.testing.assert_allclose(ranked.positions[:, 0], [0.12, 0.30])


def test_the_oldest_is_forgotten() -> None:
    failed = FailedGrasps()
    for x in (0.1, *[0.9] * MEMORY):
        failed.add(grasps((x, 0.9)))
    ranked = failed.rerank(grasps((0.1, 0.9), (0.3, 0.6)))
    np.testing.assert_allclose(ranked.positions[:, 0], [0.1, 0.3])


def test_another_frame_is_refused() -> None:
    failed = FailedGrasps()
    failed.add(grasps((0.1, 0.9)))
    other = Grasps(
        *(getattr(grasps((0.1, 0.9)), n) for n in ("rotations", "positions", "widths")),
        np.array([0.5]),
        "camera",
    )
    with pytest.raises(FrameError, match="camera"):
        failed.rerank(other)
