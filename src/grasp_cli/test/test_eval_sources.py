from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from grasp_cli.data_export import CAMERA, export_scenes
from grasp_cli.data_set import DataSet
from grasp_cli.errors import OptionError
from grasp_cli.eval_sources import MARGIN_M, GraspNetViews, Sample, SimulatedViews
from grasp_core.transforms import inverse, transform_points


@pytest.fixture(scope="module")
def graspnet(small_data_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small data set in the layout of GraspNet-1Billion."""
    root = tmp_path_factory.mktemp("graspnet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(small_data_set.parent / "cache"))
        assert list(export_scenes(DataSet.open(small_data_set), root)) == [0, 1]
    return root


def points_of(sample: Sample) -> np.ndarray:
    """Some of the measured points (N, 3)."""
    return sample.cloud.points[::97].astype(float)


def to_surface(sample: Sample, first: int) -> np.ndarray:
    """Metres from `points_of` to the nearest surface; of all bodies (0) or the objects (1)."""
    points = points_of(sample)
    bodies = sample.scene.placed()[first:]
    return np.min(
        [body.distances(transform_points(inverse(T), points)) for body, T in bodies], axis=0
    )


def test_the_cloud_of_a_simulated_view_lies_on_its_scene(small_data_set: Path) -> None:
    source = SimulatedViews(small_data_set)
    assert source.numbers == [0, 1, 2, 3]
    samples = [source.sample(number) for number in source.numbers]
    assert [sample.scene_number for sample in samples] == [0, 0, 1, 1]
    for sample in samples:
        assert sample.cloud.frame_id == sample.scene.frame_id == "world"
        assert np.median(to_surface(sample, 0)) < 0.003
        assert sample.setting == "training objects"


def test_the_labels_of_a_view_are_its_free_ones_where_they_hold(small_data_set: Path) -> None:
    source = SimulatedViews(small_data_set)
    sample, view = source.sample(2), source.view(2)
    labels = sample.labels
    assert labels is not None
    assert len(labels) == (view.free & (view.quality > 0)).sum() > 0
    nearest = np.unique(sample.scene.nearest_objects(labels, 0.0)) + 1
    assert set(nearest) <= set(view.grasp_instances.tolist())


def test_views_of_a_graspnet_folder_are_the_same_scenes(
    graspnet: Path, small_data_set: Path
) -> None:
    source, simulated = GraspNetViews(graspnet, CAMERA), SimulatedViews(small_data_set)
    assert source.numbers == [0, 1, 2, 3]
    for number in source.numbers:
        sample, twin = source.sample(number), simulated.sample(number)
        assert sample.scene_number == twin.scene_number
        assert sample.setting == f"GraspNet-1Billion {CAMERA} train"
        assert sample.labels is None
        assert len(sample.scene.objects) == len(twin.scene.objects)
        assert np.median(to_surface(sample, 0)) < 0.003


def test_the_workspace_of_graspnet_is_the_box_of_the_objects_with_a_margin(graspnet: Path) -> None:
    sample = GraspNetViews(graspnet, CAMERA).sample(1)
    assert sample.region is not None
    center, half = sample.region.T_frame_box[:3, 3], sample.region.size / 2
    of_objects = points_of(sample)[to_surface(sample, 1) < 0.0005]
    assert len(of_objects) > 10
    assert (np.abs(of_objects - center) <= half + 0.001).all()
    assert (sample.region.size >= 2 * MARGIN_M).all()


def test_sources_travel_to_other_processes(small_data_set: Path, graspnet: Path) -> None:
    for source in (SimulatedViews(small_data_set), GraspNetViews(graspnet, CAMERA)):
        copy = pickle.loads(pickle.dumps(source))
        np.testing.assert_array_equal(copy.sample(3).cloud.points, source.sample(3).cloud.points)


def test_a_folder_without_scenes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "scenes").mkdir()
    with pytest.raises(OptionError, match="no scenes"):
        GraspNetViews(tmp_path, CAMERA)
