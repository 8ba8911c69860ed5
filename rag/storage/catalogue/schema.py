"""Declares the catalogue's tables and opens its file.

A version of a document, as one index has it, is a row of `generations`: the name stays, as the table does.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
    select,
    text,
)
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ColumnElement

from rag.errors import StoreError
from rag.words.bigrams import searchable_pairs
from rag.words.folding import fold
from rag.words.stemming import words_version
from rag.words.word_forms import searchable_forms

SCHEMA_VERSION = 8
"""Raised with every change of the tables; kept in SQLite's user_version."""

Large = BigInteger().with_variant(Integer, "sqlite")
"""An integer of eight bytes, which SQLite's always are."""

Sorted = String().with_variant(String(collation="C"), "postgresql")
"""Text that is listed in order: that of its characters, whatever the language of the database."""


class _NoBytes(ColumnElement[bytes]):
    """The default of a column of bytes, which each database writes in its own way."""

    inherit_cache = True


@compiles(_NoBytes, "sqlite")
def _no_bytes_sqlite(_element: _NoBytes, _compiler: object, **_kw: object) -> str:
    return "x''"


@compiles(_NoBytes, "postgresql")
def _no_bytes_postgresql(_element: _NoBytes, _compiler: object, **_kw: object) -> str:
    return "''::bytea"


metadata = MetaData()

collections = Table(
    "collections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Sorted, nullable=False, unique=True),
    Column("created_at", String, nullable=False),
)

indexes = Table(
    "indexes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("collection_id", ForeignKey("collections.id", ondelete="CASCADE"), nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("space", String, nullable=False, unique=True),
    Column("is_active", Integer, nullable=False),
    UniqueConstraint("collection_id", "fingerprint"),
    sqlite_autoincrement=True,
)

folders = Table(
    "folders",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("collection_id", ForeignKey("collections.id", ondelete="CASCADE"), nullable=False),
    Column("root", String, nullable=False),
    Column("root_bytes", LargeBinary, nullable=False),
    Column("last_synced_at", String, nullable=False, server_default=""),
    UniqueConstraint("collection_id", "root_bytes"),
)

