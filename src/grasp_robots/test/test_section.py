from __future__ import annotations

import pytest

from grasp_robots.errors import RobotFileError
from grasp_robots.section import Section

FILE = Section("file", {"a": {"name": "x", "n": 2, "list": [1, 2.5]}, "b": {}, "texts": ["p", "q"]})


def test_entries_come_in_their_type() -> None:
    a = FILE.section("a")
    assert (a.name, a.path) == ("a", "file.a")
    assert a.text("name") == "x"
    assert a.number("n") == 2.0
    assert a.numbers("list", 2).tolist() == [1.0, 2.5]
    assert FILE.texts("texts") == ("p", "q")
    assert "b" in FILE
    assert "c" not in FILE


def test_sections_keep_the_order_of_the_file() -> None:
    outer = Section("file", {"links": {"z": {}, "a": {}}})
    assert [section.path for section in outer.sections("links")] == [
        "file.links.z",
        "file.links.a",
    ]


def test_keys_are_checked() -> None:
    FILE.check_keys(("a", "b"), optional=("texts",))
    with pytest.raises(RobotFileError, match="file lacks c"):
        FILE.check_keys(("a", "b", "c", "texts"))
    with pytest.raises(RobotFileError, match="file has unknown texts; valid: a, b"):
        FILE.check_keys(("a", "b"))


@pytest.mark.parametrize("value", [True, "2", float("nan"), float("inf"), None, [1]])
def test_what_is_no_number_is_named(value: object) -> None:
    with pytest.raises(RobotFileError, match=r"file\.n: .* is not a finite number"):
        Section("file", {"n": value}).number("n")


def test_wrong_types_are_named() -> None:
    with pytest.raises(RobotFileError, match=r"file\.texts: expected a mapping of names"):
        FILE.section("texts")
    with pytest.raises(RobotFileError, match=r"file\.a: .* is not a list of numbers"):
        FILE.numbers("a")
    with pytest.raises(RobotFileError, match=r"file\.texts: 2 names given, 3 expected"):
        FILE.texts("texts", 3)
    with pytest.raises(RobotFileError, match=r"file\.a\.n: 2\.0 must be > 2"):
        FILE.section("a").number("n", above=2)
    with pytest.raises(RobotFileError, match=r"file\.list\[0\]: expected a mapping"):
        Section("file", {"list": [3]}).list_of_sections("list")
    with pytest.raises(RobotFileError, match="file lacks c"):
        FILE.text("c")
