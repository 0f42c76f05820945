from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from grasp_learning.networks.bin_regression import BinRegression, Bins

QUANTITIES = (Bins(-0.06, 0.01, 12), Bins(0.0, math.pi / 6, 12), Bins(0.0, 0.005, 20))


def perfect_codes(regression: BinRegression, values: Tensor) -> Tensor:
    """Codes that say exactly these values (K, Q), and are sure of it."""
    bins, residuals = regression.encode(values)
    codes = torch.zeros((len(values), regression.channels))
    for code, number, residual in zip(
        codes.split(regression.lengths, dim=1), bins.T, residuals.T, strict=True
    ):
        logits, predicted = code.chunk(2, dim=1)
        logits.scatter_(1, number[:, None], 50.0)
        predicted.scatter_(1, number[:, None], residual[:, None])
    return codes


def test_encoding_by_hand() -> None:
    regression = BinRegression((Bins(-0.06, 0.01, 12), Bins(0.0, 0.005, 20)))
    bins, residuals = regression.encode(torch.tensor([[0.0024, 0.0125], [-0.0575, 0.0]]))
    # 0.0624 from the start is bin 6, whose middle is 0.065; 12.5 mm is the middle of bin 2.
    assert bins.tolist() == [[6, 2], [0, 0]]
    assert residuals.tolist() == [
        pytest.approx([-0.26, 0.0], abs=1e-5),
        pytest.approx([-0.25, -0.5], abs=1e-5),
    ]


def test_values_beyond_the_bins_belong_to_those_at_the_ends() -> None:
    bins, residuals = BinRegression((Bins(0.0, 1.0, 4),)).encode(torch.tensor([[-1.0], [5.0]]))
    assert bins.tolist() == [[0], [3]]
    assert residuals.tolist() == [[-1.5], [1.5]]


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(
            *(st.floats(b.start - 0.1, b.start + b.size * b.count + 0.1) for b in QUANTITIES)
        ),
        min_size=1,
        max_size=5,
    )
)
def test_decoding_inverts_encoding(rows: list[tuple[float, ...]]) -> None:
    regression = BinRegression(QUANTITIES)
    values = torch.tensor(rows)
    decoded = regression.decode(perfect_codes(regression, values))
    torch.testing.assert_close(decoded, values, atol=2e-6, rtol=1e-6)


def test_residuals_are_in_half_a_bin_inside() -> None:
    values = torch.linspace(0.0, 0.0999, 500)[:, None]
    residuals = BinRegression((Bins(0.0, 0.005, 20),)).encode(values)[1]
    assert residuals.abs().max() <= 0.5 + 1e-4


def test_loss_by_hand() -> None:
    regression = BinRegression((Bins(0.0, 1.0, 2), Bins(0.0, 1.0, 1)))
    # Logits of two bins, their residuals; one bin, its residual.
    codes = torch.tensor([[0.0, math.log(3.0), 9.0, 0.3, 7.0, 2.0]])
    values = torch.tensor([[1.6, 0.5]])
    # Bin 1 has probability 3/4 and residual 0.1; of one bin nothing is to be said.
    expected = -math.log(0.75) + 0.5 * 0.2**2 + 0.0 + (2.0 - 0.5)
    assert regression.loss(codes, values).tolist() == pytest.approx([expected])


def test_a_perfect_code_has_no_loss_and_no_codes_have_none() -> None:
    regression = BinRegression(QUANTITIES)
    values = torch.tensor([[0.01, 1.0, 0.04]])
    assert regression.loss(perfect_codes(regression, values), values).item() < 1e-6
    none = regression.loss(torch.zeros((0, regression.channels)), torch.zeros((0, 3)))
    assert none.shape == (0,)
