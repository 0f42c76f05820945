from __future__ import annotations

import numpy as np
import pytest

from grasp_core.camera import Camera
from grasp_core.transforms import transform
from grasp_sim.objects.catalogue import load_object
from grasp_sim.scenery import scenery
from grasp_sim.scenes import Scene, SceneSpec
from grasp_sim.views import look_at

CAMERA = Camera(width=120, height=90, fx=100.0, fy=100.0, cx=59.5, cy=44.5)
T_WORLD_CAMERA = look_at([0.0, 0.0, 0.5], [0.0, 0.0, 0.0])
#: Two boxes, 10 cm apart along x.
NAMES = ("box-0000", "box-0001")


@pytest.fixture(scope="module")
def scene() -> Scene:
    models = tuple(load_object(name) for name in NAMES)
    poses = np.stack([transform(np.eye(3), [x, 0.0, 0.05]) for x in (-0.05, 0.05)])
    return Scene(SceneSpec(0, NAMES, bin="table"), models, poses)


def test_every_object_has_its_instance_and_the_table_is_background(scene: Scene) -> None:
    frame = scenery(scene).render(CAMERA, T_WORLD_CAMERA)
    assert set(np.unique(frame.instances)) == {0, 1, 2}
    columns = [np.nonzero(frame.instances == i)[1].mean() for i in (1, 2)]
    assert columns[0] < CAMERA.cx < columns[1]  # world x is right in this picture
    assert frame.depth[0, 0] == pytest.approx(0.5)  # the table


def test_objects_are_seen_where_they_are_now_if_they_are_there(scene: Scene) -> None:
    moved = scene.T_world_object.copy()
    moved[0, 0, 3] = 0.12
    frame = scenery(scene, moved, np.array([True, False])).render(CAMERA, T_WORLD_CAMERA)
    assert set(np.unique(frame.instances)) == {0, 1}
    assert np.nonzero(frame.instances == 1)[1].mean() > CAMERA.cx
