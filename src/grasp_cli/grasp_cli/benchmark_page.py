"""Generates `docs/benchmarks.md` from the result files beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from grasp_cli.results import Results, Row, read_results

HEAD = """# Benchmarks

Every table is generated from a file in `results/`, which the stated command writes; nothing is
copied by hand. Times are milliseconds, rates lie in 0..1. To measure on your machine, run the
command; to regenerate only this page, run `grasp bench page`.
"""

LATENCY = """\
Median of the repeats, in brackets the 10th and 90th percentile. *wall* is what a user waits; *cpu*
is the time of all threads together, which other processes of the machine hardly change. The process
is kept on two cores.

- *pipeline*: from a `PointCloud` to ranked grasps, per stage, with the geometric detector and the
  default parameters. The tables named after networks: the same with each of these.
- *collision filter*: on the candidates that the detector hands to the pipeline's filter. Ours tests
  every point of the frame against the gripper's own boxes. The reference is the algorithm of
  graspnetAPI's ModelFreeCollisionDetector, written with NumPy: the scene thinned to voxels, all of
  it against all grasps. *prepared* leaves out what is done once per cloud: our grid, its voxels.
- *exact box test*: our collision filter, grid included, against the same test of all points with
  NumPy, for a few grasps.
- *PointCloud2 reading*: the reference makes a structured array of all fields, drops the points that
  are not finite, and copies x, y, z out of it, as sensor_msgs_py does. Ours also checks the
  message, unpacks the colours and keeps the pixel of every point.
- *NMS*: graspnetAPI's rule, against the compiled PyPI package grasp-nms.
- *Ferrari-Canny*: against one convex hull (qhull) per grasp.

In a comparison both sides run in turn within one run; *times_faster* is the median of the ratios of
the turns.
"""

CLUTTER = """\
A free gripper (100 mm stroke where nothing else is said) empties simulated scenes with the grasps
of each detector; a grasp is executed in physics and succeeds if an object is still held after lift
and shake. Every detector meets the same scenes, views and noise. In brackets Wilson's 95 %
interval, which takes attempts and objects as independent; those of one round are not quite.

- *rounds*: scenes played. Who has played fewer than another has played the first of them.
- *success_rate*: of the attempts, those after which an object was held.
- *completion_rate*: of the objects, those taken out. *declutter_rate*: of the rounds, those in
  which every object was taken out.
- *..._two_failures*: the same rounds, cut after the second failure in a row. This is VGN's rule;
  its "declutter rate" is our completion rate under it.
- *success_rate_width_A_Bcm*: of the attempts whose grasp opens to A to B cm.
- *..._camera_A_Bcm*: of the rounds whose camera is A to B centimetres from the bin.
- *outcome_...*: of the attempts, those that ended so.
- *detection_cpu_ms*: from the cloud to the ranked grasps; median, 10th and 90th percentile.

| setting | objects | attempts |
| --- | --- | --- |
| easy_similar | 5 to 10 unseen ones of the training families, in a bin | 1.5 per object |
| easy_novel | 5 to 10, in a bin | 1.5 per object |
| hard_novel | 12 to 15, in a bin; friction 0.35, depth noise x 2 | 1.5 per object |
| small_only | 5 to 6 small ones, in a bin (Scale-Balanced Grasp) | 8 |
| isolated_small | 1 small one, on a table (Scale-Balanced Grasp) | 1 |
| packed | 5, upright on a table (VGN) | 10 |
| pile | 5, poured on a table (VGN) | 10 |
| phoxi_similar | 10 unseen ones of the training families, in a bin under a PhoXi (GPR) | 15 |
| phoxi_novel | 10, in a bin under a PhoXi (GPR) | 15 |
| phoxi_hard | as hard_novel, under a PhoXi with depth noise x 2 | 1.5 per object |
| phoxi_small | as small_only, under a PhoXi | 8 |
| phoxi_yumi | as phoxi_novel, with the YuMi's gripper, which opens 50 mm (GPR's cell) | 15 |

All but those named similar are novel: of another source than the training objects. Friction is 0.6
and the camera a D435 0.4 to 0.7 m away where nothing else is said. At 0.6 m its depth is wrong by 3
mm, that of the PhoXi 1.3 m away by 0.3 mm ([camera noise](sensor_noise.md)).

