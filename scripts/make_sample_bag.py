"""Record the bag that the tests read.

The simulated D435 looks at a bin of objects that fell into it; the recorder writes its depth
images, their camera_info and the place of the camera, over ROS as on a robot. The first frames are
kept, and the bag is compressed as rosbag2 does with ``zstd_fast``, so that it stays small.
``python scripts/make_sample_bag.py`` writes the bag again.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from rosbags.rosbag2 import CompressionFormat, CompressionMode, Reader, StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

BAG = Path(__file__).resolve().parents[1] / "src" / "grasp_perception" / "test" / "sample_bag"
SEED, FRAMES = 3, 2
DEPTH = "/camera/camera/depth/image_rect_raw"
TOPICS = (DEPTH, "/camera/camera/depth/camera_info", "/tf_static")
#: Longest time for the frames: the objects fall first.
RECORD_SEC = 120.0


def main() -> None:
    """Record, then copy what is kept."""
    with tempfile.TemporaryDirectory() as folder:
        recorded = Path(folder) / "recorded"
        record(recorded)
        if BAG.exists():
            shutil.rmtree(BAG)
        copy(recorded, BAG)


def record(path: Path) -> None:
    """Run camera and recorder until the frames are there."""
    names = ", ".join(TOPICS)
    run = [sys.executable, "-m"]
    camera = [*run, "grasp_sim.sim_node", "--ros-args", "-p", f"seed:={SEED}"]
    recorder = [*run, "grasp_perception.recorder_node", "--ros-args", "-p", f"path:={path}"]
    with (
        subprocess.Popen([*recorder, "-p", f"topics:='{names}'"]) as writing,
        subprocess.Popen(camera) as seeing,
    ):
        try:
            wait_for_frames()
        finally:
            for process in (writing, seeing):
                process.send_signal(signal.SIGINT)


def wait_for_frames() -> None:
    """Wait until one frame more than is kept was published: those before are written."""
    import rclpy
    from rclpy.qos import qos_profile_sensor_data
    from rclpy.task import Future
    from sensor_msgs.msg import Image

    rclpy.init()
    node, done, seen = rclpy.create_node("counter"), Future(), []

    def on_frame(_: Image) -> None:
        seen.append(None)
        if len(seen) == FRAMES + 2:
            done.set_result(None)

    node.create_subscription(Image, DEPTH, on_frame, qos_profile_sensor_data)
    rclpy.spin_until_future_complete(node, done, timeout_sec=RECORD_SEC)
    rclpy.shutdown()
    if not done.done():
        raise TimeoutError(f"no {FRAMES + 2} frames on {DEPTH} within {RECORD_SEC} s")


def copy(source: Path, target: Path) -> None:
    """Copy the first messages of each topic, compressed."""
    types = get_typestore(Stores.ROS2_JAZZY)
    writer = Writer(target, version=8, storage_plugin=StoragePlugin.MCAP)
    writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)
    with Reader(source) as reader, writer:
        kept: dict[str, int] = {}
        connections = {
            each.topic: writer.add_connection(each.topic, each.msgtype, typestore=types)
            for each in reader.connections
        }
        for connection, time_ns, data in reader.messages():
            kept[connection.topic] = kept.get(connection.topic, 0) + 1
            if kept[connection.topic] <= FRAMES:
                writer.write(connections[connection.topic], time_ns, data)


if __name__ == "__main__":
    main()
