from __future__ import annotations

from grasp_perception.cameras.camera_health import CameraHealth
from grasp_perception.diagnostics import Level


def test_level_follows_the_camera() -> None:
    health = CameraHealth()
    assert (health.report(0.0).level, health.report(0.0).message) == (Level.OK, "unconfigured")
    health.enter("active")
    health.failed("no RealSense camera is connected")
    report = health.report(1.0)
    assert report.level == Level.ERROR
    assert report.message == "active: no RealSense camera is connected"
    health.connected("D435 123", 2.0)
    assert health.report(2.5).message == "active: D435 123"
    assert health.report(2.5).level == Level.OK
    report = health.report(3.5)
    assert report.level == Level.STALE
    assert report.message == "active: D435 123 has sent nothing for 1.5 s"
    health.frame_arrived(3.6)
    assert health.report(3.7).level == Level.OK
    assert health.report(3.7).values["last error"] == "no RealSense camera is connected"
    health.enter("inactive")
    assert (health.report(99.0).level, health.report(99.0).message) == (Level.OK, "inactive")


def test_what_happens_is_counted() -> None:
    health = CameraHealth()
    health.failed("gone")
    health.connected("D435", 0.0)
    for i in range(20):
        health.frame_arrived(i / 10)
    values = health.report(1.9).values
    assert (values["frames"], values["connections"], values["failures"]) == ("20", "1", "1")
    assert values["frame rate [Hz]"] == "4.0"  # over 5 s
    assert health.report(60.0).values["frame rate [Hz]"] == "0.0"
