from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from grasp_core.cloud import PointCloud
from grasp_core.collision import gripper_collisions
from grasp_core.errors import ParameterError
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.nms import grasp_distance
from grasp_core.point_grid import PointGrid
from grasp_core.transforms import from_quaternion_xyzw, grasp_rotation, transform
from grasp_perception.detector import DetectionContext
from grasp_perception.errors import CloudUnitsError, RequestError, TransformError
from grasp_perception.geometric.antipodal import AntipodalDetector
from grasp_perception.gripper_files import load_gripper
from grasp_perception.pipeline import Detection, Pipeline, PipelineParams
from grasp_perception.request import ApproachCone, Region, Request

See = Callable[..., PointCloud]

#: Camera looks down at the table from half a metre: base z up, x as in the image.
T_BASE_CAMERA = from_quaternion_xyzw([1, 0, 0, 0], [0, 0, 0.5])


class FixedDetector:
    """Gives the same grasps whatever the cloud, and keeps what it was called with."""

    name = "fixed"
    checksum = ""

    def __init__(self, grasps: Grasps | None = None, least_score: float = 0.0) -> None:
        self.grasps, self.least_score = grasps, least_score
        self.reaches_support = self.approximate = False
        self.cloud: PointCloud | None = None
        self.context: DetectionContext | None = None

    def detect(self, cloud: PointCloud, gripper: Gripper, context: DetectionContext) -> Grasps:
        assert gripper.name
        self.cloud, self.context = cloud, context
        return Grasps.empty(cloud.frame_id) if self.grasps is None else self.grasps


class BaseTransforms:
    """Knows the base and the camera."""

    def lookup(self, target: str, source: str, stamp_ns: int) -> NDArray[np.float64]:
        assert stamp_ns == 0
        poses = {
            ("base", "camera"): T_BASE_CAMERA,
            ("camera", "base"): np.linalg.inv(T_BASE_CAMERA),
        }
        if (target, source) not in poses:
            raise TransformError(f"no transform from {source!r} to {target!r}")
        return poses[target, source]


@pytest.fixture(scope="module")
def gripper() -> Gripper:
    return load_gripper("parallel_100mm")


@pytest.fixture(scope="module")
def scene(see_scene: See) -> PointCloud:
    """Two blocks on a table, left and right."""
    boxes = [(-0.08, 0, 0.04, 0.08, 0.05), (0.08, 0, 0.04, 0.08, 0.05)]
    return see_scene(boxes=boxes, noise_m=0.0005)


def straight_down(
    positions: Sequence[Sequence[float]],
    scores: Sequence[float] | None = None,
    width: float = 0.06,
    frame: str = "camera",
) -> Grasps:
    """Grasps along the camera's z that close along x."""
    n = len(positions)
    rotation = np.repeat(grasp_rotation([0, 0, 1], [1, 0, 0])[None], n, axis=0)
    scores = np.linspace(0.9, 0.5, n) if scores is None else np.asarray(scores)
    return Grasps(rotation, np.asarray(positions, dtype=float), np.full(n, width), scores, frame)


def run(
    cloud: PointCloud, gripper: Gripper, request: Request | None = None, **params: object
) -> Detection:
    overrides = {"voxel_size": 0.004} | params
    return Pipeline(PipelineParams(**overrides), gripper, AntipodalDetector()).run(cloud, request)  # type: ignore[arg-type]


def test_grasps_are_ranked_free_and_distinct(scene: PointCloud, gripper: Gripper) -> None:
    detection = run(scene, gripper, max_grasps=30)
    grasps = detection.grasps
    assert detection.reason == ""
    assert 10 <= len(grasps) <= 30
    assert (np.diff(grasps.scores) <= 0).all()
    assert not gripper_collisions(grasps, gripper, PointGrid.from_cloud(scene), 0.05).any()
    distance = grasp_distance(grasps, grasps) + np.eye(len(grasps))
    assert distance.min() >= PipelineParams().nms_distance
    assert set(np.sign(grasps.positions[:, 0])) == {-1.0, 1.0}
    assert list(detection.stage_ms)[:2] == ["validate", "transform"]
    assert {"detect", "collision", "nms"} <= set(detection.stage_ms)


