"""Cuts the source of an RTF file into tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\"
)
_BREAKS = (b"\n", b"\r")


class Kind(Enum):
    """The kinds of tokens."""

    OPEN = auto()
    CLOSE = auto()
    WORD = auto()
    SYMBOL = auto()
    BYTES = auto()


class Token(NamedTuple):
    """A token: a control word or symbol in `word`, its number (None where it has none), or text as bytes."""

    kind: Kind
    word: str = ""
    number: int | None = None
    data: bytes = b""


_OPEN = Token(Kind.OPEN)
_CLOSE = Token(Kind.CLOSE)


def tokens(source: bytes) -> Iterator[Token]:
    """Yield the tokens of the source, in order; line ends mean nothing, and binary data is left out."""
    position = 0
    while (match := _TOKEN.match(source, position)) is not None:
        position = match.end()
        word, number, code, symbol, brace, text = match.groups()
        if text is not None:
            yield Token(Kind.BYTES, data=text.replace(b"\x00", b""))
        elif code is not None:
            yield Token(Kind.BYTES, data=bytes.fromhex(code.decode("ascii")))
        elif brace is not None:
            yield _OPEN if brace == b"{" else _CLOSE
        elif word is not None:
            value = int(number) if number is not None else None
            if word == b"bin":
                position += max(value or 0, 0)
            else:
                yield Token(Kind.WORD, word.decode("ascii"), value)
        elif symbol is not None:
            name = "par" if symbol in _BREAKS else symbol.decode("latin-1")
            yield Token(Kind.WORD if name == "par" else Kind.SYMBOL, name)
