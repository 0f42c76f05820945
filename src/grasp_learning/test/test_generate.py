from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import cloudpickle
import joblib
import numpy as np
import pytest
from distributed import Client, LocalCluster

from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import grasp_rotation
from grasp_learning.errors import ShardError
from grasp_learning.generate import Job, generate, label_objects, objects_to_label
from grasp_learning.object_labels import LabelParams
from grasp_learning.recipe import CATALOGUES, Recipe, draw_spec
from grasp_learning.shard_reader import ShardReader
from grasp_learning.view_arrays import decode_view
from grasp_learning.view_sample import TrialSource
from grasp_sim.bins import Bin
from grasp_sim.errors import SceneRejectedError

GRIPPER = Path(__file__).parents[3] / "config" / "grippers" / "yumi_smart_gripper.yaml"
#: Tiny: two or three objects, of which a few contact points are labelled.
RECIPE = Recipe(
    seed=5, scenes=2, trials=4, catalogue="similar", least_objects=2, most_objects=3,
    hard_share=0.0, phoxi_share=0.0, free_labels=20, colliding_labels=5,
)  # fmt: skip
LABELS = LabelParams(contacts=150, directions=2, approaches=6)


def from_above(cloud: PointCloud, box: Bin, gripper: Gripper) -> Grasps:
    """Stand in for a detector: grasps straight down on the highest points."""
    assert cloud.frame_id == "world"
    assert box.length >= 0.3
    top = cloud.points[np.argsort(-cloud.points[:, 2])[:500:50]]
    rotation = grasp_rotation([0, 0, -1], [1, 0, 0])
    n = len(top)
    return Grasps(
        np.tile(rotation, (n, 1, 1)), top, np.full(n, gripper.max_width), np.zeros(n), "world"
    )


def around_the_top(cloud: PointCloud, box: Bin, gripper: Gripper) -> Grasps:
    """Stand in for a better one: the tips go down to the table around the highest point."""
    found = from_above(cloud, box, gripper)[:1]
    positions = found.positions.copy()
    positions[:, 2] = 0.004
    return replace(found, positions=positions)


def job_of(folder: Path) -> Job:
    """The job whose labels lie in a folder."""
    return Job(RECIPE, Gripper.load(GRIPPER), from_above, "from_above", LABELS, folder)


def written(job: Job, folder: Path) -> ShardReader:
    list(generate(job, job.writer(folder, scenes_per_shard=1)))
    return ShardReader(folder)


@pytest.fixture(scope="module", autouse=True)
def _sent_by_value() -> Iterator[None]:
    """Let other processes have the functions of this file, which they cannot import."""
    this = sys.modules[__name__]
    cloudpickle.register_pickle_by_value(this)
    yield
    cloudpickle.unregister_pickle_by_value(this)


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("labels")


@pytest.fixture(scope="module")
def whole(labels: Path, tmp_path_factory: pytest.TempPathFactory) -> ShardReader:
    return written(job_of(labels), tmp_path_factory.mktemp("whole"))


def test_a_data_set_holds_the_views_of_its_recipe(whole: ShardReader) -> None:
    assert whole.numbers == [0, 1]
    assert whole.manifest.settings["seed"] == 5
    assert whole.manifest.settings["detector"] == "from_above"
    assert whole.manifest.settings["label_contacts"] == 150
    assert whole.manifest.settings["gripper_name"] == "yumi_smart_gripper"
    for _, arrays in whole.stream():
        view = decode_view(arrays)
        assert 2 <= len(view.spec.objects) <= 3
        assert set(view.spec.objects) <= set(CATALOGUES["similar"])
        # What was executed: one label at most, the rest proposed or perturbed.
        assert len(view.trial_widths) == 4
        assert np.sum(view.trial_sources == TrialSource.LABEL) <= 1


def test_views_of_a_scene_share_its_objects_and_labels(labels: Path) -> None:
    job = job_of(labels)
    job = replace(job, recipe=replace(RECIPE, views=2, trials=0))
    first, second, other = (decode_view(job(number)) for number in (0, 1, 2))
    assert first.spec == second.spec != other.spec
    assert not np.allclose(first.T_world_camera, second.T_world_camera)
    assert len(first.trial_widths) == 0


