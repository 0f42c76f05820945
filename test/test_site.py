"""The documentation site builds without a warning, and its pages say what the code does."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grasp_core.grasps import Grasps

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


def script(name: str) -> dict[str, Any]:
    """Load a script without running its main part."""
    return runpy.run_path(str(ROOT / "scripts" / name))


def rows(page: str) -> list[str]:
    """Rows of the tables of a page, without the rules below the headings."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(r"^\| (?!---).*$", text, flags=re.MULTILINE)


def test_the_site_builds_without_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(tmp_path)))
    for page in [*DOCS.glob("**/*.md"), ROOT / "CONVENTIONS.md"]:
        name = page.relative_to(DOCS) if DOCS in page.parents else Path(page.name)
        assert (tmp_path / name.with_suffix(".html")).exists()
    parameters = (tmp_path / "interfaces.html").read_text(encoding="utf-8")
    assert "<td><code>voxel_size</code></td>" in parameters  # a table, and not its text


@pytest.mark.parametrize(
    ("page", "link", "expected"),
    [
        ("interfaces.md", "[a](../CONVENTIONS.md)", "[a](CONVENTIONS.md)"),
        ("tutorials/yumi.md", "[a](../hardware.md#diana-7)", "[a](../hardware.md#diana-7)"),
        ("tutorials/yumi.md", "[a](../../CONVENTIONS.md#units)", "[a](../CONVENTIONS.md#units)"),
        ("CONVENTIONS.md", "![a](docs/images/b.svg)", "![a](images/b.svg)"),
        ("index.md", "[a](../README.md)", "[a](index.md)"),
        ("data.md", "the [recipe](../src/recipe.py) has", "the recipe has"),
        ("data.md", "[a](https://b.org/c.md#d)", "[a](https://b.org/c.md#d)"),
    ],
)
def test_links_lead_to_where_the_site_has_their_targets(
    page: str, link: str, expected: str
) -> None:
    assert script("docs_site.py")["site_links"](link, page) == expected


def test_every_requirement_is_explained() -> None:
    pinned = {
        re.split(r"[\[=]", line)[0]
        for file in (ROOT / "requirements").glob("*.txt")
        for line in file.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    }
    explained = {
        name
        for row in rows("dependencies.md")
        for name in re.findall(r"`([^`]+)`", row.split("|")[1])
    }
    assert explained == pinned
    specified = [row.split("|")[1].strip() for row in rows("dependencies.md")[1:9]]
    assert specified == [
        "rclpy", "torch", "numpy", "open3d", "pyrealsense2", "moveit-py", "tf-transformations",
        "sensor-msgs-py",
    ]  # fmt: skip


def test_every_complaint_names_issues_an_answer_and_tests_that_exist() -> None:
    text = (DOCS / "complaints.md").read_text(encoding="utf-8")
    complaints = re.findall(r"^## (\d+)\. .+\n\n(.+)\n\n\*Asked in\* (.+)\.$", text, re.MULTILINE)
    assert [int(number) for number, _, _ in complaints] == list(range(1, 22))
    for number, _, issues in complaints:
        assert re.fullmatch(r"([\w.-]+/[\w.-]+#\d+( #\d+)*(, )?)+", issues), number
    named = re.findall(r"`(\S+)::(\w+)`", text)
    assert len(named) > 20
    for file, test in named:
        source = (ROOT / "src" / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {test}\(", source, flags=re.MULTILINE), (file, test)


def test_the_messages_of_the_troubleshooting_page_are_those_of_the_code() -> None:
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in ROOT.glob("src/*/grasp_*/**/*.py")
    )
    source = re.sub(r'"\s*\n\s*f?"', "", source)  # sentences that go on in the next line
    source = re.sub(r"\{[^{}]*\}", "...", source)
    quoted = [
        message
        for row in rows("troubleshooting.md")
        for message in re.findall(r'"([^"]+)"', row.split("|")[1])
    ]
    assert len(quoted) > 10
    for message in quoted:
        for part in message.split("..."):
            assert part.strip() in source, message


def test_a_drawn_gripper_by_hand() -> None:
    # Half a metre ahead, approach along the view, closing along the image's columns.
    rotation = np.array([[[0.0, 1, 0], [0, 0, 1], [1, 0, 0]]])
    grasp = Grasps(rotation, [[0.0, 0.0, 0.5]], [0.1], [0.5], "camera")
    line = script("draw_pipeline.py")["forks"](grasp, 500.0, 500.0, 320.0, 240.0)
    # Left and right fingertip: 5 cm at half a metre are 50 pixels.
    np.testing.assert_allclose(line[0, [0, -1]], [[370.0, 240.0], [270.0, 240.0]])
    # The palm is 3 cm nearer: 0.05 / 0.47 * 500 = 53.19 pixels.
    np.testing.assert_allclose(line[0, 1], [373.191489, 240.0])
    np.testing.assert_allclose(line[0, 3], [320.0, 240.0])
