from __future__ import annotations

from pathlib import Path

from PIL import Image

from grasp_cli.clutter_rates import rate_rows
from grasp_cli.clutter_records import Record
from grasp_cli.clutter_report import draw_rates, write_report
from grasp_sim.clutter import Attempt, Round
from grasp_sim.trial import Outcome


def record(setting: str, detector: str, outcome: Outcome, void: str = "") -> Record:
    taken = ("a",) if outcome is Outcome.HELD else ()
    played = Round(1000, ("a", "b"), (Attempt(outcome, taken, 0.05, 0.5),))
    return Record(setting, detector, "hash", played, ({"detect": 10.0}, {"detect": 30.0}), void)


RECORDS = {
    ("easy", "good"): [record("easy", "good", Outcome.HELD)],
    ("easy", "bad"): [record("easy", "bad", Outcome.EMPTY)],
    ("hard", "good"): [record("hard", "good", Outcome.HELD)],
    ("hard", "bad"): [record("hard", "bad", Outcome.EMPTY, void="MuJoCo warns: BadQACC")],
}
ROWS = [row for records in RECORDS.values() for row in rate_rows(records, float)]


def test_a_report_by_hand(tmp_path: Path) -> None:
    (tmp_path / "failures").mkdir()
    (tmp_path / "failures" / "easy-bad.png").touch()
    write_report(tmp_path, "grasp bench clutter", RECORDS, ROWS)
    text = (tmp_path / "report.md").read_text()
    assert text.startswith("# Clutter removal\n\n`grasp bench clutter`\n\n![rates](rates.png)\n")
    assert (
        """### success_rate

n = 1 per figure.

|  | easy | hard |
| --- | ---: | ---: |
| good | 1 (0.207..1) | 1 (0.207..1) |
| bad | 0.000 (0.000..0.793) |  |
"""
        in text
    )
    assert "| | good | bad |\n| --- | ---: | ---: |\n| detect | 20.0 | 20.0 |\n" in text
    assert "| a | 1/1 | 0/1 |\n| b | 0/1 | 0/1 |\n" in text
    assert "- [easy-bad](failures/easy-bad.png)\n" in text
    assert text.endswith("- hard, bad, seed 1000: MuJoCo warns: BadQACC\n")
    assert Image.open(tmp_path / "rates.png").size == (1500, 504)


def test_the_chart_has_a_bar_for_each_rate_that_there_is() -> None:
    panels = draw_rates(ROWS).axes
    assert [panel.get_title() for panel in panels] == [
        "success rate",
        "completion rate",
        "declutter rate",
    ]
    heights = [[bar.get_height() for bar in panel.patches] for panel in panels]
    assert heights == [[1, 1, 0], [0.5, 0.5, 0], [0, 0, 0]]  # good: easy, hard; bad: easy
    assert [text.get_text() for text in panels[0].get_xticklabels()] == ["easy", "hard"]
