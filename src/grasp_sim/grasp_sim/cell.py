"""`Cell`: a scene and a free gripper in physics, ready to be moved."""

from __future__ import annotations

from functools import partial

import mujoco
import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_core.gripper import Gripper
from grasp_core.transforms import transform
from grasp_sim.bins import BINS
from grasp_sim.errors import UnstableSimulationError
from grasp_sim.free_gripper import FreeGripper, add_gripper
from grasp_sim.physics import TIMESTEP_SEC, compile_objects, warnings
from grasp_sim.scenes import Scene
from grasp_sim.state import PARKING_M, asleep, place, poses

#: Seconds between looks at what moves.
LOOK_SEC = 0.02

#: Simulated seconds that what the gripper left behind may take to come to rest; then it goes on.
SETTLE_SEC = 3.0


class Cell:
    """A scene and a gripper, for one grasp after the other.

    Attributes
    ----------
    scene : how everything lies at first.
    gripper : shape, stroke and force.
    model, data : of MuJoCo; object i is body i + 1.
    hand : the gripper's joints and drives.
    """

    def __init__(self, scene: Scene, gripper: Gripper) -> None:
        self.scene = scene
        self.gripper = gripper
        self.model = compile_objects(
            BINS[scene.spec.bin],
            scene.models,
            scene.spec.friction,
            scene.T_world_object,
            partial(add_gripper, gripper=gripper),
        )
        self.data = mujoco.MjData(self.model)
        self.hand = FreeGripper(self.model, gripper)
        self.hand.park(self.data)
        self._removed = np.zeros(len(scene.models), dtype=np.bool_)
        self._start = mujoco.MjData(self.model)
        mujoco.mj_copyData(self._start, self.model, self.data)

    @property
    def T_world_object(self) -> Float:
        """(m, 4, 4) poses of the objects now."""
        return poses(self.data, len(self.scene.models))

    @property
    def present(self) -> NDArray[np.bool_]:
        """Whether (m,) each object is in the bin: not taken out and not knocked out."""
        box = BINS[self.scene.spec.bin]
        position = self.T_world_object[:, :3, 3]
        inside = np.abs(position[:, :2]) <= (box.length / 2, box.width / 2)
        present: NDArray[np.bool_] = inside.all(axis=1) & ~self._removed
        return present

    def reset(self) -> None:
        """Put everything back as the scene has it, at rest."""
        mujoco.mj_copyData(self.data, self.model, self._start)
        self._removed[:] = False

    def clear(self) -> None:
        """Take what the fingers hold out of the cell, and retreat."""
        for i in self.grasped():
            radius = float(np.linalg.norm(self.scene.models[i].vertices, axis=1).max())
            place(self.data, i, transform(np.eye(3), (PARKING_M * (i + 1), 0.0, radius)))
            self._removed[i] = True
        self.retreat()

    def retreat(self) -> None:
        """Let go, park the hand and let everything come to rest, as far as it does in time."""
        self.hand.park(self.data)
        end = self.data.time + SETTLE_SEC
        self.wait(LOOK_SEC)
        while self.data.time < end and not asleep(self.data, len(self.scene.models)).all():
            self.wait(LOOK_SEC)

    def grasped(self, above: Float | None = None) -> set[int]:
        """Objects between the fingers: those that both touch, or that are pinched in a row.

        Parameters
        ----------
        above : (m,) metres; objects that are lower do not count.
        """
        bodies = self.model.geom_bodyid[self.data.contact.geom]  # (contacts, 2)
        touched = []
        for finger in (self.hand.left, self.hand.right):
            others = bodies[:, ::-1][bodies == finger] - 1
            objects = set(others[(others >= 0) & (others < len(self.scene.models))].tolist())
            if above is not None:
                objects = {i for i in objects if self.data.xpos[i + 1, 2] >= above[i]}
            touched.append(objects)
        left, right = touched
        return (left & right) or (left | right if left and right else set())

    def hand_depth(self) -> float:
        """Metres by which the hand is inside something, as of the last `mj_forward` or step."""
        bodies = self.model.geom_bodyid[self.data.contact.geom]
        touches = np.isin(bodies, self.hand.bodies).any(axis=1)
        return float(-self.data.contact.dist[touches].min(initial=0.0))

    def move(self, start: Float, end: Float, seconds: float) -> None:
        """Move the hand between offsets (3,) in the grasp frame, starting and ending at rest."""
        steps = round(seconds / TIMESTEP_SEC)
        for s in np.arange(1, steps + 1) / steps:
            velocity = (end - start) * (6 * s * (1 - s) / seconds)
            self.hand.move(self.data, start + (end - start) * (s * s * (3 - 2 * s)), velocity)
            mujoco.mj_step(self.model, self.data)
        self.hand.move(self.data, end, np.zeros(3))

    def swing(self, center: Float, stroke: Float, period_sec: float, periods: int) -> None:
        """Swing the hand from an offset (3,) along a stroke (3,) and back, some times."""
        rate = 2 * np.pi / period_sec
        for t in np.arange(1, round(periods * period_sec / TIMESTEP_SEC) + 1) * TIMESTEP_SEC:
            there = center + stroke * ((1 - np.cos(rate * t)) / 2)
            self.hand.move(self.data, there, stroke * (rate * np.sin(rate * t) / 2))
            mujoco.mj_step(self.model, self.data)
        self.hand.move(self.data, center, np.zeros(3))

    def wait(self, seconds: float) -> None:
        """Step with the commands as they are."""
        mujoco.mj_step(self.model, self.data, round(seconds / TIMESTEP_SEC))

    def check_stable(self) -> None:
        """Pass if MuJoCo has no complaint.

        Raises
        ------
        UnstableSimulationError : it warned since the last reset.
        """
        found = warnings(self.data)
        if found:
            raise UnstableSimulationError(f"MuJoCo warns: {found}")
