"""Means over views with an interval that knows that the views of a scene resemble each other."""

from __future__ import annotations

import numpy as np

from grasp_core.checks import AnyInteger, Float, check_array
from grasp_learning.physics_labels import RESAMPLES, Estimate


def ratio(hits: Float, cases: Float, groups: AnyInteger) -> Estimate | None:
    """Sum of `hits` over sum of `cases` with a bootstrap 95 % interval over groups.

    Parameters
    ----------
    hits, cases : (V,) of each view; cases of 1 make it the mean of the hits.
    groups : (V,) number of the scene of each view.

    Returns
    -------
    `n` is the number of cases; None where there are none.

    Raises
    ------
    ArrayError : the lengths differ, or a value is not finite.
    """
    hits = check_array(hits, (None,), "hits")
    cases = check_array(cases, (len(hits),), "cases")
    total = float(cases.sum())
    if total == 0:
        return None
    names, member = np.unique(groups, return_inverse=True)
    count = len(names)
    of_group = np.stack([np.bincount(member, values, count) for values in (hits, cases)])
    draws = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), RESAMPLES)
    drawn_hits, drawn_cases = of_group @ draws.T
    some = drawn_cases > 0
    value = float(hits.sum()) / total
    low, high = np.percentile(np.append(drawn_hits[some] / drawn_cases[some], value), [2.5, 97.5])
    return Estimate(value, min(float(low), value), max(float(high), value), round(total))
