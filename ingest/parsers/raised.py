"""Writes raised and lowered runs so that they stay apart from the words before them: "32 ¹", never "321"."""

from __future__ import annotations

import re
from enum import Enum

from ingest.parsers.open_xml import XmlElement

_RAISED = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_LETTERS = str.maketrans("abcdefghijklmoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_SIGNS = re.compile(r"[0-9+\-−=()]+")
_ORDINAL_ENDINGS = "st nd rd th er ère ere re e ème eme nde de º ª ter ste"
_ORDINALS = frozenset(_ORDINAL_ENDINGS.split(" "))
_UNIT_NAMES = "m mm cm dm km in ft yd mi s min h kg g µm nm hm dam ha м мм см дм км кв"
_UNITS = frozenset(_UNIT_NAMES.split(" "))
_ROMAN = re.compile(r"(?<![^\W_])[IVXLCDM]+$")
_INITIAL = re.compile(r"(?<![^\W_])[A-Z]$")
"""Abbreviations with a raised end: Mme, No, Dr."""

_POWER = re.compile(r"[+\-−]?[1-9]")


class Level(Enum):
    """The place of a run of text: on the line, above or below it."""

    PLAIN = 0
    RAISED = 1
    LOWERED = -1


_ALIGNED = re.compile(
    r"(?:vertical-align|mso-text-raise)\s*:\s*(?:(super|\+?(?:\d*\.)?\d*[1-9]\d*(?:pt|px|em|ex|%))|(?:sub\b|-[\d.]))",
    re.IGNORECASE,
)
"""How a style raises (the group) or lowers text: by name or by a length."""

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_BY_CLASS = re.compile(r"(?:^|[\s>+~])([a-z][a-z0-9]*)?((?:\.[\w-]+)+)$", re.IGNORECASE)
MAX_STYLES = 1_000_000
"""Characters of style sheets that are looked through."""

_CLASSES = {"superscript": Level.RAISED, "subscript": Level.LOWERED}


def level_of_style(style: str, classes: str) -> Level | None:
    """Return whether a web element's own style, or a class named for it, raises or lowers its text; None where they
    say nothing."""
    if match := _ALIGNED.search(style):
        return Level.RAISED if match[1] else Level.LOWERED
    return next((_CLASSES[name] for name in classes.lower().split() if name in _CLASSES), None) if classes else None


def apply_style_sheet(root: XmlElement, css: str) -> None:
    """Write into the elements of a web page's tree that their classes raise or lower them, as its style sheet says."""
    raising: list[tuple[str, frozenset[str], str]] = []
    for selectors, rule in _RULE.findall(_COMMENT.sub("", css[:MAX_STYLES])):
        if match := _ALIGNED.search(rule):
            for selector in selectors.split(","):
                if found := _BY_CLASS.search(selector.strip()):
                    classes = frozenset(found[2].lstrip(".").split("."))
                    raising.append(((found[1] or "").lower(), classes, match[0]))
    if not raising:
        return
    for element in root.iter():
        own = frozenset((element.get("class") or "").split()) if isinstance(element.tag, str) else frozenset()
        for tag, classes, style in raising if own else ():
            if classes <= own and tag in ("", element.tag.rpartition("}")[2].lower()):
                element.set("style", f"{style}; {element.get('style') or ''}")


class InlineText:
    """A paragraph's text, put together run by run.

    A raised run is a word of its own, written with raised characters where there are any; only ordinals ("2nd"),
    abbreviations ("Mme") and powers of units ("m²") and of single letters ("x²") stay joined. A lowered run stays
    joined to letters ("H2O") but not to digits. Unicode's raised digits are digits to everything that normalises text:
    "32¹" would be 321 as well.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._last = ""
        self._tail = ""
        self._is_apart = False
        self._open: tuple[Level, str] = (Level.PLAIN, "")

    def add(self, text: str, level: Level = Level.PLAIN) -> None:
        """Append a run; neighbours on the same level are one run, however the file cuts them."""
        if level is self._open[0]:
            self._open = (level, self._open[1] + text)
            return
        self._flush()
        self._open = (level, text)

    def add_apart(self, text: str) -> None:
        """Append a text that is separated by spaces from words on both sides."""
        self._flush()
        self._append(text, joined=False)
        self._is_apart = True

    @property
    def text(self) -> str:
        """Return all that was added."""
        self._flush()
        return "".join(self._parts)

    def _flush(self) -> None:
        level, text = self._open
        self._open = (Level.PLAIN, "")
        if not text:
            return
        if level is Level.PLAIN or not text.strip():
            self._append(text, joined=True)
            return
        stripped = text.strip()
        shape = _raise if level is Level.RAISED else _lower
        shaped, joined = shape(stripped, self._tail)
        if text[0].isspace():
            joined = False
        self._append(shaped, joined=joined)
        self._is_apart = not joined
        if text[-1].isspace():
            self._append(" ", joined=True)

    def _append(self, text: str, *, joined: bool) -> None:
        needs_space = self._is_apart or not joined
        if needs_space and self._parts and self._glues(self._tail[-1:], text[:1]):
            text = f" {text}"
        self._is_apart = False
        self._parts.append(text)
        self._tail = (self._tail + text)[-24:]

    @staticmethod
    def _glues(before: str, after: str) -> bool:
        """Return whether two characters would read as one word, or as a mark hanging on one."""
        return bool(before and after) and not before.isspace() and (after.isalnum() or after in "[*†‡§¶(√∑∫−+±")


def _word_before(tail: str) -> str:
    match = re.search(r"[^\W\d_]+$", tail)
    return match.group() if match else ""


def _raise(text: str, tail: str) -> tuple[str, bool]:
    """Return a raised run as it is written, and whether it is joined to what stands before it."""
    before = tail[-1:]
    if text.casefold() in _ORDINALS and (before.isdigit() or _ROMAN.search(tail)):
        return text, True
    if text.isalpha() and len(text) <= 3 and _INITIAL.search(tail):
        return text, True
    if _SIGNS.fullmatch(text) or text == "n":
        word = _word_before(tail)
        # "l'm" is no metre and "Table m" no power: the letters must be a word of their own
        outside = tail[: len(tail) - len(word)][-1:]
        starts_word = outside.isdigit() or not (outside.isalnum() or outside in ("'", "’"))
        is_power = bool(_POWER.fullmatch(text)) and word in _UNITS
        is_variable = len(word) == 1 and word.isascii()
        return text.translate(_RAISED), starts_word and (is_power or is_variable)
    if len(text) == 1 and text.islower():
        return text.translate(_LETTERS), False
    return text, not before.isalnum()


def _lower(text: str, tail: str) -> tuple[str, bool]:
    """Return a lowered run as it is written, and whether it is joined to what stands before it."""
    if tail[-1:].isalpha() or tail[-1:] in ")]":
        return text, len(text) <= 3 or not text.isalpha()
    return (text.translate(_LOWERED) if _SIGNS.fullmatch(text) else text), False
