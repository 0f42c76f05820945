"""`Record`: what came of one round of the clutter benchmark, kept as a line of JSON.

A record is written as soon as its round is over, so that a run which is killed goes on there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grasp_cli.errors import CommandError
from grasp_sim.clutter import Attempt, Round
from grasp_sim.trial import Outcome


class RecordError(CommandError):
    """A file of records is damaged, or was made with other settings or another detector."""


@dataclass(frozen=True)
class Record:
    """One round.

    Attributes
    ----------
    setting, detector : names.
    made_with : hash of the setting, the gripper and the detector's weights.
    played : the round; without objects if it could not be played.
    stage_cpu_ms : CPU milliseconds of each stage of the pipeline, for each view.
    void : why the round could not be played to its end; empty where it was.
    """

    setting: str
    detector: str
    made_with: str
    played: Round
    stage_cpu_ms: tuple[Mapping[str, float], ...] = ()
    void: str = ""

    def to_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self), default=_outcome_name)

    @classmethod
    def from_json(cls, text: str) -> Record:
        """Read what `to_json` wrote.

        Raises
        ------
        RecordError : it is something else.
        """
        try:
            data: dict[str, Any] = json.loads(text)
            played = data.pop("played")
            attempts = [
                Attempt(
                    **{
                        **attempt,
                        "outcome": Outcome[attempt["outcome"]],
                        "objects": tuple(attempt["objects"]),
                    }
                )
                for attempt in played["attempts"]
            ]
            played = Round(played["seed"], tuple(played["objects"]), tuple(attempts))
            return cls(played=played, **{**data, "stage_cpu_ms": tuple(data["stage_cpu_ms"])})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RecordError(f"not a record ({error!r}): {text[:80]!r}") from error


class RecordFile:
    """The records of one setting and detector, a line each, in the order in which they were made.

    Parameters
    ----------
    folder : is made where it is missing.
    """

    def __init__(self, folder: Path, setting: str, detector: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{setting}-{detector}.jsonl"

    def append(self, record: Record) -> None:
        """Add a record, after cutting off half a line that a killed process left."""
        with self.path.open("ab+") as file:
            file.seek(0)
            file.truncate(file.read().rfind(b"\n") + 1)
            file.write(f"{record.to_json()}\n".encode())

    def read(self, made_with: str) -> dict[int, Record]:
        """Give the records by seed; half a line, left by a process that was killed, is none.

        Raises
        ------
        RecordError : a line is damaged, or was made with something else.
        """
        if not self.path.exists():
            return {}
        *lines, _ = self.path.read_text(encoding="utf-8").split("\n")
        records = {}
        for number, line in enumerate(lines, start=1):
            try:
                record = Record.from_json(line)
            except RecordError as error:
                raise RecordError(f"{self.path}, line {number}: {error}") from error
            if record.made_with != made_with:
                raise RecordError(
                    f"{self.path}, line {number}: made with another setting, gripper or weights; "
                    "remove the file, or give another folder with --out"
                )
            records[record.played.seed] = record
        return records


def _outcome_name(value: Any) -> str:
    """Write an outcome as its name; JSON knows all else."""
    if isinstance(value, Outcome):
        return value.name
    raise TypeError(f"{value!r} in a record")
