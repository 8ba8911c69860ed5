"""Has the judge read what is to be quoted by itself: what hardly answers is left out, or given as not sure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from rag.extractive import Extract, HeldBack
from rag.judging import is_for_judge
from rag.protocols import PassageReader
from rag.questions.constraints import find_constraints
from rag.quoting.neighbours import sentence_before, sentence_behind
from rag.units import Place, Unit, below_headings

MIN_ANSWERING, MIN_FOUND = -2.5, 0.35
"""Logit below which a sentence does not answer where what was found answers with less than this probability. Of 205
right sentences of squad_dev and 62 small folders, half of whose questions are in other words, it leaves out 3; of 75
wrong ones 16."""
MIN_SURE = -0.5
"""Logit below which a sentence may answer something else: 24 and 48 of the same."""
MIN_CLEAR = 3.0
"""Logit from which a sentence answers whatever words it lacks."""
MIN_WORDS = 5
"""Content words of a sentence that is read by itself alone; shorter ones are read with those beside them as well, and
the better counts."""
_ASKS_NEIGHBOUR = re.compile(
    r"(?i)^\W*(?:which|what|who)\b[^?]*\b(?:comes?|came|follow\w*|preced\w*|goes|next|last|first|stands?"
    r"|(?:step|item|stop|line|entry|chapter|section|page|one) (?:after|before))\b"
)
"""Asks for what stands beside the thing that is named."""


def tells_by_itself(question: str, languages: Iterable[str]) -> bool:
    """Return whether the judge can tell by a sentence alone that it answers. It cannot where the question names an
    identifier, whose ways of writing the judge does not know, or asks for the neighbour of what it names.
    """
    if not is_for_judge(question, languages) or _ASKS_NEIGHBOUR.search(question):
        return False
    return all(one.kind != "identifier" for one in find_constraints(question))


def read_quotes(
    question: str,
    extracts: Sequence[Extract],
    units: Mapping[Place, Unit],
    every: Sequence[Unit],
    judge: PassageReader,
    found: float,
    held_back: list[HeldBack] | None,
    is_of_another: Callable[[Unit], bool] = lambda unit: False,
) -> list[Extract]:
    """Return the extracts that the judge takes for an answer, each with its logit; a first one that may answer
    something else is unsure, and further ones that may are left out. `units` are those that it is to read: what is not
    among them is given as it is, and so are rows, of which it knows too little. `every` sentence is what may stand
    beside them, and `found` how likely all that was found answers, 0 to 1.

    `is_of_another` tells by words that a sentence may be about something else: the judge and it together hold one back.
    What does not answer is put into `held_back`.
    """
    read = {extract.place: unit for extract in extracts if (unit := units.get(extract.place)) and not unit.is_row}
    texts = [(place, text) for place, unit in read.items() for text in _texts_of(unit, every)]
    scores = judge.score(question, [text for _, text in texts]) if texts else []
    logits: dict[Place, float] = {}
    for (place, _), score in zip(texts, scores, strict=True):
        logits[place] = max(score, logits.get(place, score))
    given = []
    for extract in extracts:
        logit = logits.get(extract.place)
        if logit is None:
            given.append(extract)
        elif logit < MIN_ANSWERING and found < MIN_FOUND:
            if held_back is not None:
                held_back.append(HeldBack(extract.number, extract.text, "hardly answers, read by itself"))
        elif logit < MIN_SURE and is_of_another(read[extract.place]):
            if held_back is not None:
                held_back.append(HeldBack(extract.number, extract.text, "leaves out what is asked about"))
        elif logit >= MIN_SURE or not given:
            is_unsure = logit < MIN_SURE or (logit < MIN_CLEAR and is_of_another(read[extract.place]))
            given.append(replace(extract, judged=logit, is_unsure=is_unsure))
    return given


def _texts_of(unit: Unit, every: Sequence[Unit]) -> list[str]:
    """Return what is read for a sentence: the sentence alone, and a short one with those beside it as well."""
    alone = below_headings(unit)
    if len(unit.words) >= MIN_WORDS:
        return [alone]
    extract = Extract.of(unit, 0.0)
    around = [sentence_before(extract, every), unit, sentence_behind(extract, every)]
    beside = " ".join(one.text for one in around if one is not None)
    return list(dict.fromkeys((alone, alone.removesuffix(unit.text) + beside)))
