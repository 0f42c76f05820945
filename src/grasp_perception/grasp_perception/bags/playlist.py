"""What a player shows and when: the content of a bag, or the one cloud of a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from grasp_perception.bags.bags import Bag, BagCloud, BagTransforms
from grasp_perception.clouds.cloud_files import read_cloud_file
from grasp_perception.errors import BagError

_BAG_ENDINGS = ("", ".mcap", ".db3")
#: A file is shown again after so long.
FILE_PERIOD_NS = 1_000_000_000


@dataclass(frozen=True)
class Item:
    """A cloud or transforms, to be decoded by `content.read`, so long after the start."""

    elapsed_ns: int
    content: BagCloud | BagTransforms


def playlist(path: Path | str, topic: str | None, loop: bool) -> Iterator[Item]:
    """Everything to show, in the order of time, again and again if `loop`.

    Parameters
    ----------
    path : a bag, or a file that `read_cloud_file` reads.
    topic : of the clouds in the bag; None takes the only one.

    Raises
    ------
    BagError, CloudFileError : the bag or file is missing, damaged or holds no cloud.
    """
    path = Path(path)
    if path.is_dir() or path.suffix in _BAG_ENDINGS:
        yield from _of_bag(path, topic, loop)
        return
    cloud = read_cloud_file(path)
    for i in count() if loop else range(1):
        yield Item(i * FILE_PERIOD_NS, BagCloud(str(path), cloud.stamp_ns, lambda: cloud))


def _of_bag(path: Path, topic: str | None, loop: bool) -> Iterator[Item]:
    start_ns = 0
    while True:
        end_ns, first_ns = start_ns, None
        with Bag(path) as bag:
            for content in bag.clouds(topic):
                first_ns = content.time_ns if first_ns is None else first_ns
                end_ns = start_ns + content.time_ns - first_ns
                yield Item(end_ns, content)
        if first_ns is None:
            raise BagError(f"{path}: holds no cloud and no transform")
        if not loop:
            return
        start_ns = end_ns
