from __future__ import annotations

import dataclasses
import hashlib
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from grasp_core.cloud import PointCloud
from grasp_core.errors import ModelFileError
from grasp_core.gripper import Gripper
from grasp_core.model_metadata import METADATA_NAME, ModelMetadata
from grasp_core.nms import nms
from grasp_core.point_grid import PointGrid
from grasp_core.transforms import transform, transform_points
from grasp_perception.detector import DetectionContext
from grasp_perception.detectors import DETECTORS, load_detector
from grasp_perception.geometric.antipodal import AntipodalDetector
from grasp_perception.gripper_files import load_gripper
from grasp_perception.local_search import BEAM, MOVES, neighbors
from grasp_perception.model_files import ModelFile
from grasp_perception.pipeline import Pipeline, PipelineParams
from grasp_perception.torchscript import TorchScriptDetector

METADATA = ModelMetadata(
    architecture="test",
    variant="",
    kind="proposer",
    points=500,
    margin_m=0.05,
    voxel_m=0.0,
    params={},
    gripper="parallel_100mm",
    data_digest="d1",
    metrics={},
    commit="c1",
    trained_sec=0.0,
    licence="Apache-2.0",
)
#: Depth of the fingertips below the highest point.
DEPTH_M = 0.03


class TopProposer(nn.Module):
    """Proposes a grasp at the highest points, closing along x, and one a metre above."""

    def forward(self, points: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        top = points[points[:, 2] < points[:, 2].min() + 0.005].mean(dim=0)
        down = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
        positions = torch.stack([top, top])
        positions[0, 2] += 0.03
        positions[1, 2] -= 1.0
        widths = torch.tensor([0.2, 0.05])
        return torch.stack([down, down]), positions, widths, torch.tensor([0.75, 0.9])


class HeightScorer(nn.Module):
    """Prefers grasps that are near to the highest point, 10 cm at most."""

    def forward(
        self, points: Tensor, rotations: Tensor, positions: Tensor, widths: Tensor
    ) -> Tensor:
        below = positions[:, 2] - points[:, 2].min()
        return (1 - below / 0.1).clamp(0, 1) * (rotations[:, 2, 0] > 0.3) * (widths > 0)


class Failing(nn.Module):
    """Returns NaN on request, or fails."""

    def __init__(self, nan: bool) -> None:
        super().__init__()
        self.nan = nan

    def forward(self, points: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        if not self.nan:
            points = points.reshape(7, 11, 13, 17)
        one = torch.ones(1)
        return torch.eye(3).unsqueeze(0), points[:1] * float("nan"), 0.05 * one, one


def write_model(path: Path, module: nn.Module, **changes: object) -> ModelFile:
    stream = io.BytesIO()
    metadata = dataclasses.replace(METADATA, **changes).to_json()
    torch.jit.save(torch.jit.script(module), stream, _extra_files={METADATA_NAME: metadata})
    return written(path, stream.getvalue())


def written(path: Path, content: bytes) -> ModelFile:
    path.write_bytes(content)
    return ModelFile(path, hashlib.sha256(content).hexdigest())


@pytest.fixture
def gripper() -> Gripper:
    return load_gripper("parallel_100mm")


@pytest.fixture(scope="module")
def scene(see_scene: Callable[..., PointCloud]) -> PointCloud:
    """A block of 4 by 4 by 6 cm beside a lower and longer one."""
    return see_scene(boxes=[(0.0, 0.0, 0.04, 0.04, 0.06), (0.12, 0.0, 0.04, 0.12, 0.03)])


def context_of(cloud: PointCloud, axis: tuple[float, ...] = (0.0, 0.0, 1.0)) -> DetectionContext:
    grid, rng = PointGrid.from_cloud(cloud), np.random.default_rng(0)
    return DetectionContext(grid, grid, grid, None, np.array(axis), 1.0, 0.05, 0, rng)


def above(cloud: PointCloud, depth_m: float) -> PointCloud:
    return cloud.select(cloud.points[:, 2] < depth_m)


def test_a_proposer_through_the_pipeline(
    tmp_path: Path, gripper: Gripper, scene: PointCloud
) -> None:
    file = write_model(tmp_path / "a.ts", TopProposer())
    detector = TorchScriptDetector("top", file)
    assert (detector.name, detector.checksum) == ("top", file.sha256)
    assert detector.approximate
    assert detector.reaches_support
    found = Pipeline(PipelineParams(), gripper, detector).run(scene)
    # The grasp a metre above holds nothing; the other opens as wide as the gripper can.
    assert len(found.grasps) == 1
    # The block's top is 44 cm below the camera; the network sees some of its points.
    np.testing.assert_allclose(found.grasps.positions[0], [0.0, 0.0, 0.44 + DEPTH_M], atol=4e-3)
    np.testing.assert_allclose(found.grasps.approach[0], [0.0, 0.0, 1.0], atol=1e-2)
    assert found.grasps.widths[0] == gripper.max_width
    assert found.grasps.scores[0] == 0.75


def test_grasps_follow_the_cloud(tmp_path: Path, gripper: Gripper, scene: PointCloud) -> None:
    """In another frame, with the same axis there, the grasps are the same."""
    detector = TorchScriptDetector("top", write_model(tmp_path / "a.ts", TopProposer(), points=0))
    objects = above(scene, 0.48)
    here = detector.detect(objects, gripper, context_of(scene))
    R = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    T = transform(R, [0.3, -0.2, 0.5])
    there = detector.detect(
        objects.transformed(T, "base"), gripper, context_of(scene.transformed(T, "base"), R[:, 2])
    )
    assert (len(here), there.frame_id) == (1, "base")
    np.testing.assert_allclose(there.positions, transform_points(T, here.positions), atol=1e-5)
    np.testing.assert_allclose(there.approach, here.approach @ R.T, atol=1e-6)


def test_one_seed_gives_one_result(tmp_path: Path, gripper: Gripper, scene: PointCloud) -> None:
    detector = TorchScriptDetector("top", write_model(tmp_path / "a.ts", TopProposer()))
    first, second = (Pipeline(PipelineParams(), gripper, detector).run(scene) for _ in range(2))
    np.testing.assert_array_equal(first.grasps.positions, second.grasps.positions)


def test_a_scorer_scores_the_geometric_candidates(
    tmp_path: Path, gripper: Gripper, scene: PointCloud
) -> None:
    file = write_model(tmp_path / "a.ts", HeightScorer(), kind="scorer", points=0)
    detector = TorchScriptDetector("height", file)
    objects = above(scene, 0.48)
    grasps = detector.detect(objects, gripper, context_of(scene))
    context = context_of(scene)
    candidates = AntipodalDetector().detect(objects, gripper, context)
    candidates = candidates[context.free(candidates, gripper)]
    candidates = candidates[nms(candidates, 0.005, 256)]
    assert len(grasps) == len(candidates) > 10
    np.testing.assert_array_equal(grasps.rotations, candidates.rotations)
    # The camera looks along the preferred approach, so that depths are heights.
    below = candidates.positions[:, 2] - scene.points[:, 2].min()
    steep = candidates.approach[:, 2] > 0.3
    expected = np.clip(1 - below / 0.1, 0, 1) * steep
    np.testing.assert_allclose(grasps.scores, expected, atol=1e-4)
    assert len(set(grasps.scores.tolist())) > 5
    found = Pipeline(PipelineParams(max_grasps=1000), gripper, detector).run(scene).grasps
    assert 1 < len(found) < len(candidates)
    assert found.scores.min() >= detector.least_score == 0.5  # what rather fails is not offered


def test_a_scorer_that_searches_tries_the_grasps_around_its_best(
    tmp_path: Path, gripper: Gripper, scene: PointCloud
) -> None:
    """This scorer prefers what is higher: round by round the best gets there."""
    scorer = {"kind": "scorer", "points": 0}
    plain = TorchScriptDetector("a", write_model(tmp_path / "a.ts", HeightScorer(), **scorer))
    file = write_model(tmp_path / "b.ts", HeightScorer(), local_search=True, **scorer)
    searching = TorchScriptDetector("b", file)
    assert (plain.reaches_support, searching.reaches_support) == (False, True)
    assert not plain.approximate
    assert not searching.approximate
    objects, context = above(scene, 0.48), context_of(scene)
    before = plain.detect(objects, gripper, context)
    after = searching.detect(objects, gripper, context_of(scene))
    np.testing.assert_array_equal(after.positions[: len(before)], before.positions)
    np.testing.assert_array_equal(after.scores[: len(before)], before.scores)
    tried = after[len(before) :]
    first = neighbors(before.ranked()[: BEAM[0]], gripper)
    first = first[context.in_cone(first) & context.free(first, gripper)]
    np.testing.assert_array_equal(tried.positions[: len(first)], first.positions)
    assert len(first) < len(tried) <= len(MOVES) * sum(BEAM)
    assert context.free(tried, gripper).all()
    assert context.in_cone(tried).all()
    assert after.scores.max() > tried.scores[: len(first)].max() > before.scores.max()


def test_a_calibrated_scorer_offers_what_is_worth_an_attempt(tmp_path: Path) -> None:
    file = write_model(tmp_path / "a.ts", HeightScorer(), kind="scorer")
    told = {"calibration_views": 100.0}
    calibrated = write_model(tmp_path / "b.ts", HeightScorer(), kind="scorer", metrics=told)
    assert TorchScriptDetector("a", file).least_score == 0.5
    assert TorchScriptDetector("b", calibrated).least_score == 0.4


def test_no_objects_give_no_grasps(tmp_path: Path, gripper: Gripper, scene: PointCloud) -> None:
    for kind, module in (("proposer", TopProposer()), ("scorer", HeightScorer())):
        file = write_model(tmp_path / "a.ts", module, kind=kind)
        detector = TorchScriptDetector("a", file)
        assert len(detector.detect(above(scene, 0.0), gripper, context_of(scene))) == 0
        # Three points are no surface; nothing can be between pads that are a metre away.
        few = above(scene, 0.45).select(np.arange(3))
        assert len(detector.detect(few, gripper, context_of(scene))) <= 1


def test_a_file_of_another_checksum_is_not_opened(tmp_path: Path) -> None:
    file = write_model(tmp_path / "a.ts", TopProposer())
    other = ModelFile(file.path, 64 * "0")
    message = f"a.ts: its sha256 is {file.sha256}, expected {64 * '0'}; the file is not loaded"
    with pytest.raises(ModelFileError, match=message):
        TorchScriptDetector("a", other)
    file.path.write_bytes(file.path.read_bytes() + b"x")
    with pytest.raises(ModelFileError, match=f"expected {file.sha256}; the file is not loaded"):
        TorchScriptDetector("a", file)


def test_files_that_are_no_models(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"none.ts: No such file"):
        TorchScriptDetector("a", ModelFile(tmp_path / "none.ts", 64 * "0"))
    whole = write_model(tmp_path / "a.ts", TopProposer()).path.read_bytes()
    for content in (b"", b"text", whole[: len(whole) // 2]):
        with pytest.raises(ModelFileError, match=r"b.ts: not a TorchScript file"):
            TorchScriptDetector("a", written(tmp_path / "b.ts", content))


def test_metadata_that_are_missing_or_wrong(tmp_path: Path) -> None:
    stream = io.BytesIO()
    torch.jit.save(torch.jit.script(TopProposer()), stream)
    file = written(tmp_path / "bare.ts", stream.getvalue())
    with pytest.raises(ModelFileError, match=r"bare.ts: lacks metadata.json; make the file with"):
        TorchScriptDetector("a", file)
    stream = io.BytesIO()
    extra = {METADATA_NAME: METADATA.to_json().replace('"proposer"', '"judge"')}
    torch.jit.save(torch.jit.script(TopProposer()), stream, _extra_files=extra)
    file = written(tmp_path / "judge.ts", stream.getvalue())
    with pytest.raises(ModelFileError, match=r"judge.ts: metadata: kind 'judge'; valid"):
        TorchScriptDetector("a", file)


@pytest.mark.parametrize(
    ("nan", "message"),
    [(True, r"a.ts: gives no grasps: positions: value"), (False, r"a.ts: the network fails")],
)
def test_a_network_that_misbehaves_is_named(
    nan: bool, message: str, tmp_path: Path, gripper: Gripper, scene: PointCloud
) -> None:
    detector = TorchScriptDetector("a", write_model(tmp_path / "a.ts", Failing(nan)))
    with pytest.raises(ModelFileError, match=message):
        detector.detect(above(scene, 0.48), gripper, context_of(scene))


def test_a_model_loads_without_the_training_package(tmp_path: Path) -> None:
    file = write_model(tmp_path / "a.ts", TopProposer())
    program = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(('grasp_learning', 'grasp_sim', 'mujoco')))\n"
        "from pathlib import Path\n"
        "from grasp_perception.detectors import load_detector\n"
        "from grasp_perception.model_files import ModelFile\n"
        "print(load_detector('a', ModelFile(Path(sys.argv[1]), sys.argv[2])).metadata.kind)"
    )
    command = [sys.executable, "-c", program, str(file.path), file.sha256]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.stdout == "proposer\n", done.stderr


def test_the_geometric_detector_needs_no_torch() -> None:
    program = (
        "import sys\nsys.modules['torch'] = None\n"
        "from grasp_perception.detectors import DETECTORS\n"
        "print(DETECTORS['antipodal']().name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "antipodal\n", done.stderr


def test_without_torch_a_network_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_model(tmp_path / "a.ts", TopProposer())
    monkeypatch.delitem(sys.modules, "grasp_perception.torchscript")
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ModelFileError, match=r"detector top needs PyTorch .* or choose antipodal"):
        load_detector("top", file)


def test_a_detector_is_loaded_by_its_name(tmp_path: Path) -> None:
    assert "antipodal" in DETECTORS
    assert load_detector("top", write_model(tmp_path / "a.ts", TopProposer())).name == "top"
