from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grasp_core.transforms import grasp_rotation, inverse, transform, transform_points
from grasp_executor.calibration.hand_eye import HandEye
from grasp_executor.errors import CalibrationError
from grasp_robots.work_cell import load_work_cell

CONFIG = Path(__file__).parents[4] / "config"
POSE = transform(grasp_rotation([0.0, 0.6, -0.8], [1.0, 0.0, 0.0]), [0.1, -0.2, 0.9])
FILE = "parent: base\nchild: eye\nposition_m: [1, 2, 3]\nquaternion_xyzw: [0, 0, 1, 0]\n"


def test_it_comes_back_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "handeye.yaml"
    HandEye("base_link", "camera", POSE).save(path)
    back = HandEye.load(path)
    assert (back.parent, back.child) == ("base_link", "camera")
    np.testing.assert_allclose(back.T_parent_child, POSE, atol=1e-12)


def test_a_file_written_by_hand(tmp_path: Path) -> None:
    (tmp_path / "handeye.yaml").write_text(FILE)
    pose = HandEye.load(tmp_path / "handeye.yaml").T_parent_child
    expected = [[-1, 0, 0, 1], [0, -1, 0, 2], [0, 0, 1, 3], [0, 0, 0, 1]]
    np.testing.assert_allclose(pose, expected, atol=1e-12)


def test_the_example_is_where_the_cell_draws_its_camera() -> None:
    eye = HandEye.load(CONFIG / "handeye.yaml")
    cell = load_work_cell(CONFIG / "cells" / "yumi.yaml")
    stands, looks_at = transform_points(inverse(cell.T_world_root), np.stack(cell.cameras["phoxi"]))
    assert eye.parent == cell.robot.arms[0].base
    np.testing.assert_allclose(eye.T_parent_child[:3, 3], stands)
    # The target lies on the optical axis, in front.
    (target,) = transform_points(inverse(eye.T_parent_child), looks_at[None])
    np.testing.assert_allclose(target, [0.0, 0.0, np.linalg.norm(looks_at - stands)], atol=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("child: eye\n", ""), "must map parent, child, position_m, quaternion_xyzw"),
        (("child: eye", "child: base"), "must name two frames"),
        (("[0, 0, 1, 0]", "[0, 0, 0, 0]"), "quaternion .* has no direction"),
        (("[1, 2, 3]", "[1, 2]"), "translation"),
        (("parent: base", "parent: ["), "not YAML"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    path = tmp_path / "eye.yaml"
    path.write_text(FILE.replace(*change))
    with pytest.raises(CalibrationError, match=rf"eye.yaml: .*{message}"):
        HandEye.load(path)
    with pytest.raises(CalibrationError, match="No such file"):
        HandEye.load(tmp_path / "none.yaml")
