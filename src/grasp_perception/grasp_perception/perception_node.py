"""The perception node: clouds in, grasps out, over ROS."""

from __future__ import annotations

import traceback
from functools import partial
from threading import Lock
from time import monotonic

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
from rclpy.subscription import Subscription
from sensor_msgs.msg import PointCloud2
from visualization_msgs.msg import MarkerArray

from grasp_core.errors import GraspError
from grasp_msgs.msg import GraspArray
from grasp_msgs.srv import DetectGrasps
from grasp_nodes.params_ros import NodeParams
from grasp_nodes.run_ros import run
from grasp_perception import ros
from grasp_perception.answer_ros import Answer, Response, answer
from grasp_perception.clouds.point_cloud2 import read_cloud
from grasp_perception.clouds.wire import read_stamp, read_time
from grasp_perception.detectors import DETECTORS
from grasp_perception.diagnostics import Diagnostics
from grasp_perception.gripper_files import load_gripper
from grasp_perception.newest_cloud import NewestCloud
from grasp_perception.node_params import CONTINUOUS, PerceptionParams
from grasp_perception.pipeline import Pipeline
from grasp_perception.tf_ros import listen
from grasp_perception.warm_up import warm_up

#: One each for detection, clouds, transforms, diagnostics and lifecycle, so that none waits.
THREADS = 5
#: At the end a detection that runs is waited for so long.
LAST_WORK_SEC = 5.0
#: One result, kept for those who subscribe later.
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


class PerceptionNode(LifecycleNode):
    """Keeps the newest cloud; detects when the service asks, or whenever it has time."""

    def __init__(self) -> None:
        super().__init__("perception", automatically_declare_parameters_from_overrides=True)
        self._params = NodeParams(self, PerceptionParams)
        self._transforms = listen(self)
        self._diagnostics = Diagnostics()
        self._reported = ""
        self._pipeline: Pipeline | None = None
        self._continuous = False
        self._cloud_subscription: Subscription | None = None
        self._newest: NewestCloud[PointCloud2] = NewestCloud()
        self._cloud_timeout = 0.0
        self._working = Lock()
        detection = MutuallyExclusiveCallbackGroup()  # one detection at a time
        self._cloud_arrived = self.create_guard_condition(self._detect_newest, detection)
        self.create_service(
            DetectGrasps, "/detect_grasps", self._on_detect, callback_group=detection
        )
        self._diagnostics_publisher = self.create_publisher(DiagnosticArray, "/diagnostics", 10)
        self.create_timer(
            1.0,
            self._publish_diagnostics,
            MutuallyExclusiveCallbackGroup(),
            Clock(clock_type=ClockType.STEADY_TIME),  # also while a simulated clock stands still
        )
        if self.get_parameter("autostart").value is not False:
            # In the executor: the node answers while it configures, and stops when told to.
            self.create_guard_condition(self._start).trigger()

    def _start(self) -> None:
        if self.trigger_configure() == TransitionCallbackReturn.SUCCESS:
            self.trigger_activate()

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Read the parameters, load gripper and detector, compile; explain a failure."""
        try:
            params = self._params.read(PerceptionParams)
            gripper = load_gripper(params.gripper)
            detector = DETECTORS[params.detector]()
            with self._working:
                warm_up(gripper, detector)
        except Exception as error:  # rclpy would drop it without a word
            self._params.thaw()
            self._fail(f"cannot configure: {error}", error)
            return TransitionCallbackReturn.FAILURE
        self._transforms.timeout_sec = params.tf_timeout
        self._cloud_timeout = params.cloud_timeout
        self._continuous = params.mode == CONTINUOUS
        self._pipeline = Pipeline(params, gripper, detector, self._transforms)
        self._grasps = self.create_lifecycle_publisher(GraspArray, "~/grasps", LATCHED)
        self._markers = self.create_lifecycle_publisher(MarkerArray, "~/grasp_markers", LATCHED)
        self._filtered = self.create_lifecycle_publisher(PointCloud2, "~/cloud_filtered", LATCHED)
        self._enter("inactive")
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start to listen to clouds and to answer."""
        self._newest.open()
        self._cloud_subscription = self.create_subscription(
            PointCloud2,
            "~/cloud",
            self._on_cloud,
            qos_profile_sensor_data,
            callback_group=MutuallyExclusiveCallbackGroup(),
        )
        enabled = super().on_activate(state)
        self._enter("active")
        return enabled

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop to listen, and forget the newest cloud: it will be old."""
        self._enter("inactive")
        self.destroy_subscription(self._cloud_subscription)
        self._newest.close()
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Forget the configuration; parameters may be set again."""
        self._enter("unconfigured")
        self._pipeline = None
        for publisher in (self._grasps, self._markers, self._filtered):
            self.destroy_lifecycle_publisher(publisher)
        self._params.thaw()
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop for good."""
        self._enter("finalized")
        return super().on_shutdown(state)

    def _on_cloud(self, message: PointCloud2) -> None:
        """Keep the message; it is converted only when it is needed."""
        backwards, dropped = self._newest.put(message, read_stamp(message.header))
        dropped = dropped and self._continuous
        self._diagnostics.cloud_arrived(monotonic(), backwards=backwards, dropped=dropped)
        if backwards:
            self.get_logger().warning("the stamps of the clouds went back", throttle_duration_sec=5)
        if self._continuous:
            self._cloud_arrived.trigger()

    def _detect_newest(self) -> None:
        message = self._newest.take()
        if message is not None:
            self._detect(message)

    def _on_detect(
        self, request: DetectGrasps.Request, response: DetectGrasps.Response
    ) -> DetectGrasps.Response:
        given = request.cloud
        if not (given.fields or given.data or given.width or given.header.frame_id):
            given = self._newest.since(read_time(request.not_before), self._cloud_timeout)
        result = self._detect(given, request)
        response.code, response.message, response.grasps = result.code, result.text, result.grasps
        return response

    def _detect(
        self, message: PointCloud2 | None, request: DetectGrasps.Request | None = None
    ) -> Answer:
        """Detect in `message`, if the node can, and publish."""
        pipeline = self._pipeline
        if pipeline is None or self._diagnostics.state != "active":
            reason = self._diagnostics.report(monotonic()).message
            return Answer(Response.NOT_ACTIVE, f"the node is not active: {reason}")
        if message is None:
            topic = self.resolve_topic_name("~/cloud")
            text = f"no cloud in the request and none received yet on {topic}"
            if request is not None and read_time(request.not_before) > 0:
                text = f"no cloud as new as wanted on {topic} within {self._cloud_timeout} s"
            self._fail(text)
            return Answer(Response.NO_CLOUD, text)
        with self._working:
            result = answer(pipeline, partial(read_cloud, message), request)
        if result.error is not None:
            self._fail(result.text, result.error)
            return result
        self._diagnostics.detected(result.stage_ms)
        self._grasps.publish(result.grasps)
        self._markers.publish(result.markers)
        self._filtered.publish(result.filtered)
        self._publish_diagnostics(only_changes=True)
        return result

    def finish(self) -> None:
        """Wait for a detection that runs, so that its answer is still sent."""
        self._newest.close()
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
