from __future__ import annotations

import subprocess
import sys

NODE = [sys.executable, "-m", "grasp_perception.loopback_node"]


def test_listening_alone_ends_with_1() -> None:
    assert subprocess.run([*NODE, "listen", "/alone", "0.3"], timeout=60).returncode == 1


def test_a_listener_hears_a_talker_that_was_there_before() -> None:
    talker = subprocess.Popen([*NODE, "talk", "/heard", "60"])
    try:
        listener = subprocess.run([*NODE, "listen", "/heard", "50"], timeout=60)
    finally:
        talker.kill()
        talker.wait()
    assert listener.returncode == 0
