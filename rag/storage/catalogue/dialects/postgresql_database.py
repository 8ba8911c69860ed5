"""Opens a catalogue on PostgreSQL, and makes its tables."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from rag.errors import ConfigurationError, IndexLockedError, StoreError, loading_library
from rag.storage.catalogue.dialects.postgresql_errors import described, translated_errors
from rag.storage.catalogue.dialects.postgresql_schema import (
    OWNER_LOCK,
    STATEMENTS,
    catalogue_owner,
    catalogue_state,
    own_tables,
)
from rag.storage.catalogue.dialects.postgresql_storing import rebuild_words
from rag.storage.catalogue.schema import (
    DESCRIBED_FIGURES,
    PLACES_OF_RUNS,
    SCHEMA_VERSION,
    collections,
    full_text_versions,
    metadata,
)
from rag.words.stemming import words_version

MIN_SERVER_VERSION = 140000
"""PostgreSQL 14, the oldest that its makers still mend."""

CONNECT_SECONDS = 10

# As in a file: a lost commit after the old vectors were deleted would leave a document without any.
SAFE_COMMITS = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)

# After these seconds the server gives up the connection of a machine that is gone, with its locks.
NOTICE_LOSS = (
    "SELECT set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '5', false), "
    "set_config('tcp_keepalives_count', '3', false)"
)

# Until the transaction ends, and only where nobody owns the catalogue.
IS_NOT_OWNED = text(f"SELECT pg_try_advisory_xact_lock({OWNER_LOCK})")

EMPTY_DATABASE = (
    "Name an empty database, or a schema of its own: ?options=-csearch_path%3DNAME at the end of the address."
)

MAKING_TABLES = 0x6C656374
"""The advisory lock that a process holds while it makes tables."""


def read_url(address: str) -> URL:
    """Return the address of a PostgreSQL database. Raises ConfigurationError."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.get_backend_name() != "postgresql" or not url.database:
        raise ConfigurationError(
            "The setting `catalogue_url` is not the address of a PostgreSQL database.",
            "Write postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE, or leave it empty for a file in the home.",
        )
    return url.set(drivername="postgresql+psycopg")


def open_engine(url: URL, *, is_brief: bool = False) -> Engine:
    """Return an engine for a database; it connects when it is first used, one that `is_brief` for each transaction.

    Raises LibraryError.
    """
    with loading_library("psycopg", remedy='Install it: pip install "lectern[scale]".'):
        from psycopg.types.string import StrDumper

        logging.getLogger("psycopg").addFilter(_is_news)

        class PlainText(StrDumper):
            """Writes text without NUL, which PostgreSQL does not take; every other character keeps its place."""

            def dump(self, obj: str) -> Any:
                return super().dump(obj.replace("\x00", "\ufffd"))

        engine = create_engine(
            url,
            # One question to the server before each transaction: after a restart of the server nobody sees an error.
            pool_pre_ping=not is_brief,
            poolclass=NullPool if is_brief else None,
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "application_name": "lectern",
                "client_encoding": "utf8",
                # Without these a process waits two hours for a server whose machine is gone.
                "keepalives_idle": 30,
                "keepalives_interval": 10,
                "keepalives_count": 3,
            },
        )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.adapters.register_dumper(str, PlainText)
        connection.execute(SAFE_COMMITS)
        connection.execute(NOTICE_LOSS)
        connection.commit()

    return engine


def _is_news(record: logging.LogRecord) -> bool:
    """Tell whether the driver logs more than what follows from an error that it raises as well."""
    return not str(record.msg).startswith("error ignored")


def write_bools_as_numbers(engine: Engine) -> None:
    """Have True and False written as 1 and 0, as SQLite's driver does, for tables that keep them in such columns."""
    from psycopg.adapt import Dumper
    from psycopg.postgres import types

    class Number(Dumper):
        oid = types["int4"].oid

        def dump(self, obj: bool) -> bytes:
            return b"1" if obj else b"0"

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.adapters.register_dumper(bool, Number)


def open_postgresql(url: URL, *, is_brief: bool = False, is_target: bool = False) -> Engine:
    """Open the catalogue, making its tables if they are new; `is_target`: to copy another one into it.

    Raises StoreError, LibraryError.
    """
    engine = open_engine(url, is_brief=is_brief)
    try:
        with translated_errors(url), engine.begin() as connection:
            _check_server(connection, url)
            connection.execute(select(func.pg_advisory_xact_lock(MAKING_TABLES)))
            version = _version_of(connection, url)
            if version > SCHEMA_VERSION:
                raise StoreError(
                    f"The catalogue in {described(url)} was made by a newer Lectern (schema {version}, this one knows "
                    f"{SCHEMA_VERSION}).",
                    "Install that version again, or name another database.",
                )
            if version < SCHEMA_VERSION:
                if version:
                    _refuse_if_owned(connection, url)
                _make_tables(connection, version)
            if not is_target and not connection.execute(select(catalogue_state.c.is_whole)).scalar_one():
                raise StoreError(
                    f"Copying an index into {described(url)} was cut off.",
                    "Finish it: `lectern migrate` with the settings and the target of that time.",
                )
            if connection.execute(select(full_text_versions.c.words)).scalar() != words_version():
                # Words in another form: they are made anew, though not below an owner that makes them in its own.
                _refuse_if_owned(connection, url)
                rebuild_words(connection)
                connection.execute(full_text_versions.delete())
                connection.execute(full_text_versions.insert().values(words=words_version()))
    except BaseException:
        engine.dispose()
        raise
    return engine


