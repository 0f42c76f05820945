from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grasp_core.checks import check_rotations
from grasp_core.errors import ArrayError
from grasp_core.transforms import inverse, transform_points
from grasp_sim.views import look_at, orbit

ANGLES = st.floats(-3.0, 3.0)


def test_a_camera_above_looks_down_with_world_y_up_in_the_image() -> None:
    T_world_camera = look_at([0.1, 0.2, 1.5], [0.1, 0.2, 0.0])
    expected = [[1, 0, 0, 0.1], [0, -1, 0, 0.2], [0, 0, -1, 1.5], [0, 0, 0, 1]]
    np.testing.assert_allclose(T_world_camera, expected, atol=1e-12)


def test_a_level_camera_has_world_z_up_in_the_image() -> None:
    T_world_camera = look_at([-1.0, 0.0, 0.0], [0.0, 0.0, 0.0])
    # It looks along x; the image's right is world -y and its down is world -z.
    np.testing.assert_allclose(T_world_camera[:3, 2], [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(T_world_camera[:3, 0], [0, -1, 0], atol=1e-12)
    np.testing.assert_allclose(T_world_camera[:3, 1], [0, 0, -1], atol=1e-12)


@given(st.floats(0.1, 2.0), st.floats(0.0, 1.5), ANGLES, ANGLES)
def test_an_orbit_sees_its_target_ahead(
    distance_m: float, tilt_rad: float, azimuth_rad: float, roll_rad: float
) -> None:
    target = np.array([0.3, -0.2, 0.1])
    T_world_camera = orbit(target, distance_m, tilt_rad, azimuth_rad, roll_rad)
    check_rotations(T_world_camera[None, :3, :3])
    seen = transform_points(inverse(T_world_camera), target[None])[0]
    np.testing.assert_allclose(seen, [0, 0, distance_m], atol=1e-9)
    assert T_world_camera[:3, 2] @ [0, 0, -1] == pytest.approx(np.cos(tilt_rad))


def test_orbit_by_hand() -> None:
    T_world_camera = orbit([0, 0, 0], 2.0, np.pi / 6, np.pi / 2)
    np.testing.assert_allclose(T_world_camera[:3, 3], [0, 1.0, np.sqrt(3)], atol=1e-12)


def test_roll_turns_the_image_about_the_line_of_sight() -> None:
    upright = orbit([0, 0, 0], 1.0, 0.3, 0.2)
    rolled = orbit([0, 0, 0], 1.0, 0.3, 0.2, np.pi / 2)
    np.testing.assert_allclose(rolled[:3, 0], upright[:3, 1], atol=1e-12)
    np.testing.assert_allclose(rolled[:3, 2], upright[:3, 2], atol=1e-12)


def test_a_camera_cannot_look_at_itself() -> None:
    with pytest.raises(ArrayError, match="length zero"):
        look_at([1, 2, 3], [1, 2, 3])
