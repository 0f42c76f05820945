from __future__ import annotations

import numpy as np
import pytest
import shapely

from grasp_sim.bins import Bin
from grasp_sim.errors import SceneRejectedError
from grasp_sim.objects.catalogue import load_object
from grasp_sim.packing import CLEARANCE_M, GAP_M, pack
from grasp_sim.standing import standing_rotation

BIN = Bin(0.3, 0.3, 0.06)
NAMES = ("cup-0000", "bolt-0001", "box-0002", "bottle-0000", "gear-0001")
MODELS = [load_object(name) for name in NAMES]


@pytest.mark.parametrize("seed", range(3))
def test_objects_stand_apart_inside_the_bin(seed: int) -> None:
    poses = pack(BIN, MODELS, np.random.default_rng(seed))
    outlines = []
    for model, T in zip(MODELS, poses, strict=True):
        points = model.vertices @ T[:3, :3].T + T[:3, 3]
        assert points[:, 2].min() == pytest.approx(CLEARANCE_M)
        assert np.abs(points[:, :2]).max() <= 0.15 - GAP_M + 1e-9
        assert T[2, :3] == pytest.approx(standing_rotation(model)[2])  # only turned about z
        outlines.append(shapely.MultiPoint(points[:, :2]).convex_hull)
    for i, a in enumerate(outlines):
        for b in outlines[:i]:
            assert a.distance(b) >= 2 * GAP_M - 1e-9


def test_a_seed_always_packs_the_same() -> None:
    first, again, other = (pack(BIN, MODELS, np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


def test_what_does_not_fit_is_named() -> None:
    with pytest.raises(SceneRejectedError, match=r"bowl-0000 finds no place among 1 objects"):
        pack(Bin(0.15, 0.15, 0.06), [load_object("bowl-0000")] * 2, np.random.default_rng(0))