A round also ends when nothing is left, or when the detector finds nothing in three views in a row.
*random* tries the candidates of the antipodal detector in random order: each is still an antipodal
contact pair under the approach that fits it best, and free of collision with the cloud. *oracle*
knows shapes and poses: it takes the force-closure label (friction 0.3) of the highest Ferrari-Canny
quality that is free of collision, from within 60 degrees of straight above. *sbg_baseline* (one
cylinder, no SBL, no NcM) and *sbg_short* (all three) are Scale-Balanced Grasp after 511 steps each,
the ablations of its Table 1 below; the other networks are those of [models.md](models.md).
"""

PHYSICS_LABELS = """\
Grasps of training objects, free of collision, executed by a free gripper in simulation: approach,
close, lift, shake. Rates have Wilson's 95 % interval, areas (auc) a bootstrap interval over scenes.
Scene i has seed i. [data.md](data.md) says what follows from it.

- *force closure*: as a prediction of success, at the friction of the trial. *precision* is the
  success rate of grasps that are in force closure, *success_of_negatives* that of the others,
  *recall* the share of successes that are in force closure. It depends on the mix of the sample,
  which was chosen: about half are labels, the others need more friction than 0.3.
- *needed friction*: success by the least friction at which a grasp is in force closure.
- *labels*: grasps that a data set calls positive, in force closure at friction 0.3, and what ranks
  those that hold before the others. *displaced*: executed with errors of 3 mm and 5 degrees
  (standard deviation for each axis), 10 mm wider open. Products are of the quality, and of depth,
  engagement and room, each up to 5 mm. *regression* is a logistic one on the ranks of all single
  predictors, for scenes that it has not seen.
"""

ABLATION = """\
Grasps of single views, judged on the true shapes, nothing executed: GraspNet-1Billion's average
precision, and Scale-Balanced Grasp's by scale. [evaluation.md](evaluation.md) tells what is judged
how. In brackets a 95 % bootstrap interval over scenes; of times the 10th and 90th percentile.

- *ap*, *ap_04*, *ap_08*: mean of precision@k over k = 1 to 50 and the frictions 0.2 to 1.2, or at
  0.4 and 0.8. *ap_s*, *ap_m*, *ap_l*: of the grasps narrower than 4 cm, 7 cm, and the others.
- *..._grasps_per_view*, *..._success_rate*: of the best ten of each object, at friction 0.8.
- *labels*: the data set's own grasps, by rising quality: what a perfect detector could reach. It is
  below 1 where a view has fewer grasps of a scale than ranks.
"""

GPR_TABLES = """\
Tables I and II of GPR: the best 100 grasps of each view against the nearest free label by the
distance of eq. 1. *pose_d_below_...*: of all grasps. *width_within_...*: of those with D < 0.02. In
brackets a 95 % bootstrap interval over scenes.
"""

JUDGE = """\
Executed grasps of a data set against the judge of `grasp eval`, at the friction of each scene:
*held_of_passed* is the share of the grasps that pass which held in physics.
"""

DATA = """\
What a data set for training holds; [data.md](data.md) explains the figures and shows pictures.
"""

PLANNING = """\
The embedded planner with both robots: grasps of small boxes in a bin with walls, each with a free
approach of 10 cm that a reference search found with other random numbers. Times are CPU
milliseconds of the process: median, 5th and 95th percentile. Rates have Wilson's 95 % interval.

- *scene*: building the planner's scene: table, four walls, nine boxes. *ik*: up to four pre-grasps.
  *line*: one straight approach. *plan*: RRT-Connect with shortcuts from home to the pre-grasp.
  *timing*, *check*: of one trajectory; the check is plain Pinocchio and coal, every 0.01 rad.
- *plan_ompl*: the same way with OMPL's RRT-Connect and simplification through its Python binding,
  with the collision check of *check* and the resolution of *plan*. It is not seeded.
- *decision*: 50 candidates in a new bin, reachable or not, until the first passes everything; its
  success rate counts bins in which one did.
- *all*: approach, plan, timing and check all without a fault. *..._ratio*: the largest part of a
  limit that a trajectory uses: median, least and most.
