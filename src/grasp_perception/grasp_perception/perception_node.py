"""The perception node: clouds in, grasps out, over ROS."""

from __future__ import annotations

import traceback
from dataclasses import replace
from functools import partial
from threading import Lock
from time import monotonic

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.event_handler import PublisherEventCallbacks
from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import PointCloud2
from visualization_msgs.msg import MarkerArray

from grasp_core.errors import GraspError, ParameterError
from grasp_msgs.msg import GraspArray
from grasp_msgs.srv import DetectGrasps
from grasp_nodes.autostart_ros import AutostartNode
from grasp_nodes.params_ros import NodeParams
from grasp_nodes.run_ros import run
from grasp_perception import ros
from grasp_perception.answer_ros import Answer, Response, answer
from grasp_perception.camera_files import CameraSource, load_cameras
from grasp_perception.cameras_ros import Cameras, Shot
from grasp_perception.clouds.wire import read_time
from grasp_perception.detectors import DETECTORS
from grasp_perception.diagnostics import Diagnostics
from grasp_perception.errors import NoCloudError
from grasp_perception.gripper_files import load_gripper
from grasp_perception.node_params import CONTINUOUS, PerceptionParams
from grasp_perception.pipeline import Pipeline
from grasp_perception.robot_solids import load_robot_solids
from grasp_perception.scene_reader import SceneReader
from grasp_perception.self_filter import SelfFilter
from grasp_perception.tf_ros import listen
from grasp_perception.warm_up import warm_up

#: One each for detection, clouds, triggers, transforms, diagnostics and lifecycle: none waits.
THREADS = 6
#: At the end a detection that runs is waited for so long.
LAST_WORK_SEC = 5.0
#: One result, kept for those who subscribe later.
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
#: Every subscriber is served by `LATCHED`, so there is nothing to be told of. And rclpy 7.1 ends
#: the executor when an entity with event handlers is destroyed while it waits.
NO_EVENTS = PublisherEventCallbacks(use_default_callbacks=False)


