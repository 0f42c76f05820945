from __future__ import annotations

import pytest

from grasp_nodes.names import in_namespace


@pytest.mark.parametrize(
    ("namespace", "expected"),
    [
        ("", "/pick"),
        ("/", "/pick"),
        ("left", "/left/pick"),
        ("/left", "/left/pick"),
        ("/cell/left/", "/cell/left/pick"),
    ],
)
def test_a_name_in_a_namespace(namespace: str, expected: str) -> None:
    assert in_namespace(namespace, "/pick") == expected


def test_the_namespace_alone() -> None:
    assert in_namespace("left/", "") == "/left"
    assert in_namespace("", "") == ""
