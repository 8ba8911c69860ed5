"""Reads the properties of Outlook's messages, recipients and attachments as they are stored ([MS-OXMSG]).

Programs disagree about the code page of 8-bit texts: some write UTF-8 without saying so, others name none at all. So
the bytes are looked at before what is said of them.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

from oxmsg.domain import constants as c
from oxmsg.domain.encodings import encoding_from_codepage
from oxmsg.domain.model import StorageT

from ingest.parsers.encodings import decode_unknown

MESSAGE_HEADER, INNER_HEADER, OTHER_HEADER = 32, 24, 8
"""The bytes before the properties of a message, of one that is attached to another, and of anything else."""

_ENTRY = 16
"""Bytes of one property: type, id, flags, and its value or the length of it."""

_FIRST_DAY = datetime(1601, 1, 1, tzinfo=UTC)


class OutlookFields:
    """The properties of one storage, by their ids."""

    def __init__(self, storage: StorageT, header: int, *, encoding: str = "") -> None:
        """Take a storage and the bytes before its properties; `encoding` is that of the message around it."""
        self._storage = storage
        stored = storage.properties_stream_bytes
        if header == INNER_HEADER and (len(stored) - header) % _ENTRY:
            # Some programs give an attached message the header of an outer one.
            header = MESSAGE_HEADER
        self._values: dict[int, dict[int, bytes]] = {}
        for at in range(header, len(stored) - _ENTRY + 1, _ENTRY):
            type_, id_ = struct.unpack_from("<HH", stored, at)
            self._values.setdefault(id_, {})[type_] = stored[at + 8 : at + _ENTRY]
        self.encoding = self._named_encoding() or encoding

    def text(self, id_: int) -> str:
        """Return a text, or bytes that hold one; "" where it is not there."""
        types = self._values.get(id_, {})
        if c.PTYP_STRING in types:
            return self._stream(id_, c.PTYP_STRING).decode("utf-16-le", "replace").rstrip("\0")
        for type_ in (c.PTYP_STRING8, c.PTYP_BINARY):
            if type_ in types:
                return self._decode(self._stream(id_, type_)).rstrip("\0")
        return ""

    def data(self, id_: int) -> bytes:
        """Return bytes; none where they are not there."""
        return self._stream(id_, c.PTYP_BINARY) if c.PTYP_BINARY in self._values.get(id_, {}) else b""

    def integer(self, id_: int) -> int:
        """Return a number; 0 where it is not there."""
        value = self._values.get(id_, {}).get(c.PTYP_INTEGER_32)
        return int.from_bytes(value[:4], "little", signed=True) if value else 0

    def time(self, id_: int) -> datetime | None:
        """Return a time; None where it is not there, or no calendar has it."""
        value = self._values.get(id_, {}).get(c.PTYP_TIME)
        try:
            return _FIRST_DAY + timedelta(microseconds=int.from_bytes(value, "little") // 10) if value else None
        except OverflowError:
            return None

    def _stream(self, id_: int, type_: int) -> bytes:
        try:
            return self._storage.property_stream_bytes(id_, type_)
        except KeyError:  # The property names a stream that is not there.
            return b""

    def _decode(self, data: bytes) -> str:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
        try:
            return data.decode(self.encoding) if self.encoding else decode_unknown(data)[0]
        except (UnicodeDecodeError, LookupError):
            return decode_unknown(data)[0]

    def _named_encoding(self) -> str:
        for id_ in (c.PID_INTERNET_CODEPAGE, c.PID_MESSAGE_CODEPAGE):
            if page := self.integer(id_):
                try:
                    return encoding_from_codepage(page)
                except Exception:  # A number that no code page has, or one that Python does not know.
                    continue
        return ""
