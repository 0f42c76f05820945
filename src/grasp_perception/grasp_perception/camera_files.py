"""`CameraSource`: where the clouds of one camera come from, and how it is told to take one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from grasp_perception.errors import CameraFileError
from grasp_perception.share import share_path

_KEYS = {"topic": True, "trigger": False}
_TRIGGER_KEYS = {"service": True, "type": True, "request": False}


@dataclass(frozen=True)
class Trigger:
    """A service that makes a camera take one cloud.

    Attributes
    ----------
    service : its name.
    type : as `package/srv/Name`. Where the response has `success` and `message`, they are heeded.
    request : values of the request's fields; the others have their defaults.
    """

    service: str
    type: str
    request: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = self.type.split("/")
        if len(parts) != 3 or parts[1] != "srv" or not all(parts):
            raise CameraFileError(f"trigger.type: {self.type!r} is not like std_srvs/srv/Trigger")


@dataclass(frozen=True)
class CameraSource:
    """A camera as perception sees it.

    Attributes
    ----------
    name : for people.
    topic : of its sensor_msgs/PointCloud2.
    trigger : None for a camera that runs freely.
    """

    name: str
    topic: str
    trigger: Trigger | None = None


def load_cameras(texts: str) -> tuple[CameraSource, ...]:
    """Read cameras, with commas between.

    Parameters
    ----------
    texts : each the name of a file in config/cameras, the path of a .yaml file, or a topic, which
        starts with "/".

    Raises
    ------
    CameraFileError : a file is unknown, missing or wrong, or two cameras have one topic.
    """
    cameras = [_load_camera(text.strip()) for text in texts.split(",") if text.strip()]
    topics = [camera.topic for camera in cameras]
    if len(set(topics)) < len(topics):
        raise CameraFileError(f"two cameras have one topic: {', '.join(topics)}")
    return tuple(cameras)


def camera_folder() -> Path:
    """Folder of the installed camera files.

    Raises
    ------
    InstallationError : grasp_perception is not installed.
    """
    return share_path("grasp_perception") / "config" / "cameras"


def _load_camera(text: str) -> CameraSource:
    if Path(text).suffix in (".yaml", ".yml"):
        return _read_camera(Path(text))
    if text.startswith("/"):
        return CameraSource(text, text)
    path = camera_folder() / f"{text}.yaml"
    if not path.is_file():
        names = sorted(each.stem for each in camera_folder().glob("*.yaml"))
        raise CameraFileError(
            f"camera {text!r} is unknown; valid: {', '.join(names)}, the path of a .yaml file, or "
            "a topic, which starts with '/'"
        )
    return _read_camera(path)


def _read_camera(path: Path) -> CameraSource:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CameraFileError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CameraFileError(f"{path}: not YAML ({error})") from error
    try:
        _check_keys(data, _KEYS, "the file")
        trigger = None
        if "trigger" in data:
            _check_keys(data["trigger"], _TRIGGER_KEYS, "trigger")
            request = data["trigger"].get("request", {})
            if not isinstance(request, dict):
                raise CameraFileError(f"trigger.request: {request!r} is no mapping of fields")
            trigger = Trigger(data["trigger"]["service"], data["trigger"]["type"], request)
        return CameraSource(path.stem, data["topic"], trigger)
    except CameraFileError as error:
        raise CameraFileError(f"{path}: {error}") from error


def _check_keys(data: Any, keys: Mapping[str, bool], where: str) -> None:
    """Refuse what is no mapping, lacks a key that is needed, or has another; all but one are texts.

    Parameters
    ----------
    keys : the valid ones, and whether each is needed.
    """
    valid = ", ".join(keys)
    if not isinstance(data, dict):
        raise CameraFileError(f"{where}: expected {valid}, got {data!r}")
    missing = [key for key, needed in keys.items() if needed and key not in data]
    unknown = [str(key) for key in data if key not in keys]
    if missing or unknown:
        problem = f"lacks {', '.join(missing)}" if missing else f"has unknown {', '.join(unknown)}"
        raise CameraFileError(f"{where} {problem}; valid: {valid}")
    for key, needed in keys.items():
        if needed and (not isinstance(data[key], str) or not data[key]):
            raise CameraFileError(f"{where}: {key} {data[key]!r} is not a name")