def test_the_table_is_no_object(scene: PointCloud, gripper: Gripper) -> None:
    detection = run(scene, gripper)
    assert detection.support is not None
    assert (
        detection.support.height(detection.objects.points).min() > PipelineParams().support_distance
    )


def test_grasps_come_in_the_frame_that_is_asked_for(scene: PointCloud, gripper: Gripper) -> None:
    params = PipelineParams(frame="base")
    pipeline = Pipeline(params, gripper, AntipodalDetector(), BaseTransforms())
    grasps = pipeline.run(scene).grasps
    assert grasps.frame_id == "base"
    assert (grasps.positions[:, 2] > 0).all()
    assert (grasps.positions[:, 2] < 0.05).all()
    assert (grasps.approach[:, 2] < 0).all()


def test_a_frame_that_nobody_knows_is_an_error(scene: PointCloud, gripper: Gripper) -> None:
    with pytest.raises(TransformError, match="from 'camera' to 'map'"):
        run(scene, gripper, frame="map")


def test_a_region_keeps_grasps_inside_and_obstacles_outside(
    scene: PointCloud, gripper: Gripper
) -> None:
    left = Region(transform(np.eye(3), [-0.08, 0, 0.5]), np.array([0.08, 0.2, 0.2]))
    grasps = run(scene, gripper, Request(region=left)).grasps
    assert len(grasps) > 0
    assert (grasps.positions[:, 0] < 0).all()
    in_base = Region(transform(np.eye(3), [-0.08, 0, 0]), np.array([0.08, 0.2, 0.2]), "base")
    pipeline = Pipeline(
        PipelineParams(voxel_size=0.004), gripper, AntipodalDetector(), BaseTransforms()
    )
    same = pipeline.run(scene, Request(region=in_base)).grasps
    np.testing.assert_array_equal(same.positions, grasps.positions)
    spy = FixedDetector()
    Pipeline(PipelineParams(), gripper, spy).run(scene, Request(region=left))
    assert spy.context is not None
    assert len(spy.context.scene) == len(scene)


def test_the_regions_parameter_serves_where_the_request_has_none(
    scene: PointCloud, gripper: Gripper
) -> None:
    grasps = run(
        scene, gripper, region_center=(0.08, 0.0, 0.5), region_size=(0.08, 0.2, 0.2)
    ).grasps
    assert (grasps.positions[:, 0] > 0).all()
    with pytest.raises(RequestError, match="must be positive on every axis"):
        Pipeline(PipelineParams(region_size=(0.1, 0.0, 0.1)), gripper, AntipodalDetector())


def test_a_mask_keeps_grasps_on_the_target(scene: PointCloud, gripper: Gripper) -> None:
    mask = np.zeros(scene.source_shape, dtype=bool)
    mask[:, 160:] = True
    grasps = run(scene, gripper, Request(target=mask)).grasps
    assert len(grasps) > 0
    assert (grasps.positions[:, 0] > 0).all()


def test_a_cone_keeps_its_approaches(scene: PointCloud, gripper: Gripper) -> None:
    axis = np.array([0.0, np.sin(0.5), np.cos(0.5)])
    grasps = run(scene, gripper, Request(cone=ApproachCone(axis, 0.2))).grasps
    assert len(grasps) > 0
    assert (grasps.approach @ axis >= np.cos(0.2) - 1e-9).all()
    up_in_base = ApproachCone(np.array([0.0, 0.0, -1.0]), 0.3, "base")
    pipeline = Pipeline(PipelineParams(), gripper, AntipodalDetector(), BaseTransforms())
    grasps = pipeline.run(scene, Request(cone=up_in_base)).grasps
    assert (grasps.approach[:, 2] >= np.cos(0.3) - 1e-9).all()


