"""Makes first questions out of the headings of a collection, without an LLM."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from itertools import chain, zip_longest

from rag.types import DocumentSections
from rag.words.folding import fold
from rag.words.stop_words import STOP_WORDS

MIN_HEADING, MAX_HEADING = 5, 60
"""Characters: shorter ones are letters of an index, longer ones sentences that were taken for headings."""

MAX_TITLE = 70

SAYS_NOTHING = frozenset(
    fold(
        "abstract acknowledgements acknowledgments agenda annex appendix attachments background bibliography conclusion"
        " conclusions contents disclaimer discussion foreword glossary index introduction method methods notes overview"
        " preface references results sources summary thanks"
        " anhang anlage anlagen einleitung einführung ergebnis ergebnisse fazit glossar hintergrund impressum inhalt"
        " inhaltsverzeichnis literatur literaturverzeichnis quellen tagesordnung übersicht vorwort zusammenfassung"
        " annexe annexes avant-propos bibliographie conclusion glossaire ordre jour préface références résumé"
        " remerciements résultats sommaire sources"
        " agradecimientos anexo anexos bibliografía conclusión conclusiones fuentes glosario índice introducción"
        " prólogo referencias resultados resumen sumario"
    ).split()
)
"""Headings that many documents have: they name a part, not a subject; folded."""

ASKED = {
    "en": "What does “{title}” say about “{heading}”?",
    "de": "Was steht in „{title}“ über „{heading}“?",
    "fr": "Que dit « {title} » sur « {heading} » ?",
    "es": "¿Qué dice «{title}» sobre «{heading}»?",
    "it": "Che cosa dice «{title}» su «{heading}»?",
    "pt": "O que diz «{title}» sobre «{heading}»?",
    "nl": "Wat staat er in „{title}” over „{heading}”?",
}
"""The question in the language of the document; in English where there is none in it."""

_SMALL_WORDS = frozenset[str]().union(*STOP_WORDS.values())

_NUMBER = re.compile(
    r"^(?:(?:chapter|section|part|item|note|kapitel|abschnitt|teil|chapitre|partie|capítulo|sección)\s+)?(?:\d+(?:\.\d+)*|[ivxlc]+|[a-z])[.):]?\s+",
    re.I,
)


_LETTERHEAD = re.compile(
    r"\d{4,}|@|www\.|https?:|\b(?:tel|fax|phone|telefon|iban|bic)\b"
    r"|\b(?:ltd|limited|inc|llc|plc|corp|gmbh|mbh|ag|kg|ohg|e\.?\s?v|s\.?a\.?s?|s\.?r\.?l|b\.?v)\.?$",
    re.I,
)
"""Numbers of telephones and accounts, addresses, and names of firms: what stands at the head of letters and forms."""

COMMON_SHARE = 0.2
"""Of the documents: a heading that more of them have is part of a form, and asks nothing of one of them."""


def suggest_questions(documents: Sequence[DocumentSections], *, limit: int) -> list[str]:
    """Return questions about different documents first, each about what a heading names that few others have."""
    counts = Counter(heading for document in documents for heading in {fold(one) for one in _headings_of(document)})
    most = max(1, int(len(documents) * COMMON_SHARE))
    common = {heading for heading, count in counts.items() if count > most}
    each = [list(_questions_of(document, common)) for document in documents]
    rounds = chain.from_iterable(zip_longest(*each))
    return list(dict.fromkeys(question for question in rounds if question))[:limit]


def _headings_of(document: DocumentSections) -> list[str]:
    """Return the headings of a document, without those above them and their numbers."""
    return [_NUMBER.sub("", " ".join(section.rpartition(" > ")[2].split())) for section in document.sections]


def _questions_of(document: DocumentSections, common: Set[str]) -> Iterator[str]:
    title = " ".join(document.title.split())
    if not title or len(title) > MAX_TITLE:
        return
    for heading in _headings_of(document):
        if fold(heading) in common or _LETTERHEAD.search(heading):
            continue
        if MIN_HEADING <= len(heading) <= MAX_HEADING and _names_a_subject(heading, title):
            yield ASKED.get(document.language, ASKED["en"]).format(title=title, heading=heading)


def _names_a_subject(heading: str, title: str) -> bool:
    words = re.findall(r"[^\W\d_]+", fold(heading))
    subjects = set(words) - SAYS_NOTHING - _SMALL_WORDS
    return bool(subjects) and heading.casefold() not in title.casefold()
