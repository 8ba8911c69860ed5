"""Knows the fields that people ask documents for again and again, and what is written before them: `fields.json`."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.extraction.columns import Column, ColumnKind
from rag.text import content_words

FILE = Path(__file__).with_name("fields.json")

# What {date}, {span}, {party}, {person}, {aside} and {after} stand for in the patterns of the file.
_PARTS = {
    "{date}": (
        r"(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}(?:st|nd|rd|th|\.)?"
        r"(?:[ -]|\s+day of )[^\W\d_]{3,10}\.?,?[ -]\d{2,4}"
        r"|[^\W\d_]{3,10}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4})"
    ),
    "{span}": r"(?:(?:[a-z]+(?:-[a-z]+)? )?\(\d+\)|\d+|[a-z]+(?:-[a-z]+)?)[ -]"
    r"(?:calendar |full |consecutive )?(?:days?|weeks?|months?|years?)",
    "{party}": r"[A-Z0-9](?:[^\n,;()]|\n(?!\n)){1,80}?(?:,? (?:Inc|LLC|L\.L\.C|Ltd|Limited|Corp|LLP|S\.A)\b\.?)?",
    "{person}": r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Herr|Frau|Professor)\.? )?"
    r"[A-Z][\w'’.-]*(?: (?:(?:de|van|von|der|la|le) )*[A-Z][\w'’.-]*){0,3}",
    "{aside}": r"(?:\s*(?:,|\(|\bof\b|\bhaving\b|\bwhose\b|\bwith its\b)(?:(?!\n\n)[^;]){0,300}?)?",
    "{after}": r"\s*(?:,|\(|;|\.(?:\s|$)|\s(?:of|having|whose|with|is|are|for|agree|have|as)\b|\n|$)",
}
_SUBJECTS = frozenset(
    content_words(
        "invoice bill contract agreement lease letter document report email mail message rechnung vertrag brief file "
        "text paper page name value company person stated given mentioned written state say called concern party"
    )
)
"""Words of a question that say which document it is about, and not what of it is asked."""

_LEAD = re.compile(
    r"^(?:please )?(?:what|which|who|when|how much|where)(?: exactly)?(?: (?:is|are|was|were|does|do|did))?"
    r"(?: (?:the|an?|its|this|his|her|their))?\s+|^(?:the|an?) ",
    re.IGNORECASE,
)
_LEAVES_OUT = re.compile(r"\b(?:before|after|without|excluding|except|less|not|other than)\b")
_OF_DOCUMENT = re.compile(
    r"\s+(?:of|in|on|for|to|by|from) (?:the|this|an?) "
    r"(?:invoice|bill|contract|agreement|lease|letter|document|report|e-?mail|mail|message)$",
    re.IGNORECASE,
)
_WRITTEN_OUT = {
    "no": "number",
    "nr": "number",
    "num": "number",
    "n°": "number",
    "nº": "number",
    "#": "number",
    "inc": "including",
    "incl": "including",
    "excl": "excluding",
    "amt": "amount",
    "qty": "quantity",
    "tel": "telephone",
    "ref": "reference",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field that is known: `asks` ask for it, `labels` stand before it in forms, the surest first.

    `patterns` find it in sentences, its value or two values in named groups. A value whose whole form `shape` does not
    describe is none. `alone` where a line near the top with nothing but a value gives it, `letterhead` where the
    organisation at the top does. Of one that `is_money`, no percentages and counts are read.
    """

    name: str
    kind: ColumnKind = ColumnKind.TEXT
    asks: frozenset[str] = frozenset()
    labels: tuple[tuple[str, ...], ...] = ()
    patterns: tuple[re.Pattern[str], ...] = ()
    shape: re.Pattern[str] | None = None
    alone: bool = False
    letterhead: bool = False
    is_money: bool = False

    @property
    def column(self) -> Column:
        """Return the column that asks for this field."""
        return Column(self.name, min(self.asks), self.kind)


@dataclass(frozen=True, slots=True)
class Search:
    """The labels before which a column's value may stand, by how sure they are, and the field that it asks for."""

    tiers: tuple[tuple[str, ...], ...]
    field: Field
    words: frozenset[str]
    """Content words of the question: a label of them alone, and of most of them, fits too."""


@functools.lru_cache(maxsize=256)
def plan_search(column: Column) -> Search:
    """Return where to look for a column's value."""
    field = find_field(column) or Field("")
    own = tuple(
        dict.fromkeys(map(normal_label, (*column.labels, column.name.replace("_", " "), asked_label(column.question))))
    )
    tiers = field.labels or ((),)
    # A name that is a label of a lower tier, as "total" is, stays there.
    lower = {label for tier in tiers[1:] for label in tier}
    first = (*(label for label in own if label and label not in lower), *tiers[0])
    words = frozenset(content_words(asked_label(column.question))) - _SUBJECTS
    return Search((tuple(dict.fromkeys(first)), *tiers[1:]), field, words)


