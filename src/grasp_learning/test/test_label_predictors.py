from __future__ import annotations

import numpy as np
import pytest
import trimesh

from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import grasp_rotation, transform
from grasp_learning.label_predictors import PREDICTORS, label_predictors
from grasp_sim.objects.model import ObjectModel
from grasp_sim.scenes import Scene, SceneSpec


def cube(side: float) -> ObjectModel:
    mesh = trimesh.creation.box((side, side, side))
    return ObjectModel("cube", "test", mesh.vertices, mesh.faces, (mesh.vertices,), 1000.0, 0.6)


def test_predictors_by_hand(yumi: Gripper) -> None:
    # Cubes of 20 and 30 mm stand side by side. The fingers of the YuMi are 15 mm wide, 8 mm thick.
    models = (cube(0.02), cube(0.03))
    poses = np.stack(
        [transform(np.eye(3), (0.1, 0.0, 0.01)), transform(np.eye(3), (0.0, 0.0, 0.015))]
    )
    scene = Scene(SceneSpec(0, ("cube", "cube")), models, poses)
    # Both on the larger cube: straight down, 7 mm from its middle; and tipped by 30 degrees.
    down = grasp_rotation((0, 0, -1), (0, 1, 0))
    tipped = grasp_rotation((0, -0.5, -np.sqrt(0.75)), (0, np.sqrt(0.75), -0.5))
    contacts = np.array(
        [[(0.007, -0.015, 0.015), (0.007, 0.015, 0.015)], [(0, -0.015, 0.015), (0, 0.015, 0.015)]]
    )
    grasps = Grasps(
        np.stack([down, tipped]),
        np.array([(0.007, 0.0, 0.011), (0.0, 0.0, 0.015)]),
        np.array([0.034, 0.04]),
        np.array([0.5, 0.25]),
        "world",
    )
    found = label_predictors(
        scene, grasps, contacts, np.array([2, 2], dtype=np.int32), np.array([0.1, 0.2]), yumi,
        np.random.default_rng(0),
    )  # fmt: skip
    first = dict(zip(PREDICTORS, found[0], strict=True))
    assert first == pytest.approx(
        {
            "quality": 0.5,
            "antipodality": -0.1,
            "depth": 0.004,
            "engagement": 0.0095,  # sides from 11 to 30 mm are between the pads
            "room": 0.011,
            "centring": -0.007,
            "tilt": 0.0,
            "level": 0.0,
            "lightness": -np.log(0.027),
            "narrowness": -0.034,
        },
        abs=3e-4,
    )
    second = dict(zip(PREDICTORS, found[1], strict=True))
    assert second["tilt"] == pytest.approx(-np.pi / 6)
    assert second["level"] == pytest.approx(-0.5)
    # The outer edge of a finger is 20 + 8 mm along y from the origin, half of that below it.
    assert second["room"] == pytest.approx(0.015 - 0.014)


def test_the_object_of_each_grasp_counts(yumi: Gripper) -> None:
    models = (cube(0.02), cube(0.03))
    poses = np.stack([transform(np.eye(3), (x, 0.0, 0.015)) for x in (0.1, 0.0)])
    scene = Scene(SceneSpec(0, ("cube", "cube")), models, poses)
    down = grasp_rotation((0, 0, -1), (0, 1, 0))
    grasps = Grasps(
        np.stack([down, down]), np.array([(0.1, 0, 0.015), (0.0, 0, 0.015)]), np.full(2, 0.035),
        np.zeros(2), "world",
    )  # fmt: skip
    contacts = np.stack([grasps.positions, grasps.positions], axis=1)
    rng = np.random.default_rng(0)
    instances = np.array([1, 2], dtype=np.int32)
    found = label_predictors(scene, grasps, contacts, instances, np.zeros(2), yumi, rng)
    columns = dict(zip(PREDICTORS, found.T, strict=True))
    np.testing.assert_allclose(columns["lightness"], -np.log([0.008, 0.027]))
    np.testing.assert_allclose(columns["engagement"], [0.005, 0.0075], atol=3e-4)
    np.testing.assert_allclose(columns["centring"], 0.0, atol=1e-12)
