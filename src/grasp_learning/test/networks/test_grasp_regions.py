from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from grasp_learning.networks.grasp_regions import crop_regions

#: x of the grasp along z of the scene, y along x.
DOWN = torch.tensor([[[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]])


def box(n: int, half: float) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.full((n, 3), -half), torch.full((n, 3), half)


def test_a_point_is_given_in_the_grasp_frame() -> None:
    points = torch.tensor([[5.0, 5.0, 5.0], [1.0, 2.0, 3.1]])
    local, index, inside = crop_regions(
        points, DOWN, torch.tensor([[1.0, 2.0, 3.0]]), *box(1, 0.2), count=3
    )
    torch.testing.assert_close(local[0, 0], torch.tensor([0.1, 0.0, 0.0]))
    assert index[0, 0] == 1
    assert inside.tolist() == [[True, False, False]]
    assert not local[0, 1:].any()


def test_of_too_many_the_first_are_taken() -> None:
    points = torch.zeros((5, 3))
    _, index, inside = crop_regions(points, DOWN, torch.zeros((1, 3)), *box(1, 1.0), count=2)
    assert index.tolist() == [[0, 1]]
    assert inside.all()


def test_no_grasps_give_empty_regions() -> None:
    local, index, inside = crop_regions(
        torch.zeros((4, 3)), torch.zeros((0, 3, 3)), torch.zeros((0, 3)), *box(0, 1.0), count=2
    )
    assert (local.shape, index.shape, inside.shape) == ((0, 2, 3), (0, 2), (0, 2))


@given(st.integers(0, 2**31), st.integers(1, 150), st.integers(1, 40))
def test_equals_one_grasp_and_one_point_at_a_time(seed: int, grasps: int, count: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    points = torch.rand((30, 3), generator=generator)
    rotations = torch.linalg.qr(torch.randn((grasps, 3, 3), generator=generator)).Q
    positions = torch.rand((grasps, 3), generator=generator)
    high = torch.rand((grasps, 3), generator=generator)
    local, index, inside = crop_regions(points, rotations, positions, -high, high, count)
    for i in range(grasps):
        expected = []
        for k, point in enumerate(points):
            there = rotations[i].T @ (point - positions[i])
            if (there.abs() < high[i]).all():
                expected.append((k, there))
        expected = expected[:count]
        assert inside[i].sum() == len(expected)
        assert index[i][inside[i]].tolist() == [k for k, _ in expected]
        for row, (_, there) in zip(local[i], expected, strict=False):
            torch.testing.assert_close(row, there, atol=1e-5, rtol=0)
