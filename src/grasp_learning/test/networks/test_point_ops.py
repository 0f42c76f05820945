from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from torch import Tensor

from grasp_learning.networks import point_ops
from grasp_learning.networks.point_ops import (
    ball_neighbors,
    box_neighbors,
    cylinder_neighbors,
    farthest_points,
    gather,
    interpolate,
    nearest_neighbors,
)

#: Points on this grid, and radii between its distances, leave rounding nothing to decide.
GRID_M = 0.01

few = settings(max_examples=25, deadline=None)


@st.composite
def clouds(draw: st.DrawFn, most: int = 40) -> Tensor:
    """Clouds (B, N, 3) on a grid; several points may coincide."""
    batch, n = draw(st.integers(1, 3)), draw(st.integers(1, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    steps = rng.integers(-8, 9, (batch, n, 3))
    return torch.as_tensor(steps * GRID_M, dtype=torch.float32)


def off_grid(steps: int) -> float:
    """Give a radius whose square lies between two multiples of the grid's square."""
    return GRID_M * float(np.sqrt(steps + 0.5))


def rotations(batch: int, m: int, seed: int) -> Tensor:
    matrices = Rotation.random(batch * m, rng=seed).as_matrix().reshape(batch, m, 3, 3)
    return torch.as_tensor(matrices, dtype=torch.float32)


def first_of(inside: np.ndarray, count: int, otherwise: int) -> tuple[list[int], list[bool]]:
    """State the rule of the neighbour functions for one center."""
    hits = np.flatnonzero(inside)[:count].tolist()
    fill = hits[0] if hits else otherwise
    return hits + [fill] * (count - len(hits)), [True] * len(hits) + [False] * (count - len(hits))


def test_gather_picks_rows_for_any_shape_of_index() -> None:
    features = torch.arange(12.0).view(2, 3, 2)
    index = torch.tensor([[[2, 0]], [[1, 1]]])
    expected = [[[[4.0, 5.0], [0.0, 1.0]]], [[[8.0, 9.0], [8.0, 9.0]]]]
    assert gather(features, index).tolist() == expected
    assert gather(features, index[:, 0, :1]).tolist() == [[[4.0, 5.0]], [[8.0, 9.0]]]


def test_farthest_points_on_a_line() -> None:
    points = torch.tensor([[[0.0, 0, 0], [1, 0, 0], [5, 0, 0], [2, 0, 0], [4, 0, 0]]])
    # 5 is the farthest from 0; then 2 (2 from 0) before 4 (1 from 5) and 1; then 1 and 4 tie.
    assert farthest_points(points, 3).tolist() == [[0, 2, 3]]


def test_farthest_points_repeat_their_order_when_more_are_asked_for_than_exist() -> None:
    points = torch.tensor([[[0.0, 0, 0], [1, 0, 0], [5, 0, 0]]])
    assert farthest_points(points, 7).tolist() == [[0, 2, 1, 0, 2, 1, 0]]


@few
@given(points=clouds(), group=st.sampled_from([4, 128]), part=st.floats(0, 1))
def test_farthest_points_equal_their_definition(points: Tensor, group: int, part: float) -> None:
    n = points.shape[1]
    count = max(1, round(part * n))
    chosen = farthest_points(points, count, group)
    for cloud, order in zip(points.double().numpy(), chosen.tolist(), strict=True):
        assert order[0] == 0
        assert len(set(order)) == count
        for i in range(1, count):
            to_chosen = np.linalg.norm(cloud[:, None] - cloud[order[:i]], axis=2).min(axis=1)
            assert to_chosen[order[i]] == pytest.approx(to_chosen.max(), abs=1e-4)


@few
@given(points=clouds(), centers=clouds(10), steps=st.integers(0, 40), count=st.integers(1, 12))
def test_ball_neighbors_equal_their_definition(
    points: Tensor, centers: Tensor, steps: int, count: int
) -> None:
    centers = centers[:1].expand(len(points), -1, -1)
    index = ball_neighbors(points, centers, off_grid(steps), count)
    for b in range(len(points)):
        distances = torch.cdist(centers[b].double(), points[b].double()).numpy()
        for row, found in zip(distances, index[b].tolist(), strict=True):
            inside = row < off_grid(steps)
            if inside.any():
                assert found == first_of(inside, count, -1)[0]
            else:
                assert len(set(found)) == 1
                assert row[found[0]] == pytest.approx(row.min(), abs=1e-6)


@few
@given(points=clouds(), queries=clouds(10), count=st.integers(1, 40))
def test_nearest_neighbors_equal_their_definition(
    points: Tensor, queries: Tensor, count: int
) -> None:
    queries = queries[:1].expand(len(points), -1, -1)
    count = min(count, points.shape[1])
    distances, index = nearest_neighbors(points, queries, count)
    slow = torch.cdist(queries.double(), points.double())
    expected = slow.sort(dim=2).values[:, :, :count]
    np.testing.assert_allclose(distances.numpy(), expected.numpy(), atol=1e-6)
    np.testing.assert_allclose(slow.gather(2, index).numpy(), expected.numpy(), atol=1e-6)
    for chosen in index.flatten(0, 1).tolist():
        assert len(set(chosen)) == count


def test_interpolation_weighs_by_inverse_distance() -> None:
    points = torch.tensor([[[0.0, 0, 0], [3, 0, 0], [0, 0, 9]]])
    features = torch.tensor([[[6.0, 0], [0, 3], [100, 100]]])
    queries = torch.tensor([[[1.0, 0, 0], [0, 0, 9]]])
    # At x = 1 the distances 1 and 2 give the weights 2/3 and 1/3; at a point its own feature.
    expected = [[[4.0, 1.0], [100.0, 100.0]]]
    assert interpolate(features, points, queries, 2).allclose(torch.tensor(expected), atol=1e-4)


def test_interpolation_has_gradients_for_features() -> None:
    features = torch.ones((1, 4, 2), requires_grad=True)
    points = torch.rand((1, 4, 3), generator=torch.Generator().manual_seed(0))
    interpolate(features, points, points.mean(1, keepdim=True), 4).sum().backward()
    assert features.grad is not None
    assert features.grad.sum().item() == pytest.approx(2.0)  # weights sum to one per channel


@few
@given(points=clouds(), seed=st.integers(0, 1000), count=st.integers(1, 12))
def test_cylinder_neighbors_equal_their_definition(points: Tensor, seed: int, count: int) -> None:
    centers = points[:, :3] + 0.0013
    frames = rotations(len(points), centers.shape[1], seed)
    index, mask = cylinder_neighbors(points, centers, frames, 0.0517, -0.0321, 0.0623, count)
    for b in range(len(points)):
        for m in range(centers.shape[1]):
            local = (points[b] - centers[b, m]).double() @ frames[b, m].double()
            x, y, z = local.numpy().T
            inside = (y**2 + z**2 < 0.0517**2) & (x > -0.0321) & (x < 0.0623)
            expected, valid = first_of(inside, count, 0)
            assert index[b, m].tolist() == expected
            assert mask[b, m].tolist() == valid


@few
@given(points=clouds(), seed=st.integers(0, 1000), count=st.integers(1, 12))
def test_box_neighbors_equal_their_definition(points: Tensor, seed: int, count: int) -> None:
    centers = points[:, :3] + 0.0013
    frames = rotations(len(points), centers.shape[1], seed)
    rng = np.random.default_rng(seed)
    low = torch.as_tensor(rng.uniform(-0.08, 0, centers.shape), dtype=torch.float32)
    high = torch.as_tensor(rng.uniform(0, 0.08, centers.shape), dtype=torch.float32)
    index, mask = box_neighbors(points, centers, frames, low, high, count)
    for b in range(len(points)):
        for m in range(centers.shape[1]):
            local = (points[b] - centers[b, m]).double() @ frames[b, m].double()
            inside = ((low[b, m] < local) & (local < high[b, m])).all(dim=1).numpy()
            expected, valid = first_of(inside, count, 0)
            assert index[b, m].tolist() == expected
            assert mask[b, m].tolist() == valid


def test_memory_is_bounded_by_blocks_and_blocks_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = torch.rand((2, 50, 3), generator=torch.Generator().manual_seed(0))
    frames = rotations(2, 50, 1)
    corner = torch.full((2, 50, 3), 0.3)
    whole = [
        ball_neighbors(points, points, 0.2, 5),
        *nearest_neighbors(points, points, 4),
        *cylinder_neighbors(points, points, frames, 0.2, -0.1, 0.3, 6),
        *box_neighbors(points, points, frames, -corner, corner, 6),
    ]
    monkeypatch.setattr(point_ops, "block_rows", lambda *_: 7)
    blocks = [
        ball_neighbors(points, points, 0.2, 5),
        *nearest_neighbors(points, points, 4),
        *cylinder_neighbors(points, points, frames, 0.2, -0.1, 0.3, 6),
        *box_neighbors(points, points, frames, -corner, corner, 6),
    ]
    assert all(torch.equal(a, b) for a, b in zip(whole, blocks, strict=True))


def test_scripted_functions_equal_eager_ones() -> None:
    points = torch.rand((2, 61, 3), generator=torch.Generator().manual_seed(0))
    centers, frames = points[:, :9], rotations(2, 9, 1)
    corner = torch.full((2, 9, 3), 0.3)
    calls = [
        (gather, (points, torch.arange(8).view(2, 2, 2))),
        (farthest_points, (points, 30)),
        (ball_neighbors, (points, centers + 3.0, 0.2, 5)),
        (ball_neighbors, (points, centers, 0.2, 5)),
        (nearest_neighbors, (points, centers, 4)),
        (interpolate, (points, points, centers, 3)),
        (cylinder_neighbors, (points, centers, frames, 0.2, -0.1, 0.3, 6)),
        (box_neighbors, (points, centers, frames, -corner, corner, 6)),
    ]
    for function, arguments in calls:
        scripted, eager = torch.jit.script(function)(*arguments), function(*arguments)
        if isinstance(eager, Tensor):
            scripted, eager = (scripted,), (eager,)
        for a, b in zip(scripted, eager, strict=True):
            assert torch.equal(a, b), function.__name__
