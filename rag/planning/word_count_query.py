"""Reads questions for how often a word or a phrase stands in the documents."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.planning.phrases import Phrase

_QUOTED = r"[\"“„«'‘]\s*(?P<{name}>[^\"“”„«»]+?)\s*[\"”“»'’]"
_WORD = (
    r"(?:the |das |die |der |den |le |la |l['’]|el )?(?:exact )?(?:words?|phrases?|terms?|names?|wort|begriff|ausdruck"
    r"|namen?|mots?|terme|expression|nom|palabra|término|nombre|expresión)"
)
_OFTEN = (
    r"(?:how (?:often|many times)|wie (?:oft|häufig)|combien de fois|cu[aá]ntas veces|how many occurrences of"
    r"|wie viele vorkommen von)"
)
_FORMS = (
    re.compile(rf"(?i)^\W*{_OFTEN}\b.*?{_QUOTED.format(name='it')}(?P<rest>.*)$"),
    re.compile(
        rf"(?i)^\W*{_OFTEN}\b.*?\b{_WORD} (?P<it>\w[\w-]*)(?P<rest>(?:\s.*)?)$"
        r"|^\W*how (?:often|many times) (?:is|are|was|were) (?:the )?(?P<it2>.+?) mentioned(?P<rest2>.*)$"
        r"|^\W*wie (?:oft|häufig) (?:wird|werden|ist|wurde) (?P<it3>.+?) (?P<rest3>(?:in .+?)?) ?(?:erwähnt"
        r"|genannt)\W*$"
        r"|^\W*combien de fois (?P<it4>.+?) (?:est|sont)(?:-(?:il|elle|ils|elles))? mentionnée?s?(?P<rest4>.*)$"
        r"|^\W*cu[aá]ntas veces se menciona (?:a |al )?(?P<it5>.+?)(?P<rest5>(?: en .+?)?)\W*$"
    ),
)
_IN = re.compile(
    r"(?i)\b(?:in|im|within|dans|en) (?:the |our |dem |der |den |le |la |el |les |los )?(?P<name>.+?)"
    r"(?: (?:vor|used|mentioned|erwähnt|appear|occur))?\W*$"
)
_ALL = re.compile(
    r"(?i)(?:all |allen? |tous |toutes |todos )?(?:documents?|files?|dokumenten?|dateien|fichiers?|documentos?)"
)


@dataclass(frozen=True, slots=True)
class WordCountQuery:
    """The word or phrase that is counted, and the words for the document it is counted in, "" for all."""

    phrase: Phrase
    document: str = ""


def read_word_count(question: str) -> WordCountQuery | None:
    """Return what "how often does the word X occur" counts; None for any other question."""
    text = " ".join(question.split())
    match = next((found for form in _FORMS if (found := form.match(text))), None)
    if match is None:
        return None
    said = {name.rstrip("2345"): words for name, words in match.groupdict().items() if words}
    phrase = Phrase.read(said["it"])
    place = _IN.search(said.get("rest", ""))
    document = place["name"] if place and not _ALL.fullmatch(place["name"]) else ""
    return WordCountQuery(phrase, document) if phrase else None
