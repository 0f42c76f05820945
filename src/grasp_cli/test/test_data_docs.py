from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from grasp_cli.data_docs import COLORS, update_docs, with_tables
from grasp_cli.results import Results, ResultsError, Row, read_results

RESULTS = Results(
    "grasp data inspect DIR", "", "2026-01-31T12:00:00Z", "a computer",
    (Row("all", "grasps", 2.0, 1.0, 3.0, 5, subject="objects"),
     Row("all", "share", 0.5, 0.5, 0.5, 5, subject="objects")),
)  # fmt: skip
TABLES = """<!-- data -->

### objects

n = 5 per figure.

|  | all |
| --- | ---: |
| grasps | 2 (1..3) |
| share | 0.5 |

<!-- end -->"""


def test_tables_are_replaced_between_their_marks() -> None:
    page = with_tables("before\n<!-- data -->\nold\n<!-- end -->\nafter\n", RESULTS)
    assert page == f"before\n{TABLES}\nafter\n"
    assert with_tables(page, RESULTS) == page


@pytest.mark.parametrize("page", ["", "<!-- end -->\n<!-- data -->\n", "<!-- data -->\n"])
def test_a_page_without_marks_is_refused(page: str) -> None:
    with pytest.raises(ResultsError, match="no lines <!-- data --> and <!-- end --> in this order"):
        with_tables(page, RESULTS)


def test_numbers_pictures_and_pages_are_brought_into_the_documents(tmp_path: Path) -> None:
    docs, pictures = tmp_path / "docs", tmp_path / "out"
    docs.mkdir()
    pictures.mkdir()
    (docs / "data.md").write_text("<!-- data -->\n<!-- end -->\n")
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    Image.fromarray(noise).save(pictures / "data_widths.png")
    Image.fromarray(noise).save(pictures / "other.png")
    update_docs(docs, pictures, RESULTS)
    assert TABLES in (docs / "data.md").read_text()
    assert "| grasps | 2 (1..3) |" in (docs / "benchmarks.md").read_text()
    assert read_results(docs / "results" / "data.json") == RESULTS
    assert [path.name for path in (docs / "images").iterdir()] == ["data_widths.png"]
    with Image.open(docs / "images" / "data_widths.png") as image:
        assert image.size == (40, 40)
        assert len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)) <= COLORS


def test_a_missing_page_changes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=r"data\.md: No such file"):
        update_docs(tmp_path, tmp_path, RESULTS)
    assert list(tmp_path.iterdir()) == []
