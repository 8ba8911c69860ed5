"""Holds the parts that all commands share: common options, printing JSON, and reporting errors."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from operator import methodcaller
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli import output
from ingest.sandbox.socket_folder import remove_socket_folders
from rag.errors import LecternError

LOCK_WAIT_SECONDS = 10.0
"""A quick command waits for so long until another one lets go of the index."""

DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

EXIT_FAILED_FILES, EXIT_COULD_NOT, EXIT_INTERRUPTED = 1, 2, 130

Collection = Annotated[str | None, typer.Option("--collection", "-c", help="Which collection; default: `default`.")]
Home = Annotated[Path | None, typer.Option("--home", help="Where the index lives; else LECTERN_HOME.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@contextmanager
def reported(as_json: bool) -> Iterator[None]:
    """Turn every expected failure into a message and an exit code."""
    try:
        yield
    except LecternError as error:
        if as_json:
            print_json({"error": {"reason": error.reason, "remedy": error.remedy}})
        else:
            output.print_error(error)
        raise typer.Exit(EXIT_COULD_NOT) from None
    except KeyboardInterrupt:
        output.messages.print("Stopped. What was done until now is kept; the same command goes on from here.")
        sys.stdout.flush()
        sys.stderr.flush()
        # Everything is closed by now, but a thread may still be loading a model, which an ordinary exit cannot stop.
        remove_socket_folders()
        os._exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has closed it.
        _drop_output()
        raise typer.Exit(0) from None
    except OSError as error:
        if error.filename is not None or error.errno not in DISK_FULL:
            raise
        _drop_output()
        output.messages.print(f"The output could not be written: {error.strerror}. Make room, or write it elsewhere.")
        raise typer.Exit(EXIT_COULD_NOT) from None


def _drop_output() -> None:
    """Drop the rest of the buffer, whose write would fail at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_json(value: Any) -> None:
    """Print a result for programs on standard output; schemas in it as the wire form has them."""
    sys.stdout.write(json.dumps(value, indent=2, default=methodcaller("to_json")) + "\n")
    sys.stdout.flush()
