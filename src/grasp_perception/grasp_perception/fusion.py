"""`fuse`: one cloud of the clouds of several cameras."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grasp_core.cloud import PointCloud
from grasp_perception.transforms import Transforms


def fuse(clouds: Sequence[PointCloud], frame_id: str, transforms: Transforms) -> PointCloud:
    """Join clouds in one frame; each point keeps the viewpoint of the camera that saw it.

    The stamp is the oldest: nothing in the cloud is older. Where a cloud has no colours, the whole
    has none. It is no image: its source is one row, the clouds' sources one after the other.

    Parameters
    ----------
    clouds : one or more, each in its own frame and of its own time.
    frame_id : frame of the result.

    Raises
    ------
    TransformError : the pose of a camera in that frame is not known.
    """
    moved = [
        cloud.transformed(transforms.lookup(frame_id, cloud.frame_id, cloud.stamp_ns), frame_id)
        for cloud in clouds
    ]
    sizes = [height * width for height, width in (cloud.source_shape for cloud in clouds)]
    starts = np.cumsum([0, *sizes])
    colors = [cloud.colors for cloud in clouds if cloud.colors is not None]
    return PointCloud(
        points=np.concatenate([cloud.points for cloud in moved]),
        frame_id=frame_id,
        source_shape=(1, int(starts[-1])),
        source_indices=np.concatenate(
            [cloud.source_indices + start for cloud, start in zip(clouds, starts, strict=False)]
        ),
        colors=np.concatenate(colors) if len(colors) == len(clouds) else None,
        viewpoint=np.mean([cloud.viewpoint for cloud in moved], axis=0),
        stamp_ns=min(cloud.stamp_ns for cloud in clouds),
        viewpoints=np.concatenate([cloud.seen_from.astype(np.float32) for cloud in moved]),
    )
