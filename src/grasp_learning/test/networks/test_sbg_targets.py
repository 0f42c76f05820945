from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from grasp_learning.networks.grasp_grid import GraspGrid
from grasp_learning.networks.sbg_targets import (
    FILLER,
    NEAR_ANGLE_RAD,
    NEAR_M,
    GraspLabels,
    OperationTargets,
    SeedTargets,
    find_pairs,
    operation_targets,
    seed_targets,
)

GRID = GraspGrid()
#: A view, an angle and a depth of the grid.
VIEW, ANGLE, DEPTH = 40, 3, 1
SEED = torch.tensor([[[0.1, -0.2, 0.05]]])


def label(offset: Tensor | None = None, instance: int = 1) -> GraspLabels:
    """The grasp VIEW, ANGLE, DEPTH of SEED, moved by `offset` in its own frame; 3 cm wide."""
    rotation = GRID.rotations[VIEW, ANGLE]
    origin = SEED[0, 0] + GRID.depths[DEPTH] * rotation[:, 0]
    if offset is not None:
        origin = origin + rotation @ offset
    return GraspLabels(
        rotation[None, None], origin[None, None], torch.tensor([[0.03]]), torch.tensor([[0.6]]),
        torch.tensor([[0.9]]), torch.tensor([[instance]]),
    )  # fmt: skip


def targets(
    seeds: Tensor, instances: Tensor, labels: GraspLabels, views: Tensor
) -> tuple[SeedTargets, OperationTargets]:
    pairs = find_pairs(seeds, instances, labels, GRID)
    shape = (seeds.shape[0], seeds.shape[1])
    return (
        seed_targets(pairs, labels, GRID, shape),
        operation_targets(pairs, labels, GRID, views, 0.1),
    )


def of_one(labels: GraspLabels, instance: int = 1) -> tuple[SeedTargets, OperationTargets]:
    return targets(SEED, torch.tensor([[instance]]), labels, torch.tensor([[VIEW]]))


def test_a_label_on_the_grid_is_the_target_of_its_place() -> None:
    seed, operation = of_one(label())
    assert seed.widths[0, 0] == pytest.approx(0.03)
    assert seed.graspable.all()
    assert seed.views[0, 0, VIEW] == pytest.approx(0.6)
    assert operation.scores.nonzero().tolist() == [[0, 0, DEPTH, ANGLE]]
    place = (0, 0, DEPTH, ANGLE)
    assert operation.scores[place] == pytest.approx(0.6)
    assert operation.widths[place] == pytest.approx(0.03)
    assert operation.tolerances[place] == pytest.approx(0.9)


def test_only_views_within_fifteen_degrees_have_it() -> None:
    seed, _ = of_one(label())
    cosines = GRID.approaches @ GRID.approaches[VIEW]
    assert torch.equal(seed.views[0, 0] > 0, cosines > math.cos(math.radians(15)))
    assert 3 <= (seed.views > 0).sum() <= 8


def test_a_grasp_beside_its_label_opens_wider() -> None:
    _, operation = of_one(label(torch.tensor([0.0, 0.004, 0.0])))
    assert operation.widths[0, 0, DEPTH, ANGLE] == pytest.approx(0.038)
    _, operation = of_one(label(torch.tensor([0.0, 0.0, 0.004])))  # along the pads
    assert operation.widths[0, 0, DEPTH, ANGLE] == pytest.approx(0.03)


def test_the_width_ends_at_the_largest() -> None:
    wide = label(torch.tensor([0.0, 0.004, 0.0]))._replace(widths=torch.tensor([[0.095]]))
    _, operation = of_one(wide)
    assert operation.widths.max() == pytest.approx(0.1)


def test_a_label_between_two_depths_belongs_to_both() -> None:
    _, operation = of_one(label(torch.tensor([0.005, 0.0, 0.0])))
    assert operation.scores[0, 0, :, ANGLE].nonzero().flatten().tolist() == [DEPTH, DEPTH + 1]


