"""From a raw cloud to ranked grasps: the main path of perception.

validate -> transform -> downsample -> crop -> outliers -> support plane -> detect -> collision
filter -> approach cone, width, reach -> NMS -> rank -> top k

Downsampling comes before the crop, because what lies outside the region of interest carries no
grasp but still stands in the gripper's way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.nms import nms
from grasp_core.params import check_params, parameter
from grasp_core.plane import Plane
from grasp_core.point_grid import PointGrid
from grasp_core.proximity import within
from grasp_core.transforms import normalized, transform
from grasp_core.voxels import neighbor_counts, voxel_downsample
from grasp_perception.above_support import above_support, large_enough
from grasp_perception.detector import DetectionContext, Detector
from grasp_perception.errors import CloudUnitsError, RequestError
from grasp_perception.preprocess import find_support, inside_box
from grasp_perception.proposal_fit import fit_proposals
from grasp_perception.request import Region, Request
from grasp_perception.stopwatch import Stopwatch
from grasp_perception.transforms import NoTransforms, Transforms

#: No depth camera of a work cell looks this far; a cloud in millimetres does.
FARTHEST_MEDIAN_M = 20.0


@dataclass(frozen=True)
class PipelineParams:
    """Parameters of the detection pipeline."""

    frame: str = parameter("", "Frame of the reported grasps; empty keeps the cloud's frame.")
    region_frame: str = parameter("", "Frame of the region of interest; empty: the cloud's.")
    region_center: tuple[float, ...] = parameter(
        (0.0, 0.0, 0.0), "Centre of the region of interest.", unit="m"
    )
    region_size: tuple[float, ...] = parameter(
        (0.0, 0.0, 0.0), "Edges of the region of interest; all 0: everything.", unit="m", low=0.0
    )
    voxel_size: float = parameter(
        0.003, "Edge of a downsampling voxel.", unit="m", low=0.0005, high=0.05
    )
    outlier_neighbors: int = parameter(
        3, "Points with fewer occupied voxels among the 26 around are outliers.", low=0, high=26
    )
    support_distance: float = parameter(
        0.006,
        "Points nearer to the support belong to it, unless a low object is there.",
        unit="m",
        low=0.0,
        high=0.05,
    )
    support_share: float = parameter(
        0.2, "Least share of the points for a plane to be the support; 1: none.", low=0.0, high=1.0
    )
    approach_axis: tuple[float, ...] = parameter(
        (0.0, 0.0, 0.0), "Preferred approach in `frame`; all 0: against the support's normal."
    )
    approach_half_angle: float = parameter(
        1.05,
        "Largest angle between approach and preferred approach.",
        unit="rad",
        low=0.05,
        high=np.pi,
    )
    approach_distance: float = parameter(
        0.05, "Straight way from pre-grasp to grasp, kept free.", unit="m", low=0.0, high=0.5
    )
    collision_points: int = parameter(
        0, "Points of the cloud that each part of the gripper may contain.", low=0, high=1000
    )
    reach: float = parameter(
        0.0, "Largest distance of a grasp from the origin of `frame`; 0: any.", unit="m", low=0.0
    )
    nms_distance: float = parameter(
        0.01, "Grasps closer than this by GPR eq. 1 are one grasp.", unit="m", low=0.0, high=1.0
    )
    max_grasps: int = parameter(50, "At most so many grasps, best first.", low=1, high=10000)
    min_score: float = parameter(
        -1.0, "Grasps below this score are dropped; negative: the detector's.", low=-1.0, high=1.0
    )
    seed: int = parameter(0, "Seed of all randomness; one seed, one result.", low=0)

    def __post_init__(self) -> None:
        check_params(self)


@dataclass(frozen=True, eq=False)
class Detection:
    """What one run of the pipeline found.

    Attributes
    ----------
    grasps : best first.
    reason : why there are no grasps, empty where there are some.
    objects : the points that grasps were searched on.
    support : the plane the objects lie on, or None.
    stage_ms : wall milliseconds of each stage, in order.
    """

    grasps: Grasps
    reason: str
    objects: PointCloud
    support: Plane | None
    stage_ms: dict[str, float]


class Pipeline:
    """Runs a detector between preparation and filters; holds no state between calls.

    Parameters
    ----------
    transforms : where poses between frames come from; without it every frame must be the cloud's.

    Raises
    ------
    RequestError : the parameters' region of interest has an edge of length zero.
    """

    def __init__(
        self,
        params: PipelineParams,
        gripper: Gripper,
        detector: Detector,
        transforms: Transforms | None = None,
    ) -> None:
        self.params = params
        self.gripper = gripper
        self.detector = detector
        self.transforms = NoTransforms() if transforms is None else transforms
        self._region = _default_region(params)

    def run(
        self, cloud: PointCloud, request: Request | None = None, watch: Stopwatch | None = None
    ) -> Detection:
        """Detect grasps in one cloud; `watch` may already hold stages that came before.

        Raises
        ------
        CloudUnitsError : the cloud is in millimetres.
        RequestError : the target mask does not fit the cloud.
        TransformError : a frame that is needed is unknown or too old.
        """
        request = Request() if request is None else request
        watch = Stopwatch() if watch is None else watch
        with watch("validate"):
            check_units(cloud)
            target = _target_mask(cloud, request)
        with watch("transform"):
            frame = self.params.frame or cloud.frame_id
            if frame != cloud.frame_id:
                T = self.transforms.lookup(frame, cloud.frame_id, cloud.stamp_ns)
                cloud = cloud.transformed(T, frame)
        with watch("downsample"):
            points, representatives = voxel_downsample(cloud.points, self.params.voxel_size)
            sparse = replace(cloud.select(representatives), points=points)
        standing, support, reason = self._objects(sparse, request, watch)
        objects = standing
        if target is not None and not reason:
            objects = standing.select(target[standing.source_indices])
            reason = (
                "" if len(objects) else "no point above the support plane inside the target mask"
            )
        if reason:
            return Detection(Grasps.empty(frame), reason, objects, support, watch.stage_ms)
        with watch("scene"):
            context = self._context(cloud, sparse, standing, support, request)
        with watch("detect"):
            grasps = self.detector.detect(objects, self.gripper, context)
        grasps, reason = self._filtered(grasps, objects, context, request, watch)
        return Detection(grasps, reason, objects, support, watch.stage_ms)

    def _objects(
        self,
        cloud: PointCloud,
        request: Request,
        watch: Stopwatch,
    ) -> tuple[PointCloud, Plane | None, str]:
        """Reduce a cloud to the points of objects, or say why none is left."""
        params = self.params
        if len(cloud) == 0:
            return cloud, None, "the cloud holds no valid point"
        with watch("crop"):
            if (request.region or self._region) is not None:
                cloud = cloud.select(self._in_region(cloud, request))
        if len(cloud) == 0:
            return cloud, None, "the region of interest holds no point"
        with watch("outliers"):
            around = neighbor_counts(cloud.points, params.voxel_size)
            cloud = cloud.select(around >= params.outlier_neighbors)
        if len(cloud) == 0:
            return cloud, None, "every point is an outlier; lower outlier_neighbors"
        with watch("support"):
            support = find_support(
                cloud, params.support_distance, params.support_share, params.seed
            )
            if support is None:
                solid = large_enough(cloud.points, params.voxel_size)
            else:
                solid = above_support(
                    cloud.points, support, params.voxel_size, params.support_distance
                )
            cloud = cloud.select(solid)
        return cloud, support, "" if len(cloud) else "no point above the support plane"

    def _in_region(self, cloud: PointCloud, request: Request) -> NDArray[np.bool_]:
        """Which points (N,) are in the region of interest."""
        region = request.region or self._region
        if region is None:
            return np.ones(len(cloud), dtype=bool)
        T_frame_region = self._pose(region.T_frame_box, region.frame_id, cloud)
        return inside_box(cloud.points, T_frame_region, region.size)

    def _of_support(
        self, cloud: PointCloud, standing: PointCloud, support: Plane, request: Request
    ) -> NDArray[np.bool_]:
        """Which points (N,) of a full cloud are the support's, given the thinned objects."""
        tolerance, reach = self.params.support_distance, self.params.voxel_size
        low = np.flatnonzero(support.height(cloud.points) <= tolerance)
        near_objects = standing.points[support.height(standing.points) <= tolerance + reach]
        flat = self._in_region(cloud.select(low), request)
        flat &= ~within(cloud.points[low], near_objects, reach)
        mask = np.zeros(len(cloud), dtype=bool)
        mask[low] = flat
        return mask

    def _context(
        self,
        cloud: PointCloud,
        sparse: PointCloud,
        standing: PointCloud,
        support: Plane | None,
        request: Request,
    ) -> DetectionContext:
        params = self.params
        if request.cone is not None:
            T = self._pose(np.eye(4), request.cone.frame_id, cloud)
            axis, half_angle = T[:3, :3] @ request.cone.axis, request.cone.half_angle
        else:
            axis, half_angle = self._default_axis(sparse, support), params.approach_half_angle
        scene = solids = PointGrid.from_cloud(cloud)
        if support is not None and self.detector.reaches_support:
            other = ~self._of_support(cloud, standing, support, request)
            solids = PointGrid.from_cloud(cloud.select(other))
        return DetectionContext(
            scene=scene,
            solids=solids,
            obstacles=PointGrid.from_cloud(sparse),
            support=support,
            cone_axis=axis,
            cone_half_angle=half_angle,
            approach_distance=params.approach_distance,
            collision_points=params.collision_points,
            rng=np.random.default_rng(params.seed),
        )

    def _filtered(
        self,
        grasps: Grasps,
        objects: PointCloud,
        context: DetectionContext,
        request: Request,
        watch: Stopwatch,
    ) -> tuple[Grasps, str]:
        """Drop what cannot be executed, then near-duplicates, then all but the best."""
        params = self.params
        if len(grasps) == 0:
            return grasps, f"the {self.detector.name} detector found no grasp"
        with watch("collision"):
            found = len(grasps)
            if self.detector.approximate:
                grasps = fit_proposals(grasps, self.gripper, objects, context)
            else:
                grasps = grasps[context.free(grasps, self.gripper)]
        if len(grasps) == 0:
            return grasps, f"all {found} grasps collide with the cloud"
        with watch("filter"):
            keep = context.in_cone(grasps)
            keep &= grasps.widths <= self.gripper.max_width
            keep &= grasps.widths >= self.gripper.min_width
            least = params.min_score if params.min_score >= 0 else self.detector.least_score
            keep &= grasps.scores >= max(least, request.min_score)
            if params.reach > 0:
                keep &= np.linalg.norm(grasps.positions, axis=1) <= params.reach
            grasps = grasps[keep]
        if len(grasps) == 0:
            return grasps, f"none of {len(keep)} grasps passes cone, width, score and reach"
        with watch("nms"):
            limit = request.max_grasps or params.max_grasps
            grasps = grasps[nms(grasps, params.nms_distance, limit)]
        return grasps, ""

    def _pose(self, T_source: Float, source: str, cloud: PointCloud) -> Float:
        """Express a pose given in frame `source` (empty: the cloud's) in the cloud's frame."""
        if source in ("", cloud.frame_id):
            return T_source
        return self.transforms.lookup(cloud.frame_id, source, cloud.stamp_ns) @ T_source

    def _default_axis(self, cloud: PointCloud, support: Plane | None) -> Float:
        """Preferred approach: the parameter, else into the support, else along the view."""
        if any(self.params.approach_axis):
            return normalized(self.params.approach_axis)
        if support is not None:
            return -support.normal
        return normalized(cloud.points.mean(axis=0, dtype=np.float64) - cloud.viewpoint)


def check_units(cloud: PointCloud) -> None:
    """Refuse a cloud in millimetres.

    Raises
    ------
    CloudUnitsError : the median distance from the camera is beyond any work cell.
    """
    if len(cloud) == 0:
        return
    distances = np.linalg.norm(cloud.points[:: max(1, len(cloud) // 10000)], axis=1)
    median = float(np.median(distances))
    if median > FARTHEST_MEDIAN_M:
        raise CloudUnitsError(
            f"the median point is {median:.0f} m away: the cloud seems to be in millimetres; "
            "scale it to metres"
        )


def _default_region(params: PipelineParams) -> Region | None:
    """Read the region of interest of the parameters; None where all its edges are 0."""
    if not any(params.region_size):
        return None
    pose = transform(np.eye(3), params.region_center)
    return Region(pose, np.array(params.region_size), params.region_frame)


def _target_mask(cloud: PointCloud, request: Request) -> NDArray[np.bool_] | None:
    """Flatten the request's mask to one flag per source index."""
    if request.target is None:
        return None
    if request.target.shape != cloud.source_shape:
        raise RequestError(
            f"the target mask is {request.target.shape}, the cloud is {cloud.source_shape} "
            "(height, width)"
        )
    return request.target.ravel()
