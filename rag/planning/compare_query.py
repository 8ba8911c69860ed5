"""Reads questions that compare: two or more documents, organisations or years, and what is asked of each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.words.dates import MONTH_PATTERN
from rag.words.language import guess_language

MAX_CHARACTERS = 300
MAX_ITEMS = 6
"""Columns of a comparison."""


@dataclass(frozen=True, slots=True)
class CompareQuery:
    """What is compared: the items, in order, and what is asked of each; "" for all that is known of documents."""

    items: tuple[str, ...]
    subject: str = ""
    language: str = "en"
    """Of the question (ISO 639-1): those that it is made of are asked in it."""
    about: str = ""
    """Whose figures of several years are compared, where the question says so."""

    @property
    def names_files(self) -> bool:
        """Return whether the items are names of files, which no other document can answer for."""
        return all(_FILE.search(item) for item in self.items)

    def question_of(self, item: str) -> str:
        """Return the question to ask of one item, "" for a document that is named by where it is asked."""
        if not item:
            return f"What is the {self.subject}?" if self.language == "en" else f"{self.subject}?"
        joint = "in" if _YEAR.fullmatch(item) else _OF.get(self.language, "of")
        item = f"{item} {_OF.get(self.language, 'of')} {self.about}" if self.about else item
        if self.language != "en":
            return f"{self.subject} {joint} {item}?"
        return f"What is the {self.subject} {joint} {item}?"


_OF = {"en": "of", "de": "von", "fr": "de", "es": "de"}
_FILE = re.compile(r"(?i)\.[a-z]{2,5}$")
_YEAR = re.compile(r"(?:FY\s?)?(?:19|20)\d\d")
_OPENING = (
    r"(?:please\s+)?(?:compare|contrast|vergleiche?|compare[rz]|compara(?:r)?|(?:show "
    r"|give me )?(?:a )?comparison of|vergleich von"
    r"|comparaison (?:de|entre)|comparación (?:de|entre))"
)
_AND = r"\s+(?:and|und|et|y|e|with|to|mit|avec|con|vs\.?|versus|against)\s+"
_COMPARE = re.compile(rf"(?i)^{_OPENING}\s+(?P<rest>.+?)\s*[.?!]*$")
_SUBJECT_FIRST = re.compile(
    r"(?i)^(?:the |die |den |das |der |le |la |les |el |los |las )?(?P<subject>[^,]+?)\s+(?:of|in|for|between|von"
    r"|vom|der|des|für|beim|de|du|des|del|entre)"
    r"\s+(?:the )?(?P<items>.+)$"
)
_BY = re.compile(
    r"(?i)^(?P<items>.+?)\s+(?:by|on|regarding|in terms of|with regard to|as to|nach|bezüglich|hinsichtlich|par"
    r"|selon|en cuanto a|por)"
    r"\s+(?:the |their |den |die |leur |su )?(?P<subject>.+)$"
)
_YEARS_FIRST = re.compile(
    rf"(?i)^(?:the )?(?P<items>(?:FY\s?)?(?:19|20)\d\d(?:\s*,\s*(?:FY\s?)?(?:19|20)\d\d)*{_AND}(?:FY\s?)?(?:19"
    rf"|20)\d\d)\s+(?P<subject>\D.+)$"
)
_YEARS_LAST = re.compile(
    rf"(?i)^(?:the |die |le |la |el )?(?P<subject>\D+?)\s+(?:of|in|for|between|von|in|de|en|entre)\s+"
    rf"(?P<items>(?:FY\s?)?(?:19|20)\d\d(?:\s*,\s*(?:FY\s?)?(?:19|20)\d\d)*{_AND}(?:FY\s?)?(?:19|20)\d\d)"
    r"(?:\s+(?:by|for|at|of|from|von|bei|de|chez|por)\s+(?P<about>.+))?$"
)
_JOINT = r"(?:in|at|on|for|from|during|of|im|in|am|bei|beim|vom|von|für|aus|en|de|du|des|del|pour|para|à|au)"
_JOINT_FIRST = re.compile(rf"(?i)(?P<joint>{_JOINT}) ")
_INNER = re.compile(rf"(?i) {_JOINT} ")
_TAIL = re.compile(
    r"(?i) (?:(?:sold|bought|made|used|taken|paid|held|vendue?s?|achetée?s?|vendid[oa]s?|comprad[oa]s?) )?"
    rf"(?:in|on|during|im|am|en) (?:(?:the|le|la|el) )?(?:{MONTH_PATTERN}|(?:19|20)\d\d)(?: (?:19|20)\d\d)?$"
)
"""A time behind the last of what is compared: it holds for all."""
_NAMED_IN = re.compile(r"(?:[A-ZÄÖÜÉ][\w'’-]+ ){1,4}(?:in|at|for|im|en|bei|beim) ")
"""Whose figures are compared, before the first of what they are of."""
_SPLIT = re.compile(rf"(?i)\s*,\s*(?:and\s+|und\s+|et\s+|y\s+)?|{_AND}")


def read_comparison(question: str) -> CompareQuery | None:
    """Return what a question in English, German, French or Spanish compares; None where it compares nothing."""
    if len(question) > MAX_CHARACTERS or (opening := _COMPARE.match(" ".join(question.split()))) is None:
        return None
    rest = opening["rest"]
    for form in (_YEARS_FIRST, _YEARS_LAST, _BY, _SUBJECT_FIRST):
        match = form.match(rest)
        if match and (items := _share(_items(match["items"]))) and not _SPLIT.search(match["subject"]):
            about = match.groupdict().get("about") or ""
            return CompareQuery(items, match["subject"].strip(), guess_language(question), about)
    items = _items(rest)
    return CompareQuery(items) if items else None


def _share(items: tuple[str, ...]) -> tuple[str, ...]:
    """Return items of which each has what is said only once, before the first or behind the last, of them all: "rye
    loaf and white loaf sold in March", "Imogen Marsh in food hygiene and pesticides", "luz de enero y de marzo"."""
    if not items:
        return ()
    first, last = items[0], items[-1]
    opens = _JOINT_FIRST.match(last)
    if opens and len(items) == 2 and not _JOINT_FIRST.match(first):
        joint = opens["joint"]
        within = [match.start() for match in re.finditer(rf"(?i) {re.escape(joint)} ", first)]
        # "vom Studio und vom Strom": the joint of the first is that behind the subject.
        return (first, f"{first[: within[-1]]} {last}") if within else (first, last[opens.end() :])
    tail = _TAIL.search(last)
    if tail and not any(_INNER.search(one) for one in items[:-1]):
        return tuple(one if one is last else f"{one}{tail[0]}" for one in items)
    heads = [] if _INNER.search(last) else list(_NAMED_IN.finditer(first))
    if heads and len(items) == 2:
        return first, f"{first[: heads[-1].end()]}{last}"
    return items


def year_of(item: str) -> int | None:
    """Return the year that an item is; None for anything else."""
    return int(item[-4:]) if _YEAR.fullmatch(item) else None


def _items(text: str) -> tuple[str, ...]:
    """Return the items of a list; () for fewer than two, or too many."""
    items = tuple(dict.fromkeys(item.strip(" \"'“”„«»") for item in _SPLIT.split(text) if item.strip()))
    return items if 2 <= len(items) <= MAX_ITEMS else ()
