"""Has an LLM say what a question over many documents asks of each one, and how the answers are put together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from rag.extraction.columns import ColumnKind
from rag.planning.record_kin import is_kin
from rag.planning.row_words import ASKS_NUMBER, ASKS_ONE, AVERAGE, SUM, SUPERLATIVES, terms
from rag.planning.several_asked import ASKED_COUNT, read_several
from rag.safety.output import make_inert
from rag.safety.prompt import neutralise
from rag.types import MAX_QUESTION_CHARACTERS, Message

How = Literal["list", "count", "sum", "average", "most", "least", "first", "last", "each"]

MAX_PART = 160
"""Characters of one part of a reply; a longer one is no question about one document."""

_TASK = """\
You turn a question about many documents into one question that is put to each document alone. You do not answer it.
Write these four lines and nothing else:
ONLY: which documents count, in a few words of the question; ALL if every one of them
ASK: what has to be known of one document, as a question; NOTHING if the documents are only listed or counted
KIND: what answers it: NUMBER, DATE or TEXT
THEN: LIST, COUNT, SUM, AVERAGE, MOST, LEAST, FIRST, LAST or EACH"""

_EXAMPLES = (
    ("Which dog is the heaviest?", "ONLY: ALL\nASK: How heavy is the dog?\nKIND: NUMBER\nTHEN: MOST"),
    (
        "How many of the spring courses were called off?",
        "ONLY: spring courses that were called off\nASK: NOTHING\nKIND: TEXT\nTHEN: COUNT",
    ),
    (
        "What did we pay for painting in May altogether?",
        "ONLY: painting in May\nASK: How much was paid for the painting?\nKIND: NUMBER\nTHEN: SUM",
    ),
    ("Which wells have run dry?", "ONLY: wells that have run dry\nASK: NOTHING\nKIND: TEXT\nTHEN: LIST"),
    ("Which loan was paid back last?", "ONLY: ALL\nASK: When was the loan paid back?\nKIND: DATE\nTHEN: LAST"),
    ("Who runs each of the clubs?", "ONLY: ALL\nASK: Who runs the club?\nKIND: TEXT\nTHEN: EACH"),
)
_LINE = re.compile(r"(?i)^\W*(?P<name>only|ask|kind|then)\W{0,3}:\s*(?P<text>.*?)\s*$")
_ALL = re.compile(r"(?i)(?:all|every|each|any)(?: (?:one|of them|documents?))*|none|nothing|no(?: condition)?|n/?a|-*")
_NOTHING = re.compile(r"(?i)(?:nothing|none|no(?: question)?|n/?a|-*)\W*")
_ONE_FROM_EACH = frozenset({"list", "lacking", "count", "count of some", "sum", "most", "who"})
"""What may be asked of several things that one thing read in each document answers."""
_KINDS = {"number": ColumnKind.NUMBER, "date": ColumnKind.DATE, "text": ColumnKind.TEXT}


@dataclass(frozen=True, slots=True)
class ReadingQuery:
    """What is read in each document, and what becomes of it.

    `only` says in words which documents count, "" for all; `ask` is the question to each one, "" where they are listed
    or counted, and `kind` what answers it.
    """

    how: How
    only: str = ""
    ask: str = ""
    kind: ColumnKind = ColumnKind.TEXT


def ask_for_query(question: str) -> list[Message]:
    """Return the messages that ask for a query. They hold no text of a document."""
    turns = [Message("system", _TASK)]
    for example, reply in _EXAMPLES:
        turns += [_asked(example), Message("assistant", reply)]
    return [*turns, _asked(question)]


def read_query(reply: str, question: str) -> ReadingQuery | None:
    """Return the query of a reply; None where it has none, or one that is not of this question.

    What the words of the question say surely, that a number or a sum is asked for, counts more than the reply.
    """
    asked = read_several(question)
    if asked is None or asked.how not in _ONE_FROM_EACH:
        return None
    parts = dict(_lines(reply))
    how = "list" if asked.how in ("list", "lacking") else _how(parts.get("then", ""), question)
    only, ask = parts.get("only", ""), parts.get("ask", "")
    only = "" if _ALL.fullmatch(only.rstrip(" .")) else only.rstrip(" .")
    ask = "" if _NOTHING.fullmatch(ask) else ask
    if how is None or max(len(only), len(ask)) > MAX_PART:
        return None
    if how in ("list", "count"):
        # Small models put the condition into either line.
        which = only or question.strip(" ?¿.!")
        return ReadingQuery(how, which) if _is_of(which, question) else None
    if not ask or not _is_of(ask, question) or (only and not _is_of(only, question)):
        return None
    kind = _KINDS.get(parts.get("kind", "").casefold().strip(" ."), ColumnKind.TEXT)
    if how in ("sum", "average"):
        kind = ColumnKind.NUMBER
    elif how in ("first", "last"):
        kind = ColumnKind.DATE
    elif how in ("most", "least") and kind is ColumnKind.DATE:
        how = "last" if how == "most" else "first"
    elif how in ("most", "least"):
        kind = ColumnKind.NUMBER
    # What the question to each already names need not be asked of it before.
    return ReadingQuery(how, "" if is_in_words_of(only, ask) else only, ask, kind)


def is_in_words_of(part: str, question: str) -> bool:
    """Return whether every word of a part of a query is one of the question, or of the family of one."""
    words = terms(question)
    return all(any(is_kin(word, other) for other in words) for word in terms(part))


def _asked(question: str) -> Message:
    return Message("user", f"Question: {neutralise(question[:MAX_QUESTION_CHARACTERS]).strip()}")


def _lines(reply: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a reply with their names, up to where one comes a second time."""
    seen: set[str] = set()
    for line in reply.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        name = match["name"].casefold()
        if name in seen:
            return
        seen.add(name)
        yield name, make_inert(" ".join(neutralise(match["text"]).split()))


def _how(written: str, question: str) -> How | None:
    """Return what is done with what is read; the question's own words decide where they say it."""
    said = written.casefold().strip(" .*")
    how: How | None = next((one for one in get_args(How) if said == one), None)
    if ASKED_COUNT.match(question):
        return "count" if how != "sum" else "sum"
    if AVERAGE.search(question):
        return "average"
    if ASKS_NUMBER.match(question) and SUM.search(question):
        return "sum"
    directions = _directions(question)
    if len(directions) == 1 and how in ("most", "least", "list", "each"):
        # Whether the latest is the most or the last, what is read in each tells.
        (how,) = directions
    return how


def _directions(question: str) -> set[Literal["most", "least"]]:
    """Return which ends of an order a superlative may mean: the oldest has the most years, and the first birthday."""
    if not ASKS_ONE.match(question):
        return set()
    return {
        direction
        for words, measures in SUPERLATIVES
        if re.search(rf"(?i)(?<!\w)(?:{words})(?!\w)", question)
        for direction, _ in measures
    }


def _is_of(part: str, question: str) -> bool:
    """Return whether a part of a reply has a word of the question: one without was copied from an example."""
    return any(is_kin(word, other) for word in terms(part) for other in terms(question))
