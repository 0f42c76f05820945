from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import trimesh

from grasp_core.camera import Camera
from grasp_core.transforms import transform
from grasp_sim.depth_frame import DepthFrame
from grasp_sim.errors import SensorNoiseError
from grasp_sim.ray_scene import PlacedMesh, RayScene
from grasp_sim.structured_light_noise import StructuredLightNoise
from grasp_sim.views import orbit

CAMERA = Camera(width=516, height=386, fx=586.0, fy=586.0, cx=257.5, cy=192.5)
PERFECT = StructuredLightNoise(noise_m=0, bow_m=0, edge_lost_share=0, flying_share=0)


def scene_frame(
    height_m: float | None, distance_m: float = 1.3, tilt_rad: float = 0.0, azimuth_rad: float = 0.0
) -> DepthFrame:
    board = trimesh.creation.box((9.0, 9.0, 0.02))
    meshes = [PlacedMesh(board.vertices, board.faces, transform(np.eye(3), [0, 0, -0.01]), 0)]
    if height_m is not None:
        box = trimesh.creation.box((0.1, 0.1, height_m))
        pose = transform(np.eye(3), [0, 0, height_m / 2])
        meshes.append(PlacedMesh(box.vertices, box.faces, pose, 1))
    return RayScene(meshes).render(CAMERA, orbit([0, 0, 0], distance_m, tilt_rad, azimuth_rad))


def measure(noise: StructuredLightNoise, frame: DepthFrame) -> np.ndarray:
    return noise.apply(frame, np.random.default_rng(0)).astype(np.float64)


def test_without_noise_the_depth_is_exact() -> None:
    frame = scene_frame(None)
    np.testing.assert_array_equal(measure(PERFECT, frame), frame.depth)


@pytest.mark.parametrize(("distance_m", "deviation_m"), [(1.37, 0.00019), (0.9, 0.000082)])
def test_noise_is_that_of_the_data_sheet_and_grows_with_the_square(
    distance_m: float, deviation_m: float
) -> None:
    frame = scene_frame(None, distance_m)
    error = measure(replace(PERFECT, noise_m=0.00019), frame) - frame.depth
    assert error.std() == pytest.approx(deviation_m, rel=0.05)


def test_scaling_doubles_every_error_of_depth() -> None:
    frame = scene_frame(None)
    once, twice = (
        measure(n, frame) for n in (StructuredLightNoise(), StructuredLightNoise().scaled(2))
    )
    valid = (once > 0) & (twice > 0)
    errors = (once - frame.depth)[valid], (twice - frame.depth)[valid]
    np.testing.assert_allclose(errors[1], 2 * errors[0], atol=1e-6)


def test_the_projector_throws_its_shadow_to_the_left_as_a_ray_from_it_does() -> None:
    frame = scene_frame(0.2)
    lost = measure(PERFECT, frame)[193] == 0
    points = (np.arange(516) - CAMERA.cx) / CAMERA.fx * frame.depth[193]
    on_table = (frame.instances[193] == 0) & (points < 0)
    # The ray from the projector over the left upper edge of the box, 1.1 m below it at x = -0.05,
    # meets the table at x = 0.55 - 0.6 * 1.3 / 1.1 = -0.159.
    between = (points > -0.159) & on_table
    assert lost[between].all()
    clear = (points < -0.165) & on_table
    assert not lost[clear].any()


def test_surfaces_that_face_away_from_the_projector_are_lost() -> None:
    # Tilted by 70 degrees, to either side of the image: at one side the projector looks flatter on.
    frame = scene_frame(None, distance_m=1.3, tilt_rad=1.2)
    lost = measure(PERFECT, frame) == 0
    incidence_deg = np.degrees(frame.incidence_rad())
    assert lost[incidence_deg > 80.5].all()
    assert not lost[incidence_deg < 60].any()


def test_borders_lose_most_pixels_and_the_rest_may_fly() -> None:
    frame = scene_frame(0.2)
    row = measure(replace(PERFECT, edge_lost_share=1.0), frame)[193]
    right = np.flatnonzero(frame.instances[193] == 1).max()
    assert (row[right : right + 2] == 0).all()
    assert row[right + 3] == frame.depth[193, right + 3]
    flying = measure(replace(PERFECT, flying_share=1.0), frame)
    between = (flying > 1.12) & (flying < 1.28)
    assert between.sum() > 50
    assert not ((frame.depth > 1.12) & (frame.depth < 1.28))[between].any()


def test_glare_is_where_the_normal_halves_the_way_to_the_projector() -> None:
    frame = scene_frame(None)
    lost = measure(replace(PERFECT, glare_deg=2.0), frame)[193] == 0
    x = (np.arange(516) - CAMERA.cx) / CAMERA.fx * 1.3
    assert lost[np.abs(x - 0.275) < 0.02].all()  # midway between camera and projector
    assert not lost[np.abs(x - 0.275) > 0.08].any()


def test_what_sees_nothing_has_no_depth() -> None:
    empty = RayScene([]).render(CAMERA, orbit([0, 0, 0], 1.0, 0.0, 0.0))
    assert (measure(StructuredLightNoise(), empty) == 0).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"noise_m": np.inf}, "noise_m = inf must be finite"),
        ({"bow_m": -1.0}, "bow_m = -1.0 must be finite and not negative"),
        ({"reference_m": 0.0}, "reference_m must be positive"),
        ({"edge_lost_share": 1.1}, r"edge_lost_share = 1.1 is not in \[0, 1\]"),
    ],
)
def test_impossible_parameters_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(SensorNoiseError, match=message):
        StructuredLightNoise(**change)
