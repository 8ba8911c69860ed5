"""Decides what a document says of a topic: that it is so, that it is not so, only on a condition, or nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from rag.planning.day_phrase import DayPhrase
from rag.planning.decisions import Decision
from rag.planning.phrases import Phrase
from rag.planning.table_cells import Place
from rag.planning.thing_query import Topic
from rag.planning.wording import Note
from rag.questions.constraints import is_negated
from rag.text import sentence_around, sentence_spans
from rag.types import DocumentInfo, Page
from rag.words.folding import fold
from rag.words.number_words import NUMBER_WORDS

_NONE = re.compile(
    r"(?i)\b(?:nowhere|none(?! (?:against|abstained))|nil|refused|denied|sans|sin|nirgends"
    r"|entfällt|nein|nulle part|néant|non|ninguno"
    r"|excluid[oa]s?|exclue?s?|ausgeschlossen|free of|(?:must|may|can|do|does|is|are) not)\b"
    r"|[:|]\s*(?:no|none|nein|keine?r?|non|aucune?|no|ninguna?|0|[-–—])\s*(?:$|[.\n])"
)
_NO_ALONE = re.compile(r"(?i)(?:^|[.;:|]\s*)(?:no|not|kein\w*|aucune?|sin|ning[uú]n\w*)\s")
_ONLY = re.compile(
    r"(?i)\b(?:only|nur|seulement|uniquement|solo|sólo|solamente|unless|except|außer|sauf|salvo|excepto)\b[^.;]{0,40}"
    r"\b(?:with|if|by|after|mit|wenn|nach|avec|si|après|con|previ[oa])\b"
    r"|\b(?:with|without|mit|ohne|avec|sans|con|sin)\b[^.;]{0,30}\b(?:consent|permission|approval|agreement"
    r"|zustimmung|genehmigung|erlaubnis|einwilligung|accord|autorisation|consentimiento|permiso|autorización)\b"
)
_WITHOUT = re.compile(r"(?i)\b(?:without|ohne|sans|sin|except|außer|sauf|salvo)\b")
"""Words that deny what stands right behind them, and nothing else of a sentence."""
REACH = 24
"""Characters behind them."""
_ASIDE = re.compile(
    r"(?i)(?<=,) (?:none|no|not|never|keine?[rns]?|nicht|aucune?|pas|ningun[oa]|no)\b[^,;.]{0,60}(?=[,.;])"
)
"""What a sentence denies of something else in passing: ", none of them serious,"."""
MIN_PARTS = 2
"""Words of a topic, from which on a document may say it in several sentences, or with other words."""
_PART = re.compile(r";|[.!?]\s+(?=[A-ZÄÖÜÁÉÍÓÚÑ¿¡])|\s[–—]\s|,?\s(?:but|however|aber|jedoch|mais|pero|sino)\s")


def decide_topic(
    topic: Topic, document: DocumentInfo, pages: Sequence[Page], like: Collection[str] = ()
) -> Decision | None:
    """Return whether a document says of its thing what is asked, with the words; None where it speaks of none of it.

    `like` are words of the document that mean the topic in other words.
    """
    found: dict[bool, Place] = {}
    doubtful: Place | None = None
    for page, start, end, part in _parts_about(topic, document, pages, like):
        place = Place(page.number, start, end)
        if _ONLY.search(part):
            doubtful = doubtful or place
            continue
        found.setdefault(not _denies(part), place)
    if len(found) == 2:
        return Decision(None, found[True], Note("says both"))
    if not found:
        return Decision(None, doubtful, Note("on a condition")) if doubtful else _said_apart(topic, document, pages)
    says, place = next(iter(found.items()))
    return Decision(says != topic.is_negated, place)


def _said_apart(topic: Topic, document: DocumentInfo, pages: Sequence[Page]) -> Decision | None:
    """Return that it is open whether a document says a topic whose words stand in several of its sentences, where a
    number may be written otherwise."""
    if len(topic.phrases) < MIN_PARTS:
        return None
    places: list[Place] = []
    for phrase in topic.phrases:
        found = ((page, span) for page in pages for span in phrase.find(page.text, document.profile.language))
        first = next(found, None)
        if first is not None:
            places.append(Place(first[0].number, *sentence_around(first[0].text, *first[1])))
        elif fold(phrase.written) not in NUMBER_WORDS and not phrase.written.isdigit():
            return None
    return Decision(None, places[0], Note("said apart")) if places else None


def _denies(part: str) -> bool:
    return is_negated(part) or _NONE.search(part) is not None or _NO_ALONE.search(part) is not None


def _parts_about(
    topic: Topic, document: DocumentInfo, pages: Sequence[Page], like: Collection[str]
) -> Iterator[tuple[Page, int, int, str]]:
    """Yield the sentences and rows that hold all of a topic, and of each the part in which it stands."""
    phrases = [Phrase.read(word) for word in like]
    for page in pages:
        for start, end in sentence_spans(page.text):
            text = page.text[start:end]
            found = _places(topic.phrases, text, document.profile.language)
            if found is None and phrases:
                spans = [span for one in phrases if one for span in one.find(text, document.profile.language)]
                found = min(spans, default=None)
            if found is not None:
                yield page, start, end, _part_around(text, found)


def _places(phrases: Sequence[Phrase | DayPhrase], text: str, language: str) -> tuple[int, int] | None:
    """Return where a text has the first of some phrases, all of which it has to hold; None where it does not."""
    first: tuple[int, int] | None = None
    for phrase in phrases:
        span = next(iter(phrase.find(text, language)), None)
        if span is None:
            return None
        first = first or span
    return first


def _part_around(text: str, span: tuple[int, int]) -> str:
    """Return the part of a sentence, between "but" and the like, that holds a stretch of it."""
    text = _WITHOUT.sub(lambda it: it[0] if 0 <= span[0] - it.end() <= REACH else " " * len(it[0]), text)
    for match in _ASIDE.finditer(text):
        if match.end() <= span[0] or match.start() >= span[1]:
            text = f"{text[: match.start()]}{' ' * len(match[0])}{text[match.end() :]}"
    begin, last = 0, len(text)
    for match in _PART.finditer(text):
        if match.end() <= span[0]:
            begin = match.end()
        elif match.start() >= span[1]:
            last = match.start()
            break
    return text[begin:last]
