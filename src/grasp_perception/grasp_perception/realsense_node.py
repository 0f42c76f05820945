"""The RealSense node: a camera on pyrealsense2, for machines without the driver realsense2_camera.

It stands in for that driver: by default the node is `/camera/camera`, its cloud
`/camera/camera/depth/color/points` in the frame `camera_depth_optical_frame`, the other topics lie
below `/camera/camera/depth` and `/camera/camera/color`, and the frames begin at `camera_link`.
Another namespace and another name of the node rename topics and frames, as `camera_namespace` and
`camera_name` of the driver do. Run it as `python -m grasp_perception.realsense_node` or
`ros2 run grasp_perception realsense_node`; the parameters are those of `RealSenseParams`.
"""

from __future__ import annotations

from time import monotonic

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn

from grasp_core.errors import GraspError
from grasp_nodes.autostart_ros import AutostartNode
from grasp_nodes.params_ros import NodeParams
from grasp_nodes.run_ros import run
from grasp_perception import ros
from grasp_perception.cameras.camera_health import CameraHealth
from grasp_perception.cameras.camera_loop import CameraLoop
from grasp_perception.cameras.librealsense import librealsense
from grasp_perception.cameras.realsense import RealSense
from grasp_perception.cameras.realsense_frame import RealSenseFrame
from grasp_perception.cameras.realsense_params import RealSenseParams
from grasp_perception.cameras.realsense_sources import open_realsense
from grasp_perception.realsense_ros import RealSensePublisher

#: For diagnostics and lifecycle; the camera has a thread of its own.
THREADS = 2


class RealSenseNode(AutostartNode):
    """Streams while it is active, and looks for a camera that is absent or was unplugged."""

    def __init__(self) -> None:
        super().__init__("camera", namespace="camera")
        self._node_params = NodeParams(self, RealSenseParams)
        self._health = CameraHealth()
        self._loop: CameraLoop | None = None
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", 10)
        self.begin(self._publish_diagnostics)

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Read the parameters and load librealsense; explain a failure."""
        try:
            self._params = self._node_params.read(RealSenseParams)
            librealsense()
        except GraspError as error:
            self._node_params.thaw()
            self._health.failed(f"cannot configure: {error}")
            self.get_logger().error(f"cannot configure: {error}")
            self._publish_diagnostics()
            return TransitionCallbackReturn.FAILURE
        self._publisher = RealSensePublisher(self)
        self._enter("inactive")
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start to look for the camera and to stream."""
        self._enter("active")
        self._loop = CameraLoop(
            lambda: open_realsense(self._params),
            self,
            self._health,
            self._params.frame_timeout,
            self._params.retry_period,
        )
        self._loop.start()
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop to stream, so that another program can have the camera."""
        self.finish()
        self._enter("inactive")
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Forget the configuration; parameters may be set again."""
        self._publisher.close()
        self._node_params.thaw()
        self._enter("unconfigured")
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop for good."""
        self.finish()
        self._enter("finalized")
        return super().on_shutdown(state)

    def opened(self, camera: RealSense) -> None:
        """Publish the frames of a camera that has begun to stream."""
        self.get_logger().info(f"{camera.name} streams")
        if self._params.publish_tf:
            self._publisher.publish_frames(camera.T_depth_color)

    def frame(self, frame: RealSenseFrame) -> None:
        """Publish a frame."""
        self._publisher.publish(frame)

    def lost(self, reason: str) -> None:
        """Log and report why there is no camera."""
        self.get_logger().error(
            f"{reason}; next attempt in {self._params.retry_period} s", throttle_duration_sec=10.0
        )
        self._publish_diagnostics()

    def finish(self) -> None:
        """Close the camera, within bounds."""
        if self._loop is not None:
            self._loop.stop()

    def _enter(self, state: str) -> None:
        self.get_logger().info(state)
        self._health.enter(state)
        self._publish_diagnostics()

    def _publish_diagnostics(self) -> None:
        now_ns = self.get_clock().now().nanoseconds
        name = self.get_fully_qualified_name()
        report = self._health.report(monotonic())
        self._diagnostics.publish(ros.diagnostics_message(report, name, now_ns, "camera"))


def main(args: list[str] | None = None) -> None:
    """Run the node until it is told to stop."""
    run(RealSenseNode, THREADS, args)


if __name__ == "__main__":
    main()
