"""`grasp doctor`: what this machine has, what it lacks, and what to do about it."""

from __future__ import annotations

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grasp_cli.machine_checks import Finding, find_all

MISSING = 1


def doctor() -> None:
    """Say what this machine has, what it lacks, and what to do about it.

    Exit code: 0 if nothing that is required is missing, else 1.
    """
    console = Console(highlight=False)
    with console.status("looking"):
        findings = list(find_all())
    console.print(findings_table(findings))
    missing = [finding for finding in findings if finding.required and not finding.ok]
    for finding in findings:
        if not finding.ok:
            console.print(Text(f"{finding.subject}: {finding.remedy}"), soft_wrap=True)
    if missing:
        names = ", ".join(finding.subject for finding in missing)
        console.print(Text(f"Missing: {names}.", "bold red"), soft_wrap=True)
        raise typer.Exit(MISSING)
    console.print("This machine has what the stack requires.")


def findings_table(findings: list[Finding]) -> Table:
    """One line per check."""
    table = Table(box=SIMPLE_HEAD)
    for heading in ("", "what", "found"):
        table.add_column(heading)
    for finding in findings:
        if finding.ok:
            mark = Text("ok", "green")
        elif finding.required:
            mark = Text("missing", "bold red")
        else:
            mark = Text("optional", "yellow")
        table.add_row(mark, finding.subject, Text(finding.detail))
    return table
