"""Checks that each cited sentence gets the right quote, page and judgement."""

from collections.abc import Sequence

import numpy as np
import pytest

from rag.citations.checker import CheckedAnswer, check_citations
from rag.citations.markers import CitationFilter
from rag.types import DocumentInfo, PageRectangle, Rectangle, Source, Span, Vectors

REPORT = (
    "The company makes tents and boats. Net sales were $5,794.0 million in 2019, an increase of 12% over 2018. "
    "The increase came from higher prices in Europe. The board did not approve a dividend. "
    "Employees numbered 1,250 at year end."
)
TABLE = "(in millions) 2019 2018\nNet sales 5,794.0 5,173.2\nCost of sales 3,412.5 3,001.0\nNet income 1,234 902"


def source(number: int, text: str, *, pages: Sequence[int] = (0,), title: str = "Annual report") -> Source:
    """A source whose lines are laid on the given pages, one line a page when there are several."""
    parts = [text] if len(pages) == 1 else text.split("\n")
    spans = tuple(Span(page, 100, 100 + len(part)) for page, part in zip(pages, parts, strict=True))
    document = DocumentInfo(number, f"file{number}.pdf", "folder", title, "pdf", "indexed")
    return Source(number, document, "", text, spans, 1.0, {page: f"F-{page}" for page in pages})


def check(answer: str, *sources: Source) -> CheckedAnswer:
    return check_citations(answer, sources, rectangles=lambda source, spans: ())


def test_the_quote_is_the_sentence_that_carries_the_claim() -> None:
    (citation,) = check("Sales rose 12% to 5,794 million in 2019 [1].", source(1, REPORT)).citations
    assert citation.quote == "Net sales were $5,794.0 million in 2019, an increase of 12% over 2018."
    assert citation.supported
    assert citation.sentence == "Sales rose 12% to 5,794 million in 2019."
    assert (citation.number, citation.document) == (1, "file1.pdf")


def test_a_claim_over_two_sentences_is_quoted_with_both() -> None:
    (citation,) = check("Net sales increased 12% because of higher prices in Europe [1].", source(1, REPORT)).citations
    assert citation.quote in REPORT
    assert citation.quote.startswith("Net sales")
    assert citation.quote.endswith("in Europe.")


def test_a_marker_after_the_full_stop_belongs_to_the_sentence_before() -> None:
    answer = "The company makes tents and boats. [1] Employees numbered 1,250. [2]"
    first, second = check(answer, source(1, REPORT), source(2, REPORT)).citations
    assert (first.number, first.sentence) == (1, "The company makes tents and boats.")
    assert (second.number, second.sentence) == (2, "Employees numbered 1,250.")


def test_each_clause_is_checked_against_its_own_source() -> None:
    sources = source(1, "The tower is 50 metres high."), source(2, "The bridge is 90 metres long.")
    first, second = check("The tower is 50 metres high [1], the bridge is 90 metres long [2].", *sources).citations
    assert (first.supported, second.supported) == (True, True)
    wrong = check("The tower is 90 metres high [1], the bridge is 50 metres long [2].", *sources).citations
    assert [citation.supported for citation in wrong] == [False, False]


def test_sources_cited_together_support_a_sentence_together() -> None:
    sources = source(1, "The tower is 50 metres high."), source(2, "The bridge is 90 metres long.")
    citations = check("The tower is 50 metres high and the bridge 90 metres long [1][2].", *sources).citations
    assert [(citation.number, citation.supported) for citation in citations] == [(1, True), (2, True)]


@pytest.mark.parametrize(
    "claim",
    [
        "Net sales were 5,974 million in 2019 [1].",
        "Net sales decreased 12% in 2019 [1].",
        "Net sales were 5,794 billion in 2019 [1].",
        "The board did approve a dividend [1].",
        "The company Nautilus makes tents and boats [1].",
        "Penguins swim south in winter [1].",
    ],
)
def test_a_claim_that_its_source_does_not_carry_is_marked(claim: str) -> None:
    (citation,) = check(claim, source(1, REPORT)).citations
    assert not citation.supported
    assert citation.quote in REPORT


def test_a_table_row_is_quoted_alone() -> None:
    (citation,) = check("Cost of sales was 3,412.5 million in 2019 [1].", source(1, TABLE)).citations
    assert citation.quote == "Cost of sales 3,412.5 3,001.0"
    assert citation.supported


@pytest.mark.parametrize(
    ("claim", "supported"),
    [
        ("Net income was $1.2 billion [1].", True),
        ("Net income was $1,234 million [1].", True),
        ("Net income was $1.3 billion [1].", False),
        ("Net income was $2 billion [1].", False),
    ],
)
def test_a_number_rounded_to_its_scale_is_found(claim: str, supported: bool) -> None:
    (citation,) = check(claim, source(1, TABLE)).citations
    assert citation.supported is supported