@pytest.mark.parametrize(
    ("labels", "instance"),
    [
        (label(instance=2), 1),
        (label(instance=FILLER), 1),
        (label(instance=1), 0),
        (label(torch.tensor([0.0, 0.018, 0.0])), 1),  # farther than a tilted approach reaches
        (label(torch.tensor([0.035, 0.0, 0.0])), 1),  # deeper than the deepest
    ],
    ids=["other object", "filler", "background", "beside", "too deep"],
)
def test_a_label_elsewhere_is_no_target(labels: GraspLabels, instance: int) -> None:
    seed, operation = of_one(labels, instance)
    assert not seed.graspable.any()
    assert not seed.views.any()
    assert not operation.scores.any()


def test_a_label_beside_one_view_is_a_target_of_another() -> None:
    seed, operation = of_one(label(torch.tensor([0.0, NEAR_M * 1.01, 0.0])))
    assert not operation.scores.any()
    assert not seed.views[0, 0, VIEW]
    assert seed.views.any()


def test_of_two_labels_the_better_counts() -> None:
    one = label()
    both = GraspLabels(*(torch.cat([part, part], dim=1) for part in one))
    both = both._replace(scores=torch.tensor([[0.6, 0.7]]), widths=torch.tensor([[0.03, 0.02]]))
    seed, operation = of_one(both)
    assert seed.widths[0, 0] == pytest.approx(0.02)
    assert operation.scores.max() == pytest.approx(0.7)
    assert operation.widths.max() == pytest.approx(0.02)


def random_scene(seed: int) -> tuple[Tensor, Tensor, GraspLabels]:
    """Two clouds with 6 seeds and 8 labels each, near each other."""
    generator = torch.Generator().manual_seed(seed)
    seeds = 0.02 * torch.rand((2, 6, 3), generator=generator)
    instances = torch.randint(0, 3, (2, 6), generator=generator)
    view = torch.randint(300, (2, 8), generator=generator)
    angle = torch.randint(12, (2, 8), generator=generator)
    rotations = GRID.rotations[view, angle]
    tilt = torch.linalg.qr(
        torch.eye(3) + 0.2 * torch.randn((2, 8, 3, 3), generator=generator)
    ).Q  # columns up to sign: of both signs no harm, labels need not be near a view
    rotations = tilt @ rotations
    depth = 0.045 * torch.rand((2, 8, 1), generator=generator)
    origins = 0.02 * torch.rand((2, 8, 3), generator=generator) + depth * rotations[..., 0]
    widths, scores, tolerances = 0.01 + 0.09 * torch.rand((3, 2, 8), generator=generator)
    numbers = torch.randint(-1, 3, (2, 8), generator=generator)
    numbers[numbers == 0] = FILLER
    return (
        seeds,
        instances,
        GraspLabels(rotations, origins, widths, scores * 10, tolerances * 10, numbers),
    )


@settings(max_examples=3)
@given(st.integers(0, 2**31))
def test_equals_the_definition_one_grasp_and_one_label_at_a_time(number: int) -> None:
    seeds, instances, labels = random_scene(number)
    views = torch.randint(300, (2, 6), generator=torch.Generator().manual_seed(number))
    # Some of the views are those of a label.
    facing = (labels.rotations[..., 0] @ GRID.approaches.T).argmax(dim=2)
    views[:, :4] = facing[:, :4]
    seed, operation = targets(seeds, instances, labels, views)
    for b in range(2):
        for s in range(6):
            cells: dict[tuple[int, int, int], list[tuple[float, float, float]]] = {}
            best = (0.0, 0.0)
            for g in (labels.instances[b] == instances[b, s]).nonzero().flatten().tolist():
                rotation, origin = labels.rotations[b, g], labels.positions[b, g]
                angles = torch.acos((GRID.approaches @ rotation[:, 0]).clamp(-1, 1))
                for view in (angles < NEAR_ANGLE_RAD).nonzero().flatten().tolist():
                    cosines = (GRID.rotations[view, :, :, 1] @ rotation[:, 1]).abs()
                    angle = int(cosines.argmax())
                    frame = GRID.rotations[view, angle]
                    for d, depth in enumerate(GRID.depths):
                        aside = seeds[b, s] + depth * frame[:, 0] - origin
                        if aside.norm() >= NEAR_M:
                            continue
                        score, width = float(labels.scores[b, g]), float(labels.widths[b, g])
                        wider = min(width + 2 * abs(float(aside @ frame[:, 1])), 0.1)
                        entry = (score, wider, float(labels.tolerances[b, g]))
                        cells.setdefault((view, d, angle), []).append(entry)
                        best = max(best, (score, width))
            assert seed.widths[b, s] == pytest.approx(best[1], abs=1e-6)
            for view in range(300):
                scores = [e[0] for (v, _, _), es in cells.items() if v == view for e in es]
                assert seed.views[b, s, view] == pytest.approx(max(scores, default=0), abs=1e-6)
            expected = torch.zeros((3, 4, 12))
            for (view, d, angle), entries in cells.items():
                if view == views[b, s]:
                    expected[:, d, angle] = torch.tensor(max(entries))
            actual = torch.stack([part[b, s] for part in operation])
            torch.testing.assert_close(actual, expected, atol=1e-5, rtol=1e-5)


