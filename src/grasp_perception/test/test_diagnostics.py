"""What the node says about itself."""

from __future__ import annotations

from grasp_perception.diagnostics import Diagnostics, Level


def test_rate_is_that_of_the_last_seconds() -> None:
    diagnostics = Diagnostics()
    for i in range(50):
        diagnostics.cloud_arrived(i / 10, backwards=False, dropped=False)
    assert diagnostics.report(4.9).values["cloud rate [Hz]"] == "10.0"
    assert diagnostics.report(7.4).values["cloud rate [Hz]"] == "5.0"
    assert diagnostics.report(60.0).values["cloud rate [Hz]"] == "0.0"


def test_what_happens_is_counted() -> None:
    diagnostics = Diagnostics()
    diagnostics.cloud_arrived(0.0, backwards=False, dropped=False)
    diagnostics.cloud_arrived(0.1, backwards=True, dropped=True)
    diagnostics.detected({"detect": 12.34, "nms": 1.0})
    values = diagnostics.report(0.2).values
    assert values["clouds"] == "2"
    assert values["stamps backwards"] == values["dropped clouds"] == "1"
    assert (values["detections"], values["errors"]) == ("1", "0")
    assert (values["detect [ms]"], values["total [ms]"]) == ("12.3", "13.3")


def test_level_follows_the_last_event() -> None:
    diagnostics = Diagnostics()
    diagnostics.failed("no such gripper")
    report = diagnostics.report(0.0)
    assert (report.level, report.message) == (Level.ERROR, "unconfigured: no such gripper")
    diagnostics.state = "active"
    assert diagnostics.report(0.0).level == Level.WARN
    diagnostics.detected({})
    report = diagnostics.report(0.0)
    assert (report.level, report.message) == (Level.OK, "active")
    assert report.values["last error"] == "no such gripper"
    diagnostics.failed("bad cloud")
    diagnostics.recovered()
    assert diagnostics.report(0.0).level == Level.OK
