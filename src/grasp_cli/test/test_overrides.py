from __future__ import annotations

import pytest

from grasp_cli.errors import OptionError
from grasp_cli.overrides import parse_overrides


def test_values_are_yaml() -> None:
    pairs = [
        "views=2",
        "noise=[0.5, 2]",
        "catalogue=novel",
        "small_weight=1.5",
        "flag=true",
        "rate=1e-3",
    ]
    assert parse_overrides(pairs) == {
        "views": 2, "noise": [0.5, 2], "catalogue": "novel", "small_weight": 1.5, "flag": True,
        "rate": 0.001,
    }  # fmt: skip
    assert parse_overrides([]) == {}


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (["views"], "'views' is not of the form KEY=VALUE"),
        (["=3"], "'=3' is not of the form KEY=VALUE"),
        (["views=1", "views=2"], "views is given twice"),
        (["noise=[1,"], r"'noise=\[1,': the value cannot be read"),
    ],
)
def test_a_pair_of_another_form_is_refused(pairs: list[str], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        parse_overrides(pairs)