def find_field(column: Column) -> Field | None:
    """Return the field that a column asks for, by its name or its question; None where it is not a known one."""
    name, asked = normal_label(column.name.replace("_", " ")), normal_label(asked_label(column.question))
    fields = {field.name: field for field in load_fields().values() if column.kind in (field.kind, ColumnKind.TEXT)}
    # The whole question first: "date of the invoice" is more than a date.
    for phrase in (normal_label(_asked(column.question)), name, asked):
        for field in fields.values():
            if phrase in field.asks and (phrase != name or _may_be_named(name, asked)):
                return field
    if _LEAVES_OUT.search(asked):
        return None
    words = frozenset(content_words(asked))
    found: list[tuple[int, str]] = []
    for field in fields.values():
        for phrase in field.asks:
            needed = frozenset(content_words(phrase))
            if needed and needed <= words and words - needed <= _SUBJECTS:
                found.append((len(needed), field.name))
    return fields[max(found)[1]] if found else None


def _may_be_named(name: str, asked: str) -> bool:
    """Return whether a question asks for nothing else than the name of its column says."""
    names, words = frozenset(content_words(name)) - _SUBJECTS, frozenset(content_words(asked)) - _SUBJECTS
    return words <= names or (bool(names) and names <= words)


def asked_label(question: str) -> str:
    """Return what a question asks for in its own words: "What is the due date of the invoice?" -> "due date"."""
    return _OF_DOCUMENT.sub("", _asked(question))


def _asked(question: str) -> str:
    return _LEAD.sub("", " ".join(question.split()).rstrip(" ?.:"), count=1)


@functools.lru_cache(maxsize=8192)
def normal_label(label: str) -> str:
    """Return one form of a label: "Invoice No.:" and "invoice #" are "invoice number"."""
    spaced = re.sub(r"#|n°|nº", " number ", label.casefold())
    words = re.sub(r"[^\w%'’-]+", " ", spaced).replace("_", " ").split()
    return " ".join(_WRITTEN_OUT.get(word, word) for word in words)


@functools.cache
def load_fields() -> dict[str, Field]:
    """Return the fields as shipped, by name."""
    given: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return {name: _field(name, values) for name, values in given.items()}


@functools.cache
def known_labels() -> frozenset[str]:
    """Return the labels of all fields."""
    return frozenset(label for field in load_fields().values() for tier in field.labels for label in tier)


def _field(name: str, values: dict[str, Any]) -> Field:
    shape = values.get("shape")
    return Field(
        name=name,
        kind=ColumnKind(values["kind"]),
        asks=frozenset(map(normal_label, values["asks"])),
        labels=tuple(tuple(dict.fromkeys(map(normal_label, tier))) for tier in values["labels"]),
        patterns=tuple(_compile(pattern) for pattern in values.get("patterns", ())),
        shape=re.compile(shape) if shape else None,
        alone=bool(values.get("alone")),
        letterhead=bool(values.get("letterhead")),
        is_money=bool(values.get("money")),
    )


def _compile(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of the file: a space in it is any white space, and case counts in names only."""
    for part, written in _PARTS.items():
        pattern = pattern.replace(part, written)
    spaced = re.sub(r"(?<!\[)(?<!\[\^) (?!\-)", r"\\s+", pattern)
    # Words may open a sentence; what is captured as a name begins with a capital.
    return re.compile(_fold_words(spaced))


def _fold_words(pattern: str) -> str:
    """Let each word of a pattern begin with a capital or a small letter."""
    return re.sub(
        r"(?<![\w\\?<\[-])([a-zäöü])(?=[a-zäöü]{2,})", lambda match: f"[{match[1]}{match[1].upper()}]", pattern
    )


def label_patterns(labels: Sequence[str]) -> re.Pattern[str] | None:
    """Return a pattern that finds one of some normal labels in text as it is written; None for no labels."""
    return _label_pattern(tuple(labels))


@functools.lru_cache(maxsize=512)
def _label_pattern(labels: tuple[str, ...]) -> re.Pattern[str] | None:
    if not labels:
        return None
    back: dict[str, list[str]] = {}
    for short, long in _WRITTEN_OUT.items():
        back.setdefault(long, []).append(short)
    written = []
    for label in sorted(labels, key=len, reverse=True):
        words = []
        for word in label.split():
            forms = sorted({word, *back.get(word, ())}, key=len, reverse=True)
            words.append("(?:" + "|".join(re.escape(form) + (r"\.?" if form.isalnum() else "") for form in forms) + ")")
        written.append(r"[\s._/()-]*".join(words))
    return re.compile(rf"(?:{'|'.join(written)})(?![^\W_])", re.IGNORECASE)
