"""`ArmCell`: a robot, a bin with objects and trays in physics; nothing is glued."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np

from grasp_core.camera import Camera
from grasp_core.checks import Float
from grasp_core.transforms import transform
from grasp_robots.allowed_contacts import AllowedContact
from grasp_robots.home import home_values
from grasp_robots.work_cell import OpenBox, WorkCell
from grasp_sim.arm_model import SERVO_LAG_SEC, add_robot, put_robot
from grasp_sim.arm_scenery import shape_mesh, tray_meshes
from grasp_sim.bins import BINS
from grasp_sim.depth_frame import BACKGROUND, DepthFrame
from grasp_sim.errors import SceneError, UnstableSimulationError
from grasp_sim.physics import compile_objects, set_contact, warnings
from grasp_sim.ray_scene import PlacedMesh, RayScene
from grasp_sim.scenery import placed_meshes
from grasp_sim.scenes import Scene
from grasp_sim.state import poses

#: Where an object is that is neither in the bin nor in a tray.
OUTSIDE = "outside"
BIN = "bin"


class ArmCell:
    """A robot at home beside a bin of objects at rest.

    All joint values are in the order of `work_cell.robot.joint_names`; mimicking fingers follow.

    Attributes
    ----------
    work_cell : the robot, and where it and the trays stand.
    scene : how the objects lie at first.
    model, data : of MuJoCo; object i is body i + 1.

    Raises
    ------
    SceneError : the scene's bin is not the cell's.
    """

    def __init__(
        self, work_cell: WorkCell, scene: Scene, allowed: Sequence[AllowedContact]
    ) -> None:
        self.work_cell = work_cell
        self.scene = scene
        robot, box = work_cell.robot, BINS[scene.spec.bin]
        if (box.length, box.width, box.height) != work_cell.bin.size:
            raise SceneError(
                f"bin {scene.spec.bin!r} ({box.length}, {box.width}, {box.height}) m is not that "
                f"of the cell, {work_cell.bin.size} m"
            )

        def furnish(spec: mujoco.MjSpec) -> None:
            for tray in work_cell.trays.values():
                _add_tray(spec, tray)
            add_robot(spec, robot, work_cell.T_world_root, allowed)

        self.model = compile_objects(
            box, scene.models, scene.spec.friction, scene.T_world_object, furnish
        )
        self.data = mujoco.MjData(self.model)
        joints = [self.model.joint(name) for name in robot.joint_names]
        self._qpos = np.array([joint.qposadr[0] for joint in joints])
        self._qvel = np.array([joint.dofadr[0] for joint in joints])
        driven = [joint for joint in robot.joints if joint.kind != "fixed"]
        self._servos = np.array([self.model.actuator(joint.name).id for joint in driven])
        self._leader = np.array(
            [robot.joint_names.index(joint.mimic or joint.name) for joint in driven]
        )
        self._links = {
            link.name: [shape_mesh(shape) for shape in link.shapes] for link in robot.links
        }
        self._trays = [mesh for tray in work_cell.trays.values() for mesh in tray_meshes(tray)]
        put_robot(self.model, self.data, robot, home_values(robot))
        mujoco.mj_forward(self.model, self.data)

    @property
    def positions(self) -> Float:
        """Joint positions (n,) now, rad and m."""
        return np.array(self.data.qpos[self._qpos])

    @property
    def velocities(self) -> Float:
        """Joint velocities (n,) now, rad/s and m/s."""
        return np.array(self.data.qvel[self._qvel])

    @property
    def efforts(self) -> Float:
        """What the servos exert (n,) now, N m and N, gravity included."""
        return np.array(self.data.qfrc_actuator[self._qvel])

    @property
    def T_world_object(self) -> Float:
        """(m, 4, 4) poses of the objects now."""
        return poses(self.data, len(self.scene.models))

    def command(self, positions: Float, velocities: Float) -> None:
        """Command the servos to positions (n,) that change with velocities (n,)."""
        target = positions + SERVO_LAG_SEC * velocities
        self.data.ctrl[self._servos] = target[self._leader]

    def limit_effort(self, joint: int, effort: float) -> None:
        """Limit what the servo of a joint, and those that mimic it, can exert: N m or N."""
        servos = self._servos[self._leader == joint]
        joints = self.model.actuator_trnid[servos, 0]
        self.model.jnt_actfrcrange[joints] = (-effort, effort)

    def step(self, steps: int) -> None:
        """Step the physics with the commands as they are.

        Raises
        ------
        UnstableSimulationError : MuJoCo warns: what it computes from here on means nothing.
        """
        mujoco.mj_step(self.model, self.data, steps)
        found = warnings(self.data)
        if found:
            raise UnstableSimulationError(f"MuJoCo warns: {found}")

    def places(self) -> list[str]:
        """Where each object is, by its centre seen from above.

        `BIN`, the group of the arm to which the tray belongs, or `OUTSIDE`.
        """
        boxes = {BIN: self.work_cell.bin, **self.work_cell.trays}
        return [
            next((name for name, box in boxes.items() if _above(box, position)), OUTSIDE)
            for position in self.T_world_object[:, :3, 3]
        ]

    def meshes(self) -> list[PlacedMesh]:
        """Everything that a camera sees now; object i is instance i + 1."""
        meshes = placed_meshes(self.scene, self.T_world_object)
        meshes += self._trays
        for name, shapes in self._links.items():
            body = self.data.body(name)
            T = transform(body.xmat.reshape(3, 3), body.xpos)
            meshes += [PlacedMesh(mesh.vertices, mesh.faces, T, BACKGROUND) for mesh in shapes]
        return meshes

    def look(self, camera: Camera, T_world_camera: Float) -> DepthFrame:
        """See the cell as it is now, without noise."""
        return RayScene(self.meshes()).render(camera, T_world_camera)


def _add_tray(spec: mujoco.MjSpec, tray: OpenBox) -> None:
    for center, half in tray.walls():
        wall = spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, pos=center, size=half)
        set_contact(wall, friction=1.0)  # of the gripper; objects bring their own, as in the bin


def _above(box: OpenBox, position: Float) -> bool:
    """Whether a position (3,) lies above the floor of an open box."""
    off = np.abs(position[:2] - box.center)
    return bool((off <= np.array(box.size[:2]) / 2).all())
