from __future__ import annotations

from pathlib import Path

import pytest

from grasp_perception.camera_files import CameraSource, Trigger, load_cameras
from grasp_perception.errors import CameraFileError

PHOXI = CameraSource(
    "phoxi",
    "/phoxi_camera/points",
    Trigger(
        "/phoxi_camera/trigger_frame",
        "phoxi_camera_msgs/srv/TriggerFrame",
        {"wait_grabbing_end": False},
    ),
)


def test_an_installed_camera_a_topic_and_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("topic: /mine/cloud\n", encoding="utf-8")
    assert load_cameras(f"phoxi, /left/points,{path}") == (
        PHOXI,
        CameraSource("/left/points", "/left/points"),
        CameraSource("mine", "/mine/cloud"),
    )
    assert load_cameras("") == ()


def test_the_other_drivers_of_the_phoxi() -> None:
    (rif,), (ppi,) = load_cameras("phoxi_rif"), load_cameras("phoxi_ppi")
    # Without a negative id the driver gives the scan of that id and takes none.
    assert rif.trigger == Trigger(
        "/phoxi_camera/get_frame", "phoxi_msgs/srv/GetFrame", {"in_id": -1}
    )
    assert (ppi.topic, ppi.trigger) == ("/phoxi/phoxi_camera/cloud", None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a list", r"mine\.yaml: the file: expected topic, trigger, got \['a list'\]"),
        ("trigger: {}", r"the file lacks topic; valid: topic, trigger"),
        ("topic: /a\nframe: b", r"the file has unknown frame; valid: topic, trigger"),
        ("topic: 3", r"the file: topic 3 is not a name"),
        ("topic: /a\ntrigger: /go", r"trigger: expected service, type, request, got '/go'"),
        ("topic: /a\ntrigger: {service: /go}", r"trigger lacks type; valid: service, type"),
        (
            "topic: /a\ntrigger: {service: /go, type: Trigger}",
            r"trigger\.type: 'Trigger' is not like std_srvs/srv/Trigger",
        ),
        (
            "topic: /a\ntrigger: {service: /go, type: std_srvs/srv/Trigger, request: 3}",
            r"trigger\.request: 3 is no mapping",
        ),
        ("topic: [", "not YAML"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_valid(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CameraFileError, match=message):
        load_cameras(str(path))


def test_unknown_and_missing_cameras(tmp_path: Path) -> None:
    with pytest.raises(CameraFileError, match=r"camera 'kinect' is unknown; valid: .*phoxi, .*'/'"):
        load_cameras("kinect")
    with pytest.raises(CameraFileError, match=r"gone\.yaml: No such file"):
        load_cameras(str(tmp_path / "gone.yaml"))
    with pytest.raises(CameraFileError, match="two cameras have one topic: /a, /a"):
        load_cameras("/a, /a")