def test_a_scene_is_emptied_from_view_to_view(labels: Path) -> None:
    recipe = replace(RECIPE, seed=12, emptied=True, views=6, table_share=1.0, euro_box_share=0.0)
    job = replace(job_of(labels), recipe=recipe, propose=around_the_top)
    samples = [job(number) for number in range(6)]
    views = [decode_view(sample) for sample in samples if sample is not None]
    assert samples[len(views) :] == [None] * (6 - len(views))
    names = [set(view.spec.objects) for view in views]
    assert all(later <= before for before, later in pairwise(names))
    assert len(names[-1]) < len(names[0])
    first, second = views[:2]
    np.testing.assert_array_equal(first.T_world_camera, second.T_world_camera)
    assert not first.spec.poses
    assert len(second.spec.poses) == len(second.spec.objects)
    assert all(len(view.trial_widths) for view in views)
    # Whoever asks for one view only gets the same.
    again = decode_view(replace(job, propose=around_the_top)(1) or {})
    np.testing.assert_array_equal(again.measured, second.measured)
    np.testing.assert_array_equal(again.trial_outcomes, second.trial_outcomes)


def test_a_dask_cluster_makes_the_same_files(
    whole: ShardReader, labels: Path, tmp_path: Path
) -> None:
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=1, dashboard_address=None, local_directory=tmp_path
        ) as cluster,
        Client(cluster),
        joblib.parallel_config("dask"),
    ):
        on_cluster = written(job_of(labels), tmp_path / "set")
    assert on_cluster.digest() == whole.digest()


KILLED = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_generate import from_above, job_of
from grasp_learning.generate import generate

labels, folder = Path(sys.argv[2]), Path(sys.argv[3])
calls = []

def dying(cloud, box, gripper):
    calls.append(1)
    if len(calls) == 2:  # in the second shard
        os.kill(os.getpid(), signal.SIGKILL)
    return from_above(cloud, box, gripper)

job = replace(job_of(labels), propose=dying)
list(generate(job, job.writer(folder, scenes_per_shard=1)))
"""


def test_a_killed_run_goes_on_to_the_same_data_set(
    whole: ShardReader, labels: Path, tmp_path: Path
) -> None:
    cut = tmp_path / "cut"
    command = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(labels), str(cut)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    finished = subprocess.run(command, env=environment, timeout=300, check=False)
    assert finished.returncode == -signal.SIGKILL
    assert job_of(labels).writer(cut, scenes_per_shard=1).missing() == [1]
    resumed = written(job_of(labels), cut)
    assert resumed.digest() == whole.digest()
    resumed.verify()


def test_a_full_disk_is_told_and_what_is_done_stays(
    whole: ShardReader, labels: Path, tmp_path: Path
) -> None:
    job = job_of(labels)
    writer = job.writer(tmp_path, scenes_per_shard=1)
    shards = generate(job, writer)
    assert next(shards) == 0
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, before[1]))  # bytes; a shard has more
    try:
        with pytest.raises(ShardError, match=r"shard_000001\.zip: File too large"):
            list(shards)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert writer.missing() == [1]
    assert not list(tmp_path.glob("*.part"))
    assert written(job, tmp_path).digest() == whole.digest()


def test_a_folder_holds_one_data_set(whole: ShardReader, labels: Path) -> None:
    job = job_of(labels)
    other = replace(job, recipe=replace(RECIPE, trials=5))
    with pytest.raises(ShardError, match="made with trials = 4, now it is 5; choose another fold"):
        other.writer(whole.folder, scenes_per_shard=1)
    wider = replace(job, gripper=replace(job.gripper, max_width=0.06))
    with pytest.raises(ShardError, match=r"gripper_max_width = 0\.05, now it is 0\.06"):
        wider.writer(whole.folder, scenes_per_shard=1)


def test_a_scene_that_never_rests_is_left_out(
    labels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reject(*_: object) -> None:
        raise SceneRejectedError("a knob left the bin")

    monkeypatch.setattr("grasp_learning.staged_scene.make_scene", reject)
    job = job_of(labels)
    assert job(0) is None
    assert len(written(job, tmp_path)) == 0


def test_the_objects_of_the_missing_scenes_are_labelled_before(tmp_path: Path) -> None:
    few = LabelParams(contacts=2, directions=1, approaches=1)
    job = replace(job_of(tmp_path / "labels"), labels=few)
    writer = job.writer(tmp_path / "set", scenes_per_shard=1)
    names = objects_to_label(job, writer)
    assert names == sorted({name for i in range(2) for name in draw_spec(RECIPE, i, 0).objects})
    assert sorted(label_objects(job, names)) == names
    assert len(list((tmp_path / "labels").iterdir())) == len(names)
    for shard in range(2):
        writer.write(shard, lambda _: None)
    assert objects_to_label(job, writer) == []
