"""Writes compound files (OLE): what Outlook keeps messages in and Office keeps embedded objects in."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import TypeAlias

Tree: TypeAlias = "Mapping[str, bytes | Tree]"

SECTOR = 512
MINI_CUTOFF = 4096
"""Shorter streams stand in small sectors."""

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


class _Sectors:
    """Sectors of one size, and which of them follows which."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.content = b""
        self.chains: list[int] = []

    def store(self, content: bytes) -> int:
        """Append a stream; returns its first sector."""
        if not content:
            return END
        first, count = len(self.chains), -(-len(content) // self._size)
        self.chains += [*range(first + 1, first + count), END]
        self.content += content.ljust(count * self._size, b"\0")
        return first


def write_compound(tree: Tree) -> bytes:
    """A compound file with these streams and storages."""
    whole, small = _Sectors(SECTOR), _Sectors(64)
    entries: list[bytes] = []

    def add(name: str, kind: int, node: bytes | Tree) -> int:
        number, child, start, size = len(entries), FREE, 0, 0
        entries.append(b"")
        if isinstance(node, bytes):
            start, size = (small if len(node) < MINI_CUTOFF else whole).store(node), len(node)
        else:
            right = FREE
            for inner, content in reversed(node.items()):
                child = add(inner, 2 if isinstance(content, bytes) else 1, content)
                entries[child] = entries[child][:72] + struct.pack("<I", right) + entries[child][76:]
                right = child
        encoded = (name + "\0").encode("utf-16-le")
        fields = (encoded, len(encoded), kind, 1, FREE, FREE, child, bytes(16), 0, 0, 0, start, size)
        entries[number] = struct.pack("<64sHBBIII16sIQQIQ", *fields)
        return number

    add("Root Entry", 5, tree)
    minis = whole.store(small.content)
    entries[0] = entries[0][:116] + struct.pack("<IQ", minis, len(small.content))
    mini_table = whole.store(_table(small.chains))
    mini_sectors = -(-len(small.chains) * 4 // SECTOR)
    folder = whole.store(b"".join(entries))
    fat_sectors = 1
    while len(whole.chains) + fat_sectors > fat_sectors * (SECTOR // 4):
        fat_sectors += 1
    first = len(whole.chains)
    fields = (0, fat_sectors, folder, 0, MINI_CUTOFF, mini_table, mini_sectors, END, 0)
    head = struct.pack("<8s16s5H6s9I", MAGIC, bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6), *fields)
    places = [*range(first, first + fat_sectors), *[FREE] * (109 - fat_sectors)]
    table = _table([*whole.chains, *[FAT] * fat_sectors])
    return head + struct.pack("<109I", *places) + whole.content + table


def _table(chains: list[int]) -> bytes:
    """The sectors of a table of chains, filled up."""
    filled = [*chains, *[FREE] * (-len(chains) % (SECTOR // 4))]
    return struct.pack(f"<{len(filled)}I", *filled)


def packed_file(name: str, content: bytes) -> bytes:
    """An OLE object as Windows makes it of a file that is dragged into a document."""
    label = name.encode("cp1252") + b"\0"
    path = f"C:\\Temp\\{name}".encode("cp1252") + b"\0"
    body = b"\x02\0" + label + path + b"\0\0\x03\0" + struct.pack("<I", len(path)) + path
    body += struct.pack("<I", len(content)) + content
    return write_compound({"\x01Ole10Native": struct.pack("<I", len(body)) + body})


def outlook_storage(
    header: int, texts: Mapping[int, str | bytes], numbers: Mapping[int, int] | None = None
) -> dict[str, bytes]:
    """The properties of a message, a recipient or an attachment, by their ids; `header` bytes come before them. Texts
    that are given as bytes are stored as 8-bit texts.
    """
    entries = bytes(header)
    streams = {}
    for key, text in texts.items():
        data, type_ = (text, 0x001E) if isinstance(text, bytes) else (text.encode("utf-16-le"), 0x001F)
        entries += struct.pack("<HHIII", type_, key, 6, len(data) + 2, 0)
        streams[f"__substg1.0_{key:04X}{type_:04X}"] = data
    for key, number in (numbers or {}).items():
        entries += struct.pack("<HHIII", 0x0003, key, 6, number, 0)
    return {"__properties_version1.0": entries, **streams}