@settings(max_examples=30)
@given(st.integers(0, 2**31))
def test_the_best_operation_of_a_view_is_the_target_of_the_view(number: int) -> None:
    seeds, instances, labels = random_scene(number)
    pairs = find_pairs(seeds, instances, labels, GRID)
    of_seeds = seed_targets(pairs, labels, GRID, (2, 6))
    views = of_seeds.views.argmax(dim=2)
    operation = operation_targets(pairs, labels, GRID, views, 0.1)
    torch.testing.assert_close(operation.scores.flatten(2).amax(dim=2), of_seeds.views.amax(dim=2))


@settings(max_examples=30)
@given(st.integers(0, 2**31))
def test_a_gripper_turned_by_half_gives_the_same_targets(number: int) -> None:
    seeds, instances, labels = random_scene(number)
    views = (labels.rotations[..., 0] @ GRID.approaches.T).argmax(dim=2)[:, :6]
    turned = labels._replace(rotations=labels.rotations * torch.tensor([1.0, -1.0, -1.0]))
    for before, after in zip(
        targets(seeds, instances, labels, views),
        targets(seeds, instances, turned, views),
        strict=True,
    ):
        for name, part in before._asdict().items():
            torch.testing.assert_close(getattr(after, name), part)


@settings(max_examples=30)
@given(st.integers(0, 2**31))
def test_turning_scene_and_labels_about_z_keeps_score_and_scale_of_a_seed(number: int) -> None:
    # On the line of approach and not deep, a label is near the grid however the lattice lies.
    _, _, labels = random_scene(number)
    seeds, instances = torch.zeros((2, 1, 3)), torch.ones((2, 1), dtype=torch.int64)
    depths = GRID.depths[torch.arange(8) % 2].view(1, 8, 1)
    labels = labels._replace(positions=depths * labels.rotations[..., 0])
    labels.instances[:] = 1
    angle = number % 628 / 100
    cosine, sine = math.cos(angle), math.sin(angle)
    turn = torch.tensor([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    turned = labels._replace(rotations=turn @ labels.rotations, positions=labels.positions @ turn.T)
    best = labels.scores.argmax(dim=1, keepdim=True)
    for there in (labels, turned):
        pairs = find_pairs(seeds, instances, there, GRID)
        found = seed_targets(pairs, there, GRID, (2, 1))
        assert torch.equal(found.views.amax(dim=2), labels.scores.gather(1, best))
        assert torch.equal(found.widths, labels.widths.gather(1, best))


def test_pairs_of_some_seeds_in_their_order() -> None:
    seeds, instances, labels = random_scene(5)
    instances[:], labels.instances[:] = 1, 1
    chosen = torch.tensor([[5, 0], [2, 3]])
    views = (labels.rotations[..., 0] @ GRID.approaches.T).argmax(dim=2)[:, :6]
    pairs = find_pairs(seeds, instances, labels, GRID)
    every = operation_targets(pairs, labels, GRID, views, 0.1)
    some = operation_targets(pairs.at(chosen, 6), labels, GRID, views.gather(1, chosen), 0.1)
    assert every.scores.any()
    for name, part in every._asdict().items():
        expected = torch.stack([part[b, chosen[b]] for b in range(2)])
        assert torch.equal(getattr(some, name), expected)
