from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grasp_core.grasps import Grasps
from grasp_core.nms import grasp_distance
from grasp_learning.label_thinning import diverse, kept_labels
from grasp_learning.scene_grasps import SceneGrasps
from grasp_learning.scene_labels import PointClass, SceneLabels


def random_grasps(seed: int, count: int) -> Grasps:
    rng = np.random.default_rng(seed)
    return Grasps(
        Rotation.random(count, rng=rng).as_matrix(),
        rng.uniform(0, 0.1, (count, 3)),
        np.full(count, 0.05),
        rng.random(count),
        "world",
    )


@given(st.integers(0, 2**32 - 1), st.integers(0, 60), st.integers(1, 30))
@settings(max_examples=40)
def test_few_and_far_from_each_other(seed: int, count: int, most: int) -> None:
    grasps = random_grasps(seed, count)
    kept = diverse(grasps, most)
    assert len(kept) <= most
    if count <= most:
        assert sorted(kept) == list(range(count))
    else:
        assert kept[0] == np.argmax(grasps.scores)
        assert (np.diff(grasps.scores[kept]) <= 0).all()
        apart = grasp_distance(grasps[kept], grasps[kept]) + np.eye(len(kept))
        assert apart.min() > 0.0075  # the distance that object labels have at least


def test_a_long_object_keeps_grasps_along_all_of_it() -> None:
    n = 100  # along a bar of 1 m; the best are at one end
    line = np.column_stack([np.linspace(0, 1, n), np.zeros((n, 2))])
    grasps = Grasps(np.tile(np.eye(3), (n, 1, 1)), line, np.full(n, 0.05),
                    np.linspace(1, 0, n), "world")  # fmt: skip
    kept = line[diverse(grasps, 10), 0]
    assert len(kept) >= 6
    assert kept.max() > 0.85


def test_named_labels_stay_and_each_object_gets_its_share() -> None:
    grasps = random_grasps(0, 40)
    scene = SceneGrasps(
        grasps=grasps,
        contacts=np.zeros((40, 2, 3)),
        quality=np.ones(40),
        instances=np.repeat([1, 2], 20),
        free=np.tile([True, False], 20),
        unsuitable=np.zeros((0, 3)),
        unsuitable_instances=np.zeros(0, dtype=int),
    )
    weakest = np.argsort(np.where(scene.free, grasps.scores, 2.0))[:3]
    labels = SceneLabels(scene, np.full(3, PointClass.POSITIVE), weakest)
    kept = kept_labels(labels, most_free=4, most_colliding=2)
    assert set(weakest) <= set(kept)
    assert (np.diff(kept) > 0).all()
    others = np.setdiff1d(kept, weakest)
    for instance in (1, 2):
        of_object = scene.instances[others] == instance
        assert 1 <= np.sum(of_object & scene.free[others]) <= 4
        assert 1 <= np.sum(of_object & ~scene.free[others]) <= 2
