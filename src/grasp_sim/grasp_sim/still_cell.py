"""`StillCell`: what a simulated camera looks at, as long as no arm moves in it."""

from __future__ import annotations

from grasp_core.camera import Camera
from grasp_core.checks import Float
from grasp_sim.depth_frame import DepthFrame
from grasp_sim.node_params import SimCameraParams
from grasp_sim.ray_scene import RayScene
from grasp_sim.scenery import scenery
from grasp_sim.scenes import Scene, draw_scene


class StillCell:
    """A scene at rest. A cell with an arm in it takes its place with the same three members.

    Attributes
    ----------
    scene : the present one.

    Raises
    ------
    SimError : an object is unknown or cannot be loaded, there are fewer than asked for, or no scene
        of this seed comes to rest.
    """

    scene: Scene
    _scenery: RayScene

    def __init__(self, params: SimCameraParams) -> None:
        self._params = params
        self.reset(params.seed)

    def look(self, camera: Camera, T_world_camera: Float) -> DepthFrame:
        """See the scene, without noise."""
        return self._scenery.render(camera, T_world_camera)

    def reset(self, seed: int) -> None:
        """Drop the objects anew; if that fails, the scene stays as it is.

        Raises
        ------
        SimError : as in the constructor.
        """
        scene = drawn(self._params, seed)
        self.scene, self._scenery = scene, scenery(scene)


def drawn(params: SimCameraParams, seed: int) -> Scene:
    """Make the scene of a seed; raises SimError as `StillCell` does."""
    count = params.count if not params.objects else len(params.names)
    friction = params.friction or None
    return draw_scene(seed, params.names, (count, count), params.mode, params.bin, friction)
