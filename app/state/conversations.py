"""Keeps conversations: their questions and answers, of what they were asked and by whom, in `service.sqlite`."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from app.state.database import ServiceDatabase
from rag.errors import ConfigurationError, NotFoundError
from rag.storage.catalogue.dialects.choice import Place

MAX_TITLE = 120

MAX_CONVERSATIONS = 10_000
"""Of one owner."""

MAX_TURNS = 2_000
"""Of one conversation."""

metadata = MetaData()

conversations = Table(
    "conversations",
    metadata,
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False, index=True),
    Column("title", String, nullable=False, server_default=""),
    Column("collection", String, nullable=False),
    Column("settings", String, nullable=False, server_default="{}"),
    Column("pinned", Integer, nullable=False, server_default="0"),
    Column("created_at", String, nullable=False),
    Column("updated_at", String, nullable=False),
    # Counts the changes: whoever shows the conversation sees by it that there is something new.
    Column("version", Integer, nullable=False, server_default="1"),
)

turns = Table(
    "conversation_turns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation", String, ForeignKey("conversations.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("collection", String, nullable=False, index=True),
    Column("question", String, nullable=False),
    Column("answer", String, nullable=False),
    Column("documents", String, nullable=False),
    Column("record", String, nullable=False),
)


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A question and its answer; `record` has all that is kept of them, `documents` the ids that the sources are of."""

    position: int
    collection: str
    question: str
    answer: str = ""
    documents: tuple[int, ...] = ()
    record: Mapping[str, Any] | None = None
    """None where it was erased with a document that it quoted."""
    comment: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class KeptConversation:
    """A conversation without its turns; `settings` are the filters, mode and LLM of its next question."""

    id: str
    title: str
    collection: str
    settings: Mapping[str, Any]
    pinned: bool
    created_at: str
    updated_at: str
    version: int
    turns: int


class ConversationStore:
    """Every method is one transaction, for any thread, and raises StoreError when the disk or the file fails.

    Of another owner's conversation nothing is told: NotFoundError, as for one that is not there.
    """

    def __init__(self, place: Place) -> None:
        self._database = ServiceDatabase(place, metadata)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def save(self, owner: str, id_: str, collection: str, settings: Mapping[str, Any]) -> KeptConversation:
        """Begin a conversation, or change of what its next question is asked. Raises NotFoundError."""
        written = {"collection": collection, "settings": json.dumps(dict(settings))}
        with self._database.writing() as connection:
            if not connection.execute(select(conversations.c.id).where(conversations.c.id == id_)).first():
                count = select(func.count()).where(conversations.c.owner == owner)
                if connection.execute(count).scalar_one() >= MAX_CONVERSATIONS:
                    raise ConfigurationError(
                        f"{MAX_CONVERSATIONS:,} conversations are kept at most.", "Delete some that are not needed."
                    )
                times = {"created_at": _now(), "updated_at": _now()}
                connection.execute(insert(conversations).values(id=id_, owner=owner, **written, **times))
            else:
                _change(connection, owner, id_, written)
            return _read(connection.execute(_one(owner, id_)).one())

    def list(self, owner: str, *, contains: str = "") -> Sequence[KeptConversation]:
        """List an owner's conversations that hold all of these words, pinned ones first, then the newest."""
        words = contains.casefold().split()
        order = (conversations.c.pinned.desc(), conversations.c.updated_at.desc(), conversations.c.id)
        with self._database.reading() as connection:
            found = [_read(row) for row in connection.execute(_some(owner).order_by(*order))]
            if words:
                texts = _texts(connection, owner)
                found = [
                    one
                    for one in found
                    if all(word in f"{one.title}\n{texts.get(one.id, '')}".casefold() for word in words)
                ]
            return found

    def load(self, owner: str, id_: str) -> tuple[KeptConversation, Sequence[KeptTurn]]:
        """Load one with its turns. Raises NotFoundError."""
        mine = select(turns).where(turns.c.conversation == id_).order_by(turns.c.position)
        with self._database.reading() as connection:
            row = connection.execute(_one(owner, id_)).one_or_none()
            if row is None:
                raise _unknown(id_)
            return _read(row), [_read_turn(turn) for turn in connection.execute(mine)]

    def change(self, owner: str, id_: str, *, title: str | None = None, pinned: bool | None = None) -> KeptConversation:
        """Rename or pin one; without a title it is called after its first question. Raises NotFoundError."""
        written: dict[str, Any] = {}
        if title is not None:
            written["title"] = " ".join(title.split())[:MAX_TITLE]
        if pinned is not None:
            written["pinned"] = int(pinned)
        with self._database.writing() as connection:
            _change(connection, owner, id_, written, is_talk=False)
            return _read(connection.execute(_one(owner, id_)).one())

    def delete(self, owner: str, id_: str) -> None:
        """Delete one, and leave nothing of it in the file. Raises NotFoundError."""
        with self._database.writing() as connection:
            _change(connection, owner, id_, {})
            connection.execute(delete(turns).where(turns.c.conversation == id_))
            connection.execute(delete(conversations).where(conversations.c.id == id_))
        self._database.empty_log()

    def save_turn(self, owner: str, id_: str, turn: KeptTurn) -> int:
        """Keep a turn in the place of the one at its position; returns the version. Raises NotFoundError."""
        if turn.position >= MAX_TURNS:
            raise ConfigurationError(
                f"A conversation may have {MAX_TURNS:,} questions.", "Begin a new one: this one is kept."
            )
        values = {
            "collection": turn.collection,
            "question": turn.question,
            "answer": turn.answer,
            "documents": json.dumps(turn.documents),
            "record": json.dumps(turn.record),
        }
        place = (turns.c.conversation == id_) & (turns.c.position == turn.position)
        with self._database.writing() as connection:
            _change(connection, owner, id_, {})
            if not connection.execute(update(turns).where(place).values(**values)).rowcount:
                connection.execute(insert(turns).values(conversation=id_, position=turn.position, **values))
            return int(
                connection.execute(select(conversations.c.version).where(conversations.c.id == id_)).scalar_one()
            )

    # --- erasing ---

    def turns_of(self, collection: str) -> dict[int, KeptTurn]:
        """Return all that was asked of a collection, by anybody, by id."""
        with self._database.reading() as connection:
            rows = connection.execute(select(turns).where(turns.c.collection == collection))
            return {row.id: _read_turn(row) for row in rows}

    def erase(self, answers: Collection[int], questions: Collection[int]) -> None:
        """Erase the answers of some turns, and the questions of some, and leave nothing of them in the file."""
        told: set[str] = set()
        nothing = {"answer": "", "documents": "[]", "record": "null"}
        with self._database.writing() as connection:
            for ids, values in ((answers, nothing), (questions, {**nothing, "question": ""})):
                touched = turns.c.id.in_(ids)
                told.update(connection.execute(select(turns.c.conversation).where(touched)).scalars())
                connection.execute(update(turns).where(touched).values(**values))
            counted = {"version": conversations.c.version + 1}
            connection.execute(update(conversations).where(conversations.c.id.in_(told)).values(**counted))
        self._database.empty_log()

    def remove_collection(self, collection: str) -> None:
        """Erase all that was asked of a collection."""
        every = self.turns_of(collection)
        self.erase(every, every)