class PerceptionNode(AutostartNode):
    """Keeps the newest clouds; detects when the service asks, or whenever it has time."""

    def __init__(self) -> None:
        super().__init__("perception")
        self._params = NodeParams(self, PerceptionParams)
        self._transforms = listen(self)
        self._diagnostics = Diagnostics()
        self._reported = ""
        self._pipeline: Pipeline | None = None
        self._continuous = False
        self._cameras = Cameras(self, (), 0.0, self._on_cloud)
        self._cloud_timeout = 0.0
        self._working = Lock()
        detection = MutuallyExclusiveCallbackGroup()  # one detection at a time
        self._cloud_arrived = self.create_guard_condition(self._detect_newest, detection)
        self.create_service(
            DetectGrasps, "/detect_grasps", self._on_detect, callback_group=detection
        )
        self._diagnostics_publisher = self.create_publisher(DiagnosticArray, "/diagnostics", 10)
        self.begin(self._publish_diagnostics)

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Read the parameters, load gripper and detector, compile; explain a failure."""
        try:
            params = self._params.read(PerceptionParams)
            gripper = load_gripper(params.gripper)
            detector = DETECTORS[params.detector]()
            self._reader = self._new_reader(params)
            with self._working:
                warm_up(gripper, detector)
            self._cameras = self._new_cameras(params)
        except Exception as error:  # rclpy would drop it without a word
            self._params.thaw()
            self._fail(f"cannot configure: {error}", error)
            return TransitionCallbackReturn.FAILURE
        self._transforms.timeout_sec = params.tf_timeout
        self._cloud_timeout = params.cloud_timeout
        self._continuous = params.mode == CONTINUOUS
        self._pipeline = Pipeline(params, gripper, detector, self._transforms)
        publisher = partial(
            self.create_lifecycle_publisher, qos_profile=LATCHED, event_callbacks=NO_EVENTS
        )
        self._grasps = publisher(GraspArray, "~/grasps")
        self._markers = publisher(MarkerArray, "~/grasp_markers")
        self._filtered = publisher(PointCloud2, "~/cloud_filtered")
        self._enter("inactive")
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start to listen to clouds and to answer."""
        self._cameras.start()
        enabled = super().on_activate(state)
        self._enter("active")
        return enabled

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop to listen, and forget the newest clouds: they will be old."""
        self._enter("inactive")
        self._cameras.stop()
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Forget the configuration; parameters may be set again."""
        self._enter("unconfigured")
        self._pipeline = None
        self._cameras.close()
        for publisher in (self._grasps, self._markers, self._filtered):
            self.destroy_lifecycle_publisher(publisher)
        self._params.thaw()
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop for good."""
        self._enter("finalized")
        return super().on_shutdown(state)

    def _new_reader(self, params: PerceptionParams) -> SceneReader:
        """Make what reads the clouds, without the robot if one is named.

        Raises
        ------
        RobotShapeError : the robot's shapes cannot be read.
        """
        robot = None
        if params.self_filter:
            solids = load_robot_solids(params.self_filter)
            robot = SelfFilter(solids, params.self_filter_padding, self._transforms)
        return SceneReader(params.frame, params.max_points, self._transforms, robot)

    def _new_cameras(self, params: PerceptionParams) -> Cameras:
        """Make the cameras of the parameters, or the one on ~/cloud.

        Raises
        ------
        CameraFileError : a camera's file is wrong, or its trigger cannot be called.
        ParameterError : nobody would trigger a camera.
        """
        sources = load_cameras(params.cameras) or (CameraSource("camera", "~/cloud"),)
        waiting = [source.name for source in sources if source.trigger is not None]
        if waiting and params.mode == CONTINUOUS:
            raise ParameterError(
                f"mode: {CONTINUOUS} needs cameras that run freely; with a trigger: "
                f"{', '.join(waiting)}"
            )
        return Cameras(self, sources, params.cloud_window, self._on_cloud)

    def _on_cloud(self, backwards: bool, dropped: bool) -> None:
        dropped = dropped and self._continuous
        self._diagnostics.cloud_arrived(monotonic(), backwards=backwards, dropped=dropped)
        if backwards:
            self.get_logger().warning("the stamps of the clouds went back", throttle_duration_sec=5)
        if self._continuous:
            self._cloud_arrived.trigger()

    def _detect_newest(self) -> None:
        shot = self._cameras.take()
        if shot is not None:
            self._detect(shot)

    def _on_detect(
        self, request: DetectGrasps.Request, response: DetectGrasps.Response
    ) -> DetectGrasps.Response:
        result = self._answer(request)
        response.code, response.message, response.grasps = result.code, result.text, result.grasps
        return response

    def _answer(self, request: DetectGrasps.Request) -> Answer:
        """Detect in the request's cloud or the cameras'; the node may be in any state."""
        given = request.cloud
        if given.fields or given.data or given.width or given.header.frame_id:
            return self._detect(Shot((given,)), request)
        if self._diagnostics.state != "active":
            return self._inactive()
        try:
            shot = self._cameras.shoot(read_time(request.not_before), self._cloud_timeout)
        except NoCloudError as error:
            if self._diagnostics.state != "active":  # it was told to stop meanwhile
                return self._inactive()
            self._fail(str(error))
            return Answer(Response.NO_CLOUD, str(error))
        return self._detect(shot, request)

    def _inactive(self) -> Answer:
        reason = self._diagnostics.report(monotonic()).message
        return Answer(Response.NOT_ACTIVE, f"the node is not active: {reason}")

    def _detect(self, shot: Shot, request: DetectGrasps.Request | None = None) -> Answer:
        """Detect in clouds, if the node can, and publish."""
        pipeline = self._pipeline
        if pipeline is None or self._diagnostics.state != "active":
            return self._inactive()
        with self._working:
            result = answer(pipeline, partial(self._reader.read, shot.messages), request)
        if result.error is not None:
            self._fail(result.text, result.error)
            return result
        if shot.missing:
            result = replace(result, text=f"{result.text}; without {shot.missing}")
            self.get_logger().warning(f"without {shot.missing}", throttle_duration_sec=5)
        self._diagnostics.detected(result.stage_ms, shot.missing)
        self._grasps.publish(result.grasps)
        self._markers.publish(result.markers)
        self._filtered.publish(result.filtered)
        self._publish_diagnostics(only_changes=True)
        return result

    def finish(self) -> None:
        """Wait for a detection that runs, so that its answer is still sent."""
        self._cameras.stop()
        self._working.acquire(timeout=LAST_WORK_SEC)

    def _enter(self, state: str) -> None:
        self.get_logger().info(state)
        self._diagnostics.state = state
        self._diagnostics.recovered()
        self._publish_diagnostics()

    def _fail(self, text: str, error: Exception | None = None) -> None:
        """Log and report an error; one that is not ours is a defect and needs its traceback."""
        if error is not None and not isinstance(error, GraspError):
            text += "\n" + "".join(traceback.format_exception(error))
        self.get_logger().error(text, throttle_duration_sec=1.0)
        self._diagnostics.failed(text)
        self._publish_diagnostics()

    def _publish_diagnostics(self, only_changes: bool = False) -> None:
        report = self._diagnostics.report(monotonic())
        if only_changes and report.message == self._reported:
            return
        self._reported = report.message
        now_ns = self.get_clock().now().nanoseconds
        name = self.get_fully_qualified_name()
        self._diagnostics_publisher.publish(ros.diagnostics_message(report, name, now_ns))


def main(args: list[str] | None = None) -> None:
    """Run the node until it is told to stop."""
    run(PerceptionNode, THREADS, args)


if __name__ == "__main__":
    main()
