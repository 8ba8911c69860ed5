"""Reads transcripts: who says a sentence, and when in the recording, answer only where that is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.extractive import Extract
from rag.quoting.answer_kind import asked_kind
from rag.quoting.table_answer import without_generic
from rag.units import Unit
from rag.words.word_forms import is_said

MIN_SHARE = 0.6
"""Share of the question's weight that a sentence must hold for its speaker to be who does what it says."""

_STAMP = r"\[\d{1,2}:\d\d(?::\d\d)?\]"
_OPENS = re.compile(rf"(?:{_STAMP}[ \t]*)(?:(?P<name>[^\W\d_][^:\n\[\]]{{0,40}}?):[ \t])?")
_I = re.compile(
    r"(?i)(?<![\w'’])(?:I|ich|je|j['’](?=\w)|yo)(?![\w])|(?<![\w'’])I['’](?:ll|ve|m|d)\b|\b(?:me|mich|mir|moi)\b"
)
"""Says something of whoever speaks."""
_ASKS_WHO_SAID = re.compile(
    r"(?i)\b(?:sa(?:y|ys|id)|speak\w*|spoke|talk\w*|mention\w*|suggest\w*|ask\w*|propos\w*|think\w*|thought|present"
    r"|takes? part|took part|sag\w*|sprach\w*|sprich\w*|schl[aä]g\w*|frag\w*|dit|disent|parl\w+|demand\w+|dijo|dice"
    r"|habl\w+|pregunt\w+|propus\w+)\b"
)
_ASKS_PLACE = re.compile(
    r"(?i)\b(?:minutes?|recording|video|audio|transcript|timestamp|aufnahme|minute|enregistrement)\b"
)
"""Asks where in a recording something is said."""


def is_only_speaker(question: str, extract: Extract, unit: Unit) -> bool:
    """Return whether the answer of a line of a transcript is its time stamp, or the name before what is said, of which
    nothing there says what is asked: whoever speaks does only what is told in the first person."""
    match = _OPENS.match(unit.text)
    if match is None or not extract.answer:
        return False
    answer = extract.answer.strip(" :[]")
    if answer and answer in match[0].partition("]")[0]:
        return not _ASKS_PLACE.search(question)
    is_speaker = match["name"] is not None and answer == match["name"].strip()
    return is_speaker and not _ASKS_WHO_SAID.search(question) and not _I.search(unit.text[match.end() :])


def said_by_speaker(question: str, units: Sequence[Unit], weights: Mapping[str, float]) -> Extract | None:
    """Return, where it is asked who does something, the sentence that says so in the first person, with the name of
    whoever speaks; None where none or several do."""
    focus = without_generic(weights)
    if asked_kind(question) != "name" or not focus:
        return None
    found: list[tuple[float, Unit, str]] = []
    for unit in units:
        speaker = _speaker_of(unit)
        said = _OPENS.sub("", unit.text, count=1)
        share = sum(weight for word, weight in focus.items() if is_said(word, unit.words))
        if speaker and _I.search(said) and share >= MIN_SHARE:
            found.append((share, unit, speaker))
    best = max((share for share, _, _ in found), default=0.0)
    chosen = [(unit, speaker) for share, unit, speaker in found if share == best]
    if len({speaker for _, speaker in chosen}) != 1:
        return None
    unit, speaker = chosen[0]
    return Extract.of(unit, 0.0, speaker)


def _speaker_of(unit: Unit) -> str:
    """Return the name that opens the paragraph of a sentence, behind its time in the recording; "" for none."""
    text = unit.source.text
    begin = text.rfind("\n", 0, unit.start) + 1
    match = _OPENS.match(text, begin)
    return match["name"].strip() if match and match["name"] else ""
