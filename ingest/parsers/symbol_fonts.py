"""Turns characters of the fonts Symbol and Wingdings, which have code points of their own, into Unicode."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PRIVATE = range(0xF020, 0xF100)
"""Where Office keeps the characters of such fonts; the last byte is the character's number in the font."""

_SYMBOL_LOW = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
_SYMBOL_HIGH = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…|—↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊⟨®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ ⟩∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"
_WINGDINGS: Mapping[int, str] = MappingProxyType(
    {
        **{0x22: "✂", 0x28: "☎", 0x29: "✆", 0x2A: "✉", 0x36: "⌛", 0x3F: "✍", 0x41: "✌", 0x43: "👍", 0x44: "👎"},
        **{0x45: "☜", 0x46: "☞", 0x47: "☝", 0x48: "☟", 0x4A: "☺", 0x4C: "☹", 0x6C: "●", 0x6E: "■", 0x6F: "□"},
        **{0x71: "❑", 0x72: "❒", 0x73: "⬧", 0x74: "⧫", 0x75: "◆", 0x76: "❖", 0x77: "◆", 0x9F: "•", 0xA0: "▪"},
        **{0xA1: "○", 0xA2: "○", 0xA3: "○", 0xA4: "◉", 0xA5: "◎", 0xA7: "▪", 0xA8: "□", 0xAA: "✦", 0xAB: "★"},
        **{0xB2: "✧", 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xEF: "⇦", 0xF0: "⇨"},
        **{0xF1: "⇧", 0xF2: "⇩", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑"},
        **{0x80 + number: chr(0x2460 + number - 1) if number else "⓪" for number in range(11)},
        **{0x8B + number: chr(0x2776 + number - 1) if number else "⓿" for number in range(11)},
    }
)


def from_symbol_font(code: int, font: str) -> str:
    """Return the character with a font's number (or the private code point for it); "" where the font's is not
    known."""
    number = code & 0xFF if code in PRIVATE else code
    name = font.strip().lower()
    if name == "symbol":
        if 0x20 <= number <= 0x7E:
            return _SYMBOL_LOW[number - 0x20]
        return _SYMBOL_HIGH[number - 0xA0] if 0xA0 <= number <= 0xFE else ""
    if name == "wingdings":
        return _WINGDINGS.get(number, "")
    return "" if code in PRIVATE or name.startswith(("wingdings", "webdings")) else chr(code)


def replace_private(text: str, font: str = "") -> str:
    """Return the text with private characters of symbol fonts made Unicode, by the font Symbol where none is named."""
    if not any(ord(character) in PRIVATE for character in text):
        return text
    names = font if font.strip().lower() in ("symbol", "wingdings") else "symbol"
    return "".join(
        from_symbol_font(ord(character), names) or character if ord(character) in PRIVATE else character
        for character in text
    )
