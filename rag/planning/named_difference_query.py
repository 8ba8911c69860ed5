"""Reads questions for how much higher a figure of one named document is than that of another."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.planning.amount_words import AmountField, find_field
from rag.planning.document_nouns import NOUN

MAX_CHARACTERS = 200
_MORE = r"(?:higher|lower|larger|smaller|bigger|greater|longer|shorter|more expensive|cheaper|dearer|more|less)"
_FORMS = tuple(
    re.compile(rf"(?i)^\W*{form}\W*$")
    for form in (
        rf"by how much (?:is|was|are) (?P<first>.+?) {_MORE} than (?P<second>.+?)",
        rf"how much {_MORE} (?:is|was|are) (?P<first>.+?) than (?P<second>.+?)",
        r"um wie ?viel (?:ist|war|liegt) (?P<first>.+?) (?:höher|niedriger|größer|kleiner|teurer|günstiger"
        r"|billiger|länger|kürzer)"
        r" als (?P<second>.+?)",
        r"de combien (?P<first>.+?) (?:est|était)(?:-(?:il|elle))? (?:plus|moins) (?:élevée?|haute?|grande?"
        r"|ch(?:er|ère)|basse?)"
        r" que (?P<second>.+?)",
        r"¿?(?:en|por) cu[aá]nto (?:es|era) (?:más|menos) (?:alt[oa]|car[oa]|elevad[oa]|baj[oa]"
        r"|barat[oa]) (?P<first>.+?)"
        r" que (?P<second>.+?)",
    )
)
_LEADING = re.compile(
    r"(?i)^(?:(?:the|that|those|die|der|das|den|dem|jene[rs]?|le|la|les|l['’]|celui|celle|el|los|las|of|for|in|at|von|des|für|bei"
    r"|de|du|del)\b\s*)+"
)
_NOUNS = re.compile(rf"(?i)(?<![^\W\d_])(?:{NOUN}|firma|company)(?![^\W\d_])")


@dataclass(frozen=True, slots=True)
class NamedDifference:
    """Two names, and the figure of each that is compared; None for what the documents ask for in all."""

    first: str
    second: str
    field: AmountField | None


def read_named_difference(text: str) -> NamedDifference | None:
    """Return what "by how much is the rent of A higher than that of B" compares; None for any other question."""
    text = " ".join(text.split())
    match = (
        next((match for form in _FORMS if (match := form.match(text))), None) if len(text) <= MAX_CHARACTERS else None
    )
    if match is None:
        return None
    first, field = _operand(match["first"])
    second, other = _operand(match["second"])
    if not first or not second or (other is not None and field is not None and other.group != field.group):
        return None
    return NamedDifference(first, second, field or other)


def _operand(written: str) -> tuple[str, AmountField | None]:
    """Return the name in "the rent of Elm Gardens 9", and the figure that is asked of it."""
    named = find_field(written)
    field = None
    if named is not None and not _LEADING.sub("", written[: named[0]]).strip():
        field = named[2]
        written = written[named[1] :]
    name = _LEADING.sub("", written.strip()).strip(" \"'“”„")
    bare = _LEADING.sub("", _NOUNS.sub(" ", name).strip()).strip()
    return " ".join((bare or name).split()), field