documents = Table(
    "documents",
    metadata,
    # Never used twice: the ids of a document's vectors begin with it.
    Column("id", Integer, primary_key=True),
    Column("collection_id", ForeignKey("collections.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("folder_id", ForeignKey("folders.id", ondelete="CASCADE"), nullable=False),
    Column("path", Sorted, nullable=False),
    Column("path_bytes", LargeBinary, nullable=False),
    Column("size", Large, nullable=False, server_default="0"),
    Column("mtime_ns", Large, nullable=False, server_default="0"),
    Column("sha256", String, nullable=False, server_default=""),
    Column("state", String, nullable=False),
    Column("failed_attempt", String, nullable=False, server_default=""),
    Column("reason", String, nullable=False, server_default=""),
    Column("remedy", String, nullable=False, server_default=""),
    UniqueConstraint("folder_id", "path_bytes"),
    sqlite_autoincrement=True,
)

generations = Table(
    "generations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("index_id", ForeignKey("indexes.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("vector_key", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("title", String, nullable=False),
    Column("file_type", String, nullable=False),
    Column("page_word", String, nullable=False),
    Column("author", String, nullable=False),
    Column("created", String, nullable=False),
    Column("page_count", Integer, nullable=False),
    Column("chunk_count", Integer, nullable=False),
    Column("warnings", String, nullable=False),
    Column("indexed_at", String, nullable=False),
    Column("language", String, nullable=False, server_default=""),
    Column("kind", String, nullable=False, server_default=""),
    Column("dated", String, nullable=False, server_default=""),
    Column("period", String, nullable=False, server_default=""),
    # One name a line.
    Column("organisations", String, nullable=False, server_default=""),
    # 0 while the vectors of its chunks are still to be made, all or some of them.
    Column("is_embedded", Integer, nullable=False, server_default="1"),
    # ParsedDocument.described_by.
    Column("described_by", String, nullable=False, server_default=""),
    UniqueConstraint("document_id", "index_id"),
)

pages = Table(
    "pages",
    metadata,
    Column("generation_id", ForeignKey("generations.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("label", String, nullable=False),
    Column("text", String, nullable=False),
    Column("layout", LargeBinary, nullable=False),
    # Page.described_at.
    Column("described_at", Integer, nullable=False, server_default="-1"),
)

chunks = Table(
    "chunks",
    metadata,
    Column("id", Large, primary_key=True),
    Column("generation_id", ForeignKey("generations.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("section", String, nullable=False),
    Column("header", String, nullable=False),
    Column("names", String, nullable=False),
    Column("text", String, nullable=False),
    Column("spans", String, nullable=False),
    # Of the document: what the full-text index holds of a chunk hangs on nothing but its own row.
    Column("language", String, nullable=False, server_default=""),
    # Chunk.embedding_hash; empty for chunks of before version 6.
    Column("embedding_hash", LargeBinary, nullable=False, server_default=_NoBytes()),
    # Chunk.described_by.
    Column("described_by", String, nullable=False, server_default=""),
    UniqueConstraint("generation_id", "ordinal"),
)

figures = Table(
    "figures",
    metadata,
    # What LLMs said of the pictures of a document.
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    # SHA-256 of its pixels.
    Column("picture", String, primary_key=True),
    Column("described_by", String, primary_key=True),
    # Empty where there is nothing in it to be said.
    Column("text", String, nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    # Null where the price is not known.
    Column("cost_usd", Float),
)

full_text_versions = Table(
    "full_text_versions",
    metadata,
    # One row: in which form the full-text index holds words.
    Column("words", String, primary_key=True),
)

vector_journal = Table(
    "vector_journal",
    metadata,
    # Vectors that may lie in the vector index without a generation: about to be written, or about to be deleted.
    Column("space", String, primary_key=True),
    Column("vector_key", String, primary_key=True),
    Column("count", Integer, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("collection_id", ForeignKey("collections.id", ondelete="CASCADE"), nullable=False),
    Column("folder", String, nullable=False),
    Column("started_at", String, nullable=False),
    Column("finished_at", String, nullable=False, server_default=""),
    Column("outcome", String, nullable=False),
    Column("report", String, nullable=False, server_default=""),
    # In the order in which they began; ids are in none.
    Column("place", Integer, nullable=False, server_default="0"),
)

numbering = Table(
    "numbering",
    metadata,
    # How many ids of a table were given, and the key by which they are permuted.
    Column("kind", String, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("count", Integer, nullable=False),
)

erasures = Table(
    "erasures",
    metadata,
    # One row from the moment a version is removed until nothing of its text is left in the catalogue's files.
    Column("id", Integer, primary_key=True),
)

Index("generations_by_vector_key", generations.c.vector_key)
# Saying here that PostgreSQL has it too would load all that SQLAlchemy has for PostgreSQL, 0.09 s at each start.
Index("generations_to_embed", generations.c.is_embedded, sqlite_where=generations.c.is_embedded == 0).ddl_if("sqlite")
Index("chunks_by_embedding_hash", chunks.c.embedding_hash)

# An external-content table: FTS5 keeps only its inverted index and works the words out again from `chunks`. What it
# holds is folded by our own function, as questions are; no text is kept twice.
_WORDS = """
    folded({0}.text), folded({0}.header), folded({0}.names), searchable_pairs({0}.text || ' ' || {0}.header),
    searchable_forms({0}.text, {0}.language)
"""
_INSERT_WORDS = "INSERT INTO chunk_words(rowid, text, header, names, pairs, forms)"
_DELETE_WORDS = "INSERT INTO chunk_words(chunk_words, rowid, text, header, names, pairs, forms)"

FULL_TEXT = (
    """
    CREATE VIEW chunk_texts AS
        SELECT id, folded(text) AS text, folded(header) AS header, folded(names) AS names,
               searchable_pairs(text || ' ' || header) AS pairs, searchable_forms(text, language) AS forms
        FROM chunks
    """,
    """
    CREATE VIRTUAL TABLE chunk_words USING fts5(
        text, header, names, pairs, forms, content='chunk_texts', content_rowid='id',
        tokenize="porter unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'"
    )
    """,
    f"""
    CREATE TRIGGER chunk_words_insert AFTER INSERT ON chunks BEGIN
        {_INSERT_WORDS} VALUES (new.id, {_WORDS.format("new")});
    END
    """,
    f"""
    CREATE TRIGGER chunk_words_delete AFTER DELETE ON chunks BEGIN
        {_DELETE_WORDS} VALUES ('delete', old.id, {_WORDS.format("old")});
    END
    """,
    f"""
    CREATE TRIGGER chunk_words_update AFTER UPDATE ON chunks BEGIN
        {_DELETE_WORDS} VALUES ('delete', old.id, {_WORDS.format("old")});
        {_INSERT_WORDS} VALUES (new.id, {_WORDS.format("new")});
    END
    """,
)

DROP_FULL_TEXT = (
    "DROP TRIGGER IF EXISTS chunk_words_insert",
    "DROP TRIGGER IF EXISTS chunk_words_delete",
    "DROP TRIGGER IF EXISTS chunk_words_update",
    "DROP TABLE IF EXISTS chunk_words",
    "DROP VIEW IF EXISTS chunk_texts",
)
"""What these drop holds nothing that cannot be made again from the chunks."""

PROFILE_COLUMNS = ("language", "kind", "dated", "period", "organisations")
"""Version 4 brought the profiles of documents; those of older versions are empty until their files are read again."""

LANGUAGES_OF_CHUNKS = (
    "ALTER TABLE chunks ADD COLUMN language VARCHAR NOT NULL DEFAULT ''",
    "UPDATE chunks SET language = coalesce("
    "(SELECT language FROM generations WHERE generations.id = chunks.generation_id), '')",
)
"""Version 5 brought them, and words folded and stemmed by our own functions."""

EMBEDDING_STATE = (
    "ALTER TABLE generations ADD COLUMN is_embedded INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE chunks ADD COLUMN embedding_hash BLOB NOT NULL DEFAULT x''",
    "CREATE INDEX generations_to_embed ON generations (is_embedded) WHERE is_embedded = 0",
    "CREATE INDEX chunks_by_embedding_hash ON chunks (embedding_hash)",
)
"""Version 6 brought documents that answer by their words before their vectors are made."""

DESCRIBED_FIGURES = (
    "ALTER TABLE generations ADD COLUMN described_by VARCHAR NOT NULL DEFAULT ''",
    "ALTER TABLE pages ADD COLUMN described_at INTEGER NOT NULL DEFAULT -1",
    "ALTER TABLE chunks ADD COLUMN described_by VARCHAR NOT NULL DEFAULT ''",
)
"""Version 7 brought figures that an LLM described."""

PLACES_OF_RUNS = (
    "ALTER TABLE runs ADD COLUMN place INTEGER NOT NULL DEFAULT 0",
    "UPDATE runs SET place = id",
)
"""Version 8 brought ids that do not count."""

REBUILD_FULL_TEXT = "INSERT INTO chunk_words(chunk_words) VALUES ('rebuild')"

LOCK_PAUSE_SECONDS = 0.01
"""Between two tries to lock a file as a whole; holding it takes a few milliseconds."""

Explain = Callable[[str, Path], tuple[str, str]]
"""Reason and remedy of what SQLite says of a file."""


def open_catalogue(file: Path) -> Engine:
    """Open the catalogue, making its tables if it is new. Raises StoreError."""
    with translated_errors(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": 30})
        event.listen(engine, "connect", _configure)
        with engine.begin() as connection:
            version = _version_of(connection)
            if version > SCHEMA_VERSION:
                raise StoreError(
                    f"The index in {file.parent} was made by a newer Lectern (schema {version}, this one knows "
                    f"{SCHEMA_VERSION}).",
                    "Install that version again, or name another folder with --home.",
                )
            if version < SCHEMA_VERSION or _words_of(connection) != words_version():
                _bring_up_to_date(connection)
    return engine


def _bring_up_to_date(connection: Connection) -> None:
    """Make the tables, or those that are new, in one transaction that no other process can come between."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    # A process that had to wait for that lock may find everything done.
    version = _version_of(connection)
    if version > SCHEMA_VERSION or (version == SCHEMA_VERSION and _words_of(connection) == words_version()):
        return
    for statement in DROP_FULL_TEXT:
        connection.exec_driver_sql(statement)
    metadata.create_all(connection)
    known = _columns(connection, "generations")
    for name in PROFILE_COLUMNS:
        if name not in known:
            connection.exec_driver_sql(f"ALTER TABLE generations ADD COLUMN {name} VARCHAR NOT NULL DEFAULT ''")
    if "language" not in _columns(connection, "chunks"):
        for statement in LANGUAGES_OF_CHUNKS:
            connection.exec_driver_sql(statement)
    if "is_embedded" not in _columns(connection, "generations"):
        for statement in EMBEDDING_STATE:
            connection.exec_driver_sql(statement)
    if "described_by" not in _columns(connection, "generations"):
        for statement in DESCRIBED_FIGURES:
            connection.exec_driver_sql(statement)
    if "place" not in _columns(connection, "runs"):
        for statement in PLACES_OF_RUNS:
            connection.exec_driver_sql(statement)
    for statement in (*FULL_TEXT, REBUILD_FULL_TEXT):
        connection.exec_driver_sql(statement)
    connection.execute(full_text_versions.delete())
    connection.execute(full_text_versions.insert().values(words=words_version()))
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _columns(connection: Connection, table: str) -> set[str]:
    return {row.name for row in connection.execute(text(f"PRAGMA table_info({table})"))}


def _words_of(connection: Connection) -> str:
    """Return in which form the full-text index holds words."""
    return connection.execute(select(full_text_versions.c.words)).scalar() or ""


def _version_of(connection: Connection) -> int:
    return int(connection.execute(text("PRAGMA user_version")).scalar_one())


@contextmanager
def translated_errors(file: Path, explain: Explain | None = None) -> Iterator[None]:
    """Raise errors of SQLite and the file system as StoreError; `explain` is for another file than the catalogue."""
    try:
        yield
    except IntegrityError:
        raise  # A constraint of ours: a defect, not the user's disk.
    except DatabaseError as error:
        raise StoreError(*(explain or _explain)(str(error.orig), file)) from error
    except OSError as error:
        raise StoreError(
            f"The index folder {file.parent} cannot be used: {error.strerror or error}.",
            "Check its permissions and the disk, or name another folder with --home.",
        ) from error


def _explain(message: str, file: Path) -> tuple[str, str]:
    if "full" in message:
        return f"The disk that holds {file} is full.", "Make room and sync again: what was indexed so far is kept."
    if "malformed" in message or "not a database" in message:
        return (
            f"The catalogue {file} is damaged ({message}).",
            f"Restore it from a backup, or delete {file.parent} and sync the folders again.",
        )
    if "locked" in message:
        return f"Another process is writing to {file}.", "Wait for it to finish and try again."
    if "readonly" in message or "unable to open" in message:
        return f"{file} cannot be written ({message}).", "Check the permissions, or name another folder with --home."
    if "I/O" in message:
        return (
            f"The disk that holds {file} failed ({message}).",
            "Check its health, its free space and your quota, and sync again: what was indexed so far is kept.",
        )
    return f"The catalogue {file} failed: {message}.", "Run `lectern doctor`."


def add_functions(connection: sqlite3.Connection) -> None:
    """Teach a connection what the full-text index asks for."""
    connection.create_function("folded", 1, fold, deterministic=True)
    connection.create_function("searchable_pairs", 1, searchable_pairs, deterministic=True)
    connection.create_function("searchable_forms", 2, searchable_forms, deterministic=True)


def _configure(connection: sqlite3.Connection, _record: Any) -> None:
    add_functions(connection)
    keep_safely(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA recursive_triggers = ON")


def keep_safely(connection: sqlite3.Connection) -> None:
    """Have readers never wait for the writer, what is committed outlast a power cut, what is deleted leave nothing.

    Raises sqlite3.OperationalError when other processes keep the file for longer than the connection waits for locks.
    """
    _use_write_ahead_log(connection)
    # A lost commit after the old vectors were deleted would leave a document without any; a revoked token would open
    # the door again.
    connection.execute("PRAGMA synchronous = FULL")
    # Overwritten with zeros, also on pages that nothing uses any more.
    connection.execute("PRAGMA secure_delete = ON")


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    # SQLite waits for locks, but not for the one that this takes: of many that open a new file at once, it refuses all
    # but one. Where the log is in use already nothing is locked.
    seconds = connection.execute("PRAGMA busy_timeout").fetchone()[0] / 1000
    until = time.monotonic() + seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(LOCK_PAUSE_SECONDS)
        else:
            return
