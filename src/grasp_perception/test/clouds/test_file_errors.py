"""Errors about files name the file, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from grasp_core.errors import ArrayError
from grasp_perception.clouds.file_errors import file_errors
from grasp_perception.errors import CloudFileError


def fail(error: Exception, *paths: str) -> None:
    """Raise `error` while the files are read, the last one inside of the others."""
    if not paths:
        raise error
    with file_errors(Path(paths[0])):
        fail(error, *paths[1:])


def test_the_innermost_file_is_named() -> None:
    with pytest.raises(CloudFileError, match=r"^a.png: bad$"):
        fail(ArrayError("bad"), "a.png")
    with pytest.raises(CloudFileError, match=r"^a.yaml: bad$"):
        fail(CloudFileError("bad"), "a.png", "a.yaml")
    with pytest.raises(CloudFileError, match=r"^a.png: No such file$"):
        fail(FileNotFoundError(2, "No such file"), "a.png")
    with pytest.raises(CloudFileError, match=r"^a.png: image file is truncated$"):
        fail(OSError("image file is truncated"), "a.png")


def test_faults_of_the_program_pass() -> None:
    with pytest.raises(KeyError):
        fail(KeyError("x"), "a.png")
