"""`CameraProcess`: renders and spoils views in a process of its own.

In the process of the physics a frame would hold Python's interpreter lock for tenths of a second,
in which no joint would be controlled.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from numpy.typing import NDArray

from grasp_core.camera import Camera
from grasp_core.checks import Float
from grasp_sim.ray_scene import PlacedMesh, RayScene
from grasp_sim.sensor_noise import SensorNoise, capture

#: Seconds that a frame may take, the start of the process included.
TIMEOUT_SEC = 60.0


class CameraProcess:
    """A camera at a fixed place. Frames of one seed have the same noise in each run.

    Parameters
    ----------
    camera : intrinsics.
    noise : its faults.
    T_world_camera : (4, 4) pose of the optical frame.
    seed : of the noise.
    """

    def __init__(
        self, camera: Camera, noise: SensorNoise, T_world_camera: Float, seed: tuple[int, ...]
    ) -> None:
        self._view = camera, noise, T_world_camera
        self._seed = seed
        self._frames = 0
        # A forked process would share the middleware's sockets.
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, context, initializer=_ignore_interrupt)
        self._pool.submit(int)  # starts the process now: that takes longer than a frame

    def measure(self, meshes: Sequence[PlacedMesh]) -> NDArray[np.float32]:
        """Depth (H, W) in metres, 0 where nothing is measured; waits for it.

        Raises
        ------
        TimeoutError : it took longer than `TIMEOUT_SEC`.
        """
        self._frames += 1
        job = self._pool.submit(_measure, meshes, *self._view, (*self._seed, self._frames))
        return job.result(TIMEOUT_SEC)

    def close(self) -> None:
        """End the process; frames that are not begun are dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _ignore_interrupt() -> None:
    """Leave Ctrl-C, which reaches all processes of a terminal, to the node."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _measure(
    meshes: Sequence[PlacedMesh],
    camera: Camera,
    noise: SensorNoise,
    T_world_camera: Float,
    seed: tuple[int, ...],
) -> NDArray[np.float32]:
    seen = RayScene(meshes).render(camera, T_world_camera)
    return capture(seen, noise, np.random.default_rng(seed)).depth
