"""`grasp train` and `grasp export`: from simulated data to a detector that runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import Result

from grasp_core.cloud import PointCloud
from grasp_core.transforms import transform_points
from grasp_learning.architectures import ARCHITECTURES
from grasp_learning.checkpoint import Checkpoint
from grasp_learning.shard_reader import ShardReader
from grasp_learning.view_arrays import decode_view
from grasp_perception.gripper_files import load_gripper
from grasp_perception.model_files import read_models
from grasp_perception.pipeline import Pipeline, PipelineParams
from grasp_perception.torchscript import TorchScriptDetector

Command = Callable[..., Result]

#: A data set that is made in seconds.
TINY = ("--scenes", 2, "--trials", 4, "--jobs", 1, "catalogue=similar", "least_objects=2",
        "most_objects=2", "hard_share=0", "phoxi_share=0", "euro_box_share=0", "table_share=0",
        "label_contacts=400", "label_directions=2", "label_approaches=4")  # fmt: skip


@pytest.fixture(scope="module")
def data(grasp: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two views of two scenes."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grasp_learning.label_store.label_folder", lambda: folder / "labels")
        assert grasp("data", "generate", "--out", folder / "views", *TINY).exit_code == 0
    return folder / "views"


@pytest.fixture(scope="module")
def seen(data: Path) -> PointCloud:
    """What the camera measured of the first view, in the world."""
    reader = ShardReader(data)
    view = decode_view(reader.read(reader.numbers[0]))
    points = transform_points(view.T_world_camera, view.measured[view.measured_valid])
    return PointCloud.from_xyz(points.astype(np.float32), "world")


def train_tiny(grasp: Command, name: str, data: Path, out: Path, *more: object) -> Result:
    options = ("--data", data, "--val", data, "--out", out, "--preset", "tiny")
    return grasp("train", name, *options, *more)


def test_training_may_go_on_from_a_detector_a_file_or_a_run(
    grasp: Command, data: Path, tmp_path: Path
) -> None:
    first = tmp_path / "first"
    assert train_tiny(grasp, "pick_scorer", data, first).exit_code == 0
    assert grasp("export", first, "--out", tmp_path / "net.ts").exit_code == 0
    weights = Checkpoint.load(first / "checkpoint.pt").weights
    slow = ("learning_rate=1e-8", "weight_decay=0.0")
    for name, start in (("file", tmp_path / "net.ts"), ("run", first)):
        out = tmp_path / name
        assert train_tiny(grasp, "pick_scorer", data, out, "--start", start, *slow).exit_code == 0
        again = Checkpoint.load(out / "checkpoint.pt").weights
        torch.testing.assert_close(again["head.0.weight"], weights["head.0.weight"])
    # The shipped weights are wider than those of the preset for tests.
    wide = train_tiny(grasp, "pick_scorer", data, tmp_path / "w", "--start", "pick_scorer")
    assert wide.exit_code != 0
    assert "weights of another architecture" in wide.stderr
    lost = train_tiny(grasp, "pick_scorer", data, tmp_path / "l", "--start", "pick_scroer")
    assert lost.exit_code != 0
    assert "no detector, file or run 'pick_scroer'; installed: pick_scorer" in lost.stderr


@pytest.mark.parametrize("name", [n for n, a in ARCHITECTURES.items() if a.kind != "part"])
def test_from_data_to_a_detector(
    name: str, grasp: Command, data: Path, seen: PointCloud, tmp_path: Path
) -> None:
    trained = train_tiny(grasp, name, data, tmp_path / "run")
    assert trained.exit_code == 0, trained.stderr
    assert re.search(r"checkpoint.pt: 1 steps in \d+\.\d minutes", trained.stdout)
    exported = grasp("export", tmp_path / "run", "--out", tmp_path / "net.ts")
    assert exported.exit_code == 0, exported.stderr
    # Its last line is the entry of the list by which perception finds the file.
    (tmp_path / "models.yaml").write_text(exported.stdout.splitlines()[-1])
    detector = TorchScriptDetector("net", read_models(tmp_path)["net"])
    assert detector.metadata.architecture == name
    assert detector.metadata.gripper == "parallel_100mm"
    assert detector.metadata.metrics == Checkpoint.load(tmp_path / "run/checkpoint.pt").metrics
    gripper = load_gripper("parallel_100mm")
    found = Pipeline(PipelineParams(min_score=0.0), gripper, detector).run(seen)
    assert (found.reason == "") == (len(found.grasps) > 0)
    if detector.metadata.kind == "scorer":
        assert len(found.grasps) > 0
        assert len(np.unique(found.grasps.scores)) > 1


def test_object_balanced_sampling_needs_two_networks(
    grasp: Command, data: Path, tmp_path: Path
) -> None:
    for name in ("sbg", "instances"):
        assert train_tiny(grasp, name, data, tmp_path / name).exit_code == 0
    arguments = ("export", tmp_path / "sbg", "--out", tmp_path / "a.ts", "--variant")
    lacking = grasp(*arguments, "object_balanced")
    assert lacking.exit_code == 2
    assert "sbg object_balanced: made with no part, needs instances" in lacking.stderr
    whole = grasp(*arguments, "object_balanced", "--part", tmp_path / "instances")
    assert whole.exit_code == 0, whole.stderr
    assert "a.ts: sbg object_balanced, proposer, " in whole.stdout


@pytest.mark.parametrize(
    ("name", "more", "message"),
    [
        ("vgn", (), "architecture 'vgn'; valid: gpr, sbg, instances, "),
        ("gpr", ("depth=3",), "unknown parameter depth; valid: batch_size, "),
        ("gpr", ("epochs=0",), "epochs: 0 is not in [1, inf]"),
        ("gpr", ("--preset", "huge"), "preset 'huge' of gpr; valid: full, cpu, tiny"),
        ("gpr", ("batch_size=9",), "2 views for a batch_size of 9 in 1 processes"),
        ("gpr", ("--data", "nowhere"), "nowhere/manifest.json: missing, this is no data set"),
    ],
)
def test_bad_arguments_end_with_one_line(
    name: str, more: tuple[str, ...], message: str, grasp: Command, data: Path, tmp_path: Path
) -> None:
    result = train_tiny(grasp, name, data, tmp_path / "run", *more)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_a_run_of_another_architecture_is_refused(
    grasp: Command, data: Path, tmp_path: Path
) -> None:
    assert train_tiny(grasp, "pointnet_gpd", data, tmp_path).exit_code == 0
    other = train_tiny(grasp, "pick_scorer", data, tmp_path)
    assert other.exit_code == 2
    assert "made with architecture = 'pointnet_gpd', now it is 'pick_scorer'" in other.stderr


def test_export_of_what_is_no_run(grasp: Command, tmp_path: Path) -> None:
    result = grasp("export", tmp_path, "--out", tmp_path / "a.ts")
    assert result.exit_code == 2
    assert result.stderr == f"Error: {tmp_path / 'checkpoint.pt'}: missing\n"
