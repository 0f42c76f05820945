"""`grasp bench clutter`: detectors empty the same simulated scenes; the file to open first.

The rounds of one setting have the seeds FIRST, FIRST + 1, ... for every detector, so that each
detector meets the same scenes, views and noise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import joblib
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from grasp_cli.clutter_detectors import NAMES, Player, checksum
from grasp_cli.clutter_pictures import FailurePictures
from grasp_cli.clutter_rates import rate_rows
from grasp_cli.clutter_records import Record, RecordFile
from grasp_cli.clutter_report import write_report
from grasp_cli.clutter_settings import SETTINGS, gripper_of
from grasp_cli.errors import OptionError
from grasp_cli.named_detectors import FILE_ENDING, title
from grasp_cli.results import Row
from grasp_sim.clutter import Round, Watch, run_round
from grasp_sim.errors import SceneRejectedError, UnstableSimulationError
from grasp_sim.objects.cache import content_hash

#: Seeds 0 to 15 chose the weights of the antipodal detector's score.
FIRST_SEED = 1000
#: Failures of the first rounds of each setting and detector are drawn.
PICTURED_ROUNDS = 3


@dataclass(frozen=True)
class Job:
    """What is to be played.

    Attributes
    ----------
    settings, detectors : names; a detector may be FILE.ts with FILE.ts.sha256 beside it.
    rounds : of each setting and detector.
    out : folder of records, pictures and the report.

    Raises
    ------
    OptionError : a name is unknown, or two detectors have the same in results.
    """

    settings: tuple[str, ...]
    detectors: tuple[str, ...]
    rounds: int
    out: Path

    def __post_init__(self) -> None:
        _check_names("setting", self.settings, SETTINGS)
        installed = [name for name in self.detectors if not name.endswith(FILE_ENDING)]
        _check_names("detector", installed, NAMES)
        titles = [title(name) for name in self.detectors]
        for name in titles:
            if titles.count(name) > 1:
                raise OptionError(f"more than one detector would be {name!r} in the results")

    @property
    def seeds(self) -> range:
        """Of the rounds."""
        return range(FIRST_SEED, FIRST_SEED + self.rounds)


def job_of(settings: str, detectors: str, rounds: int, out: Path) -> Job:
    """Read names with commas between them; none means all.

    Raises
    ------
    OptionError : a name is unknown.
    """
    return Job(
        tuple(settings.split(",")) if settings else tuple(SETTINGS),
        tuple(detectors.split(",")) if detectors else NAMES,
        rounds,
        out,
    )


def measure(job: Job, command: str) -> list[Row]:
    """Play what is missing, write the report of all into `job.out`, and return the figures.

    Raises
    ------
    ModelFileError, RecordError : see `play_rounds`.
    """
    records = play_rounds(job)
    rows = [
        row
        for (setting, _), played in records.items()
        for row in rate_rows(played, SETTINGS[setting].distance_m)
    ]
    write_report(job.out, command, records, rows)
    return rows


def play_rounds(job: Job) -> dict[tuple[str, str], list[Record]]:
    """Play the rounds that have no record yet, and return the records of all by rising seed.

    The rounds run under joblib's current configuration. Those of one seed are played one after the
    other by all detectors, so that a run which is stopped has compared them on the same scenes.

    Raises
    ------
    ModelFileError : the file of a network is missing or damaged.
    RecordError : a file of records is damaged, or was made with something else.
    """
    files: dict[tuple[str, str], RecordFile] = {}
    records: dict[tuple[str, str], dict[int, Record]] = {}
    for setting in job.settings:
        for detector in job.detectors:
            pair = setting, title(detector)
            files[pair] = RecordFile(job.out / "rounds", *pair)
            records[pair] = files[pair].read(made_with(setting, detector))
    missing = [
        (setting, detector, seed)
        for setting in job.settings
        for seed in job.seeds
        for detector in job.detectors
        if seed not in records[setting, title(detector)]
    ]
    for record in _with_progress(missing, job.out / "failures"):
        pair = record.setting, record.detector
        files[pair].append(record)
        records[pair][record.played.seed] = record
    return {pair: [played[seed] for seed in job.seeds] for pair, played in records.items()}


def play(setting: str, detector: str, seed: int, watch: Watch | None = None) -> Record:
    """Play one round."""
    gripper = gripper_of(setting)
    player = Player(detector, SETTINGS[setting], seed, gripper)
    void = ""
    try:
        played = run_round(SETTINGS[setting], seed, gripper, player, watch)
    except (SceneRejectedError, UnstableSimulationError) as error:
        played, void = Round(seed, (), ()), str(error)
    times = tuple(player.stage_cpu_ms)
    return Record(setting, title(detector), made_with(setting, detector), played, times, void)


def made_with(setting: str, detector: str) -> str:
    """Hash of what a round depends on, beside the code and the seed."""
    parts = (SETTINGS[setting], gripper_of(setting), checksum(detector))
    return content_hash(*map(repr, parts))[:16]


def _with_progress(rounds: Sequence[tuple[str, str, int]], pictures: Path) -> Iterator[Record]:
    """Play rounds and yield each when it is over, in any order, behind a bar with the time left."""
    work = joblib.Parallel(return_as="generator_unordered")(
        joblib.delayed(_play_pictured)(*names_and_seed, pictures) for names_and_seed in rounds
    )
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    )  # fmt: skip
    with Progress(*columns) as progress:
        bar = progress.add_task("rounds", total=len(rounds))
        for record in work:
            yield record
            progress.update(bar, advance=1, description=f"{record.setting}, {record.detector}")


def _play_pictured(setting: str, detector: str, seed: int, pictures: Path) -> Record:
    """Play one round; draw its failures if it is one of the first."""
    watch = None
    if seed < FIRST_SEED + PICTURED_ROUNDS:
        watch = FailurePictures(pictures, f"{setting}, {title(detector)}, seed {seed}")
    return play(setting, detector, seed, watch)


def _check_names(kind: str, names: Sequence[str], valid: Collection[str]) -> None:
    for name in names:
        if name not in valid:
            raise OptionError(f"no {kind} {name!r}; valid: {', '.join(valid)}")
