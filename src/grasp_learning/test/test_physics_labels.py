from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grasp_learning.physics_labels import (
    Estimate,
    by_rank,
    ranking,
    rate,
    regression_scores,
)


def area(scores: np.ndarray, held: np.ndarray) -> float:
    """Area where each grasp has a scene of its own."""
    found = ranking(scores, held, np.arange(len(scores)))
    assert found is not None
    assert found.n == len(scores)
    return found.value


def outcomes(text: str) -> np.ndarray:
    return np.array([letter == "+" for letter in text])


def test_wilson_by_hand() -> None:
    # 8 of 10, z = 1.95996: centre (0.8 + z^2/20) / (1 + z^2/10) = 0.716740, half width 0.226577
    found = rate(outcomes("++++++++--"))
    assert found == pytest.approx((0.8, 0.490162, 0.943318, 10), abs=1e-6)


@pytest.mark.parametrize("held", ["", "-", "+", "----", "+++++"])
def test_a_rate_lies_in_its_interval(held: str) -> None:
    found = rate(outcomes(held))
    if not held:
        assert found is None
        return
    assert found is not None
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.value == float(held[0] == "+")


def test_the_area_by_hand() -> None:
    # of 2 x 3 pairs: (4 beats 1, 2; ties 4) and (3 beats 1, 2; loses to 4): 2.5 + 2 of 6
    scores = np.array([1.0, 2.0, 3.0, 4.0, 4.0])
    assert area(scores, outcomes("--++-")) == pytest.approx(4.5 / 6)


@given(
    st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=2, max_size=30).filter(
        lambda pairs: len({held for _, held in pairs}) == 2
    )
)
def test_the_area_is_the_chance_of_the_right_order(pairs: list[tuple[int, bool]]) -> None:
    scores = np.array([float(score) for score, _ in pairs])
    held = np.array([held for _, held in pairs])
    wins = [(a > b) + 0.5 * (a == b) for a, b in product(scores[held], scores[~held])]
    assert area(scores, held) == pytest.approx(np.mean(wins))
    assert area(-scores, held) == pytest.approx(1 - np.mean(wins))


@pytest.mark.parametrize("held", ["+++", "---"])
def test_no_ranking_where_all_end_alike(held: str) -> None:
    scores = np.arange(3.0)
    assert ranking(scores, outcomes(held), np.arange(3)) is None


def test_the_interval_draws_whole_scenes() -> None:
    # One scene is ranked right, the other wrong; copies of their grasps tell nothing new.
    scores = np.tile([0.0, 1.0, 0.0, 1.0], 50)
    held = np.tile(outcomes("-++-"), 50)
    scenes = np.tile([0, 0, 1, 1], 50)
    found = ranking(scores, held, scenes)
    assert found == Estimate(0.5, 0.0, 1.0, 200)
    alone = ranking(scores, held, np.arange(200))
    assert alone is not None
    assert 0.4 < alone.low < 0.5 < alone.high < 0.6
    assert ranking(scores, held, scenes) == found


def test_a_perfect_ranking_is_certain() -> None:
    held = outcomes("--++")
    assert ranking(np.arange(4.0), held, np.array([0, 1, 0, 1])) == Estimate(1.0, 1.0, 1.0, 4)


def test_success_by_rank_by_hand() -> None:
    scores = np.array([5.0, 1.0, 4.0, 2.0, 3.0])
    parts = by_rank(scores, outcomes("+-+--"), 2)  # by score: - - - + +, 3 and 2 of them
    assert [part and (part.value, part.n) for part in parts] == [(0.0, 3), (1.0, 2)]
    assert by_rank(scores[:1], outcomes("+"), 2)[1] is None


def test_the_regression_finds_what_matters_in_scenes_it_has_not_seen() -> None:
    rng = np.random.default_rng(0)
    predictors = rng.random((2000, 3)) * (1.0, 1000.0, 0.0)  # the last is constant
    chance = 1 / (1 + np.exp(-0.006 * (predictors[:, 1] - 500.0)))
    held = rng.random(2000) < chance
    scenes = np.arange(2000) // 4
    scores = regression_scores(predictors, held, scenes)
    np.testing.assert_allclose(scores, chance, atol=0.1)
    # The score of a grasp does not depend on how it ended, nor on its own scene.
    first = scenes == scenes[0]
    changed = np.where(first, ~held, held)
    assert np.array_equal(regression_scores(predictors, changed, scenes)[first], scores[first])


def test_the_regression_of_noise_tells_nothing() -> None:
    rng = np.random.default_rng(1)
    predictors, held = rng.normal(size=(400, 3)), rng.random(400) < 0.5
    scenes = np.arange(400)
    found = ranking(regression_scores(predictors, held, scenes), held, scenes)
    assert found is not None
    assert found.low < 0.5


def test_the_regression_minimises_its_loss() -> None:
    # Half of the grasps have rank 1/4, half 3/4: x = +-sqrt(12)/4 = +-c. Of the 40 that a fold is
    # fitted to, 32 end as the sign of x says. By symmetry the constant is 0, and with
    # s = sigmoid(w c) the derivative of the loss is w - 32 c (1 - s) + 8 c s = 0.
    x = np.tile([1.0, -1.0], 25)
    held = np.tile(outcomes("+-+-+-+--+"), 5)
    s = regression_scores(x[:, None], held, np.repeat(np.arange(5), 10))
    c = np.sqrt(12) / 4
    w = np.log(s[0] / (1 - s[0])) / c
    assert w - 32 * c * (1 - s[0]) + 8 * c * s[0] == pytest.approx(0.0, abs=1e-3)
    assert s[1] == pytest.approx(1 - s[0], abs=1e-4)


def test_the_regression_takes_only_the_order() -> None:
    rng = np.random.default_rng(2)
    predictors, scenes = rng.normal(size=(100, 2)), np.arange(100)
    held = predictors[:, 0] + rng.normal(size=100) > 0
    np.testing.assert_array_equal(
        regression_scores(np.exp(predictors), held, scenes),
        regression_scores(predictors, held, scenes),
    )
