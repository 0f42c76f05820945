from __future__ import annotations

import mujoco
import numpy as np
import pytest
import trimesh
from numpy.testing import assert_allclose
from scipy.spatial.transform import Rotation

from grasp_core.transforms import transform
from grasp_sim import settling
from grasp_sim.bins import BINS, Bin
from grasp_sim.errors import SceneRejectedError
from grasp_sim.guides import GUIDE_GROUP, add_guides, remove_guides
from grasp_sim.objects.model import ObjectModel
from grasp_sim.physics import compile_objects
from grasp_sim.settling import drop_pile, settle


def convex(mesh: trimesh.Trimesh, name: str = "thing") -> ObjectModel:
    return ObjectModel(name, "test", mesh.vertices, mesh.faces, (mesh.vertices,), 500.0, 0.5)


CUBE = convex(trimesh.creation.box((0.03, 0.03, 0.03)), "cube")
TABLE = BINS["table"]


def test_a_cube_rests_on_the_floor() -> None:
    (T,) = settle(TABLE, [CUBE], None, transform(np.eye(3), (0.02, 0.01, 0.02))[None])
    assert_allclose(T[:3, 3], (0.02, 0.01, 0.015), atol=1e-4)
    assert_allclose(T[:3, :3], np.eye(3), atol=1e-3)


def test_a_stack_stays() -> None:
    start = transform(np.eye(3), np.array([[0, 0, 0.0152], [0, 0, 0.0454], [0, 0, 0.0756]]))
    end = settle(TABLE, [CUBE] * 3, None, start)
    assert_allclose(end[:, 2, 3], (0.015, 0.045, 0.075), atol=3e-4)


def test_what_falls_over_is_named() -> None:
    tilted = transform(Rotation.from_euler("y", 40, degrees=True).as_matrix(), (0, 0, 0.03))
    with pytest.raises(SceneRejectedError, match=r"cube fell over"):
        settle(TABLE, [CUBE], None, tilted[None])


def test_what_leaves_the_bin_is_named() -> None:
    outside = transform(np.eye(3), (0.2, 0, 0.016))
    with pytest.raises(SceneRejectedError, match=r"cube left the bin, it is at \(0.20, 0.00, 0.0"):
        settle(TABLE, [CUBE], None, outside[None])


def test_a_scene_that_never_rests_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "MAX_SETTLE_SEC", 0.05)
    high = transform(np.eye(3), (0, 0, 2.0))
    with pytest.raises(SceneRejectedError, match=r"moving by \d+ mm in 0.2 s after 0.05 s: cube"):
        settle(TABLE, [CUBE], None, high[None])


def test_a_pile_rests_inside_and_above_the_floor() -> None:
    box = Bin(0.12, 0.12, 0.06)
    T = drop_pile(box, [CUBE] * 8, 0.5, np.random.default_rng(3))
    assert (np.abs(T[:, :2, 3]) < 0.06).all()
    corners = np.einsum("nij,vj->nvi", T[:, :3, :3], CUBE.vertices) + T[:, None, :3, 3]
    assert corners[..., 2].min() > -5e-4
    assert np.abs(corners[..., :2]).max() < 0.06 + 1e-3
    gaps = np.linalg.norm(T[:, None, :3, 3] - T[None, :, :3, 3], axis=-1)
    assert gaps[np.triu_indices(8, 1)].min() > 0.029  # of two cubes, no nearer than face to face


def test_a_pile_on_a_table_stays_in_the_work_space() -> None:
    T = drop_pile(TABLE, [CUBE] * 5, 0.5, np.random.default_rng(0))
    assert (np.abs(T[:, :2, 3]) <= 0.15).all()


def test_guides_stop_nothing_once_removed() -> None:
    model = compile_objects(TABLE, [CUBE], None, extra=lambda spec: add_guides(spec, TABLE))
    assert (model.geom_group == GUIDE_GROUP).sum() == 4
    for removed, beyond in ((False, False), (True, True)):
        if removed:
            remove_guides(model)
        data = mujoco.MjData(model)
        data.qpos[:3] = (0.0, 0.0, 0.3)
        data.qvel[0] = 2.0
        mujoco.mj_step(model, data, 100)
        assert (data.qpos[0] > 0.16) == beyond


def test_what_rocks_on_the_spot_is_at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "asleep", lambda _, count: np.zeros(count, dtype=bool))
    (T,) = settle(TABLE, [CUBE], None, transform(np.eye(3), (0, 0, 0.016))[None])
    assert T[2, 3] == pytest.approx(0.015, abs=1e-4)
