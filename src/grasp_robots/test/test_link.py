from __future__ import annotations

import numpy as np
import pytest

from grasp_core.transforms import transform
from grasp_robots.errors import RobotModelError
from grasp_robots.link import Link
from grasp_robots.shapes import Shape

SPHERE = Shape("sphere", (0.1,), transform(np.eye(3), (0.0, 0.0, 0.5)))


def test_mass_properties_come_from_the_shapes() -> None:
    link = Link("ball", 2.0, (SPHERE,))
    np.testing.assert_allclose(link.center, [0, 0, 0.5])
    np.testing.assert_allclose(link.inertia, np.eye(3) * 0.4 * 2.0 * 0.1**2)
    assert not Link("frame").inertia.any()


@pytest.mark.parametrize(
    ("mass", "shapes"), [(1.0, ()), (0.0, (SPHERE,)), (-1.0, (SPHERE,)), (np.nan, (SPHERE,))]
)
def test_a_body_has_mass_and_shapes_and_a_frame_neither(
    mass: float, shapes: tuple[Shape, ...]
) -> None:
    with pytest.raises(RobotModelError, match="a body has both, a frame neither"):
        Link("odd", mass, shapes)
