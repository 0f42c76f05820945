from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import pytest

from grasp_cli import ros_processes
from grasp_cli.errors import ProcessError
from grasp_cli.ros_processes import RosProcesses, isolate_ros
from grasp_perception.bringup import NodeSpec


def script(folder: Path, name: str, text: str) -> NodeSpec:
    path = folder / f"{name}.sh"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return NodeSpec("elsewhere", str(path), name)


def wait_for(path: Path, text: str) -> None:
    deadline = monotonic() + 20
    while text not in path.read_text():
        assert monotonic() < deadline
        sleep(0.01)


def test_processes_get_sigint_and_may_finish(tmp_path: Path) -> None:
    # A shell could not: where the tests run in the background, it was started to ignore SIGINT.
    handler = 'import signal, time; signal.signal(signal.SIGINT, lambda *_: exit("bye"))'
    code = f'{handler}; print("up", flush=True); time.sleep(60)'
    polite = script(tmp_path, "polite", f"exec {sys.executable} -c '{code}'")
    with RosProcesses([polite], tmp_path) as running:
        wait_for(tmp_path / "polite.log", "up\n")
        assert running.exit_codes == {"polite": None}
        running.check()
    assert running.exit_codes == {"polite": 1}
    assert (tmp_path / "polite.log").read_text() == "up\nbye\n"


def test_a_process_that_does_not_end_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ros_processes, "END_SEC", 0.3)
    stubborn = script(tmp_path, "stubborn", "trap '' INT; echo up; while :; do sleep 0.1; done")
    with RosProcesses([stubborn], tmp_path) as running:
        wait_for(tmp_path / "stubborn.log", "up\n")
    assert running.exit_codes == {"stubborn": -9}


def test_a_process_that_ended_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    failing = script(tmp_path, "failing", "echo unknown parameter; exit 3")
    with RosProcesses([failing], tmp_path) as running:
        wait_for(tmp_path / "failing.log", "parameter")
        deadline = monotonic() + 20
        while running.exit_codes["failing"] is None:
            assert monotonic() < deadline
            sleep(0.01)
        with pytest.raises(
            ProcessError, match=r"failing ended with exit code 3:\nunknown parameter"
        ):
            running.check()


def test_a_process_whose_work_is_done_may_end(tmp_path: Path) -> None:
    specs = {
        name: replace(script(tmp_path, name, f"exit {code}"), ends=True)
        for name, code in (("done", 0), ("failed", 1))
    }
    for name, fails in (("done", nullcontext()), ("failed", pytest.raises(ProcessError))):
        with RosProcesses([specs[name]], tmp_path) as running:
            deadline = monotonic() + 20
            while running.exit_codes[name] is None:
                assert monotonic() < deadline
                sleep(0.01)
            with fails:
                running.check()


def test_ros_stays_on_this_machine_in_a_domain_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROS_AUTOMATIC_DISCOVERY_RANGE", "SUBNET")
    monkeypatch.delenv("ROS_DOMAIN_ID")
    monkeypatch.delenv("FASTRTPS_DEFAULT_PROFILES_FILE", raising=False)
    assert 1 <= isolate_ros() <= 101
    profiles = Path(os.environ["FASTRTPS_DEFAULT_PROFILES_FILE"])
    assert "67108864" in profiles.read_text()  # room for four frames of 1280 x 720
    assert os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
    monkeypatch.setenv("ROS_DOMAIN_ID", "7")
    assert isolate_ros() == 7