def test_the_page_is_the_one_where_most_of_the_quote_lies() -> None:
    text = "Cats\nsleep sixteen hours a day on average in most homes. Dogs bark."
    seen: list[tuple[Span, ...]] = []

    def rectangles(source: Source, spans: Sequence[Span]) -> tuple[PageRectangle, ...]:
        seen.append(tuple(spans))
        return (PageRectangle(spans[0].page, Rectangle(0, 0, 1, 1)),)

    checked = check_citations("Cats sleep 16 hours a day [1].", [source(1, text, pages=(4, 5))], rectangles=rectangles)
    (citation,) = checked.citations
    assert (citation.page, citation.page_label) == (5, "F-5")
    assert seen == [(Span(4, 100, 104), Span(5, 100, 151))]
    assert citation.rectangles == (PageRectangle(4, Rectangle(0, 0, 1, 1)),)


def test_words_of_the_title_count_for_support() -> None:
    text = "Revenue reached a record in the last quarter."
    claim = "Brennick Lighthouse Trust revenue reached a record [1]."
    assert check(claim, source(1, text, title="Brennick Lighthouse Trust 2020")).citations[0].supported
    assert (
        not check(claim, source(1, "Snow fell in the hills.", title="Brennick Lighthouse Trust")).citations[0].supported
    )


def test_a_name_may_be_inflected_or_stand_for_its_initials() -> None:
    text = "The Food and Drug Administration met drug makers from Germany in May."
    for claim in ("In May the FDA met makers from Germany [1].", "The drug administration met German makers [1]."):
        assert check(claim, source(1, text)).citations[0].supported
    assert not check("In May the EMA met makers from Germany [1].", source(1, text)).citations[0].supported


def test_a_long_quote_is_cut_to_its_clauses() -> None:
    padding = ", and so the winding clause about nothing at all went on and on"
    text = "It began long ago" + padding * 4 + ", the lamp flashes every seven seconds" + padding * 4 + "."
    (citation,) = check("The lamp flashes every 7 seconds [1].", source(1, text)).citations
    assert citation.quote == "the lamp flashes every seven seconds,"


def test_a_paraphrase_counts_when_the_vectors_agree_and_the_numbers_match() -> None:
    def same(texts: Sequence[str]) -> Vectors:
        return np.ones((len(texts), 1), dtype=np.float32)

    text = "Physicians must rest for 9 hours between shifts."
    for claim, supported in [
        ("Doctors need 9 hours off duty between work [1].", True),
        ("Doctors need 8 hours off duty between shifts [1].", False),
    ]:
        checked = check_citations(claim, [source(1, text)], rectangles=lambda source, spans: (), embed=same)
        assert checked.citations[0].supported is supported
    assert not check("Doctors need 9 hours off duty between work [1].", source(1, text)).citations[0].supported


def test_the_reader_may_deny_what_words_suggest_and_confirm_a_paraphrase_but_no_number() -> None:
    text = "Physicians must rest for 9 hours between shifts."
    for claim, relevance, supported in [
        ("Physicians must rest between shifts [1].", -5.0, False),
        ("Physicians must rest between shifts [1].", 0.0, True),
        ("Doctors need 9 hours off duty between work [1].", 0.0, False),
        ("Doctors need 9 hours off duty between work [1].", 5.0, True),
        ("Doctors need 8 hours off duty between shifts [1].", 5.0, False),
        ("Nurses like coffee [1].", 5.0, False),
    ]:
        checked = check_citations(
            claim,
            [source(1, text)],
            rectangles=lambda source, spans: (),
            read=lambda claim, passages, relevance=relevance: [relevance] * len(passages),  # type: ignore[misc]
        )
        assert checked.citations[0].supported is supported, (claim, relevance)


def test_invented_numbers_are_removed_and_uncited_sentences_left_alone() -> None:
    answer = "Tents sell well [4]. Boats too. The company makes tents and boats [1, 9]."
    checked = check(answer, source(1, REPORT))
    assert checked.text == "Tents sell well. Boats too. The company makes tents and boats [1]."
    assert checked.removed_numbers == (4, 9)
    assert [citation.sentence for citation in checked.citations] == ["The company makes tents and boats."]


def test_list_items_are_cited_without_their_marks() -> None:
    checked = check("Facts:\n1. **Tents** and boats are made [1]\n2. Employees: 1,250 [1]", source(1, REPORT))
    assert [citation.sentence for citation in checked.citations] == ["Tents and boats are made", "Employees: 1,250"]
    assert all(citation.supported for citation in checked.citations)


def test_the_checked_text_is_what_the_stream_showed() -> None:
    answer = "A 【1】 and (source 2). B [7] `x[9]`."
    citation_filter = CitationFilter((1, 2))
    streamed = "".join(map(citation_filter.feed, answer)) + citation_filter.finish()
    assert check(answer, source(1, REPORT), source(2, TABLE)).text == streamed


def test_an_empty_answer_and_an_empty_source_are_no_trouble() -> None:
    assert check("", source(1, REPORT)).citations == ()
    (citation,) = check("Something [1].", source(1, "")).citations
    assert (citation.quote, citation.supported, citation.page) == ("", False, 0)
