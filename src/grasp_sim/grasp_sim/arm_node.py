"""The simulated arms: a robot, its grippers and its camera, offered as their drivers do.

Simulated time goes with the wall clock; nobody needs /clock.
"""

from __future__ import annotations

import json
import sys
from threading import Event, Thread

import numpy as np
from numpy.typing import NDArray
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.node import Node
from sensor_msgs.msg import JointState
from std_srvs.srv import SetBool, Trigger
from tf2_msgs.msg import TFMessage

from grasp_core.errors import GraspError, ParameterError
from grasp_nodes.geometry_ros import header, transform_message
from grasp_nodes.params_ros import NodeParams
from grasp_nodes.run_ros import run
from grasp_robots.allowed_contacts import allowed_contacts
from grasp_robots.work_cell import load_work_cell
from grasp_sim.arm_cell import ArmCell
from grasp_sim.camera_process import CameraProcess
from grasp_sim.camera_ros import LATCHED, CameraPublisher
from grasp_sim.control_loop import ControlLoop
from grasp_sim.drivers import DRIVERS
from grasp_sim.errors import SimError, UnstableSimulationError
from grasp_sim.gripper_action_ros import GripperAction, ParallelGripperAction
from grasp_sim.link_frames_ros import fixed_frames, moving_frames
from grasp_sim.node_params import SimArmParams
from grasp_sim.pacer import Pacer
from grasp_sim.scenes import WORLD
from grasp_sim.still_cell import drawn
from grasp_sim.trajectory_action_ros import TrajectoryAction
from grasp_sim.views import look_at

#: Two arms, two grippers, frames, a new scene and the services, all at once.
THREADS = 8
#: Seconds between two messages of joint states.
JOINT_STATE_SEC = 0.01
#: Seconds between two messages of where the links are: robot_state_publisher's default.
LINKS_SEC = 0.05
#: Seconds between two messages of where the objects are.
OBJECTS_SEC = 0.1
#: Seconds between two warnings that the machine is too slow.
WARN_SEC = 10.0
#: Longest wait for the physics to end.
FINISH_SEC = 5.0
#: Streams of one seed: the scene has 0.
NOISE_STREAM = 2
GRIPPER_ACTIONS = {"parallel": ParallelGripperAction, "single": GripperAction}