def test_the_default_axis_follows_parameter_support_or_view(
    see_scene: See, gripper: Gripper
) -> None:
    def axis(cloud: PointCloud, **params: object) -> NDArray[np.float64]:
        spy = FixedDetector()
        Pipeline(PipelineParams(**params), gripper, spy).run(cloud)  # type: ignore[arg-type]
        assert spy.context is not None
        return spy.context.cone_axis

    cloud = see_scene(boxes=[(0, 0, 0.06, 0.06, 0.05)])
    np.testing.assert_allclose(axis(cloud, approach_axis=(0.0, 2.0, 0.0)), [0, 1, 0])
    np.testing.assert_allclose(axis(cloud), [0, 0, 1], atol=1e-3)
    ball = see_scene(spheres=[(0.1, 0, 0.04)], table=False)
    direction = axis(ball, support_share=1.0)
    assert direction @ (np.array([0.1, 0, 0.43]) / np.hypot(0.1, 0.43)) > 0.999


def test_each_filter_drops_what_it_should(scene: PointCloud, gripper: Gripper) -> None:
    free = [0.08, 0.0, 0.47]
    into_block = [0.095, 0.0, 0.47]  # a finger inside the block
    into_table = [0.08, 0.0, 0.505]
    far = [0.08, 0.02, 0.47]
    grasps = straight_down([free, into_block, into_table, far])
    pipeline = Pipeline(PipelineParams(), gripper, FixedDetector(grasps))
    kept = pipeline.run(scene).grasps
    np.testing.assert_allclose(kept.positions, [free, far])
    near = Pipeline(PipelineParams(reach=0.477), gripper, FixedDetector(grasps)).run(scene).grasps
    np.testing.assert_allclose(near.positions, [free])
    best = pipeline.run(scene, Request(max_grasps=1)).grasps
    np.testing.assert_allclose(best.positions, [free])
    strict = pipeline.run(scene, Request(min_score=0.8)).grasps
    np.testing.assert_allclose(strict.positions, [free])
    asked = Pipeline(PipelineParams(min_score=0.8), gripper, FixedDetector(grasps))
    np.testing.assert_allclose(asked.run(scene).grasps.positions, [free])
    wary = FixedDetector(grasps, least_score=0.8)
    np.testing.assert_allclose(
        Pipeline(PipelineParams(), gripper, wary).run(scene).grasps.positions, [free]
    )
    overruled = Pipeline(PipelineParams(min_score=0.0), gripper, wary).run(scene).grasps
    np.testing.assert_allclose(overruled.positions, [free, far])
    wide = FixedDetector(straight_down([free], width=0.11))
    assert "cone, width, score" in Pipeline(PipelineParams(), gripper, wide).run(scene).reason


def test_grasps_of_an_approximate_detector_are_given_room(see_scene: See, gripper: Gripper) -> None:
    """Tips 8 mm in the table: a detector that means it has no grasp, one that may err has one."""
    cloud = see_scene(boxes=[(0.0, 0.0, 0.03, 0.03, 0.05)])
    detector = FixedDetector(straight_down([[0.0, 0.0, 0.508]], width=0.05))
    pipeline = Pipeline(PipelineParams(), gripper, detector)
    assert "all 1 grasps collide" in pipeline.run(cloud).reason
    detector.approximate = True
    (withdrawn,) = pipeline.run(cloud).grasps.positions
    assert 0.48 < withdrawn[2] < 0.5


def test_noise_of_the_support_stands_in_the_way_unless_a_detector_reaches_it(
    see_scene: See, gripper: Gripper
) -> None:
    """Tips 2 mm over the table, where one point is 3 mm too high; a leaf of 4 mm is an object."""
    boxes = [(0.0, 0.0, 0.03, 0.03, 0.05), (0.12, 0.0, 0.05, 0.05, 0.004)]
    cloud = see_scene(boxes=boxes)
    noise = np.array([[0.02, 0.0, 0.497], [-0.02, 0.0, 0.4985]])
    cloud = PointCloud.from_xyz(np.vstack([cloud.points, noise]), "camera")
    on_block, on_leaf = [0.0, 0.0, 0.498], [0.12 - 0.02, 0.0, 0.498]
    detector = FixedDetector(straight_down([on_block, on_leaf], width=0.032))
    pipeline = Pipeline(PipelineParams(), gripper, detector)
    assert "collide" in pipeline.run(cloud).reason
    detector.reaches_support = True
    np.testing.assert_allclose(pipeline.run(cloud).grasps.positions, [on_block])
    # Outside the region of interest nobody looked for objects: all that is there is solid.
    region = Region(transform(np.eye(3), [0.01, 0.0, 0.47]), np.array([0.015, 0.3, 0.1]), "camera")
    assert "collide" in pipeline.run(cloud, Request(region=region)).reason


