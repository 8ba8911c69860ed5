"""Tells whether a text names anybody, where an English question asks who does something."""

from __future__ import annotations

import re

from rag.quoting.answer_kind import without_words_of

_ASKS_WHO = re.compile(r"(?i)^\W*who(?:m|se)?\b")
_OTHER_LETTERS = re.compile(r"[^\x00-\x7f€£–—’‘“”•]")
"""Stand in texts of languages whose words for people are not known here."""
_PEOPLE = re.compile(
    r"(?i)\w{2,}(?:[eo]r|ist|ian|ee|[^m]ent|ant|man|men|boy|girl|child|body|one)s?|i|we|you|he|she|they|us|him|her|them|staff"
    r"|team|people|children|company|club|board|council|bank|firm|school|police|church|parish|city|town|state|trust|charity"
    r"|society|union|office|hospital|famil(?:y|ies)|households?|guests?|adults?|pupils?|friends?|crew|army|judge|chef|cook"
    r"|clerk|king|queen|wife|husband|son|daughter|aunt|uncle|nurse|guide|couple|public|groups?|scouts?|wardens?"
)
"""Words for people and for what they form, and such as end like these."""
_NO_PEOPLE = re.compile(
    r"(?i)winter|summer|after|over|under|other|n?ever|however|orders?|numbers?|papers?|waters?|letters?|later|earlier|together"
    r"|whether|n?either|further|another|rather|quarters?|corners?|counters?|dinners?|supper|floors?|doors?|minor|major|indoor"
    r"|outdoor|errors?|events?|rents?|different|contents?|present|recent|per ?cent|current|important|plants?|constant"
    r"|lists?|exists?|consists?|least|fees?|free|three|coffee|degrees?|agree|trees?|specimens?|(?:septem|octo|novem|decem)ber|offers?"
    r"|enter|covers?|power|newer|older|larger|smaller|higher|lower|longer|shorter|better|meters?|towers?|rivers?|folders?"
    r"|computers?|printers?|monitors?|motors?|colou?rs?|for|per"
)
"""Words that end like these and mean nobody."""

_OPENS_WITH_NAME = re.compile(
    r"^\W*(?!(?:The|This|That|These|Those|There|It|All|Each|Every|Any|No|Nothing|Something|Everything|One|What|Which|How|When"
    r"|Where|Why|If|As|In|On|At|By|For|From|With|After|Before|Please|Yes|Not|Only|But|And|Or|Also|Then|Here|Now)\b)"
    r"[A-Z][a-zà-ÿ'’-]+(?<!ing)(?<!ion)(?<!ment)(?<!ance)(?<!ence)(?<!ity)(?<!ness)(?<!age)(?<![^s]s) "
    r"(?:has|had|will|does|did|(?:is|was) (?:the|a|an|our|in charge|responsible)"
    r"|(?!(?:costs|starts|begins|ends|opens|closes|includes|needs|takes|applies|means|lasts|counts|remains|comes|goes|falls"
    r"|works|consists|depends|contains|requires|becomes|arrives|leaves|departs|this|its|is|was|as|us)\b)[a-z]{2,}s)\b"
)
"""Opens with a name and what that one has, is or does: "Henrik carries the rope"."""
_LABELS_WHO_DOES = re.compile(r"^\W*[A-Z][a-z]+(?: [a-z]+){0,3}: (?!this|its|is|was|as|us)[a-z]{2,}(?<!s)s (?!\d)[a-z]")
"""Says what somebody does behind a label that names him: "Branch head: decides whether ..."."""


def opens_with_name(text: str) -> bool:
    """Return whether a text opens with somebody's name and a verb, or with his part and what he does."""
    return _OPENS_WITH_NAME.match(text) is not None or _LABELS_WHO_DOES.match(text) is not None


def lacks_person(question: str, text: str) -> bool:
    """Return whether an English question asks who does something, and a text has neither a name nor a word for people
    beside the question's own words."""
    if not _ASKS_WHO.match(question) or _OTHER_LETTERS.search(text):
        return False
    if any(opens_with_name(line) for line in text.splitlines()):
        return False
    opening = re.match(r"\W*([A-Za-z]+)", text)
    words = re.findall(r"[A-Za-z]+", without_words_of(question, text))
    if any(word[0].isupper() and not (opening and word == opening[1]) for word in words):
        return False
    return not any(_PEOPLE.fullmatch(word) and not _NO_PEOPLE.fullmatch(word) for word in words)