def identity_of(engine: Engine, url: URL) -> str:
    """Return what names the catalogue for as long as it is there. Raises StoreError."""
    reading = engine.execution_options(postgresql_readonly=True)
    with translated_errors(url), reading.connect() as connection:
        return str(connection.execute(select(catalogue_state.c.identity)).scalar_one())


def begin_copy(engine: Engine, url: URL) -> None:
    """Have nobody open the catalogue until `finish_copy`. Raises StoreError where it holds an index of its own."""
    with translated_errors(url), engine.begin() as connection:
        is_whole = connection.execute(select(catalogue_state.c.is_whole)).scalar_one()
        if is_whole and connection.execute(select(collections.c.id).limit(1)).scalar() is not None:
            raise StoreError(
                f"The database {described(url)} holds an index already.",
                EMPTY_DATABASE,
            )
        connection.execute(catalogue_state.update().values(is_whole=0))


def finish_copy(engine: Engine, url: URL) -> None:
    """Have the catalogue opened from now on. Raises StoreError."""
    with translated_errors(url), engine.begin() as connection:
        connection.execute(catalogue_state.update().values(is_whole=1))


def bind_home(engine: Engine, url: URL, home: str) -> None:
    """Have the catalogue used from one folder only, which keeps its vectors. Raises StoreError for another folder."""
    with translated_errors(url), engine.begin() as connection:
        known = connection.execute(select(catalogue_owner.c.home)).scalar_one()
        if known not in ("", home):
            raise StoreError(
                f"The vectors of the catalogue in {described(url)} are in another home: {known}.",
                "Use that home, or keep the vectors in a Chroma server, which all homes share (`chroma_url`).",
            )
        if not known:
            connection.execute(catalogue_owner.update().values(home=home))


def _check_server(connection: Connection, url: URL) -> None:
    version = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    if version < MIN_SERVER_VERSION:
        raise StoreError(
            f"The server of {described(url)} is PostgreSQL {version // 10000}, which is too old.",
            f"Lectern needs PostgreSQL {MIN_SERVER_VERSION // 10000} or newer.",
        )
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise StoreError(
            f"The database {described(url)} has the encoding {encoding}, which cannot hold every text.",
            "Make one with the encoding UTF8: createdb --encoding=UTF8 --template=template0 NAME.",
        )


def _refuse_if_owned(connection: Connection, url: URL) -> None:
    """Raises IndexLockedError while a process of an older Lectern works on a catalogue that is to be changed."""
    if not connection.execute(IS_NOT_OWNED).scalar_one():
        row = connection.execute(select(catalogue_owner.c.command, catalogue_owner.c.host)).one()
        raise IndexLockedError(
            f"The catalogue in {described(url)} is in use by `lectern {row.command}` on {row.host}, which is of "
            "another version.",
            "Stop all servers and commands on it, install the same version for all, and start them again.",
        )


def _version_of(connection: Connection, url: URL) -> int:
    """Return the version of the tables; 0 where there are none. Raises StoreError where they are another program's."""
    there = set(inspect(connection).get_table_names())
    if catalogue_state.name in there:
        return int(connection.execute(select(catalogue_state.c.schema_version)).scalar_one())
    if taken := sorted(there & set(metadata.tables)):
        raise StoreError(
            f"The database {described(url)} has tables of another program: {', '.join(taken)}.",
            EMPTY_DATABASE,
        )
    return 0


def _make_tables(connection: Connection, version: int) -> None:
    """Make the tables, or what is new of those of an older version."""
    metadata.create_all(connection)
    own_tables.create_all(connection)
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
    if not version:
        identity = connection.execute(select(func.gen_random_uuid())).scalar_one()
        state = {"id": 1, "changes": 0, "chunk_count": 0, "word_count": 0, "is_whole": 1, "identity": str(identity)}
        connection.execute(catalogue_state.insert().values(schema_version=SCHEMA_VERSION, **state))
        nobody = {"id": 1, "number": 0, "command": "", "process": 0, "host": "", "since": "", "home": ""}
        connection.execute(catalogue_owner.insert().values(nobody))
    else:
        for since, statements in ((7, DESCRIBED_FIGURES), (8, PLACES_OF_RUNS)):
            for statement in statements if version < since else ():
                connection.exec_driver_sql(statement)
        connection.execute(catalogue_state.update().values(schema_version=SCHEMA_VERSION))
