"""Writes verdicts into an answer's text, where only text is shown: a mark at the sentence, a line of notice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from rag.citations.answer_table import table_text
from rag.citations.verdict import UNSURE_REASON
from rag.types import Answer, AnswerEvent, JudgedSentence, PlanStep, Verdict

UNSURE = "unsure"
"""Names the notice on an answer that its sources carry, while it may answer something else than was asked."""
NOTICES: dict[str, str] = {
    UNSURE: "Checked: the documents say so. Whether it answers the question is not sure.",
    Verdict.PARTLY: "Checked: some of it is not supported by the documents; the sentences are marked.",
    Verdict.UNSUPPORTED: "Nothing in this answer is supported by the documents.",
    Verdict.UNCITED: "Nothing in this answer is supported by the documents: it names no source.",
    Verdict.NOT_CHECKED: "Not checked: the answer ended before it could be checked.",
}
"""What is said of an answer beside its text; of a supported one nothing."""
MARKS: dict[str, str] = {
    UNSURE: "[may not answer this]",
    Verdict.PARTLY: "[partly supported]",
    Verdict.UNSUPPORTED: "[unsupported]",
    Verdict.UNCITED: "[no source]",
    Verdict.NOT_CHECKED: "[not checked]",
}
"""What is written at a sentence where only text is shown."""


def notice_of(answer: Answer) -> str:
    """Return the line that tells of an answer's verdict; "" where all of it is supported, or nothing is claimed."""
    return NOTICES.get(notice_name(answer.verdict, answer.sentences), "")


def notice_name(verdict: Verdict | None, sentences: Iterable[JudgedSentence]) -> str:
    """Return the name of the notice on an answer: its verdict's, or UNSURE; "" where nothing is claimed."""
    named = {mark_name(sentence) for sentence in sentences}
    if verdict is Verdict.PARTLY and named <= {Verdict.SUPPORTED.value, UNSURE}:
        return UNSURE
    return verdict.value if verdict else ""


def mark_name(sentence: JudgedSentence) -> str:
    """Return the name of the mark at a sentence: its verdict's, or UNSURE."""
    return UNSURE if sentence.reason == UNSURE_REASON else sentence.verdict.value


def says_nothing_supported(verdict: Verdict | None) -> bool:
    """Return whether the notice belongs into the first line: nothing of the answer is supported."""
    return verdict in (Verdict.UNSUPPORTED, Verdict.UNCITED)


_CARRIED = (Verdict.SUPPORTED, Verdict.PARTLY)


def mark_text(answer: Answer, marks: Mapping[str, str] = MARKS, notices: Mapping[str, str] = NOTICES) -> str:
    """Return the text of an answer with a mark at each sentence that is not supported, the notice, and its table.

    `marks` and `notices` are in the words of another language, by the same names.
    """
    marked = insert_marks(answer.text, answer.sentences, lambda sentence: f" {marks[mark_name(sentence)]}")
    return with_notice(marked, answer.verdict, answer.sentences, notices) + table_text(answer.table)


def with_notice(
    text: str,
    verdict: Verdict | None,
    sentences: Iterable[JudgedSentence] = (),
    notices: Mapping[str, str] = NOTICES,
) -> str:
    """Put what is to be said of the verdict before a text of which nothing is supported, else behind it."""
    notice = notices.get(notice_name(verdict, sentences), "")
    if not notice:
        return text
    return f"{notice}\n\n{text}" if says_nothing_supported(verdict) else f"{text.rstrip()}\n\n{notice}"


def insert_marks(text: str, sentences: Iterable[JudgedSentence], mark: Callable[[JudgedSentence], str]) -> str:
    """Return a text with a mark at the end of each sentence that is not supported, in the last cell of a row."""
    parts: list[str] = []
    at = 0
    for sentence in sentences:
        if sentence.verdict is Verdict.SUPPORTED:
            continue
        end = sentence.end - 1 if text[: sentence.end].endswith("|") else sentence.end
        parts += [text[at:end], mark(sentence)]
        at = end
    return "".join(parts) + text[at:]


def mark_stream(
    events: Iterable[AnswerEvent],
    verdict: Callable[[], Verdict | None],
    on_step: Callable[[PlanStep], None] = lambda step: None,
) -> Iterator[str]:
    """Yield the pieces of a streamed answer with its marks, and the notice where it belongs.

    Until a sentence is carried by its source everything is held: an answer of which nothing is says so first. `verdict`
    gives that on the whole, and is called after the last event. `on_step` is told of each step that is done.
    """
    marker = StreamMarker()
    for event in events:
        if isinstance(event, PlanStep):
            on_step(event)
        elif isinstance(event, str | JudgedSentence) and (piece := marker.feed(event)):
            yield piece
    if piece := marker.finish(verdict()):
        yield piece


class StreamMarker:
    """Marks a streamed answer event by event, as `mark_stream` does."""

    def __init__(self) -> None:
        self._held: list[str] = []
        self._is_carried = False
        self._sentences: list[JudgedSentence] = []
        self._edge = ""
        """The bar that ends the row of a table: a mark goes before it."""

    def feed(self, event: str | JudgedSentence) -> str:
        """Take in the next event; return what can be shown now."""
        if isinstance(event, str):
            text = self._edge + event
            self._edge = "|" if text.endswith("|") else ""
            self._held.append(text.removesuffix("|") if self._edge else text)
        else:
            mark = "" if event.verdict is Verdict.SUPPORTED else f" {MARKS[mark_name(event)]}"
            self._held.append(mark + self._edge)
            self._edge = ""
            self._sentences.append(event)
            self._is_carried = self._is_carried or event.verdict in _CARRIED
        return self._release() if self._is_carried else ""

    def finish(self, verdict: Verdict | None) -> str:
        """Return the rest, with the notice on an answer of this verdict."""
        self._held.append(self._edge)
        rest = self._release()
        if not self._is_carried:
            return with_notice(rest, verdict, self._sentences)
        notice = NOTICES.get(notice_name(verdict, self._sentences), "")
        return f"{rest}\n\n{notice}" if notice else rest

    def _release(self) -> str:
        text = "".join(self._held)
        self._held.clear()
        return text
