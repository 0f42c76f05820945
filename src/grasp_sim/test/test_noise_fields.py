from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grasp_sim.noise_fields import (
    Image,
    bow,
    correlated_noise,
    displaced,
    shadow,
    smooth_within,
    steps,
)


@pytest.mark.parametrize("sigmas_px", [(0.0, 0.0), (0.6, 0.6), (4.0, 2.0)])
def test_correlated_noise_has_unit_deviation_and_the_stated_correlation(
    sigmas_px: tuple[float, float],
) -> None:
    noise = correlated_noise((400, 600), sigmas_px, np.random.default_rng(1))
    assert noise.std() == pytest.approx(1.0, abs=0.05)
    for axis, sigma in ((1, sigmas_px[0]), (0, sigmas_px[1])):
        for lag in (2, 4, 6):
            expected = np.exp(-(lag**2) / (4 * sigma**2)) if sigma else 0.0
            measured = float((noise * np.roll(noise, lag, axis)).mean())
            assert measured == pytest.approx(expected, abs=0.06)


def test_bow_bends_a_plane_by_one_on_average() -> None:
    rng = np.random.default_rng(0)
    surfaces = np.stack([bow((60, 80), rng) for _ in range(400)])
    np.testing.assert_allclose(surfaces.mean(axis=(1, 2)), 0.0, atol=0.15)
    assert np.sqrt(np.square(surfaces).mean()) == pytest.approx(1.0, rel=0.1)
    # Third differences of a quadric vanish.
    np.testing.assert_allclose(np.diff(surfaces, n=3, axis=2), 0.0, atol=1e-4)


def slow_shadow(disparity_px: Image) -> np.ndarray:
    hidden = np.zeros(disparity_px.shape, dtype=bool)
    for v, row in enumerate(disparity_px):
        for u, d in enumerate(row):
            hidden[v, u] = any(row[k] - d >= k - u for k in range(u + 1, len(row)))
    return hidden


@given(st.integers(0, 2**32 - 1))
def test_shadow_is_what_its_definition_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    disparity = rng.integers(0, 6, (4, 12)).astype(np.float32)
    np.testing.assert_array_equal(shadow(disparity), slow_shadow(disparity))


def test_the_shadow_falls_left_of_what_is_near_and_is_as_wide_as_the_step() -> None:
    disparity = np.full((1, 12), 2.0, np.float32)
    disparity[0, 6:9] = 5.0
    assert np.flatnonzero(shadow(disparity)[0]).tolist() == [3, 4, 5]
    assert not shadow(np.full((3, 9), 4.0, np.float32)).any()


def test_steps_by_hand() -> None:
    image = np.array([[1, 1, 1, 4, 4, 4]], np.float32)
    beside, low, high = steps(image, 2.0)
    assert beside[0].tolist() == [False, False, True, True, False, False]
    assert (low[0, 2], high[0, 2]) == (1, 4)
    assert not steps(image, 3.0)[0].any()


def test_displaced_takes_the_nearest_pixel_and_stays_inside() -> None:
    image = np.arange(12, dtype=np.float32).reshape(3, 4)
    one = np.ones_like(image)
    assert displaced(image, 1.4 * one, 0 * one).tolist() == [
        [1, 2, 3, 3],
        [5, 6, 7, 7],
        [9, 10, 11, 11],
    ]
    assert displaced(image, 0 * one, -9 * one).tolist() == [[0, 1, 2, 3]] * 3


def slow_smooth_rows(image: Image, sigma: float, tolerance: float) -> np.ndarray:
    radius = int(np.ceil(3 * sigma))
    out = np.empty_like(image)
    for (v, u), value in np.ndenumerate(image):
        near = [k for k in range(-radius, radius + 1) if 0 <= u + k < image.shape[1]]
        near = [k for k in near if abs(image[v, u + k] - value) < tolerance]
        weights = np.exp(-0.5 * (np.array(near) / sigma) ** 2)
        out[v, u] = np.average([image[v, u + k] for k in near], weights=weights)
    return out


@given(st.integers(0, 2**32 - 1), st.floats(0.3, 2.0), st.floats(0.1, 3.0))
def test_smoothing_is_what_its_definition_says(seed: int, sigma: float, tolerance: float) -> None:
    image = np.random.default_rng(seed).random((6, 9), np.float32) * 2
    rows = slow_smooth_rows(image, sigma, tolerance)
    expected = slow_smooth_rows(np.ascontiguousarray(rows.T), sigma, tolerance).T
    np.testing.assert_allclose(smooth_within(image, sigma, tolerance), expected, atol=1e-4)


def test_smoothing_blurs_small_steps_and_keeps_large_ones() -> None:
    image = np.repeat(np.array([[0, 0.5, 5]], np.float32), 10, axis=1)
    smooth = smooth_within(image, 2.0, 1.0)[0]
    assert 0.1 < smooth[9] < 0.4
    assert smooth[20] == pytest.approx(5, abs=1e-5)
    assert smooth[19] == pytest.approx(0.5, abs=0.01)


def test_a_window_of_no_size_changes_nothing() -> None:
    image = np.random.default_rng(0).random((5, 6), np.float32)
    np.testing.assert_array_equal(smooth_within(image, 0.0, 1.0), image)
