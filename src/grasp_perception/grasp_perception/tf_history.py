"""`TransformHistory`: what /tf and /tf_static said during the last seconds."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

import numpy as np
from pytransform3d.transform_manager import (
    NumpyTimeseriesTransform,
    StaticTransform,
    TemporalTransformManager,
    TimeVaryingTransform,
)
from pytransform3d.transformations import pq_from_transform

from grasp_core.checks import Float
from grasp_perception.errors import TransformError

#: tf2's default: a transform is kept for ten seconds.
HISTORY_NS = 10_000_000_000
#: A stamp this much older than the newest of its frame means that time went back: a bag started
#: again. Less than this is a message that was overtaken by another.
JUMP_BACK_NS = 500_000_000


class TransformHistory:
    """A tree of frames whose poses change over time; implements the port `Transforms`.

    As in tf2, a pose between two samples is interpolated, here along a screw, and none is made up
    outside of them; stamp 0 asks for the newest pose of every frame.
    """

    def __init__(self) -> None:
        self._graph = TemporalTransformManager()
        self._moving: dict[str, _Samples] = {}
        self._parents: dict[str, str] = {}

    def add(
        self, parent: str, child: str, stamp_ns: int, T_parent_child: Float, *, static: bool = False
    ) -> None:
        """Take note of where `child` is in `parent`.

        A stamp that jumps back clears every moving frame, so that nothing of the time before is
        mixed with what follows.

        Raises
        ------
        TransformError : a name is empty, the frames are the same, or the pose is not finite.
        """
        if not parent or not child or parent == child:
            raise TransformError(f"{child!r} in {parent!r} is not a transform between two frames")
        if not np.isfinite(T_parent_child).all():
            raise TransformError(f"the transform of {child!r} in {parent!r} is not finite")
        if static:
            self._moving.pop(child, None)
            self._connect(parent, child, StaticTransform(T_parent_child))
            return
        samples = self._moving.get(child)
        if samples is None or self._parents[child] != parent:
            samples = self._moving[child] = _Samples(parent, child)
            self._connect(parent, child, samples)
        if samples.newest - stamp_ns > JUMP_BACK_NS:
            for moving in self._moving.values():
                moving.clear()
        samples.insert(stamp_ns, T_parent_child)

    def lookup(self, target: str, source: str, stamp_ns: int) -> Float:
        """Return `T_target_source` (4, 4) at a time in nanoseconds; 0 means the newest.

        Raises
        ------
        TransformError : a frame is unknown (the known ones are listed), the two are not
            connected, or the time is outside of what is known.
        """
        if target == source:
            return np.eye(4)
        unknown = [repr(f) for f in (target, source) if not self._graph.has_frame(f)]
        if unknown:
            known = ", ".join(sorted(map(str, self._graph.nodes))) or "none"
            raise TransformError(f"unknown frame {' and '.join(unknown)}; known: {known}")
        try:
            T = self._graph.get_transform_at_time(source, target, stamp_ns)
        except KeyError as error:
            raise TransformError(f"frames {target!r} and {source!r} are not connected") from error
        return np.array(T, dtype=np.float64)

    def _connect(self, parent: str, child: str, edge: TimeVaryingTransform) -> None:
        """Make `edge` the one way from `child` to a parent: frames form a tree."""
        former = self._parents.get(child)
        if former not in (None, parent):
            self._graph.remove_transform(child, former)
        self._parents[child] = parent
        self._graph.add_transform(child, parent, edge)


class _Samples(TimeVaryingTransform):
    """Poses of one frame in its parent, in the order of time."""

    def __init__(self, parent: str, child: str) -> None:
        self._name = f"{child!r} in {parent!r}"
        self._stamps: list[int] = []
        self._pqs: list[Float] = []  # position, quaternion wxyz, as pytransform3d wants them

    @property
    def newest(self) -> int:
        """Stamp of the newest sample, nanoseconds; 0 without one."""
        return self._stamps[-1] if self._stamps else 0

    def clear(self) -> None:
        """Forget all samples."""
        self._stamps.clear()
        self._pqs.clear()

    def insert(self, stamp_ns: int, T_parent_child: Float) -> None:
        """Add a sample, or replace the one of the same time, and forget those too old."""
        i = bisect_left(self._stamps, stamp_ns)
        same = i < len(self._stamps) and self._stamps[i] == stamp_ns
        self._stamps[i : i + same] = [stamp_ns]
        self._pqs[i : i + same] = [pq_from_transform(T_parent_child)]
        old = bisect_left(self._stamps, self.newest - HISTORY_NS)
        del self._stamps[:old], self._pqs[:old]

    def as_matrix(self, query_time: int) -> Float:  # type: ignore[override]  # not many, not floats
        """Pose at a time in nanoseconds, interpolated between its two neighbours."""
        if not self._stamps:
            raise TransformError(f"{self._name}: no transform since time went back")
        query_time = query_time or self.newest
        oldest, newest = self._stamps[0], self._stamps[-1]
        if not oldest <= query_time <= newest:
            early = query_time < oldest
            apart = (oldest - query_time if early else query_time - newest) / 1e9
            raise TransformError(
                f"{self._name}: {query_time / 1e9:.3f} s is {apart:.3f} s "
                f"{'before the oldest' if early else 'after the newest'} transform"
            )
        i = max(bisect_right(self._stamps, query_time) - 1, 0)
        pair = slice(i, i + 2)
        # Seconds from the query: a float holds no nanoseconds of a date.
        seconds = [(stamp - query_time) / 1e9 for stamp in self._stamps[pair]]
        T: Float = NumpyTimeseriesTransform(seconds, self._pqs[pair]).as_matrix(0.0)
        return T

    def check_transforms(self) -> _Samples:
        """Each sample was checked when it was added."""
        return self
