"""`file_errors`: every failure to read a file, told as one kind of error that names the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grasp_core.errors import GraspError
from grasp_perception.errors import CloudFileError


class _NamedFileError(CloudFileError):
    """Its message begins with a path already."""


@contextmanager
def file_errors(path: Path) -> Iterator[None]:
    """Turn errors of the system and of ours into a CloudFileError that begins with `path`."""
    try:
        yield
    except _NamedFileError:
        raise
    except GraspError as error:
        raise _NamedFileError(f"{path}: {error}") from error
    except OSError as error:
        raise _NamedFileError(f"{path}: {error.strerror or error}") from error
