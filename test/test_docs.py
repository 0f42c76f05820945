"""The documents say what the code does: what is generated is up to date, what is named exists."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grasp_cli.benchmark_page import render_page
from grasp_cli.data_docs import with_tables
from grasp_cli.results import read_results
from grasp_core.gripper import Gripper
from grasp_perception.above_support import (
    DIP_FACTOR,
    LEAST_HEIGHT_M,
    SMOOTHING_M,
    SPECK_VOXELS,
    WAVE_AREA_M2,
    WAVE_HEIGHT,
)
from grasp_perception.geometric.antipodal import (
    FLOOR,
    STROKE_MARGIN_M,
    SURFACE_RADIUS_M,
    TURNS,
    WEIGHTS,
)
from grasp_perception.geometric.contact_pairs import (
    FRICTION,
    LEAST_LATERAL,
    MOST_FRONTAL,
    PAIRS_PER_GROUP,
    SEED_SPACING_M,
    WIDTH_BINS,
)
from grasp_perception.geometric.jaw_fit import (
    CLEARANCES_M,
    DEPTH_FOR_CLEARANCE_M,
    DEPTH_M,
    LEAST_DEPTH_M,
    LEAST_ENGAGEMENT_M,
    LEAST_HIDDEN_DEPTH_M,
    SUPPORT_MARGIN_M,
)
from grasp_perception.geometric.surface import CONTOUR_GAP, NEIGHBORS
from grasp_perception.local_search import ASIDE_M, BEAM, MOVES, TILT, TURN, WIDER_M
from grasp_perception.preprocess import (
    BELOW_M,
    BELOW_SHARE,
    PLANES_TRIED,
    RANSAC_ITERATIONS,
    RANSAC_POINTS,
)

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


def script(name: str) -> dict[str, Any]:
    """Load a script without running its main part."""
    return runpy.run_path(str(ROOT / "scripts" / name))


def test_the_drawing_of_the_grasp_frame_is_up_to_date() -> None:
    module = script("draw_conventions.py")
    drawn = module["draw"](Gripper.load(module["GRIPPER"]))
    assert drawn == module["PICTURE"].read_text(encoding="utf-8"), "run draw_conventions.py"


def test_the_drawing_is_to_scale() -> None:
    module = script("draw_conventions.py")
    drawn = module["draw"](Gripper.load(module["GRIPPER"]))
    # The palm of parallel_100mm is 140 x 80 mm, 60 mm behind the fingertips; 3.2 pixels per mm.
    assert '<rect x="126.0" y="142.0" width="448.0" height="256.0"' in drawn


def test_the_tables_of_the_interfaces_are_up_to_date() -> None:
    module = script("write_tables.py")
    page = module["PAGE"].read_text(encoding="utf-8")
    assert module["updated"](page) == page, "run write_tables.py"
    for name, table in module["tables"]().items():
        assert f"<!-- {name} -->\n{table}\n<!-- end -->" in page


def test_a_parameter_table_by_hand() -> None:
    module = script("write_tables.py")
    lines = module["tables"]()["perception"].splitlines()
    assert lines[0] == "| name | default | unit | valid | meaning |"
    assert (
        "| `voxel_size` | `0.003` | m | 0.0005 .. 0.05 | Edge of a downsampling voxel. |" in lines
    )
    assert any(line.startswith("| `mode` | `on_demand` |  | `on_demand`, ") for line in lines)


def test_the_benchmark_page_is_up_to_date() -> None:
    docs = ROOT / "docs"
    files = sorted(docs.glob("results/*.json"))
    page = render_page((path.stem, read_results(path)) for path in files)
    assert page == (docs / "benchmarks.md").read_text(encoding="utf-8"), "run grasp bench page"


def test_the_tables_of_the_data_page_are_up_to_date() -> None:
    docs = ROOT / "docs"
    page = (docs / "data.md").read_text(encoding="utf-8")
    results = read_results(docs / "results" / "data.json")
    assert with_tables(page, results) == page, "run grasp data inspect DIR --docs docs"


def test_the_numbers_of_the_detector_page_are_those_of_the_code() -> None:
    clearances = " beside each contact, or ".join(f"{m * 1000:.0f} mm" for m in CLEARANCES_M)
    turns = sorted({abs(round(degrees)) for degrees in np.degrees(TURNS)})
    text = (ROOT / "docs" / "detector.md").read_text(encoding="utf-8")
    words = " ".join(text.split())
    for phrase in (
        f"draws {RANSAC_ITERATIONS} planes on at most {RANSAC_POINTS} points",
        f"lies over {BELOW_M * 100:.0f} cm below it",
        f"a standard deviation of {SMOOTHING_M * 1000:.0f} mm",
        f"{DIP_FACTOR} times the deepest dip (and {LEAST_HEIGHT_M * 1000:.0f} mm)",
        f"higher than {WAVE_HEIGHT} times `support_distance`, or a piece of "
        f"{WAVE_AREA_M2 * 1e4:.0f} cm2",
        f"pieces of fewer than {SPECK_VOXELS} voxels",
        f"The best {BEAM[0]} are moved, each in {len(MOVES)} ways",
        f"tilted by {np.degrees(TILT):.0f} degrees",
        f"turned by {np.degrees(TURN):.0f} degrees about the approach",
        f"shifted by {ASIDE_M * 1000:.0f} mm along the fingers' breadth, "
        f"opened {WIDER_M * 1000:.0f} mm wider",
        f"of all, the best {BEAM[1]} are moved again",
        f"From the {NEIGHBORS} nearest neighbours within {SURFACE_RADIUS_M * 1000:.0f} mm",
        f"more than {np.degrees(CONTOUR_GAP):.0f} degrees",
        f"(coefficient {FRICTION})",
        f"the stroke less {STROKE_MARGIN_M * 1000:.0f} mm",
        f"than {np.degrees(np.arccos(LEAST_LATERAL)):.0f} degrees against it",
        f"within {np.degrees(np.arccos(MOST_FRONTAL)):.0f} degrees form no pairs",
        f"thinned to one per {SEED_SPACING_M * 1000:.0f} mm",
        f"its best {PAIRS_PER_GROUP} in each quarter",
        f"{turns[1]}, {turns[2]} and {turns[3]} degrees",
        f"within {SUPPORT_MARGIN_M * 1000:.0f} mm of the support",
        f"not farther than {DEPTH_M * 100:.0f} cm",
        f"Open means {clearances} where that gains more than {DEPTH_FOR_CLEARANCE_M * 1000:.0f} mm",
        f"A fit needs {LEAST_ENGAGEMENT_M * 1000:.0f} mm of object",
        f"must be passed by {LEAST_DEPTH_M * 1000:.0f} mm",
        f"up to {-LEAST_HIDDEN_DEPTH_M * 1000:.0f} mm ahead",
        f"lifted to at least {FLOOR}",
        f"the fingertips go {DEPTH_M * 100:.0f} cm beyond the contacts",
    ):
        assert phrase in words
    terms = re.findall(r"^\| (\w+) \| ", text[text.index("| term |") :], flags=re.MULTILINE)
    assert terms[1:] == list(WEIGHTS)
    assert WIDTH_BINS == 4  # "quarter"
    assert PLANES_TRIED == 3  # "three in all"
    assert BELOW_SHARE == 0.1  # "a tenth"


def test_every_bad_input_names_tests_that_exist() -> None:
    text = (ROOT / "docs" / "bad_input.md").read_text(encoding="utf-8")
    folders = dict(re.findall(r"([A-Z]) stands for `([^`]+)`", text))
    rows = [line for line in text.splitlines() if line.startswith("| ")][2:]
    assert len(rows) > 20
    for row in rows:
        named = re.findall(r"\b([A-Z])/((?:\w+/)?test_\w+\.py)::(test_\w+)", row)
        assert named, row
        for folder, file, test in named:
            source = (ROOT / folders[folder] / file).read_text(encoding="utf-8")
            assert re.search(rf"^def {test}\(", source, flags=re.MULTILINE), (file, test)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http://", "https://")):
            assert (document.parent / target).exists(), target
