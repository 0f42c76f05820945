"""Objects that fall and come to rest."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import mujoco
import numpy as np
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float
from grasp_core.transforms import transform
from grasp_sim.bins import Bin
from grasp_sim.errors import SceneRejectedError
from grasp_sim.guides import add_guides, remove_guides
from grasp_sim.objects.model import ObjectModel
from grasp_sim.physics import TIMESTEP_SEC, compile_objects, warnings
from grasp_sim.state import asleep, place, poses, wake

#: Seconds between two drops, long enough for most of the pile to come to rest.
DROP_INTERVAL_SEC = 0.3

#: Metres between the highest object and the one that is dropped.
DROP_HEIGHT_M = 0.03

#: Share of the floor, around its middle, that objects fall on: a heap rather than rows.
DROP_SPREAD = 0.6

#: Metres per second downwards at which objects start.
DROP_SPEED = 0.3

#: Seconds after which a scene that still moves is given up; piles rest after 1 to 2.
MAX_SETTLE_SEC = 6.0

#: What moves less than this in so many seconds rests: metres, and the norm of the change of the
#: rotation matrix, sqrt(2) times the angle, here 1 degree. Round objects rock for ever by 0.1.
STILL_SEC, STILL_M, STILL_TURN = 0.2, 2e-4, 2**0.5 * np.radians(1.0)

#: Cosine of the angle by which a standing object may turn while it settles; more is a fall.
MIN_UPRIGHT = np.cos(np.radians(10.0))


def settle(box: Bin, models: Sequence[ObjectModel], friction: float | None, start: Float) -> Float:
    """Poses (m, 4, 4) in which objects rest that stand at `start` (m, 4, 4).

    Raises
    ------
    SceneRejectedError : an object falls over, leaves the bin or never rests.
    """
    model = compile_objects(box, models, friction)
    data = mujoco.MjData(model)
    for i, pose in enumerate(start):
        place(data, i, pose, DROP_SPEED)
    _wait(model, data, models)
    end = poses(data, len(models))
    turned = np.einsum("nk,nk->n", start[:, 2, :3], end[:, 2, :3])  # world z, in each object
    for i in np.flatnonzero(turned < MIN_UPRIGHT).tolist():
        raise SceneRejectedError(f"{models[i].name} fell over")
    return _checked(end, box, models)


def drop_pile(
    box: Bin, models: Sequence[ObjectModel], friction: float | None, rng: np.random.Generator
) -> Float:
    """Poses (m, 4, 4) of objects that were dropped one after another, in random orientations.

    High guides stand on the walls while the objects fall and are taken away before they settle.

    Raises
    ------
    SceneRejectedError : an object leaves the bin or the pile never rests.
    """
    model = compile_objects(box, models, friction, extra=partial(add_guides, box=box))
    data = mujoco.MjData(model)
    radii = [float(np.linalg.norm(m.vertices, axis=1).max()) for m in models]
    top = box.height
    for i, radius in enumerate(radii):
        room = np.maximum((box.length / 2 - radius, box.width / 2 - radius), 0.0)
        x, y = DROP_SPREAD * rng.uniform(-room, room)
        rotation = Rotation.random(rng=rng).as_matrix()
        place(data, i, transform(rotation, (x, y, top + radius + DROP_HEIGHT_M)), DROP_SPEED)
        mujoco.mj_step(model, data, round(DROP_INTERVAL_SEC / TIMESTEP_SEC))
        heights = data.qpos[2 : 7 * (i + 1) : 7] + radii[: i + 1]
        top = max(box.height, float(heights.max()))
    remove_guides(model)
    wake(data, len(models))
    _wait(model, data, models)
    return _checked(poses(data, len(models)), box, models)


def _wait(model: mujoco.MjModel, data: mujoco.MjData, models: Sequence[ObjectModel]) -> None:
    """Step until all objects sleep, or only rock on the spot."""
    end = data.time + MAX_SETTLE_SEC
    while True:
        before = poses(data, len(models))
        mujoco.mj_step(model, data, round(STILL_SEC / TIMESTEP_SEC))
        if warnings(data):
            raise SceneRejectedError(f"the simulation is unstable: {warnings(data)}")
        after = poses(data, len(models))
        shift = np.linalg.norm(after[:, :3, 3] - before[:, :3, 3], axis=1)
        turn = np.linalg.norm(after[:, :3, :3] - before[:, :3, :3], axis=(1, 2))
        restless = (shift > STILL_M) | (turn > STILL_TURN)
        if not (restless & ~asleep(data, len(models))).any():
            return
        if data.time > end:
            names = ", ".join(models[i].name for i in np.flatnonzero(restless).tolist())
            raise SceneRejectedError(
                f"still moving by {shift.max() * 1e3:.3g} mm in {STILL_SEC} s after "
                f"{MAX_SETTLE_SEC} s: {names}"
            )


def _checked(T_world_object: Float, box: Bin, models: Sequence[ObjectModel]) -> Float:
    """Refuse poses outside the bin."""
    position = T_world_object[:, :3, 3]
    outside = np.abs(position[:, :2]) > (box.length / 2, box.width / 2)
    for i in np.flatnonzero(outside.any(axis=1) | (position[:, 2] < 0)).tolist():
        x, y, z = position[i]
        raise SceneRejectedError(
            f"{models[i].name} left the bin, it is at ({x:.2f}, {y:.2f}, {z:.2f}) m"
        )
    return T_world_object
