"""Runs the integration tests on PostgreSQL and a Chroma server, where LECTERN_TEST_ENGINES=1 asks for it.

A test has a schema of its own, named by the variables of the settings: commands in processes of their own are on the
servers too. Where a fixture of a whole module makes an index, the tests that ask for the fixture share its schema. A
test that presumes the embedded form is marked `embedded_only` with its reason.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from rag.storage.catalogue.dialects.postgresql_database import open_engine
from tests.chroma import Server as ChromaServer
from tests.chroma import delete_collections
from tests.postgresql import Server

IS_ON = bool(os.environ.get("LECTERN_TEST_ENGINES"))
"""Read here, as some tests remove all variables of ours."""

NAMED_BY = ("LECTERN_CATALOGUE_URL", "LECTERN_CHROMA_URL")

HERE = Path(__file__).parent

ON_SERVERS = "on PostgreSQL"
"""The property of a test that used one."""

AnotherIndex = Callable[[], AbstractContextManager[None]]
"""Gives a second home in a test an index of its own for as long as the block lasts."""

IS_USED = text("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = :schema)")

HAS_CATALOGUE = text("SELECT to_regclass(:table) IS NOT NULL")


def engine_settings() -> dict[str, str]:
    """The variables that name a test's place on the servers, for environments that hold no others; none by default."""
    return {name: os.environ[name] for name in NAMED_BY if IS_ON}


class Places:
    """Schemas for catalogues, whose names are their own, and vectors in a Chroma server."""

    def __init__(self, postgresql: Server, chroma: ChromaServer) -> None:
        self._postgresql, self._chroma = postgresql, chroma
        # A connection of a test that was not closed must not hold up the others.
        self._engine = open_engine(postgresql.url(options="-clock_timeout=2s"))

    def new(self) -> str:
        url = self._postgresql.new_schema()
        return url.render_as_string(hide_password=False)

    @contextmanager
    def named(self, address: str) -> Iterator[None]:
        """Have settings that are read within the block name a place."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in zip(NAMED_BY, (address, self._chroma.url), strict=True):
                patch.setenv(name, value)
            yield

    def close(self) -> None:
        self._engine.dispose()

    def is_used(self, address: str) -> bool:
        """Tell whether tables were made there."""
        with self._engine.connect() as connection:
            return bool(connection.execute(IS_USED, {"schema": _schema_of(address)}).scalar_one())

    def remove(self, address: str) -> None:
        """Free what a test has left; what still uses it keeps it to the end of the run."""
        schema = _schema_of(address)
        try:
            with self._engine.begin() as connection:
                catalogue = connection.execute(HAS_CATALOGUE, {"table": f"{schema}.catalogue_state"}).scalar_one()
                identity = text(f"SELECT identity FROM {schema}.catalogue_state")
                name = connection.execute(identity).scalar() if catalogue else None
                connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        except DBAPIError:
            return
        if name:
            delete_collections(self._chroma.url, f"lectern-{name}")


class Engines:
    """A plug-in of pytest; each of its workers has one server of each kind."""

    def __init__(self) -> None:
        self._shared: dict[tuple[str, str], str] = {}
        """The addresses of indexes that fixtures made, by module and fixture."""
        self._on_servers: set[str] = set()
        self._passed: set[str] = set()
        self._skipped: Counter[str] = Counter()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            if (marker := item.get_closest_marker("embedded_only")) is not None:
                item.add_marker(pytest.mark.skip(reason=f"embedded only: {marker.args[0]}"))

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        """Give the index of a module a place: that of the fixture on which it is built, where there is one."""
        if fixturedef.scope != "module" or HERE not in request.path.parents:
            return (yield)
        places: Places = request.getfixturevalue("engine_places")
        module = request.node.nodeid
        address = self._shared_address(module, fixturedef.argnames) or places.new()
        with places.named(address):
            result = yield
        if places.is_used(address):
            self._shared[module, fixturedef.argname] = address
            request.addfinalizer(lambda: self._shared.pop((module, fixturedef.argname), None))
        return result

    @pytest.fixture(autouse=True)
    def own_place(self, request: pytest.FixtureRequest) -> Iterator[None]:
        """Give a test its place, and take down whether it used it."""
        if HERE not in request.path.parents:
            yield
            return
        places: Places = request.getfixturevalue("engine_places")
        shared = self._shared_address(request.node.nodeid.partition("::")[0], request.fixturenames)
        address = shared or places.new()
        with places.named(address):
            yield
        if places.is_used(address):
            request.node.user_properties.append((ON_SERVERS, "yes"))
            if not shared:
                places.remove(address)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and isinstance(report.longrepr, tuple):
            self._skipped[report.longrepr[2].removeprefix("Skipped: ")] += 1
        if report.when == "call" and report.passed:
            self._passed.add(report.nodeid)
        if report.when == "teardown" and any(name == ON_SERVERS for name, _ in report.user_properties):
            self._on_servers.add(report.nodeid)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        used = len(self._passed & self._on_servers)
        terminalreporter.write_line(f"{len(self._passed)} passed, {used} of them on PostgreSQL.")
        for reason, count in self._skipped.most_common():
            terminalreporter.write_line(f"{count} skipped: {reason}")

    def _shared_address(self, module: str, fixtures: list[str] | tuple[str, ...]) -> str | None:
        addresses = (self._shared.get((module, name)) for name in fixtures)
        return next((address for address in addresses if address), None)


def _schema_of(address: str) -> str:
    return str(make_url(address).query["options"]).partition("=")[2]
