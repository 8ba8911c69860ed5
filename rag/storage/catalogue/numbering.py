"""Numbers documents and runs so that their numbers do not tell a stranger how many there are."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import Connection, Table, func, insert, select, update

from rag.storage.catalogue.schema import numbering

FIRST = 1 << 30
"""Numbers from here on are permuted; older ones, which counted, are below and stay as they are."""

HALF_BITS = 15
ROUNDS = 4
KEY_BYTES = 16


def next_number(connection: Connection, table: Table) -> tuple[int, int]:
    """Return the id of a new row of a table, which is never given again, and its place in the order of all rows."""
    row = connection.execute(select(numbering).where(numbering.c.kind == table.name)).one_or_none()
    if row is None:
        key, place = secrets.token_bytes(KEY_BYTES), connection.execute(select(func.max(table.c.id))).scalar() or 0
        connection.execute(insert(numbering).values(kind=table.name, key=key, count=place))
    else:
        key, place = bytes(row.key), row.count
    place += 1
    connection.execute(update(numbering).where(numbering.c.kind == table.name).values(count=place))
    return FIRST + permute(key, place), place


def permute(key: bytes, number: int) -> int:
    """Return another number below 2 ** 30 for each number below it, by a Feistel network with a secret key."""
    mask = (1 << HALF_BITS) - 1
    left, right = number >> HALF_BITS & mask, number & mask
    for turn in range(ROUNDS):
        digest = hashlib.blake2b(right.to_bytes(4, "big") + bytes([turn]), key=key, digest_size=4).digest()
        left, right = right, left ^ (int.from_bytes(digest, "big") & mask)
    return left << HALF_BITS | right
