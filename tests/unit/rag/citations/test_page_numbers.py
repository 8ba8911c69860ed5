"""A number in the text means one page, and the numbers count the pages as they come."""

from __future__ import annotations

from rag.citations.page_numbers import PageNumbers, answer_events
from rag.types import Answer, Citation, DocumentInfo, JudgedSentence, Source, Span, Usage, Verdict


def document(id_: int) -> DocumentInfo:
    return DocumentInfo(id_, f"{id_}.pdf", "/docs", f"Report {id_}", "pdf", "indexed", 9, 3, "page")


def source(number: int, id_: int, *pages: int) -> Source:
    return Source(number, document(id_), "", "Words.", tuple(Span(page, 0, 6) for page in pages), 0.5)


def citation(number: int, page: int) -> Citation:
    return Citation(number, "It is so.", "1.pdf", page, "", "It is so.", (), True, "page")


# Source 3 is cited before source 1, its second page before its first; source 2 begins on the page that 3 ends on.
TEXT = "It flashes [3]. It is red [3][1]. As in the list [2]: it is high [1]."
SOURCES = (source(1, 1, 0), source(2, 2, 5), source(3, 2, 4, 5))
SENTENCES = (
    JudgedSentence(0, 15, "It flashes.", Verdict.SUPPORTED, 1.0, (3,), pages=((3, 5),)),
    JudgedSentence(16, 33, "It is red.", Verdict.SUPPORTED, 1.0, (3, 1), pages=((3, 4), (1, 0))),
)
CITATIONS = (citation(3, 5), citation(3, 4), citation(1, 0))
NUMBERED = "It flashes [1]. It is red [2][3]. As in the list [1]: it is high [3]."
ANSWER = Answer(TEXT, False, SOURCES, CITATIONS, "openai:m", Usage(0, 0), 0.0, {}, sentences=SENTENCES)


def written(numbers: PageNumbers) -> str:
    numbers.know(SOURCES)
    return "".join(map(numbers.feed, answer_events(ANSWER))) + numbers.finish()


def test_each_page_has_one_number_and_they_count_up_in_the_order_of_the_text() -> None:
    numbers = PageNumbers()
    assert written(numbers) == NUMBERED
    pages = numbers.list_pages(CITATIONS)
    assert [(one.number, one.source.document.id, one.page, len(one.citations)) for one in pages] == [
        (1, 2, 5, 1),
        (2, 2, 4, 1),
        (3, 1, 0, 1),
    ]


def test_a_text_that_comes_letter_by_letter_gets_the_same_numbers() -> None:
    numbers = PageNumbers()
    numbers.know(SOURCES)
    shown, at = "", 0
    for sentence in SENTENCES:
        for letter in TEXT[at : sentence.end]:
            shown += numbers.feed(letter)
        assert TEXT[at] in shown  # What stands before a marker is not held back.
        shown += numbers.feed(sentence)
        at = sentence.end
    shown += "".join(numbers.feed(letter) for letter in TEXT[at:]) + numbers.finish()
    assert shown == NUMBERED


def test_brackets_that_are_no_source_stay_as_they_are() -> None:
    numbers = PageNumbers()
    numbers.know(SOURCES)
    text = "x[1] is [a](b) and [7] [3]"
    assert numbers.feed(text) + numbers.finish() == "x[1] is [a](b) and [7] [2]"
