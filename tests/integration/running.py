"""Runs a command of the command line in the test's own process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from typer.testing import CliRunner

from app.cli.main import cli


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit code, its output, and both outputs with runs of white space as one in `text`."""

    code: int
    output: str
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.output)


Run = Callable[..., Outcome]


def run_command(*arguments: object, typed: str = "") -> Outcome:
    """Run it to its end, with what is typed as its input; an error that is not an exit is raised."""
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments], input=typed or None)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Outcome(result.exit_code, result.stdout, " ".join(result.output.split()))
