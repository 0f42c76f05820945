"""The demo as its users start it: a process that starts processes, and a robot that picks."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import psutil
from PIL import Image

from grasp_cli.film import HEIGHT, WIDTH
from grasp_perception.bags.bags import Bag

TIMEOUT_SEC = 500


def test_the_demo_empties_a_bin_over_dds_and_leaves_nothing_running(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    command = [sys.executable, "-m", "grasp_cli.main", "demo", "--robot", "diana7"]
    command += ["--objects", "2", "--frames", "9", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SEC)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "In the bin: " in said
    # A loaded machine shows other frames than an idle one, and a grasp may slip: one is enough.
    assert re.search(r"[12] of 2 objects in the trays", said), said
    assert "exit codes: sim_arm 0, perception 0, executor 0, recorder 0" in said
    left = [p.cmdline() for p in psutil.process_iter(["cmdline"]) if str(out) in str(p.info)]
    assert left == []
    with Image.open(out / "film.gif") as film, Image.open(out / "filmstrip.png") as strip:
        assert (film.size, film.n_frames) == ((WIDTH, HEIGHT), 9)
        assert strip.size == (4 * WIDTH, 2 * HEIGHT)
    with Bag(out / "bag") as bag:
        recorded = {message.topic for message in bag.messages()}
    assert {"/joint_states", "/tf_static", "/perception/grasps", "/sim_arm/objects"} <= recorded


def test_an_unknown_robot_is_named() -> None:
    command = [sys.executable, "-m", "grasp_cli.main", "demo", "--robot", "ur5"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "'ur5' is not one of yumi, diana7" in done.stderr
