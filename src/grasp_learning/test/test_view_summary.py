from __future__ import annotations

from dataclasses import replace

import numpy as np

from grasp_learning.scene_labels import PointClass
from grasp_learning.view_sample import View
from grasp_learning.view_summary import SCALE_SAMPLES, grasp_scales, summarise
from grasp_sim.scenes import SceneSpec

P = PointClass


def by_hand() -> View:
    """Six points on two of three objects and one on the table; three grasps, two of them free."""
    clean = np.column_stack([np.arange(7.0), np.zeros(7), np.ones(7)])
    return View(
        measured=clean,
        measured_valid=np.arange(7) > 0,
        clean=clean,
        instances=[0, 1, 1, 1, 3, 3, 3],
        classes=[P.NO_CONTACT, P.POSITIVE, P.POSITIVE, P.COLLISION, P.POSITIVE, P.UNSUITABLE, 0],
        grasp_index=[-1, 0, 0, -1, 2, -1, -1],
        rotations=np.tile(np.eye(3), (3, 1, 1)),
        positions=np.zeros((3, 3)),
        widths=[0.01, 0.02, 0.08],
        quality=[0.1, 0.2, 0.3],
        grasp_instances=[1, 1, 3],
        free=[True, False, True],
        contacts=np.zeros((3, 2, 3)),
        trial_rotations=np.tile(np.eye(3), (4, 1, 1)),
        trial_positions=np.zeros((4, 3)),
        trial_widths=np.zeros(4),
        trial_outcomes=[0, 1, 0, 4],
        trial_sources=[0, 1, 1, 2],
        T_world_camera=np.eye(4),
        friction=0.5,
        noise=1.0,
        spec=SceneSpec(0, ("a", "b", "c"), "packed"),
    )  # type: ignore[arg-type]


def test_a_summary_by_hand() -> None:
    summary = summarise(by_hand())
    assert (summary.mode, summary.objects, summary.visible) == ("packed", 3, 2)
    assert summary.class_points.tolist() == [1, 1, 1, 3]  # the point on the table is left out
    assert summary.measured == 6 / 7
    np.testing.assert_allclose(summary.widths, [0.01, 0.08])
    np.testing.assert_allclose(summary.quality, [0.1, 0.3])
    assert summary.blocked == 1
    assert summary.trials.tolist() == [1, 2, 1]
    assert summary.held.tolist() == [1, 1, 0]


def test_the_scale_of_a_point_is_the_width_of_its_best_grasp() -> None:
    np.testing.assert_allclose(np.sort(grasp_scales(by_hand())), [0.01, 0.01, 0.08])


def test_points_are_sampled_evenly_in_space() -> None:
    """A thousand times denser at one end, that end still gives its share of the length only."""
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.uniform(0.0, 0.1, 50_000), rng.uniform(0.1, 1.0, 9_000)])
    n = len(x)
    view = replace(
        by_hand(),
        measured=np.zeros((n, 3)),
        measured_valid=np.zeros(n, bool),
        clean=np.column_stack([x, np.zeros(n), np.ones(n)]),
        instances=np.ones(n),
        classes=np.full(n, P.POSITIVE),
        grasp_index=np.where(x < 0.1, 0, 2),
    )
    scales = grasp_scales(view)
    assert len(scales) == SCALE_SAMPLES
    assert 0.08 < (scales == np.float32(0.01)).mean() < 0.16


def test_a_view_without_objects_has_no_scale() -> None:
    view = by_hand()
    alone = replace(view, instances=np.zeros(7, np.int16))
    assert len(grasp_scales(alone)) == 0
    assert summarise(alone).visible == 0
