"""The simulated camera: a scene in physics, seen and offered as the driver of a real one does."""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.node import Node
from std_srvs.srv import Trigger

from grasp_core.errors import GraspError
from grasp_nodes.params_ros import NodeParams
from grasp_nodes.run_ros import run
from grasp_sim.camera_ros import CameraPublisher
from grasp_sim.drivers import DRIVERS
from grasp_sim.errors import SimError
from grasp_sim.node_params import SimCameraParams
from grasp_sim.sensor_noise import capture
from grasp_sim.still_cell import StillCell

#: One each for frames and for a new scene, which takes a second: the camera goes on meanwhile.
THREADS = 2
#: What the camera looks at: a little above the middle of the bin's floor, metres in the world.
TARGET = (0.0, 0.0, 0.03)
#: Streams of one seed: the scene has 0.
VIEW_STREAM, NOISE_STREAM = 1, 2


class SimCamera(Node):
    """Publishes clouds, depth images and intrinsics of a simulated cell, and the camera's pose.

    Frames are made only while somebody listens, as the drivers do. The camera stays where it is
    when `~/reset` puts the scene of the next seed into the cell.

    Attributes
    ----------
    cell : what the camera looks at.
    T_world_camera : (4, 4) pose of the optical frame.

    Raises
    ------
    ParameterError : a parameter is unknown or wrong.
    SimError : the scene cannot be made.
    """

    def __init__(self) -> None:
        super().__init__("sim_camera", automatically_declare_parameters_from_overrides=True)
        params = NodeParams(self, SimCameraParams).read(SimCameraParams)
        driver = DRIVERS[params.camera]
        noise = driver.setup.noise.scaled(params.noise)
        self.T_world_camera = driver.setup.sample_view(
            TARGET, np.random.default_rng((params.seed, VIEW_STREAM))
        )
        rng = np.random.default_rng((params.seed, NOISE_STREAM))
        self._seed = params.seed
        self.cell = StillCell(params)

        def measure() -> NDArray[np.float32]:
            seen = self.cell.look(driver.setup.camera, self.T_world_camera)
            return capture(seen, noise, rng).depth

        frames = CameraPublisher(self, driver, self.T_world_camera, measure)
        alone = MutuallyExclusiveCallbackGroup
        self.create_service(Trigger, "~/reset", self._on_reset, callback_group=alone())
        self.create_timer(1 / params.rate, frames.publish, callback_group=alone())
        self.get_logger().info(f"{self._contents()}; {params.camera} on {driver.points}")

    def finish(self) -> None:
        """Do nothing: `run` lets a frame that is being made be sent before the context goes."""

    def _on_reset(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        """Go on to the scene of the next seed."""
        self._seed += 1
        try:
            self.cell.reset(self._seed)
        except SimError as error:
            response.success, response.message = False, str(error)
            return response
        response.success, response.message = True, self._contents()
        self.get_logger().info(response.message)
        return response

    def _contents(self) -> str:
        return f"scene of seed {self._seed}: {', '.join(self.cell.scene.spec.objects)}"


def main(args: list[str] | None = None) -> None:
    """Run the node until it is told to stop; exit with the reason if it cannot start."""
    try:
        run(SimCamera, THREADS, args)
    except GraspError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