"""

SBG_TABLE1 = """\
The ablations of Scale-Balanced Grasp, trained alike and briefly, judged as the average precision;
[evaluation.md](evaluation.md) tells how they were trained and has the paper's beside them.
"""

#: Title and introduction of each results file; a file that is not listed gets its name as title.
INTRODUCTIONS = {
    "latency": ("Latency", LATENCY),
    "clutter": ("Clutter removal", CLUTTER),
    "ablation": ("Average precision", ABLATION),
    "gpr_tables": ("Exactness of poses and widths", GPR_TABLES),
    "judge": ("The judge against physics", JUDGE),
    "data": ("Data sets", DATA),
    "planning": ("Motion planning", PLANNING),
    "physics_labels": ("Force closure against physics", PHYSICS_LABELS),
    "sbg_table1": ("Table 1 of Scale-Balanced Grasp", SBG_TABLE1),
}
#: What has a table of its own in a results file that compares detectors; in others each detector or
#: subject has one.
HEADINGS = {
    "clutter": "metric",
    "ablation": "setting",
    "gpr_tables": "setting",
    "sbg_table1": "setting",
}
#: Fields of a row that a table shows down and across, by the field that it has one value of.
_AXES = {
    "about": ("metric", "setting"),
    "metric": ("about", "setting"),
    "setting": ("about", "metric"),
}


def write_page(docs: Path) -> Path:
    """Write `benchmarks.md` in `docs` from `docs/results/*.json`.

    Raises
    ------
    ResultsError : a results file is damaged.
    """
    files = sorted((docs / "results").glob("*.json"))
    page = docs / "benchmarks.md"
    page.write_text(render_page((path.stem, read_results(path)) for path in files), "utf-8")
    return page


def render_page(results: Iterable[tuple[str, Results]]) -> str:
    """Render the page for named results."""
    return "\n".join([HEAD, *(_section(name, result) for name, result in results)])


def _section(name: str, results: Results) -> str:
    title, introduction = INTRODUCTIONS.get(name, (name.replace("_", " ").capitalize(), ""))
    lines = [f"## {title}", ""]
    if introduction:
        lines += [introduction]
    lines += [
        f"- Command: `{results.command}`",
        f"- Machine: {results.machine}",
        f"- Date: {results.date}, commit: {results.commit or 'none'}",
        f"- Data: [results/{name}.json](results/{name}.json)",
        "",
    ]
    return "\n".join([*lines, *metric_tables(results.rows, HEADINGS.get(name, "about"))])


def metric_tables(all_rows: Sequence[Row], head: str = "about") -> list[str]:
    """Lines of one table for each detector or subject ("about"), "metric" or "setting"."""
    lines = []
    for heading in dict.fromkeys(getattr(row, head) for row in all_rows):
        rows = [row for row in all_rows if getattr(row, head) == heading]
        counts = sorted({row.n for row in rows})
        repeats = f"n = {counts[0]}" + (f" to {counts[-1]}" if len(counts) > 1 else "")
        table = _table(rows, *_AXES[head])
        lines += [f"### {heading}", "", f"{repeats} per figure.", "", *table, ""]
    return lines


def _table(rows: Sequence[Row], side: str, top: str) -> list[str]:
    """Show the field `side` against the field `top`; the longer axis goes down."""
    down = list(dict.fromkeys(getattr(row, side) for row in rows))
    across = list(dict.fromkeys(getattr(row, top) for row in rows))
    cells = {(getattr(row, side), getattr(row, top)): _cell(row) for row in rows}
    if len(across) > len(down):
        down, across = across, down
        cells = {(one, other): cell for (other, one), cell in cells.items()}
    lines = [_line(["", *across]), _line(["---"] + ["---:"] * len(across))]
    lines += [_line([name, *(cells.get((name, other), "") for other in across)]) for name in down]
    return lines


def _cell(row: Row) -> str:
    if row.low == row.high:
        return _number(row.value)
    return f"{_number(row.value)} ({_number(row.low)}..{_number(row.high)})"


def _number(value: float) -> str:
    """Three significant digits, without an exponent and without noise below a thousandth."""
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.3f}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