class SimArm(Node):
    """A robot beside a bin, in physics; picks what its controllers are told to.

    Services: `~/reset` puts the scene of the next seed there, the robot at home;
    `~/emergency_stop` stops (true) and releases (false); `~/contents` tells as JSON where each
    object is: in the bin, in an arm's tray or outside. Topic `~/objects` has their poses; it is not
    /tf, where no camera would put them.

    Attributes
    ----------
    loop : the controllers and the physics.

    Raises
    ------
    ParameterError : a parameter is unknown or wrong.
    RobotFileError, SimError : the cell cannot be read, or its scene not be made.
    """

    def __init__(self) -> None:
        super().__init__("sim_arm", automatically_declare_parameters_from_overrides=True)
        params = NodeParams(self, SimArmParams).read(SimArmParams)
        self._params, self._seed = params, params.seed
        self._work_cell = load_work_cell(params.cell_file)
        if params.camera not in self._work_cell.cameras:
            valid = ", ".join(self._work_cell.cameras)
            raise ParameterError(f"camera: {params.camera!r} is not in the cell; valid: {valid}")
        self._allowed = allowed_contacts(self._work_cell.robot, np.random.default_rng(0))
        self.loop = ControlLoop(self._new_cell(params.seed))

        robot = self._work_cell.robot
        self._states = self.create_publisher(JointState, "/joint_states", 10)
        self._static = self.create_publisher(TFMessage, "/tf_static", LATCHED)
        now_ns = self.get_clock().now().nanoseconds
        base = transform_message(self._work_cell.T_world_root, WORLD, robot.root, now_ns)
        self._static.publish(TFMessage(transforms=[base, *fixed_frames(robot, now_ns)]))
        self._links = self.create_publisher(TFMessage, "/tf", 10)
        self.create_timer(
            LINKS_SEC, self._publish_links, callback_group=MutuallyExclusiveCallbackGroup()
        )
        self._objects = self.create_publisher(TFMessage, "~/objects", 10)
        self.create_timer(
            OBJECTS_SEC, self._publish_objects, callback_group=MutuallyExclusiveCallbackGroup()
        )
        gripper_action = GRIPPER_ACTIONS[params.gripper_action]
        self._actions = [
            *(TrajectoryAction(self, self.loop, arm.controller) for arm in robot.arms),
            *(gripper_action(self, self.loop, arm.mount.controller) for arm in robot.arms),
        ]
        self._offer_camera()
        alone = MutuallyExclusiveCallbackGroup
        self.create_service(Trigger, "~/reset", self._on_reset, callback_group=alone())
        self.create_service(Trigger, "~/contents", self._on_contents, callback_group=alone())
        self.create_service(SetBool, "~/emergency_stop", self._on_stop, callback_group=alone())
        self._stopping = Event()
        self._physics = Thread(target=self._run, name="physics")
        self._physics.start()
        self.get_logger().info(f"{robot.name} is ready; {self._contents()}")

    def finish(self) -> None:
        """Stop the arms and wait for the physics' end; goals under way end with it."""
        self.loop.stop()
        self._stopping.set()
        self._physics.join(FINISH_SEC)
        self._frames.close()
        self._camera.close()

    def _new_cell(self, seed: int) -> ArmCell:
        return ArmCell(self._work_cell, drawn(self._params, seed), self._allowed)

    def _offer_camera(self) -> None:
        params, driver = self._params, DRIVERS[self._params.camera]
        T_world_camera = look_at(*self._work_cell.cameras[params.camera])
        noise = driver.setup.noise.scaled(params.noise)
        seed = (params.seed, NOISE_STREAM)
        self._camera = CameraProcess(driver.setup.camera, noise, T_world_camera, seed)
        self._frames = CameraPublisher(self, driver, T_world_camera, self._measure)
        self.create_timer(
            1 / params.rate, self._frames.publish, callback_group=MutuallyExclusiveCallbackGroup()
        )

    def _measure(self) -> NDArray[np.float32]:
        """Depth image of one moment; the physics goes on meanwhile."""
        with self.loop.lock:
            meshes = self.loop.cell.meshes()
        return self._camera.measure(meshes)

    def _run(self) -> None:
        """Go on with the clock, and tell where the joints are."""
        pacer, lost = Pacer(self.loop), 0.0
        while not pacer.wait(JOINT_STATE_SEC, self._stopping):
            try:
                pacer.advance()
            except UnstableSimulationError as error:
                self.get_logger().fatal(f"{error}; start the node anew")
                self.loop.stop()
                return
            if pacer.lost_sec > lost:
                lost = pacer.lost_sec
                self.get_logger().warning(
                    f"simulated time lags {lost:.1f} s: the machine is busy",
                    throttle_duration_sec=WARN_SEC,
                )
            self._publish_states()

    def _publish_states(self) -> None:
        with self.loop.lock:
            cell = self.loop.cell
            positions, velocities, efforts = cell.positions, cell.velocities, cell.efforts
        state = JointState(
            header=header("", self.get_clock().now().nanoseconds),
            name=list(self._work_cell.robot.joint_names),
            position=positions.tolist(),
            velocity=velocities.tolist(),
            effort=efforts.tolist(),
        )
        self._states.publish(state)

    def _publish_links(self) -> None:
        with self.loop.lock:
            positions = self.loop.cell.positions
            now_ns = self.get_clock().now().nanoseconds
        frames = moving_frames(self._work_cell.robot, positions, now_ns)
        self._links.publish(TFMessage(transforms=frames))

    def _publish_objects(self) -> None:
        """Tell where the objects truly are; a frame is named after its number and its object."""
        with self.loop.lock:
            names, poses = self.loop.cell.scene.spec.objects, self.loop.cell.T_world_object
        now_ns = self.get_clock().now().nanoseconds
        frames = [
            transform_message(pose, WORLD, f"{i}/{name}", now_ns)
            for i, (name, pose) in enumerate(zip(names, poses, strict=True))
        ]
        self._objects.publish(TFMessage(transforms=frames))

    def _on_reset(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        """Go on to the scene of the next seed."""
        self._seed += 1
        try:
            cell = self._new_cell(self._seed)
        except SimError as error:
            response.success, response.message = False, str(error)
            return response
        self.loop.replace(cell)
        response.success, response.message = True, self._contents()
        self.get_logger().info(response.message)
        return response

    def _on_contents(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        """Tell where each object is: [name, place] in the scene's order."""
        with self.loop.lock:
            cell = self.loop.cell
            places = cell.places()
        response.success = True
        response.message = json.dumps(list(zip(cell.scene.spec.objects, places, strict=True)))
        return response

    def _on_stop(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        """Stop at once, or accept commands again."""
        if request.data:
            self.loop.stop()
        else:
            self.loop.release()
        response.success = True
        response.message = "stopped" if request.data else "released"
        self.get_logger().warning(f"emergency stop: {response.message}")
        return response

    def _contents(self) -> str:
        return f"scene of seed {self._seed}: {', '.join(self.loop.cell.scene.spec.objects)}"


def main(args: list[str] | None = None) -> None:
    """Run the node until it is told to stop; exit with the reason if it cannot start."""
    try:
        run(SimArm, THREADS, args)
    except GraspError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
