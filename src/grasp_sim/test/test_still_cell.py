from __future__ import annotations

import numpy as np
import pytest

from grasp_core.camera import Camera
from grasp_sim.errors import SceneRejectedError, UnknownObjectError
from grasp_sim.node_params import SimCameraParams
from grasp_sim.objects.catalogue import SIMILAR
from grasp_sim.still_cell import StillCell
from grasp_sim.views import look_at

CAMERA = Camera(width=120, height=90, fx=100.0, fy=100.0, cx=59.5, cy=44.5)
T_WORLD_CAMERA = look_at([0.0, 0.0, 0.5], [0.0, 0.0, 0.0])
#: With this seed four bowls find a place side by side in the first try, with the next they do not.
FITS = 1


def test_the_named_objects_lie_in_the_named_bin() -> None:
    cell = StillCell(SimCameraParams(objects="die-0003, box-0003", bin="table", friction=0.5))
    spec = cell.scene.spec
    assert sorted(spec.objects) == ["box-0003", "die-0003"]
    assert (spec.bin, spec.mode, spec.friction) == ("table", "pile", 0.5)
    seen = cell.look(CAMERA, T_WORLD_CAMERA)
    assert set(np.unique(seen.instances)) == {0, 1, 2}


def test_objects_are_drawn_and_keep_their_friction_unless_told() -> None:
    spec = StillCell(SimCameraParams(count=2, seed=3)).scene.spec
    assert len(set(spec.objects)) == 2
    assert set(spec.objects) <= set(SIMILAR)
    assert spec.friction is None


def test_one_seed_is_one_scene_and_reset_makes_another() -> None:
    params = SimCameraParams(objects="die-0003,box-0003")
    cell, again = StillCell(params), StillCell(params)
    first = cell.look(CAMERA, T_WORLD_CAMERA)
    np.testing.assert_array_equal(first.depth, again.look(CAMERA, T_WORLD_CAMERA).depth)
    cell.reset(1)
    assert not np.array_equal(first.depth, cell.look(CAMERA, T_WORLD_CAMERA).depth)
    cell.reset(0)
    np.testing.assert_array_equal(first.depth, cell.look(CAMERA, T_WORLD_CAMERA).depth)


def test_an_unknown_object_is_named() -> None:
    with pytest.raises(UnknownObjectError, match="no object 'sofa-0001'; valid: FAMILY-SEED"):
        StillCell(SimCameraParams(objects="die-0003,sofa-0001"))


def test_a_reset_that_fails_leaves_the_scene_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grasp_sim.scenes.SCENES_TRIED", 1)
    cell = StillCell(SimCameraParams(objects=",".join(["bowl-0003"] * 4), mode="packed", seed=FITS))
    before = cell.scene
    with pytest.raises(SceneRejectedError, match=r"rejected, last: bowl-0003 finds no place"):
        cell.reset(FITS + 1)
    assert cell.scene is before
