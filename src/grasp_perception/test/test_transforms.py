from __future__ import annotations

import numpy as np
import pytest

from grasp_perception.errors import TransformError
from grasp_perception.transforms import NoTransforms


def test_without_transforms_only_a_frame_itself_is_known() -> None:
    np.testing.assert_array_equal(NoTransforms().lookup("camera", "camera", 0), np.eye(4))
    with pytest.raises(TransformError, match="no transform from 'camera' to 'base': none"):
        NoTransforms().lookup("base", "camera", 0)
