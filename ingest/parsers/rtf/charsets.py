"""Finds the encoding in which the runs of each font of an RTF file are written."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from types import MappingProxyType

SYMBOL = 2
"""The character set of fonts whose characters are symbols of their own."""

_CODE_PAGES: Mapping[int, str] = MappingProxyType(
    {
        **{77: "mac_roman", 78: "shift_jis", 79: "euc_kr", 80: "gb2312", 81: "big5", 83: "cp1255", 84: "cp1256"},
        **{85: "mac_greek", 86: "mac_turkish", 87: "cp874", 88: "mac_latin2", 89: "mac_cyrillic"},
        **{128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "cp950", 161: "cp1253", 162: "cp1254"},
        **{163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250"},
        **{254: "cp437", 255: "cp850"},
    }
)
_NAMED = {" cyr": "cp1251", " greek": "cp1253", " tur": "cp1254", " ce": "cp1250", " baltic": "cp1257"}
_NAMED |= {" (hebrew)": "cp1255", " (arabic)": "cp1256", " (vietnamese)": "cp1258", " (thai)": "cp874"}
_MACINTOSH = {10000: "mac_roman", 10001: "shift_jis", 10006: "mac_greek", 10007: "mac_cyrillic", 10029: "mac_latin2"}


def code_page(number: int) -> str:
    """Return Python's name of a Windows or Macintosh code page, or "" where it has none."""
    names = [_MACINTOSH[number]] if number in _MACINTOSH else []
    if number == 65001:
        names = ["utf-8"]
    for name in (*names, f"cp{number}"):
        try:
            return codecs.lookup(name).name
        except LookupError:
            continue
    return ""


class Fonts:
    """The fonts of a file: their names, and the encodings of their runs."""

    def __init__(self) -> None:
        self.document = "cp1252"
        """The encoding that the file names for all text whose font names none."""
        self.default: int | None = None
        self._names: dict[int, str] = {}
        self._charsets: dict[int, int] = {}
        self._pages: dict[int, str] = {}

    def add(self, font: int, *, charset: int | None = None, page: str = "", name: str = "") -> None:
        """Take what the font table says of a font; it may come piece by piece."""
        if charset is not None:
            self._charsets[font] = charset
        if page:
            self._pages[font] = page
        if name:
            self._names[font] = self._names.get(font, "") + name

    def name(self, font: int) -> str:
        """Return the name of a font, or ""."""
        return self._names.get(font, "").partition(";")[0].strip()

    def is_symbol(self, font: int) -> bool:
        """Return whether a font's characters are symbols of its own."""
        return self._charsets.get(font) == SYMBOL and self.name(font).lower() in ("symbol", "wingdings")

    def encoding(self, font: int) -> str:
        """Return the encoding of a font's runs."""
        if font in self._pages:
            return self._pages[font]
        charset = self._charsets.get(font, 1)
        if charset in _CODE_PAGES:
            return _CODE_PAGES[charset]
        named = next((page for ending, page in _NAMED.items() if self.name(font).lower().endswith(ending)), "")
        if named:
            return named
        # A file whose fonts tell scripts apart means "Western" by 0; others leave all to the encoding of the file.
        tells_scripts = any(_CODE_PAGES.get(known) == self.document for known in self._charsets.values())
        return "cp1252" if charset == 0 and tells_scripts else self.document


def decode(data: bytes, encoding: str) -> str:
    """Return the text of a run; bytes that the encoding has no character for are taken from Windows' Latin one, or
    marked."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        pass
    if encoding.startswith("cp125"):
        return "".join(_decode_byte(byte, encoding) for byte in data)
    return data.decode(encoding, "replace")


def _decode_byte(byte: int, encoding: str) -> str:
    for name in (encoding, "cp1252"):
        try:
            return bytes([byte]).decode(name)
        except UnicodeDecodeError:
            continue
    return "\ufffd"