def _some(owner: str) -> Select[Any]:
    first = (
        select(turns.c.question)
        .where(turns.c.conversation == conversations.c.id)
        .order_by(turns.c.position)
        .limit(1)
        .scalar_subquery()
    )
    count = select(func.count()).where(turns.c.conversation == conversations.c.id).scalar_subquery()
    asked = select(conversations, first.label("first"), count.label("turns"))
    return asked.where(conversations.c.owner == owner)


def _one(owner: str, id_: str) -> Select[Any]:
    return _some(owner).where(conversations.c.id == id_)


def _change(connection: Connection, owner: str, id_: str, written: Mapping[str, Any], *, is_talk: bool = True) -> None:
    """Write into an owner's conversation, which is counted. Raises NotFoundError."""
    values = {**written, "version": conversations.c.version + 1, **({"updated_at": _now()} if is_talk else {})}
    mine = (conversations.c.id == id_) & (conversations.c.owner == owner)
    if not connection.execute(update(conversations).where(mine).values(**values)).rowcount:
        raise _unknown(id_)


def _texts(connection: Connection, owner: str) -> dict[str, str]:
    """Return all that was said in each of an owner's conversations."""
    said = select(turns.c.conversation, turns.c.question, turns.c.answer).join(
        conversations, conversations.c.id == turns.c.conversation
    )
    texts: dict[str, str] = {}
    for row in connection.execute(said.where(conversations.c.owner == owner)):
        texts[row.conversation] = f"{texts.get(row.conversation, '')}\n{row.question}\n{row.answer}"
    return texts


def _read(row: Row[Any]) -> KeptConversation:
    title = row.title or " ".join((row.first or "").split())[:MAX_TITLE]
    return KeptConversation(
        id=row.id,
        title=title,
        collection=row.collection,
        settings=json.loads(row.settings),
        pinned=bool(row.pinned),
        created_at=row.created_at,
        updated_at=row.updated_at,
        version=row.version,
        turns=row.turns,
    )


def _read_turn(row: Row[Any]) -> KeptTurn:
    documents = tuple(json.loads(row.documents))
    record = json.loads(row.record)
    return KeptTurn(row.position, row.collection, row.question, row.answer, documents, record, id=row.id)


def _unknown(id_: str) -> NotFoundError:
    return NotFoundError(f"There is no conversation {id_!r}.", "`GET /conversations` lists yours.")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
