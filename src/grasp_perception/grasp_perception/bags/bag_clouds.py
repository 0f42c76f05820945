"""The clouds of a bag, each once the transforms that it needs are known; without ROS."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from grasp_core.errors import GraspError
from grasp_perception.bags.bags import Bag, BagCloud, BagTransforms
from grasp_perception.tf_history import TransformHistory


def clouds_after_transforms(
    bag: Bag, topic: str | None, history: TransformHistory, wait_ns: int
) -> Iterator[BagCloud]:
    """Give each cloud once `history` knows what was recorded up to `wait_ns` after it.

    A node waits as long for the transform of a cloud; here the recording's time decides, so that
    the result does not depend on the speed of the machine.

    Parameters
    ----------
    topic : of the clouds; None takes the only one.
    history : is filled with the transforms of the bag.

    Raises
    ------
    BagError : the bag is damaged or has no such topic.
    """
    waiting: deque[BagCloud] = deque()
    for item in bag.clouds(topic):
        while waiting and item.time_ns > waiting[0].time_ns + wait_ns:
            yield waiting.popleft()
        if isinstance(item, BagCloud):
            waiting.append(item)
        else:
            _add(item, history)
    yield from waiting


def _add(item: BagTransforms, history: TransformHistory) -> None:
    """Take note of transforms; those that are none are passed over, as the node does."""
    try:
        recorded = item.read()
    except GraspError:
        return
    for each in recorded:
        try:
            history.add(
                each.parent, each.child, each.stamp_ns, each.T_parent_child, static=each.is_static
            )
        except GraspError:
            continue
