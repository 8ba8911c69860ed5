"""Unpacks the compressed RTF in which Outlook keeps the text of messages ([MS-OXRTFCP])."""

from __future__ import annotations

import struct

_COMPRESSED, _PLAIN = b"LZFu", b"MELA"
_WINDOW = 4096
_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n"
    b"\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
"""What the window of the last bytes holds at the beginning."""


def decompress(data: bytes, *, limit: int = 64 * 1024**2) -> bytes:
    """Return the RTF in a property of Outlook, at most `limit` bytes; b"" where there is none."""
    if len(data) < 16:
        return b""
    size, kind = struct.unpack_from("<4xI4s", data)
    if kind == _PLAIN:
        return data[16 : 16 + size]
    if kind != _COMPRESSED:
        return b""
    window = _SlidingBuffer()
    at = 16
    while at < len(data) and len(window.found) < limit:
        control, at = data[at], at + 1
        for bit in range(8):
            if not control >> bit & 1:
                window.write(data[at : at + 1])
                at += 1
            elif at + 2 > len(data) or not window.repeat(*data[at : at + 2]):
                return bytes(window.found)
            else:
                at += 2
    return bytes(window.found)


class _SlidingBuffer:
    """The last bytes that were written, which references copy from, and all of them in `found`."""

    def __init__(self) -> None:
        self._bytes = bytearray(_START.ljust(_WINDOW, b"\0"))
        self._place = len(_START)
        self.found = bytearray()

    def write(self, data: bytes) -> None:
        for byte in data:
            self._bytes[self._place] = byte
            self._place = (self._place + 1) % _WINDOW
        self.found += data

    def repeat(self, high: int, low: int) -> bool:
        """Copy what a reference points to; returns False for the one that marks the end."""
        offset, length = high << 4 | low >> 4, (low & 15) + 2
        if offset == self._place:
            return False
        for step in range(length):
            self.write(bytes((self._bytes[(offset + step) % _WINDOW],)))
        return True
