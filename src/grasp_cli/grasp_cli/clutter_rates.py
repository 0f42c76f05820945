"""The figures of the clutter benchmark, from the records of its rounds.

| metric | definition |
|---|---|
| rounds | scenes that were played, those of the first seeds |
| success_rate | attempts after which an object was held, of all attempts |
| completion_rate | objects taken out, of all objects |
| declutter_rate | rounds in which every object was taken out, of all rounds |
| ..._two_failures | the same, each round cut after its second failure in a row (VGN's rule) |
| success_rate_width_A_Bcm | success rate of the grasps whose opening lies in [A, B) |
| ..._camera_A_Bcm | success and completion rate of the rounds whose camera is A to B away |
| outcome_... | attempts that ended so, of all attempts |
| detection_cpu_ms | CPU time from the cloud to the ranked grasps: median, 10th, 90th percentile |

Rates have Wilson's 95 % interval. It takes attempts and objects as independent, which those of one
round are not quite.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import binomtest

from grasp_cli.clutter_records import Record
from grasp_cli.results import Row
from grasp_sim.clutter import Attempt, Round
from grasp_sim.trial import Outcome

#: Centimetres: Scale-Balanced Grasp's small, medium and large scale, by the opening of a grasp. The
#: last class holds the gripper's whole stroke too.
WIDTH_CLASSES_CM = ((0, 4), (4, 7), (7, 10))
#: Centimetres: how far a D435 is away. Its errors of depth grow with the square of that.
DISTANCE_CLASSES_CM = ((40, 50), (50, 60), (60, 70))
TWO_FAILURES = "_two_failures"


def rate_rows(records: Sequence[Record], distance_m: Callable[[int], float]) -> list[Row]:
    """Figures of the records of one setting and detector; those of nothing are left out.

    Parameters
    ----------
    distance_m : of the camera in the round of a seed (`Setting.distance_m`).
    """
    played = [record for record in records if not record.void]
    if not played:
        return []
    rounds = [record.played for record in played]
    counts = _round_counts(rounds) | {
        f"{name}{TWO_FAILURES}": count
        for name, count in _round_counts([r.until_two_failures() for r in rounds]).items()
    }
    counts |= _distance_counts(rounds, distance_m)
    counts |= _attempt_counts([attempt for r in rounds for attempt in r.attempts])
    seeds = tuple(sorted(r.seed for r in rounds))
    setting, detector = played[0].setting, played[0].detector
    number = len(rounds)
    rows = [Row(setting, "rounds", number, number, number, number, seeds, detector=detector)]
    rows += [
        Row(setting, metric, *wilson(k, n), n, seeds, detector=detector)
        for metric, (k, n) in counts.items()
        if n > 0
    ]
    times = [sum(stages.values()) for record in played for stages in record.stage_cpu_ms]
    if times:
        low, middle, high = map(float, np.percentile(times, [10, 50, 90]))
        n = len(times)
        metric = "detection_cpu_ms"
        rows.append(Row(setting, metric, middle, low, high, n, seeds, detector=detector))
    return rows


def wilson(successes: int, n: int) -> tuple[float, float, float]:
    """Rate, and the ends of Wilson's 95 % interval around it."""
    interval = binomtest(successes, n).proportion_ci(method="wilson")
    rate = successes / n
    # Rounding may leave the end of the interval of 0 or 1 a little on the wrong side.
    return rate, min(float(interval.low), rate), max(float(interval.high), rate)


def _round_counts(rounds: Sequence[Round]) -> dict[str, tuple[int, int]]:
    """Hits and cases of the rates of whole rounds."""
    return {
        "success_rate": (sum(r.successes for r in rounds), sum(len(r.attempts) for r in rounds)),
        "completion_rate": (sum(r.picked for r in rounds), sum(len(r.objects) for r in rounds)),
        "declutter_rate": (sum(r.picked == len(r.objects) for r in rounds), len(rounds)),
    }


def _distance_counts(
    rounds: Sequence[Round], distance_m: Callable[[int], float]
) -> dict[str, tuple[int, int]]:
    """Hits and cases of the success and completion rate by the camera's distance."""
    counts = {}
    for low, high in DISTANCE_CLASSES_CM:
        chosen = [r for r in rounds if low <= 100 * distance_m(r.seed) < high]
        of_class = _round_counts(chosen)
        for name in ("success_rate", "completion_rate"):
            counts[f"{name}_camera_{low}_{high}cm"] = of_class[name]
    return counts


def _attempt_counts(attempts: Sequence[Attempt]) -> dict[str, tuple[int, int]]:
    """Hits and cases of the rates of attempts: by width, and by how they ended."""
    counts = {}
    for low, high in WIDTH_CLASSES_CM:
        last = (low, high) == WIDTH_CLASSES_CM[-1]
        chosen = [
            attempt
            for attempt in attempts
            if low <= 100 * attempt.width_m and (last or 100 * attempt.width_m < high)
        ]
        hits = sum(attempt.success for attempt in chosen)
        counts[f"success_rate_width_{low}_{high}cm"] = (hits, len(chosen))
    for outcome in Outcome:
        if outcome is not Outcome.HELD:
            ended = sum(attempt.outcome is outcome for attempt in attempts)
            counts[f"outcome_{outcome.name.lower()}"] = (ended, len(attempts))
    return counts


def object_counts(records: Sequence[Record]) -> dict[str, tuple[int, int]]:
    """How often each object was taken out, and how often it was there, by name."""
    counts: dict[str, tuple[int, int]] = {}
    for record in records:
        taken = [
            name
            for attempt in record.played.attempts
            if attempt.success
            for name in attempt.objects
        ]
        for name in record.played.objects:
            hits, cases = counts.get(name, (0, 0))
            counts[name] = (hits + (name in taken), cases + 1)
    return dict(sorted(counts.items()))
