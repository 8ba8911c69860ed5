"""Declares what PostgreSQL has beside the catalogue: words of chunks, the state of the catalogue, its owner."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, String, Table
from sqlalchemy.dialects.postgresql import TSVECTOR

from rag.storage.catalogue.schema import chunks

own_tables = MetaData()
"""What this database has beside the catalogue's tables."""

chunk_words = Table(
    "chunk_words",
    own_tables,
    Column("chunk_id", ForeignKey(chunks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("words", TSVECTOR, nullable=False),
    # Words in all columns, as BM25 counts them.
    Column("length", Integer, nullable=False),
)
Index("chunk_words_by_word", chunk_words.c.words, postgresql_using="gin")

catalogue_state = Table(
    "catalogue_state",
    own_tables,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True),
    Column("schema_version", Integer, nullable=False),
    # Raised with every change of what questions read.
    Column("changes", BigInteger, nullable=False),
    # How many chunks have words, and how many words these are.
    Column("chunk_count", BigInteger, nullable=False),
    Column("word_count", BigInteger, nullable=False),
    # 0 while another catalogue is being copied into it.
    Column("is_whole", Integer, nullable=False),
    # Names this catalogue where other stores keep something for it, such as vectors in a Chroma server.
    Column("identity", String, nullable=False),
)

catalogue_owner = Table(
    "catalogue_owner",
    own_tables,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True),
    # Raised by each owner: who has an older number has lost the catalogue.
    Column("number", BigInteger, nullable=False),
    Column("command", String, nullable=False),
    Column("process", Integer, nullable=False),
    Column("host", String, nullable=False),
    Column("since", String, nullable=False),
    # The only folder from which the catalogue may be used, where the vectors are kept in it.
    Column("home", String, nullable=False),
)

OWNER_LOCK = "hashtext('lectern'), hashtext(current_schema())"
"""The advisory lock of a catalogue's owner: one for each schema, as such locks are for the whole database."""

_WATCHED = ("collections", "indexes", "folders", "documents", "generations")
"""Tables whose changes are counted: what is kept of them in memory is read again."""

STATEMENTS = (
    "CREATE INDEX IF NOT EXISTS generations_to_embed ON generations (is_embedded) WHERE is_embedded = 0",
    """
    CREATE OR REPLACE FUNCTION lectern_count_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN UPDATE catalogue_state SET changes = changes + 1; RETURN NULL; END $$
    """,
    *(
        f"CREATE OR REPLACE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION lectern_count_change()"
        for table in _WATCHED
    ),
    """
    CREATE OR REPLACE FUNCTION lectern_add_words() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE catalogue_state SET chunk_count = chunk_count + added.chunks, word_count = word_count + added.words
        FROM (SELECT count(*) AS chunks, coalesce(sum(length), 0) AS words FROM new_words) AS added
        WHERE added.chunks > 0;
        RETURN NULL;
    END $$
    """,
    """
    CREATE OR REPLACE FUNCTION lectern_take_words() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE catalogue_state SET chunk_count = chunk_count - gone.chunks, word_count = word_count - gone.words
        FROM (SELECT count(*) AS chunks, coalesce(sum(length), 0) AS words FROM old_words) AS gone
        WHERE gone.chunks > 0;
        RETURN NULL;
    END $$
    """,
    """
    CREATE OR REPLACE TRIGGER chunk_words_added AFTER INSERT ON chunk_words
    REFERENCING NEW TABLE AS new_words FOR EACH STATEMENT EXECUTE FUNCTION lectern_add_words()
    """,
    """
    CREATE OR REPLACE TRIGGER chunk_words_taken AFTER DELETE ON chunk_words
    REFERENCING OLD TABLE AS old_words FOR EACH STATEMENT EXECUTE FUNCTION lectern_take_words()
    """,
)
