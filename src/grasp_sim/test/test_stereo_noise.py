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
from grasp_sim.stereo_noise import StereoNoise
from grasp_sim.views import orbit

CAMERA = Camera(width=848, height=480, fx=424.0, fy=424.0, cx=423.5, cy=239.5)
#: Nothing wrong but the resolution of disparity and depth.
PERFECT = StereoNoise(
    noise_px=0, white_px=0, bow_px=0, window_px=0, edge_px=0, flying_share=0, edge_lost_share=0,
    grazing_spread_deg=0,
)  # fmt: skip


def scene_frame(
    height_m: float | None, tilt_rad: float = 0.0, distance_m: float = 0.47
) -> DepthFrame:
    """A table, and on it a box of that height."""
    board = trimesh.creation.box((4.0, 4.0, 0.02))
    meshes = [PlacedMesh(board.vertices, board.faces, transform(np.eye(3), [0, 0, -0.01]), 0)]
    if height_m is not None:
        box = trimesh.creation.box((0.1, 0.1, height_m))
        pose = transform(np.eye(3), [0, 0, height_m / 2])
        meshes.append(PlacedMesh(box.vertices, box.faces, pose, 1))
    return RayScene(meshes).render(CAMERA, orbit([0, 0, 0], distance_m, tilt_rad, 0.0))


def measure(noise: StereoNoise, frame: DepthFrame, seed: int = 0) -> np.ndarray:
    return noise.apply(frame, np.random.default_rng(seed)).astype(np.float64)


def test_the_defaults_match_the_real_table_at_47_cm() -> None:
    """The numbers of the real frame in docs/sensor_noise.md."""
    frame = scene_frame(None)
    depth = measure(StereoNoise(bow_px=0), frame)
    error = np.where(depth > 0, depth - frame.depth, 0.0)
    assert 1e3 * error.std() == pytest.approx(1.57, rel=0.1)
    assert 1e3 * np.percentile(error, 1) == pytest.approx(-3.78, rel=0.25)
    assert 1e3 * np.percentile(error, 99) == pytest.approx(3.93, rel=0.25)
    # 10 pixels of the real frame, whose focal length is 927 pixels, are 4.6 of ours.
    by_row = (error * np.roll(error, 5, axis=1)).mean() / np.square(error).mean()
    by_column = (error * np.roll(error, 5, axis=0)).mean() / np.square(error).mean()
    assert by_row == pytest.approx(0.62, abs=0.08)
    assert by_column == pytest.approx(0.40, abs=0.08)


def test_error_grows_with_the_square_of_the_distance_and_with_the_scale() -> None:
    def deviation(noise: StereoNoise, distance_m: float) -> float:
        frame = scene_frame(None, distance_m=distance_m)
        return float((measure(noise, frame) - frame.depth).std())

    near, far = (deviation(StereoNoise(bow_px=0), d) for d in (0.4, 0.7))
    assert far / near == pytest.approx((0.7 / 0.4) ** 2, rel=0.1)
    assert deviation(StereoNoise(bow_px=0).scaled(2.0), 0.47) == pytest.approx(0.00314, rel=0.1)


def test_depth_comes_in_steps_of_disparity_and_millimetres() -> None:
    frame = scene_frame(None, tilt_rad=0.6, distance_m=0.7)
    fine = replace(PERFECT, depth_unit_m=1e-9)
    disparity = 424.0 * 0.05 / np.unique(measure(fine, frame))
    np.testing.assert_allclose(disparity * 32, np.rint(disparity * 32), atol=1e-3)
    millimetres = np.unique(measure(PERFECT, frame)) * 1e3
    np.testing.assert_allclose(millimetres, np.rint(millimetres), atol=1e-4)
    assert len(millimetres) > 50


