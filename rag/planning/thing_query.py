"""Reads questions for things that documents may each be about: "Which flats allow pets?", "How many classes ...?"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rag.planning.amount_bounds import find_bound
from rag.planning.day_phrase import DayPhrase
from rag.planning.document_nouns import is_document_noun
from rag.planning.document_query import Condition, read_conditions, without_filler
from rag.planning.phrases import Phrase
from rag.planning.several_asked import ASKED_COUNT, ASKED_LIST, is_plural_in
from rag.questions.constraints import is_negated
from rag.words.folding import fold
from rag.words.stop_words import RULED_STOP_WORDS

MAX_CHARACTERS = 200
MAX_TOPIC = 5
"""Words that one place has to hold; of more, only reading tells."""

_NO = re.compile(
    r"(?i)\b(?:not|no|never|without|nicht|kein\w*|ohne|ne|n['’]|pas|aucune?s?|sans|non|sin|ning[uú]na?|ning[uú]n)\b"
    r"|n['’]t\b"
)
LIGHT_WORDS = """
allow allows allowed permit permits permitted accept accepts accepted admit welcome have has had having include
includes included including contain contains contained containing use uses used using need needs needed require
requires required offer offers provide provides come comes belong belongs hold holds held got get there work
works teach teaches taught lead leads led run give gives given do does make makes made take takes place mention
mentions mentioned name named say says state states kept keep possible available erlauben erlaubt gestatten
gestattet zulassen dulden haben hat hatten enthalten enthält beinhalten umfassen brauchen braucht benötigen
verwenden nutzen verlangen bieten gibt gehören gehört unterrichtet leitet stehen steht liegen liegt finden
findet statt werden wird wurden permettent permet autorisent autorise acceptent accepte admettent contiennent
contient comportent ont avoir utilisent utilise incluent inclut comprennent comprend demandent exigent offrent
faut mettre sert permiten permite aceptan acepta admiten admite contienen contiene llevan lleva tienen tiene
tengo tenemos incluyen incluye usan usa utilizan necesitan requieren ofrecen hay existe existen
"""
"""Verbs that say of a thing no more than that it has or lets something: the words behind them say what."""
_LIGHT = frozenset(LIGHT_WORDS.split())
_DECIDED = frozenset({"ends", "starts", "paid", "unpaid", "figure", "dated", "signed", "present", "absent", "chaired"})
"""Conditions that rules decide of any document; others are told by what it says of the topic."""
_LETS = re.compile(
    r"(?i)\b(?:allow|permit|accept|admit|welcome|require|need|erlaub|gestatt|zulass|duld|brauch|verlang|permet|autoris"
    r"|accept|admet|exig|permit|acept|admit|requier)\w*"
)
_NAME = re.compile(r"[A-ZÄÖÜÉÁÍÓÚÑ][\w'’-]*(?: (?:(?:of|de|du|la|del|von|van|&) )?[A-ZÄÖÜÉÁÍÓÚÑ][\w'’-]*)*")
_TIMES = re.compile(
    r"(?i)\b(?:once|twice|thrice|(?:\w+ )?times|(?:ein|zwei|drei|mehr|viel)mals?|wiederholt|(?:\w+ )?fois|repeatedly"
    r"|(?:una|dos|tres|varias|muchas|más) ve(?:z|ces)|repetidamente)\b"
)
"""How often something is so: it takes several documents to tell, and is no topic of one."""
_GERMAN = re.compile(r"(?i)^\W*(?:\w+ )?(?:welche|wie ?viele)")
_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Topic:
    """What a document has to say of a thing: all `phrases` in one place, or for `is_negated` that it is not so.

    Of what is not allowed or refused anywhere, `is_silent_no` says whether a document that says nothing means no.
    `beside` are the words beside a name: they are the topic where every document has the name.
    """

    phrases: tuple[Phrase | DayPhrase, ...]
    is_negated: bool
    is_silent_no: bool
    words: tuple[str, ...]
    beside: tuple[str, ...] = ()

    def without_names(self) -> Topic:
        """Return the topic that the words beside the names are."""
        read = (Phrase.read(word) for word in self.beside)
        return replace(self, phrases=tuple(one for one in read if one is not None), words=self.beside, beside=())


@dataclass(frozen=True, slots=True)
class ThingQuery:
    """A list or a count of things: those of `noun` that meet all conditions, and of which documents say the topic."""

    noun: str
    is_document: bool
    """Whether the noun is a word for documents."""
    counts: bool
    subject: str
    conditions: tuple[Condition, ...]
    topic: Topic | None


_OF_ONE = re.compile(
    r"(?i)^\W*(?:on|in|at|for|with|from|to|by|during|over|after|within|an|auf|für|mit|bei|dans|sur|pour|avec|con|por|para|en)"
    r" (?:how|wie|combien|cu[aá]nt)"
)
"""Asks for a number that one thing has: "On how many nodes does quoter run?"."""


def read_things(question: str) -> ThingQuery | None:
    """Return the things that a question in English, German, French or Spanish asks for, with what is said of them; None
    for others."""
    text = " ".join(question.split())
    if len(text) > MAX_CHARACTERS:
        return None
    counts = ASKED_COUNT.match(text)
    match = counts or ASKED_LIST.match(text)
    if match is None or not is_plural_in(match["noun"], text):
        return None
    rest = text[match.end() :].strip(" ?.!")
    if not rest or _TIMES.search(rest):
        return None
    noun = match["noun"]
    is_document = is_document_noun(noun)
    if _OF_ONE.match(text) and not is_document:
        return None
    conditions = tuple(read_conditions(rest))
    topic = None
    if not conditions or any(one.kind not in _DECIDED for one in conditions):
        conditions = ()
        topic = _topic(without_filler(rest), is_german=_GERMAN.match(text) is not None)
        if topic is None or find_bound(rest) is not None:
            return None
    return ThingQuery(noun, is_document, counts is not None, f"{noun} {rest}", conditions, topic)


def _topic(rest: str, *, is_german: bool) -> Topic | None:
    """Return what is said of the things: a name, where there is one, else the words that mean something."""
    days = DayPhrase.find_in(rest)
    for one in days:
        rest = rest.replace(one.written, " ")
    names = [] if is_german else [match[0] for match in _NAME.finditer(rest) if match[0] != "I"]
    words: list[str] = []
    for match in _TOKEN.finditer(_NO.sub(" ", rest)):
        word = match[0]
        is_noun = is_german and word[0].isupper()
        if word[0].isdigit() or is_noun or (fold(word) not in RULED_STOP_WORDS and word.casefold() not in _LIGHT):
            words.append(word)
    # What was done on a day is told of by that day, whatever the verb.
    written = names or ([] if days else _with_numbers(words))
    read = (Phrase.read(one) for one in written)
    phrases: tuple[Phrase | DayPhrase, ...] = (*days, *(one for one in read if one is not None))
    if not phrases or len(phrases) > MAX_TOPIC:
        return None
    return Topic(
        phrases,
        is_negated(rest) or _NO.search(rest) is not None,
        _LETS.search(rest) is None,
        (*(one.written for one in days), *written),
        tuple(_with_numbers([word for word in words if not any(word in name for name in names)])) if names else (),
    )


def _with_numbers(words: list[str]) -> list[str]:
    """Return words of which a number is one with the word behind it, or before it: "4 personnes", "plot 9"."""
    found: list[str] = []
    for at, word in enumerate(words):
        if found and (words[at - 1][0].isdigit() or word[0].isdigit()) and words[at - 1] in found[-1].split():
            found[-1] = f"{found[-1]} {word}"
        else:
            found.append(word)
    return found
