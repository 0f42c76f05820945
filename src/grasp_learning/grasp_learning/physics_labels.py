"""How well labels predict what physics says of the same grasps: rates, rankings, a regression."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import binomtest, rankdata

from grasp_core.checks import AnyInteger, Float

#: Draws of whole groups behind the interval of an area; its ends then vary by about 0.01.
RESAMPLES = 400

#: Parts of the groups; each is predicted by a regression on the others.
FOLDS = 5

#: Weight of the squared coefficients in the regression, for predictors of variance 1: as much as
#: one grasp, so that it matters only where a predictor separates nearly all grasps.
RIDGE = 1.0


class Estimate(NamedTuple):
    """A figure, its 95 % interval, and how many grasps are behind it."""

    value: float
    low: float
    high: float
    n: int


def rate(held: NDArray[np.bool_]) -> Estimate | None:
    """Estimate a rate from outcomes (N,), with Wilson's interval; None of no outcomes."""
    n, successes = len(held), int(held.sum())
    if n == 0:
        return None
    low, high = binomtest(successes, n).proportion_ci(0.95, method="wilson")
    value = successes / n
    # Of 0 or n successes, rounding puts the end of the interval beside the rate.
    return Estimate(value, min(float(low), value), max(float(high), value), n)


def ranking(scores: Float, held: NDArray[np.bool_], groups: AnyInteger) -> Estimate | None:
    """Area under the ROC curve: the chance that a grasp that held outscores one that did not.

    Ties count one half (Mann-Whitney). The interval is a bootstrap of whole groups, because grasps
    of one object in one pose are alike; its draws are the same on every call.

    Parameters
    ----------
    scores, held : (N,) of the same grasps.
    groups : (N,) number of the scene of each.

    Returns
    -------
    None where all grasps held, or none.
    """
    if held.all() or not held.any():
        return None
    members = groups[:, None] == np.unique(groups)  # (N, G)
    good, bad = scores[held][:, None], scores[~held]
    wins = (good > bad) + 0.5 * (good == bad)  # (held, not held)
    of_groups = members[held].T @ wins @ members[~held]  # (G, G): sums over the pairs of two groups
    hits, misses = members[held].sum(axis=0), members[~held].sum(axis=0)
    value = float(wins.mean())
    size = members.shape[1]
    draws = np.random.default_rng(0).multinomial(size, np.full(size, 1 / size), RESAMPLES)
    pairs = (draws @ hits) * (draws @ misses)  # (RESAMPLES,)
    won = np.einsum("rg,rg->r", draws @ of_groups, draws)
    low, high = np.percentile(np.append(won[pairs > 0] / pairs[pairs > 0], value), [2.5, 97.5])
    return Estimate(value, min(float(low), value), max(float(high), value), len(held))


def by_rank(scores: Float, held: NDArray[np.bool_], parts: int) -> list[Estimate | None]:
    """Rate of success in `parts` equal parts of the ranking, the lowest scores first."""
    order = np.argsort(scores, kind="stable")
    return [rate(held[part]) for part in np.array_split(order, parts)]


def regression_scores(predictors: Float, held: NDArray[np.bool_], groups: AnyInteger) -> Float:
    """Chance of success (N,) by a logistic regression that did not see the grasp's group.

    Parameters
    ----------
    predictors : (N, P) in any units; only their order counts, since what a length adds to a grasp
        ends somewhere.
    groups : (N,) number of the scene of each grasp.
    """
    n = len(held)
    ranks = (rankdata(predictors, axis=0) - 0.5) / n - 0.5  # ties share their mean rank
    inputs = np.column_stack([np.sqrt(12.0) * ranks, np.ones(n)])  # of variance 1
    folds = np.unique(groups, return_inverse=True)[1] % FOLDS
    chances = np.zeros(n)
    for fold in range(FOLDS):
        left_out = folds == fold
        weights = _fit(inputs[~left_out], held[~left_out])
        chances[left_out] = expit(inputs[left_out] @ weights)
    return chances


def _fit(inputs: Float, held: NDArray[np.bool_]) -> Float:
    """Weights (P + 1,) of a logistic regression; the last one, of the constant, is free."""
    sign = np.where(held, -1.0, 1.0)

    def loss(weights: Float) -> tuple[float, Float]:
        margin = sign * (inputs @ weights)
        slope = inputs.T @ (sign * expit(margin))
        slope[:-1] += RIDGE * weights[:-1]
        return float(
            np.logaddexp(0.0, margin).sum() + RIDGE / 2 * weights[:-1] @ weights[:-1]
        ), slope

    found = minimize(loss, np.zeros(inputs.shape[1]), jac=True, method="L-BFGS-B")
    weights: Float = found.x
    return weights
