from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grasp_cli.errors import OptionError
from grasp_cli.eval_detectors import check_name, find_grasps
from grasp_cli.eval_sources import Sample, SimulatedViews
from grasp_cli.named_detectors import INSTALLED
from grasp_core.cloud import PointCloud
from grasp_core.collision import gripper_collisions
from grasp_core.errors import ModelFileError
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.point_grid import PointGrid
from grasp_perception.detector import DetectionContext
from grasp_perception.geometric.antipodal import AntipodalDetector
from grasp_perception.gripper_files import load_gripper
from grasp_perception.pipeline import PipelineParams


@pytest.fixture(scope="module")
def sample(small_data_set: Path) -> Sample:
    return SimulatedViews(small_data_set).sample(2)


@pytest.fixture(scope="module")
def gripper() -> Gripper:
    return load_gripper("parallel_100mm")


class SunkDetector(AntipodalDetector):
    """The antipodal detector's grasps, every other one 3 cm too deep."""

    name = "sunk"

    def detect(self, cloud: PointCloud, gripper: Gripper, context: DetectionContext) -> Grasps:
        found = super().detect(cloud, gripper, context)
        depths_m = 0.03 * (np.arange(len(found)) % 2)
        return replace(found, positions=found.positions + depths_m[:, None] * found.approach)


def test_free_are_the_grasps_that_meet_no_point_on_their_way(
    sample: Sample, gripper: Gripper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(INSTALLED, SunkDetector.name, SunkDetector)
    found = find_grasps(SunkDetector.name, sample, gripper)
    assert found.grasps.frame_id == "world"
    assert 0 < len(found.free) < len(found.grasps)
    grid = PointGrid.from_cloud(sample.cloud)
    hit = gripper_collisions(found.grasps, gripper, grid, PipelineParams().approach_distance)
    np.testing.assert_array_equal(found.free.positions, found.grasps.positions[~hit])


def test_one_view_always_gives_the_same(sample: Sample, gripper: Gripper) -> None:
    first, second = (find_grasps("random", sample, gripper).grasps for _ in range(2))
    np.testing.assert_array_equal(first.scores, second.scores)


def test_the_labels_are_found_as_they_are(sample: Sample, gripper: Gripper) -> None:
    found = find_grasps("labels", sample, gripper)
    assert found.grasps is sample.labels


def test_an_empty_cloud_gives_no_grasps(sample: Sample, gripper: Gripper) -> None:
    empty = replace(sample, cloud=PointCloud.from_xyz(np.zeros((0, 3)), "world"))
    found = find_grasps("antipodal", empty, gripper)
    assert len(found.grasps) == len(found.free) == 0


def test_views_without_labels_are_named(sample: Sample, gripper: Gripper) -> None:
    with pytest.raises(OptionError, match="'labels' needs a generated data set"):
        find_grasps("labels", replace(sample, labels=None), gripper)


def test_unknown_names_and_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"no detector 'magic'; valid: antipodal, .*labels"):
        check_name("magic")
    with pytest.raises(ModelFileError, match=r"net.ts.sha256.*grasp export writes it"):
        check_name(str(tmp_path / "net.ts"))
    (tmp_path / "net.ts.sha256").write_text("abc  net.ts\n")
    with pytest.raises(ModelFileError, match="'abc' is not 64 hexadecimal digits"):
        check_name(str(tmp_path / "net.ts"))
    check_name("labels")
