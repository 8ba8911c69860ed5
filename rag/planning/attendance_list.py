"""Tells who was at meetings and who was not, and how often, by the lists and sentences of their minutes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.planning.attendance import Attendance, find_attendance
from rag.planning.attendance_query import AttendanceQuery
from rag.planning.computed_answer import Proof, compose_answer, proof_of_place
from rag.planning.document_totals import each_with_pages
from rag.planning.phrases import Phrase
from rag.planning.planner import Answering
from rag.planning.table_cells import PROVEN_COLUMNS, Place, plain_cell, proven_cell, proven_row
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.types import AnswerTable, DocumentInfo, Page, TableCell, TableRow, Verdict

MAX_TOLD = 8
"""People or meetings that are told in the sentence."""

NO_LISTS = "No minutes say who was there and who was not, so it was looked up."


@dataclass(frozen=True, slots=True)
class Meeting:
    """The minutes of a meeting, and what they say of who was there."""

    document: DocumentInfo
    pages: Sequence[Page]
    lists: Sequence[Attendance]

    def of(self, is_present: bool) -> list[Attendance]:
        """Return the lists of those who were there, or of those who were not."""
        return [one for one in self.lists if one.is_present == is_present]

    def names(self, is_present: bool) -> list[str]:
        """Return those who were there, or were not, each once."""
        return list(dict.fromkeys(name for one in self.of(is_present) for name in one.names))

    @property
    def shown(self) -> str:
        """Return what the meeting is called: its document, and its day where that is known."""
        day = self.document.profile.dated
        return f"{self.document.path} ({day})" if day and day not in self.document.path else self.document.path


def tell_attendance(
    query: AttendanceQuery, documents: Sequence[DocumentInfo], catalogue: DocumentCatalogue, wording: Wording
) -> Answering:
    """Yield the sentence, and return the answer with a row for each meeting that is told of."""
    meetings = [
        Meeting(document, pages, find_attendance(pages)) for document, pages in each_with_pages(documents, catalogue)
    ]
    meetings.sort(key=lambda one: (one.document.profile.dated, one.document.path))
    if query.which:
        dated = [one for one in meetings if one.document.profile.dated]
        meetings = (dated[:1] if query.which == "first" else dated[-1:]) or meetings
    telling = [one for one in meetings if one.lists]
    if not telling:
        return NO_LISTS
    told = _Told(query, telling, wording)
    text = told.sentence()
    if not text:
        return NO_LISTS
    without = tuple(_undecided(one, wording) for one in meetings if not one.lists)
    reason = wording.say("no lists", count=wording.number(len(without))) if without else ""
    rows = tuple(_row(one, place, catalogue) for one, place in told.places())
    return (
        yield from compose_answer(
            text,
            told.proofs,
            catalogue,
            milliseconds={},
            table=AnswerTable(wording.columns(*PROVEN_COLUMNS), rows, without),
            notices=[reason] if reason else [],
            verdict=Verdict.PARTLY if reason else Verdict.SUPPORTED,
            reason=reason,
        )
    )


class _Told:
    """Says who was there, and gathers the lists that prove it."""

    def __init__(self, query: AttendanceQuery, meetings: Sequence[Meeting], wording: Wording) -> None:
        self.query = query
        self.meetings = meetings
        self.wording = wording
        self.proofs: list[Proof] = []
        self._shown: list[Meeting] = list(meetings)

    def sentence(self) -> str:
        """Return the answer in words; "" where there is none."""
        match self.query.how:
            case "who":
                return self._who()
            case "times":
                return self._times()
            case "most":
                return self._most()
            case "nobody":
                return self._nobody()
            case "all":
                return self._all()
            case "often":
                return self._often()

    def places(self) -> Iterator[tuple[Meeting, Place]]:
        """Yield the lists that the answer is made of."""
        for meeting in self._shown:
            for one in meeting.of(self.query.is_present):
                yield meeting, Place(one.page, one.start, one.end)

    def _who(self) -> str:
        lines = []
        is_present = self.query.is_present
        for meeting in self.meetings:
            names = ", ".join(meeting.names(is_present))
            marks = "".join(self._cite(meeting, one) for one in meeting.of(is_present))
            if not names and meeting.of(is_present):
                # A list in words that are no names: it is told as it is written.
                names = " ".join(self.proofs[-1].quote.partition(":")[2].split())
            text = "present" if is_present else "absent"
            nobody = self.wording.say("nobody named")
            lines.append(self.wording.say(text, meeting=meeting.shown, names=f"{names or nobody} {marks}".strip()))
        return "\n\n".join(lines)

    def _times(self) -> str:
        phrase = Phrase.read(self.query.who)
        if phrase is None:
            return ""
        found = [one for one in self.meetings if _holds(phrase, one, self.query.is_present)]
        if not found and not any(_holds(phrase, one, not self.query.is_present) for one in self.meetings):
            return ""
        self._shown = found
        for meeting in found[:MAX_TOLD]:
            for one in meeting.of(self.query.is_present)[:1]:
                self._cite(meeting, one)
        marks = "".join(f"[{proof.source.number}]" for proof in self.proofs)
        listed = f"{', '.join(one.shown for one in found[:MAX_TOLD])} {marks}"
        return self.wording.say(
            "times present" if self.query.is_present else "times absent",
            name=self.query.who,
            count=self.wording.number(len(found)),
            all=self.wording.number(len(self.meetings)),
            listed=f": {listed}" if found else "",
        )

    def _most(self) -> str:
        is_present = self.query.is_present
        counts = Counter(name for meeting in self.meetings for name in meeting.names(is_present))
        if not counts:
            return ""
        most = max(counts.values())
        first = [name for name, count in counts.items() if count == most]
        self._shown = [one for one in self.meetings if set(first) & set(one.names(is_present))]
        return self.wording.say(
            "most present" if is_present else "most absent",
            names=", ".join(first),
            count=self.wording.number(most),
            all=self.wording.number(len(self.meetings)),
        )

    def _often(self) -> str:
        """Return those who were there, or were not, so often at least, each with how often."""
        if self.query.least > len(self.meetings):
            # Too few of the minutes tell.
            return ""
        is_present = self.query.is_present
        counts = Counter(name for meeting in self.meetings for name in meeting.names(is_present))
        often = {name: count for name, count in counts.most_common() if count >= self.query.least}
        self._shown = [one for one in self.meetings if set(often) & set(one.names(is_present))]
        listed = ", ".join(f"{name} ({self.wording.number(count)})" for name, count in often.items())
        return self.wording.say(
            "often present" if is_present else "often absent",
            names=listed or self.wording.say("nobody named"),
            count=self.wording.number(self.query.least),
            all=self.wording.number(len(self.meetings)),
        )

    def _nobody(self) -> str:
        """Return the meetings whose minutes name nobody as absent, where they have a list of those who were."""
        found = [one for one in self.meetings if one.of(False) and not one.names(False)]
        # Without a list of the absent, nothing is known of them.
        self._shown = found
        marks = "".join(self._cite(one, one.of(False)[0]) for one in found[:MAX_TOLD])
        listed = ", ".join(one.shown for one in found[:MAX_TOLD]) or self.wording.say("none")
        return self.wording.say(
            "nobody absent", listed=f"{listed} {marks}".strip(), all=self.wording.number(len(self.meetings))
        )

    def _all(self) -> str:
        of_each = [set(meeting.names(True)) for meeting in self.meetings]
        every = [name for name in self.meetings[0].names(True) if all(name in names for names in of_each)]
        return self.wording.say(
            "all present",
            names=", ".join(every) or self.wording.say("nobody named"),
            all=self.wording.number(len(self.meetings)),
        )

    def _cite(self, meeting: Meeting, one: Attendance) -> str:
        number = len(self.proofs) + 1
        page = next(page for page in meeting.pages if page.number == one.page)
        self.proofs.append(proof_of_place(meeting.document, page, Place(one.page, one.start, one.end), number))
        return f"[{number}]"


def _holds(phrase: Phrase, meeting: Meeting, is_present: bool) -> bool:
    return any(
        any(True for _ in phrase.find(page.text[one.start : one.end]))
        for one in meeting.of(is_present)
        for page in meeting.pages
        if page.number == one.page
    )


def _row(meeting: Meeting, place: Place, catalogue: DocumentCatalogue) -> TableRow:
    cell = proven_cell(catalogue, meeting.document, place)
    return proven_row(meeting.document.path, cell)


def _undecided(meeting: Meeting, wording: Wording) -> TableRow:
    cell = TableCell("", meeting.document.id, meeting.document.path, note=wording.say("no list"))
    return TableRow((plain_cell(meeting.document.path, cell), plain_cell("", cell), cell))