def test_the_stereo_shadow_is_left_of_the_box_and_as_wide_as_the_step_of_disparity() -> None:
    frame = scene_frame(0.05)
    lost = measure(PERFECT, frame)[240] == 0
    box = np.flatnonzero(frame.instances[240] == 1)
    width_px = 424 * 0.05 * (1 / 0.42 - 1 / 0.47)  # 5.4
    shadowed = np.flatnonzero(lost)
    assert shadowed.max() == box.min() - 1
    assert len(shadowed) == pytest.approx(width_px, abs=1)


def test_low_things_melt_and_high_things_keep_their_border() -> None:
    def at_border(height_m: float) -> np.ndarray:
        frame = scene_frame(height_m)
        depth = measure(replace(PERFECT, window_px=3.0), frame)
        box = np.flatnonzero(frame.instances[240] == 1)
        return (0.47 - depth[240, box.max() - 1 : box.max() + 3]) / height_m

    low, high = at_border(0.006), at_border(0.05)
    assert (np.abs(low - 0.5) < 0.4).all()
    np.testing.assert_allclose(high, [1, 1, 0, 0], atol=0.05)


def test_flying_pixels_lie_between_the_surfaces() -> None:
    frame = scene_frame(0.05)
    depth = measure(replace(PERFECT, flying_share=1.0), frame)
    between = (depth > 0.425) & (depth < 0.465)
    assert between[200:280].sum() > 40
    without = measure(PERFECT, frame)
    assert not ((without > 0.425) & (without < 0.465)).any()
    assert depth.max() < 0.475


def test_grazing_surfaces_are_lost_and_steep_views_are_not() -> None:
    upright, flat = scene_frame(None), scene_frame(None, tilt_rad=1.2)
    assert (measure(PERFECT, upright) > 0).all()
    incidence_deg = np.degrees(flat.incidence_rad())
    lost = measure(PERFECT, flat) == 0
    assert lost[incidence_deg > 82].all()
    assert not lost[(incidence_deg < 74)].any()


def test_what_is_too_near_or_nothing_has_no_depth() -> None:
    near = scene_frame(None, distance_m=0.16)  # 424 * 0.05 / 126 = 0.168 m
    assert (measure(StereoNoise(), near) == 0).all()
    empty = RayScene([]).render(CAMERA, orbit([0, 0, 0], 1.0, 0.0, 0.0))
    assert (measure(StereoNoise(), empty) == 0).all()


def test_the_same_seed_gives_the_same_frame_and_another_seed_another() -> None:
    frame = scene_frame(0.03)
    first = measure(StereoNoise(), frame, seed=3)
    assert (first == measure(StereoNoise(), frame, seed=3)).all()
    assert (first != measure(StereoNoise(), frame, seed=4)).any()


def test_noise_is_as_wide_in_space_at_another_resolution() -> None:
    half = Camera(width=424, height=240, fx=212.0, fy=212.0, cx=211.5, cy=119.5)
    full = scene_frame(None)
    small = RayScene([PlacedMesh(*board())]).render(half, full.T_world_camera)
    errors = [measure(StereoNoise(bow_px=0), f) - f.depth for f in (full, small)]
    assert errors[0].std() == pytest.approx(errors[1].std(), rel=0.1)
    by_lag = [
        (e * np.roll(e, lag, axis=1)).mean() / np.square(e).mean()
        for e, lag in zip(errors, (4, 2), strict=True)
    ]
    assert by_lag[0] == pytest.approx(by_lag[1], abs=0.08)


def board() -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    mesh = trimesh.creation.box((4.0, 4.0, 0.02))
    return mesh.vertices, mesh.faces, transform(np.eye(3), [0, 0, -0.01]), 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"noise_px": -0.1}, "noise_px = -0.1 must be finite and not negative"),
        ({"noise_sigmas_px": (1.0, np.nan)}, "noise_sigmas_px = .* must be finite"),
        ({"baseline_m": 0.0}, "baseline_m must be positive"),
        ({"flying_share": 1.5}, r"flying_share = 1.5 is not in \[0, 1\]"),
    ],
)
def test_impossible_parameters_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(SensorNoiseError, match=message):
        StereoNoise(**change)
