from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from grasp_cli import bench_physics
from grasp_cli.bench import app
from grasp_cli.bench_physics import closure_rows, label_figures, label_rows, needed_rows
from grasp_cli.results import Results, ResultsError, Row, read_results
from grasp_learning.executed_labels import ExecutedLabels
from grasp_learning.label_predictors import PREDICTORS
from grasp_learning.trials import UNSTABLE

HELD, EMPTY, LIFT = 0, 2, 3


def executed() -> ExecutedLabels:
    """Eight grasps that need rising friction; the first five are labels, which were displaced."""
    needed = np.array([0.0, 0.1, 0.2, 0.25, 0.3, 0.4, 0.7, 1.5])
    at_least = [HELD, HELD, HELD, HELD, EMPTY, HELD, LIFT, UNSTABLE]
    displaced = [HELD, LIFT, HELD, LIFT, EMPTY, UNSTABLE, UNSTABLE, UNSTABLE]
    predictors = np.zeros((8, len(PREDICTORS)))
    columns = {"quality": [5, 4, 3, 2, 1, 0, 0, 0], "engagement": [4, 0, 3, 0, 0, 0, 0, 0]}
    for name, values in columns.items():
        predictors[:, PREDICTORS.index(name)] = np.array(values) * 1e-3
    return ExecutedLabels(
        scenes=np.arange(8),
        needed_friction=needed,
        widths_m=np.array([0.01, 0.02, 0.03, 0.04, 0.07, 0.1, 0.039, 0.05]),
        predictors=predictors,
        outcomes=np.stack([at_least, *[[HELD] * 8] * 3], axis=1),
        displaced=np.stack([displaced, [UNSTABLE] * 8, displaced, [UNSTABLE] * 8], axis=1),
    )


def values(rows: list[Row]) -> dict[tuple[str, str], tuple[float, int]]:
    return {(row.setting, row.metric): (round(row.value, 6), row.n) for row in rows}


def test_force_closure_by_hand() -> None:
    found = values(list(closure_rows("x", executed())))
    # At 0.3: closed + + + + -, open + -, one unknown.
    assert found["friction 0.3", "precision"] == (0.8, 5)
    assert found["friction 0.3", "success_of_negatives"] == (0.5, 2)
    assert found["friction 0.3", "recall"] == (0.8, 5)
    assert found["friction 0.3, 0 to 4 cm", "precision"] == (1.0, 3)
    assert found["friction 0.3, 0 to 4 cm", "success_of_negatives"] == (0.0, 1)
    assert found["friction 0.3, 4 to 7 cm", "precision"] == (1.0, 1)
    assert found["friction 0.3, 7 to 10 cm", "precision"] == (0.0, 1)
    assert found["friction 0.3, 7 to 10 cm", "recall"] == (0.0, 1)
    assert ("friction 0.3, 4 to 7 cm", "success_of_negatives") not in found  # there are none
    # At 0.45 six are closed and all eight hold.
    assert found["friction 0.45", "recall"] == (0.75, 8)


def test_success_by_needed_friction_by_hand() -> None:
    found = values(list(needed_rows("x", executed())))
    assert {
        metric: value for (setting, metric), value in found.items() if setting[-3:] == "0.3"
    } == {
        "success_needing_0_to_0.3": (0.8, 5),
        "success_needing_0.3_to_0.45": (1.0, 1),
        "success_needing_0.6_to_0.8": (0.0, 1),
    }
    assert found["friction 0.8", "success_needing_0.8_to_2"] == (1.0, 1)


def test_labels_by_hand() -> None:
    rows = list(label_rows("x", executed()))
    found = values(rows)
    assert {row.subject for row in rows} == {"labels, x"}
    there = "friction 0.3"
    assert found[there, "success"] == (0.8, 5)
    assert found[there, "empty"] == (0.2, 5)
    assert found[there, "collision"] == (0.0, 5)
    assert [found[there, f"success_quality_fifth_{i}"][0] for i in range(1, 6)] == [0, 1, 1, 1, 1]
    assert found[there, "auc_quality"] == (1.0, 5)
    assert found[there, "auc_lightness"] == (0.5, 5)  # all alike
    # Displaced, the first and the third hold, which have engagement; quality ranks 5 of 6 pairs so.
    away = "friction 0.3, displaced"
    assert found[away, "success"] == (0.4, 5)
    assert found[away, "slipped_in_lift"] == (0.4, 5)
    assert found[away, "auc_engagement"] == (1.0, 5)
    assert found[away, "auc_quality"] == (0.833333, 5)
    assert found["friction 0.6, displaced", "success"] == (0.4, 5)
    assert ("friction 0.45, displaced", "success") not in found
    # Where all hold, no ranking is better than another.
    assert ("friction 0.8", "auc_quality") not in found


def test_products_stop_where_more_does_not_help() -> None:
    eight = executed()
    predictors = eight.predictors.copy()
    for name, value in {"quality": 0.5, "depth": 0.1, "engagement": 0.1, "room": 0.1}.items():
        predictors[:, PREDICTORS.index(name)] = value
    predictors[2, PREDICTORS.index("depth")] = 0.2  # no better than 0.1
    predictors[4, PREDICTORS.index("depth")] = 0.004
    labels = ExecutedLabels(
        eight.scenes, eight.needed_friction, eight.widths_m, predictors, eight.outcomes,
        eight.displaced,
    ).positives  # fmt: skip
    figures = label_figures(labels, labels.outcomes[:, 0])
    for name, area in (("quality_x_depth", 1.0), ("engagement_x_room", 0.5)):
        figure = figures[f"auc_{name}"]
        assert figure is not None
        assert figure.value == area


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    docs = tmp_path_factory.mktemp("repository") / "docs"
    docs.mkdir()
    result = CliRunner().invoke(app, ["physics", "--docs", str(docs), "--quick", "--jobs", "1"])
    assert result.exit_code == 0, result.output
    return docs


def test_the_command_writes_its_results(measured: Path) -> None:
    results: Results = read_results(measured / "results" / "physics_labels.json")
    assert results.command == "grasp bench physics --quick"
    assert list(dict.fromkeys(row.subject for row in results.rows)) == [
        "force closure, one object", "needed friction, one object", "labels, one object",
    ]  # fmt: skip
    assert "Force closure against physics" in (measured / "benchmarks.md").read_text()


def test_the_full_measurement_covers_every_training_object() -> None:
    alone, pile = bench_physics.FULL
    assert alone.objects == 1
    assert alone.scenes == len(bench_physics.TRAINING)
    assert pile.objects > 1


def test_the_wrong_folder_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["physics", "--docs", str(tmp_path / "docs")])
    assert isinstance(result.exception, ResultsError)
    assert "call this in the repository's root, or give --docs" in str(result.exception)
