"""A node's process, from the first signal to its end."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

TIMEOUT_SEC = 60.0
#: A node whose only callback is stopped in the middle of its work.
NODE = """
import sys
from threading import Event
from rclpy.node import Node
from grasp_nodes.run_ros import run

class Working(Node):
    def __init__(self):
        super().__init__("working")
        self.stopping, self.done = Event(), Event()
        self.create_timer(0.01, self.work)

    def work(self):
        print("working", flush=True)
        self.stopping.wait(30)
        self.get_logger().info("the context is still there")
        self.done.set()

    def finish(self):
        self.stopping.set()
        print("done" if self.done.wait(30) else "cut", flush=True)

node = run(Working, 2)
print(node.get_name(), flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_work_that_runs_is_finished_after_a_signal(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", NODE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "working\n"
            process.send_signal(number)
            output, errors = process.communicate(timeout=TIMEOUT_SEC)
        finally:
            process.kill()
    assert process.returncode == 0, errors
    assert output.splitlines()[-2:] == ["done", "working"]
    assert "the context is still there" in errors