def test_the_approach_path_must_be_free(see_scene: See, gripper: Gripper) -> None:
    """A block hangs over a finger's way, behind where the palm ends."""
    cloud = see_scene(boxes=[(0, 0, 0.04, 0.08, 0.05)])
    lid = np.array([[0.03, 0.0, 0.47 - gripper.finger_length - gripper.palm_size[0] - 0.03]])
    blocked = PointCloud.from_xyz(np.vstack([cloud.points, lid]), "camera")
    detector = FixedDetector(straight_down([[0, 0, 0.47]]))
    assert (
        len(Pipeline(PipelineParams(approach_distance=0.02), gripper, detector).run(blocked).grasps)
        == 1
    )
    detection = Pipeline(PipelineParams(approach_distance=0.05), gripper, detector).run(blocked)
    assert len(detection.grasps) == 0
    assert detection.reason == "all 1 grasps collide with the cloud"


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        (np.zeros((0, 3)), "holds no valid point"),
        (np.full((50, 3), np.nan), "holds no valid point"),
        (np.zeros((50, 3)), "holds no valid point"),
        (np.array([[0.0, 0.0, 0.5]]), "every point is an outlier"),
    ],
)
def test_clouds_without_substance_give_no_grasps_and_the_reason(
    points: NDArray[np.float64], reason: str, gripper: Gripper
) -> None:
    detection = run(PointCloud.from_xyz(points, "camera"), gripper)
    assert len(detection.grasps) == 0
    assert reason in detection.reason


def test_a_region_or_mask_without_points_says_so(scene: PointCloud, gripper: Gripper) -> None:
    nowhere = Region(transform(np.eye(3), [5.0, 0, 0]), np.ones(3))
    assert (
        "region of interest holds no point" in run(scene, gripper, Request(region=nowhere)).reason
    )
    nothing = np.zeros(scene.source_shape, dtype=bool)
    assert "inside the target mask" in run(scene, gripper, Request(target=nothing)).reason


def test_a_bare_table_has_no_object(see_scene: See, gripper: Gripper) -> None:
    detection = run(see_scene(noise_m=0.001), gripper)
    assert detection.reason == "no point above the support plane"


def test_a_mask_of_another_size_is_an_error(scene: PointCloud, gripper: Gripper) -> None:
    with pytest.raises(RequestError, match=r"mask is \(10, 20\), the cloud is \(240, 320\)"):
        run(scene, gripper, Request(target=np.ones((10, 20), dtype=bool)))


def test_a_cloud_in_millimetres_is_an_error(scene: PointCloud, gripper: Gripper) -> None:
    with pytest.raises(CloudUnitsError, match=r"median point is 5\d\d m away: .* in millimetres"):
        run(dataclasses.replace(scene, points=scene.points * 1000), gripper)


def test_ten_million_points_are_handled(scene: PointCloud, gripper: Gripper) -> None:
    jitter = np.random.default_rng(0).normal(0, 0.0003, (10_000_000 // len(scene) + 1, 1, 3))
    giant = (scene.points[None] + jitter.astype(np.float32)).reshape(-1, 3)[:10_000_000]
    detection = run(PointCloud.from_xyz(giant, "camera"), gripper)
    assert len(detection.grasps) > 0


def test_points_kilometres_away_do_no_harm(scene: PointCloud, gripper: Gripper) -> None:
    strays = np.array([[1e4, 0, 1e4], [0, -3e3, 5e3]])
    cloud = PointCloud.from_xyz(np.vstack([scene.points, strays]), "camera")
    assert len(run(cloud, gripper).grasps) > 0


def test_parameters_out_of_range_are_named() -> None:
    with pytest.raises(
        ParameterError, match=r"voxel_size: 1.0 is not in \[0.0005, 0.05\] m; max_gr"
    ):
        PipelineParams(voxel_size=1.0, max_grasps=0)
