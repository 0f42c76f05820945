"""Brings what `grasp data inspect` found into the documents: numbers, pictures and tables."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from grasp_cli.benchmark_page import metric_tables, write_page
from grasp_cli.results import Results, ResultsError, write_results

#: Colours of a picture in the documents; more of them would make it over 300 kB.
COLORS = 256
START, END = "<!-- data -->\n", "<!-- end -->"


def update_docs(docs: Path, pictures: Path, results: Results) -> None:
    """Write `results/data.json`, `images/data_*.png`, the tables of `data.md` and benchmarks.md.

    Raises
    ------
    ResultsError : the page is missing, or has no place for the tables.
    """
    page = docs / "data.md"
    try:
        text = with_tables(page.read_text(encoding="utf-8"), results)
    except OSError as error:
        raise ResultsError(f"{page}: {error.strerror}") from error
    except ResultsError as error:
        raise ResultsError(f"{page}: {error}") from error
    page.write_text(text, encoding="utf-8")
    write_results(docs / "results" / "data.json", results)
    (docs / "images").mkdir(exist_ok=True)
    for picture in sorted(pictures.glob("data_*.png")):
        with Image.open(picture) as image:
            few = image.convert("RGB").quantize(
                # Keeps the rare colours of a colour bar, which a median cut would merge.
                COLORS,
                Image.Quantize.MAXCOVERAGE,
                kmeans=2,
                dither=Image.Dither.NONE,
            )
        few.save(docs / "images" / picture.name, optimize=True)
    write_page(docs)


def with_tables(page: str, results: Results) -> str:
    """Return the page with the tables between its marks replaced.

    Raises
    ------
    ResultsError : a mark is missing.
    """
    before, start, rest = page.partition(START)
    _, end, after = rest.partition(END)
    if not end:
        raise ResultsError(f"no lines {START.strip()} and {END} in this order")
    tables = "\n".join(metric_tables(results.rows))
    return f"{before}{start}\n{tables}\n{end}{after}"
