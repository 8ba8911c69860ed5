"""Keeps the tokens of those who may use the service, as hashes in `service.sqlite`."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Row, String, Table, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from app.state.database import ServiceDatabase
from rag.errors import ConfigurationError, NotFoundError
from rag.storage.catalogue.dialects.choice import Place

SECRET_PREFIX = "lt_"
"""Lets people and secret scanners see what a leaked string is."""

SECRET_BYTES = 32
"""So many random bits that no hash slower than SHA-256 is needed: there is nothing to guess from."""

USE_NOTED_SECONDS = 60
"""The last use is written down at most this often: reading must not become writing."""

MAX_DAYS = 36_500

ANONYMOUS = "anonymous"
"""The name of whoever needs no token; no token may have it."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}")

State = Literal["valid", "expired", "revoked"]


class Role(StrEnum):
    """The rights of a token; each role has those of the ones before it."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    def covers(self, other: Role) -> bool:
        """Tell whether this role may do what `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller's name and role, on some collections, or on all where `collections` is None."""

    name: str
    role: Role
    collections: frozenset[str] | None = None

    def sees(self, collection: str) -> bool:
        """Tell whether a collection exists as far as this identity is told."""
        return self.collections is None or collection in self.collections

    def may(self, role: Role, collection: str | None = None) -> bool:
        """Tell whether it may act as `role` on a collection; without one, on what belongs to none.

        What belongs to no collection is administered by identities with a right to all of them only.
        """
        if collection is not None and not self.sees(collection):
            return False
        if collection is None and role is Role.ADMIN and self.collections is not None:
            return False
        return self.role.covers(role)


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A token without its secret. Times are ISO 8601 in UTC, empty where there is none."""

    name: str
    role: Role
    collections: tuple[str, ...] | None
    created_at: str
    expires_at: str
    last_used_at: str
    revoked_at: str
    state: State

    @property
    def identity(self) -> Identity:
        """Return the identity of a caller with this token."""
        return Identity(self.name, self.role, None if self.collections is None else frozenset(self.collections))


metadata = MetaData()

_tokens = Table(
    "tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("sha256", LargeBinary, nullable=False),
    Column("role", String, nullable=False),
    Column("collections", String),
    Column("created_at", String, nullable=False),
    Column("expires_at", String, nullable=False),
    Column("last_used_at", String, nullable=False),
    Column("revoked_at", String, nullable=False),
)


class TokenStore:
    """Every method is one transaction, sees at once what other processes changed, and raises StoreError."""

    def __init__(self, place: Place, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = ServiceDatabase(place, metadata)
        self._now = now

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def add(
        self,
        name: str,
        *,
        role: Role = Role.READ,
        collections: Iterable[str] | None = None,
        days: float | None = None,
    ) -> str:
        """Make a token, also in place of a revoked or expired one, and return its secret, which is kept nowhere.

        Raises ConfigurationError for a name that is taken or not allowed, a collection without a name, or days out of
        range.
        """
        named = None if collections is None else sorted(set(collections))
        _check(name, named, days)
        now = self._now()
        secret = SECRET_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        row = {
            "name": name,
            "sha256": _hash(secret),
            "role": role.value,
            "collections": None if named is None else json.dumps(named),
            "created_at": _stamp(now),
            "expires_at": "" if days is None else _stamp(now + timedelta(days=days)),
            "last_used_at": "",
            "revoked_at": "",
        }
        expired = (_tokens.c.expires_at != "") & (_tokens.c.expires_at <= _stamp(now))
        with self._database.writing() as connection:
            try:
                connection.execute(
                    delete(_tokens).where(_tokens.c.name == name, or_(_tokens.c.revoked_at != "", expired))
                )
                connection.execute(insert(_tokens).values(row))
            except IntegrityError:
                raise ConfigurationError(
                    f"There is a token {name!r} already.",
                    f"Choose another name, or first: `lectern tokens revoke {name}`.",
                ) from None
        return secret

    def list_tokens(self) -> list[TokenInfo]:
        """Return all tokens by name, also those that are over."""
        with self._database.reading() as connection:
            rows = connection.execute(select(_tokens).order_by(_tokens.c.name)).all()
        return [self._info(row) for row in rows]

    def revoke(self, name: str, *, forget: bool = False) -> None:
        """End a token at once; `forget` takes its record out as well. Raises NotFoundError."""
        mine = _tokens.c.name == name
        with self._database.writing() as connection:
            if forget:
                found = connection.execute(delete(_tokens).where(mine)).rowcount
            else:
                now = _stamp(self._now())
                connection.execute(update(_tokens).where(mine, _tokens.c.revoked_at == "").values(revoked_at=now))
                found = len(connection.execute(select(_tokens.c.id).where(mine)).all())
        if not found:
            raise NotFoundError(f"There is no token {name!r}.", "`lectern tokens list` lists them.")

    def is_empty(self) -> bool:
        """Tell whether no token is on record, not even one that is over."""
        with self._database.reading() as connection:
            return connection.execute(select(_tokens.c.id).limit(1)).first() is None

    def has_valid(self) -> bool:
        """Tell whether any token is valid now."""
        return any(token.state == "valid" for token in self.list_tokens())

    def find(self, secret: str) -> TokenInfo | None:
        """Return the token with this secret, also when it is over; takes equally long for every secret, also for an
        unknown one.
        """
        wanted = _hash(secret)
        with self._database.reading() as connection:
            rows = connection.execute(select(_tokens)).all()
        found = [row for row in rows if hmac.compare_digest(row.sha256, wanted)]
        return self._info(found[0]) if found else None

    def note_use(self, token: TokenInfo) -> None:
        """Write down that a token was used, unless that was done a moment ago."""
        now = self._now()
        if token.last_used_at and now - datetime.fromisoformat(token.last_used_at) < timedelta(
            seconds=USE_NOTED_SECONDS
        ):
            return
        with self._database.writing() as connection:
            connection.execute(update(_tokens).where(_tokens.c.name == token.name).values(last_used_at=_stamp(now)))

    def _info(self, row: Row[Any]) -> TokenInfo:
        expired = row.expires_at and datetime.fromisoformat(row.expires_at) <= self._now()
        return TokenInfo(
            name=row.name,
            role=Role(row.role),
            collections=None if row.collections is None else tuple(json.loads(row.collections)),
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
            state="revoked" if row.revoked_at else "expired" if expired else "valid",
        )


def _check(name: str, collections: list[str] | None, days: float | None) -> None:
    if not NAME.fullmatch(name) or name == ANONYMOUS:
        raise ConfigurationError(
            f"{name!r} is not a valid name for a token.", "Use up to 64 letters, digits, spaces and . _ @ - of ASCII."
        )
    if collections is not None and not all(collections):
        raise ConfigurationError("A collection without a name was given.", "Write for example --collection contracts.")
    if days is not None and not 0 < days <= MAX_DAYS:
        raise ConfigurationError(f"A token cannot last {days} days.", f"Give it 1 to {MAX_DAYS:,} days, or no end.")


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="surrogateescape")).digest()


def _stamp(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
