"""Counts and lists messages by who sent them and to whom, and tells who sent or received the most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from rag.planning.computed_answer import compose_answer
from rag.planning.date_ranges import read_range
from rag.planning.document_totals import each_with_pages
from rag.planning.message_query import MessageQuery
from rag.planning.messages import Message, find_messages, is_person, name_of
from rag.planning.naming import list_answering
from rag.planning.phrases import Phrase
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.table_cells import PROVEN_COLUMNS, proven_cell, proven_row
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.retrieval import StageTimer
from rag.types import AnswerTable, PlanStep, TableRow

MIN_MESSAGES = 2
"""Messages from which on documents are mail, and not a letter that begins with "From:"."""
MAX_LISTED = 8
"""Messages that the sentence names."""

NO_MAIL = "No e-mails with a sender were found, so it was looked up."


def count_messages(asked: PlannedQuestion, query: MessageQuery, catalogue: DocumentCatalogue) -> Answering:
    """Yield the step and the count, and return it with a row for each message."""
    timer = StageTimer()
    documents = list_answering(catalogue, asked.question.collection, asked.question.filters)
    yield PlanStep(f"Looking for messages in {len(documents):,} documents")
    every = [
        message
        for document, pages in each_with_pages(documents, catalogue)
        for message in find_messages(document, pages)
    ]
    # A message that is kept twice, by its sender and its recipient, is one.
    messages = list({(one.head, one.body.strip()[:200]): one for one in reversed(every)}.values())[::-1]
    timer.mark("look through")
    if len(messages) < MIN_MESSAGES:
        return NO_MAIL
    undated = 0
    if query.days is not None:
        dated = [one for one in messages if one.day]
        undated = len(messages) - len(dated)
        messages = [one for one in dated if query.days.holds(date.fromisoformat(one.day))]
    if query.on:
        messages = [one for one in messages if _is_on(query.on, one)]
    wording = Wording(asked.text)
    if query.how in ("first", "last"):
        return (
            yield from _first_or_last(query, [one for one in messages if _is_meant(query, one)], catalogue, wording)
        )
    if query.how in ("most sent", "most received"):
        return (yield from _most(query, messages, catalogue, wording, timer))
    if not (_is_known(query.sender, every) and _is_known(query.recipient, every)):
        return "The documents have no e-mails of whom the question names, so it was looked up."
    chosen = [one for one in messages if _is_meant(query, one)]
    if query.how in ("recipients", "senders"):
        return (yield from _people(query, chosen, catalogue, wording))
    notices = []
    senders = {name_of(one.sender) for one in chosen}
    if query.sender and len(senders) > 1:
        notices.append(wording.say("several senders", names=", ".join(sorted(senders))))
    if query.recipient is not None:
        copies = sum(
            is_person(query.recipient, one.copies) and (query.sender is None or is_person(query.sender, one.sender))
            for one in messages
            if one not in chosen
        )
        notices += (
            [wording.say("in copy", count=wording.number(copies), name=query.recipient.written)] if copies else []
        )
    notices += [wording.say("undated messages", count=wording.number(undated))] if undated else []
    text = wording.say(
        wording.one("messages", len(chosen)),
        count=wording.number(len(chosen)),
        sender=wording.say("from", name=query.sender.written) if query.sender else "",
        recipient=wording.say("to", name=query.recipient.written) if query.recipient else "",
        about=wording.say("naming", words=query.about.written) if query.about else "",
    )
    shown = ", ".join(one.shown for one in chosen[:MAX_LISTED]) + (", ..." if len(chosen) > MAX_LISTED else "")
    text = " ".join(text.split()).removesuffix(".").strip() + (f"{wording.colon} {shown}." if chosen else ".")
    return (
        yield from compose_answer(
            text,
            (),
            catalogue,
            milliseconds=timer.milliseconds,
            table=AnswerTable(wording.columns(*PROVEN_COLUMNS), tuple(_row(one, catalogue) for one in chosen)),
            notices=notices,
        )
    )


def _first_or_last(
    query: MessageQuery, messages: Sequence[Message], catalogue: DocumentCatalogue, wording: Wording
) -> Answering:
    """Tell the oldest or the newest message, with who sent it to whom."""
    dated = sorted((one for one in messages if one.day), key=lambda one: one.moment)
    if not dated:
        return "No e-mail that is meant gives a date, so it was looked up."
    message = dated[0 if query.how == "first" else -1]
    text = wording.say(
        f"{query.how} message",
        message=message.shown,
        sender=wording.say("from", name=name_of(message.sender)),
        recipient=wording.say("to", name=", ".join(_split(message.recipients))) if message.recipients else "",
        day=wording.day(date.fromisoformat(message.day)),
        all=wording.number(len(dated)),
    )
    table = AnswerTable(wording.columns(*PROVEN_COLUMNS), (_row(message, catalogue),))
    return (yield from compose_answer(text, (), catalogue, milliseconds={}, table=table))


def _people(
    query: MessageQuery, messages: Sequence[Message], catalogue: DocumentCatalogue, wording: Wording
) -> Answering:
    """Tell to whom somebody wrote, or who wrote to somebody, with the number of messages for each."""
    counts = Counter(
        name
        for one in messages
        for name in ([name_of(one.sender)] if query.how == "senders" else _split(one.recipients))
    )
    if not counts:
        return NO_MAIL
    listed = ", ".join(f"{name} ({count})" for name, count in counts.most_common(MAX_LISTED))
    person = query.sender or query.recipient
    text = wording.say(query.how, name=person.written if person else "", listed=listed)
    table = AnswerTable(wording.columns(*PROVEN_COLUMNS), tuple(_row(one, catalogue) for one in messages))
    return (yield from compose_answer(text, (), catalogue, milliseconds={}, table=table))


def _split(recipients: str) -> list[str]:
    return [name_of(one) for one in recipients.split(",") if one.strip()]


def _most(
    query: MessageQuery, messages: Sequence[Message], catalogue: DocumentCatalogue, wording: Wording, timer: StageTimer
) -> Answering:
    """Tell who sent, or received, the most messages."""
    is_sent = query.how == "most sent"
    of_each = [
        (
            message,
            {name_of(message.sender)} if is_sent else set(_split(message.recipients)),
        )
        for message in messages
    ]
    counts = Counter(name for _, names in of_each for name in names)
    if not counts:
        return NO_MAIL
    most = max(counts.values())
    first = sorted(name for name, count in counts.items() if count == most)
    text = wording.say(
        "most sent" if is_sent else "most received",
        names=", ".join(first),
        count=wording.number(most),
        all=wording.number(len(messages)),
    )
    rows = tuple(_row(message, catalogue) for message, names in of_each if names & set(first))
    return (
        yield from compose_answer(
            text,
            (),
            catalogue,
            milliseconds=timer.milliseconds,
            table=AnswerTable(wording.columns(*PROVEN_COLUMNS), rows),
        )
    )


def _is_on(day: str, message: Message) -> bool:
    """Return whether a message is of a day that a question names without its year."""
    days = read_range(f"{day} {message.day[:4]}") if message.day else None
    return days is not None and days.holds(date.fromisoformat(message.day))


def _is_meant(query: MessageQuery, message: Message) -> bool:
    return (
        (query.sender is None or is_person(query.sender, message.sender))
        and (query.recipient is None or is_person(query.recipient, message.recipients))
        and (query.about is None or any(True for _ in query.about.find(f"{message.head}\n{message.body}")))
    )


def _is_known(name: Phrase | None, messages: Sequence[Message]) -> bool:
    """Return whether somebody of that name sent or received a message: of others nothing is counted."""
    return name is None or any(is_person(name, f"{one.sender}, {one.recipients}, {one.copies}") for one in messages)


def _row(message: Message, catalogue: DocumentCatalogue) -> TableRow:
    cell = proven_cell(catalogue, message.document, message.place)
    return proven_row(message.document.path, cell)
