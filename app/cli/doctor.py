"""The command that looks at this machine: reads arguments, calls one part, prints."""

from __future__ import annotations

from dataclasses import asdict

import typer

from app.cli import output
from app.cli.common import EXIT_COULD_NOT, Home, Json, print_json, reported
from app.service.doctor import examine
from app.settings import read_settings


def doctor(home: Home = None, as_json: Json = False) -> None:
    """Check what Lectern finds on this machine, and say what to do about each gap."""
    with reported(as_json):
        findings = examine(read_settings(home=home))
        if as_json:
            print_json({"findings": [asdict(finding) for finding in findings]})
        else:
            output.print_findings(findings)
        if any(finding.blocks for finding in findings):
            raise typer.Exit(EXIT_COULD_NOT)
