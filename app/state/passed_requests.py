"""Keeps the requests that a server has passed on to the owner of the index, and the answers to them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, delete, insert, select, update

from app.state.database import ServiceDatabase
from app.state.tokens import Identity, Role
from rag.storage.catalogue.dialects.choice import Place

metadata = MetaData()

requests = Table(
    "passed_requests",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("state", String, nullable=False),
    Column("method", String, nullable=False),
    Column("path", String, nullable=False),
    Column("query_bytes", LargeBinary, nullable=False),
    Column("media_type", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("identity", String, nullable=False),
    Column("status", Integer, nullable=False, server_default="0"),
    Column("answer_headers", String, nullable=False, server_default="[]"),
    Column("answer", LargeBinary),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class PassedRequest:
    """A request that was let in by the server which has passed it on, with the identity of the caller."""

    method: str
    path: str
    query: bytes
    media_type: str
    body: bytes
    identity: Identity
    id: str = ""


@dataclass(frozen=True, slots=True)
class PassedAnswer:
    """What the owner says to a request: waiting, taken while it is being done, lost where the owner ended then."""

    state: Literal["waiting", "taken", "lost", "answered"]
    status: int = 0
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""


class PassedRequestStore:
    """Every method is one transaction, for any thread, and raises StoreError when the database fails."""

    def __init__(self, place: Place) -> None:
        self._database = ServiceDatabase(place, metadata)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    # --- for who passes on ---

    def add(self, request: PassedRequest) -> str:
        """Write a request down; returns its id."""
        id_ = secrets.token_hex(16)
        identity = request.identity
        collections = None if identity.collections is None else sorted(identity.collections)
        values = {
            "id": id_,
            "state": "waiting",
            "method": request.method,
            "path": request.path,
            "query_bytes": request.query,
            "media_type": request.media_type,
            "body": request.body,
            "identity": json.dumps([identity.name, identity.role.value, collections]),
        }
        with self._database.writing() as connection:
            connection.execute(insert(requests).values(values))
        return id_

    def answer_to(self, id_: str) -> PassedAnswer:
        """Return how far a request is."""
        with self._database.reading() as connection:
            row = connection.execute(select(requests).where(requests.c.id == id_)).one_or_none()
        if row is None:
            return PassedAnswer("lost")
        headers = [(name, value) for name, value in json.loads(row.answer_headers)]
        return PassedAnswer(row.state, row.status, headers, row.answer or b"")

    def withdraw(self, id_: str) -> bool:
        """Delete a request that nobody has begun to answer; tells whether there was one."""
        with self._database.writing() as connection:
            is_waiting = (requests.c.id == id_) & (requests.c.state == "waiting")
            return bool(connection.execute(delete(requests).where(is_waiting)).rowcount)

    def remove(self, id_: str) -> None:
        """Delete a request whose answer was read, or is waited for no more."""
        with self._database.writing() as connection:
            connection.execute(delete(requests).where(requests.c.id == id_))

    # --- for the owner ---

    def forget_taken(self) -> None:
        """Give up what a former owner had begun, and delete what nobody has read."""
        with self._database.writing() as connection:
            connection.execute(delete(requests).where(requests.c.state != "waiting"))

    def take(self) -> list[PassedRequest]:
        """Return the requests that wait, in their order; they are this process's to answer from now on."""
        waiting = requests.c.state == "waiting"
        with self._database.reading() as connection:
            if connection.execute(select(requests.c.number).where(waiting).limit(1)).scalar() is None:
                return []
        with self._database.writing() as connection:
            rows = connection.execute(select(requests).where(waiting).order_by(requests.c.number)).all()
            taken = requests.c.number.in_([row.number for row in rows])
            connection.execute(update(requests).where(taken).values(state="taken"))
        return [
            PassedRequest(
                row.method, row.path, row.query_bytes, row.media_type, row.body, _identity_of(row.identity), row.id
            )
            for row in rows
        ]

    def answer(self, id_: str, answer: PassedAnswer) -> None:
        """Write the answer to a request down."""
        values = {
            "state": answer.state,
            "status": answer.status,
            "answer_headers": json.dumps(list(answer.headers)),
            "answer": answer.body,
        }
        with self._database.writing() as connection:
            connection.execute(update(requests).where(requests.c.id == id_).values(values))


def _identity_of(text: str) -> Identity:
    name, role, collections = json.loads(text)
    return Identity(name, Role(role), None if collections is None else frozenset(collections))
