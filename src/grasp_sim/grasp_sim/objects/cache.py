"""Arrays computed once and kept on disk, under the hash of what they were computed from."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float


def cache_folder() -> Path:
    """Folder of the cache, following the XDG base directory specification."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "grasp_sim"


def content_hash(*contents: NDArray[np.generic] | str) -> str:
    """Hash of arrays (type, shape and bytes) and texts; equal contents have equal hashes."""
    digest = hashlib.sha256()
    for content in contents:
        if isinstance(content, str):
            head, body = "text", content.encode()
        else:
            head, body = f"{content.dtype.str} {content.shape}", content.tobytes()
        digest.update(f"{head} {len(body)}\n".encode())
        digest.update(body)
    return digest.hexdigest()


def cached_arrays(
    key: str, compute: Callable[[], list[Float]], folder: Path | None = None
) -> list[Float]:
    """Return the arrays kept under a key; compute and keep them where there are none.

    A file appears under its name only when it is complete, so processes may share the folder; one
    that is damaged all the same is computed again.

    Parameters
    ----------
    key : `content_hash` of everything that the result depends on.
    compute : makes the arrays.
    folder : where the files are, `cache_folder()` by default.
    """
    path = (folder or cache_folder()) / f"{key}.npz"
    try:
        with path.open("rb") as file, np.load(file) as stored:
            return [stored[f"arr_{i}"] for i in range(len(stored.files))]
    except (FileNotFoundError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error):
        arrays = compute()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as private:
        part = Path(private) / path.name
        np.savez_compressed(part, *arrays)
        os.replace(part, path)
    return arrays
