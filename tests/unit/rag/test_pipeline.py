"""Answering, step by step, on fakes: what is asked of whom, and what ends up in the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from app.service.explanation import explain_stages
from rag.errors import ModelError, NotFoundError, QuestionError
from rag.pipeline import AnswerStream, AskPipeline, AskSettings, is_refusal
from rag.prompt import REFUSAL
from rag.retrieval import Retriever
from rag.types import (
    Answer,
    Chunk,
    DocumentInfo,
    DocumentLabel,
    Image,
    IndexInfo,
    Message,
    ModelChunk,
    Page,
    Rectangle,
    Span,
    Usage,
)
from tests.fakes import DictIndex, HashEmbedder, ScriptedModel
from tests.layouts import pack_words

TEXTS = {
    1: "The lamp of the lighthouse flashes three times every twenty seconds.",
    2: "The bakery on Harbour Street sells seaweed bread for four pounds.",
    3: "The ferry Kittiwake leaves the pier at noon and carries passengers.",
}
LAMP = "How often does the lamp of the lighthouse flash?"
BOX = Rectangle(10.0, 20.0, 200.0, 32.0)


class OneShelf:
    """A catalogue with one chunk a document, in the collection "default"."""

    def __init__(self, embedder: HashEmbedder) -> None:
        self.fingerprint = f"{embedder.fingerprint}+chunks"

    def find_index(self, collection: str) -> IndexInfo | None:
        if collection != "default":
            raise NotFoundError(f"There is no collection {collection!r}.")
        return IndexInfo(1, self.fingerprint, "space", True)

    def find_documents(self, collection: str, filters: Mapping[str, str]) -> list[int]:
        return [id_ for id_ in TEXTS if filters["document"] == f"{id_}.pdf"]

    def list_labels(self, collection: str) -> dict[int, DocumentLabel]:
        return {id_: DocumentLabel(f"{id_}.pdf") for id_ in TEXTS}

    def lexical_search(
        self, collection: str, question: str, *, limit: int, document_ids: Sequence[int] | None = None
    ) -> list[tuple[str, float]]:
        words = set(question.casefold().rstrip(".?").split())
        scored = [
            (f"{id_}:0", float(len(words & set(text.casefold().rstrip(".").split()))))
            for id_, text in TEXTS.items()
            if document_ids is None or id_ in document_ids
        ]
        return sorted([item for item in scored if item[1]], key=lambda item: -item[1])[:limit]

    def load_chunks(self, collection: str, ids: Sequence[str]) -> dict[str, tuple[DocumentInfo, Chunk]]:
        found = {}
        for id_, text in TEXTS.items():
            info = DocumentInfo(id_, f"{id_}.pdf", "/", f"Title {id_}", "pdf", "indexed", page_word="page")
            found[f"{id_}:0"] = (info, Chunk(0, text, "", "", (Span(4, 0, len(text)),)))
        return {id_: found[id_] for id_ in ids if id_ in found}

    def load_pages(self, document_id: int, numbers: Sequence[int]) -> dict[int, Page]:
        text = TEXTS[document_id]
        return {4: Page(4, text, (), label="v", layout=pack_words([(0, len(text), BOX)]))}


class NoCosts(ScriptedModel):
    """A model elsewhere that no price table lists."""

    is_local = False


def pipeline(model: ScriptedModel | None = None, **settings: Any) -> AskPipeline:
    embedder = HashEmbedder()
    vectors = DictIndex()
    vectors.add("space", [f"{id_}:0" for id_ in TEXTS], list(TEXTS), embedder.embed_passages(list(TEXTS.values())))
    shelf = OneShelf(embedder)
    return AskPipeline(
        retriever=Retriever(searcher=shelf, vectors=vectors, embedder=embedder),
        searcher=shelf,
        embedder=embedder,
        model=model,
        settings=AskSettings(**{"refusal_threshold": 0.0, **settings}),
    )


def ask(model: ScriptedModel | None, question: str = LAMP, **how: Any) -> AnswerStream:
    return pipeline(model).ask(question, collection="default", **how)


def answer_of(*pieces: str, fails_with: Exception | None = None) -> Answer:
    return ask(ScriptedModel(pieces, fails_with=fails_with)).answer


def test_sources_are_there_before_the_model_is_asked() -> None:
    model = ScriptedModel(["Three times [1]."])
    stream = ask(model)
    assert stream.sources[0].document.path == "1.pdf"
    assert model.asked == []
    assert "".join(stream) == "Three times [1]."
    assert len(model.asked) == 1


def test_the_answer_finishes_a_stream_that_nobody_read() -> None:
    assert answer_of("Three ", "times [1].").text == "Three times [1]."


def test_what_was_streamed_is_the_text_of_the_answer() -> None:
    pieces = ["The lamp", " flashes three times [", "1", "]", "[9", "9]. It is", " [", "not a marker] red [2, 1]."]
    stream = ask(ScriptedModel(pieces))
    shown = "".join(stream)
    assert shown == stream.answer.text
    assert "[99" not in shown
    assert any("[99]" in notice for notice in stream.answer.notices)


def test_a_citation_names_page_label_quote_and_rectangles() -> None:
    (citation,) = answer_of("The lamp flashes three times every twenty seconds [1].").citations
    assert (citation.number, citation.document, citation.page, citation.page_label) == (1, "1.pdf", 4, "v")
    assert citation.supported
    assert citation.quote in TEXTS[1]
    assert [(place.page, place.rectangle) for place in citation.rectangles] == [(4, BOX)]


def test_a_cited_sentence_that_its_source_does_not_carry_is_marked() -> None:
    (citation,) = answer_of("Quarterly revenue exceeded expectations in Norway [2].").citations
    assert not citation.supported


def test_usage_comes_from_the_model_and_a_local_one_costs_nothing() -> None:
    answer = answer_of("Three times [1].")
    assert (answer.usage, answer.cost_usd, answer.llm) == (Usage(10, 1), 0.0, "scripted:one")


def test_an_unknown_price_is_unknown_and_not_nothing() -> None:
    assert ask(NoCosts(["Three times [1]."])).answer.cost_usd is None


def test_a_model_that_fails_in_mid_answer_leaves_its_words_the_sources_and_the_error() -> None:
    answer = answer_of("The lamp flashes three times [1]. And", fails_with=ModelError("It broke off.", "Ask again."))
    assert answer.text.startswith("The lamp flashes three times [1].")
    assert answer.error == "It broke off. Ask again."
    assert answer.sources
    assert [citation.number for citation in answer.citations] == [1]
    assert answer.usage.estimated
    assert answer.usage.prompt_tokens > 0


def test_a_model_that_says_nothing_is_noticed() -> None:
    answer = answer_of("")
    assert (answer.text, answer.refused, answer.error) == ("", False, "")
    assert any("gave no answer" in notice for notice in answer.notices)


def test_an_answer_cut_at_its_greatest_length_says_so() -> None:
    class Cut(ScriptedModel):
        def stream(self, messages: Sequence[Message], *, max_tokens: int, stop: object = None) -> Any:
            yield ModelChunk("Three", usage=Usage(10, max_tokens), finish_reason="length")

    answer = ask(Cut([])).answer
    assert any("cut off at the greatest length" in notice for notice in answer.notices)


def test_thoughts_that_are_recognised_late_are_no_part_of_the_answer() -> None:
    class Thinking(ScriptedModel):
        def stream(self, messages: Sequence[Message], *, max_tokens: int, stop: object = None) -> Any:
            yield ModelChunk("Four times [2]? No. ")
            yield ModelChunk("", retracts=True)
            yield ModelChunk("The lamp flashes three times [1].")

    stream = ask(Thinking([]))
    assert "thought before it answered" in "".join(stream)
    assert stream.answer.text == "The lamp flashes three times [1]."
    assert [citation.number for citation in stream.answer.citations] == [1]


def test_below_the_threshold_nobody_is_asked() -> None:
    model = ScriptedModel(["never said"])
    answer = pipeline(model, refusal_threshold=1.0).ask(LAMP, collection="default").answer
    assert (answer.text, answer.refused, answer.llm, answer.usage) == (REFUSAL, True, "", Usage(0, 0))
    assert model.asked == []
    assert answer.sources


def test_nothing_found_is_refused_whatever_the_threshold() -> None:
    model = ScriptedModel(["never said"])
    answer = ask(model, filters={"document": "nope"}).answer
    assert (answer.refused, answer.sources, model.asked) == (True, (), [])


@pytest.mark.parametrize("said", [REFUSAL, f' "{REFUSAL}" ', REFUSAL.rstrip(".").upper(), f"{REFUSAL}\n"])
def test_a_model_that_refuses_in_our_words_has_refused(said: str) -> None:
    assert is_refusal(said)
    assert answer_of(said).refused


def test_a_refusal_with_more_behind_it_is_an_answer() -> None:
    assert not is_refusal(f"{REFUSAL} But the lamp flashes three times [1].")


def test_without_a_model_the_best_sentence_is_quoted() -> None:
    answer = ask(None).answer
    assert answer.llm == "extractive"
    assert "flashes three times" in answer.text
    assert answer.citations[0].document == "1.pdf"
    assert answer.citations[0].supported


@pytest.mark.parametrize("question", ["", "?!", "x" * 100_000])
def test_a_question_that_is_none_is_refused_before_anything_is_searched(question: str) -> None:
    with pytest.raises(QuestionError):
        ask(None, question)


@pytest.mark.parametrize("model", [None, ScriptedModel(["Never asked"])])
def test_a_greeting_gets_a_sentence_without_sources_and_no_llm_is_asked(model: ScriptedModel | None) -> None:
    answer = ask(model, "Danke schön!").answer
    assert (answer.text, answer.refused, answer.sources, answer.citations) == ("Gern geschehen.", False, (), ())
    assert model is None or model.asked == []


def test_an_unknown_collection_is_said_at_once() -> None:
    with pytest.raises(NotFoundError):
        pipeline().ask(LAMP, collection="nope")


def test_a_stream_that_is_closed_stops_the_model() -> None:
    closed: list[bool] = []

    class Endless(ScriptedModel):
        def stream(self, messages: Sequence[Message], *, max_tokens: int, stop: object = None) -> Any:
            try:
                while True:
                    yield ModelChunk("word ")
            finally:
                closed.append(True)

    stream = ask(Endless([]))
    assert next(iter(stream)).strip() == "word"
    stream.close()
    assert closed == [True]


def test_an_index_of_another_embedder_is_searched_by_words_only_and_says_so() -> None:
    embedder = HashEmbedder()
    shelf = OneShelf(embedder)
    shelf.fingerprint = "other@1+chunks"
    retriever = Retriever(searcher=shelf, vectors=DictIndex(), embedder=embedder)
    found = retriever.retrieve(LAMP, collection="default")
    assert found.hits[0].document.path == "1.pdf"
    assert set(found.hits[0].stages) == {"lexical", "fused", "document"}
    assert "other@1" in found.notices[0]


def test_the_explanation_follows_every_chunk_to_its_end() -> None:
    asked = pipeline(ScriptedModel(["Three times [1]."]), source_chunks=2)
    stream = asked.ask(LAMP, collection="default")
    rows = explain_stages(stream, asked.settings).rows
    assert [row.fate for row in rows[:2]] == ["source [1]", "source [2]"]
    assert "the best 2" in rows[2].fate
    assert rows[0].hit.stages["fused"].rank == 0


def test_the_explanation_of_a_small_context_says_what_did_not_fit() -> None:
    model = ScriptedModel(["Three times [1]."])
    assert ask(model).answer.error == ""
    model.context_tokens = sum(model.count_tokens(message.text) for message in model.asked[0]) + 100
    asked = pipeline(model, answer_tokens=100)
    stream = asked.ask(LAMP, collection="default")
    fates = [row.fate for row in explain_stages(stream, asked.settings).rows]
    assert stream.answer.error == ""
    assert fates[0] == "source [1]"
    assert "did not fit" in fates[-1]
    assert any("did not fit" in notice for notice in stream.answer.notices)


# --- images ---

SIGN = Image("sign.png", "image/png", b"...", 100, 100)


class Seeing(ScriptedModel):
    """A model that looks at images."""

    sees_images = True


def test_an_image_is_shown_with_the_question_and_cited_by_nobody() -> None:
    model = Seeing(["Three times [1]. The sign says so too [2]."])
    made = ask(model, images=[SIGN]).answer
    (asked,) = model.asked
    assert [message.images for message in asked] == [(), (SIGN,)]
    assert {citation.document for citation in made.citations} <= {f"{id_}.pdf" for id_ in TEXTS}
    assert made.sources == ask(Seeing(["x"])).sources


def test_an_image_reaches_no_llm_that_does_not_see() -> None:
    model = ScriptedModel(["Three times [1]."])
    for blind in (model, None):
        with pytest.raises(QuestionError, match="An image is attached"):
            ask(blind, images=[SIGN])
    assert model.asked == []


def test_a_refusal_says_that_the_image_was_not_looked_at() -> None:
    model = Seeing(["never said"])
    made = pipeline(model, refusal_threshold=1.0).ask(LAMP, collection="default", images=[SIGN]).answer
    assert (made.refused, model.asked) == (True, [])
    assert "not shown the image" in made.notices[-1]


@pytest.mark.parametrize("question", ["is it of the", "3"])
def test_without_a_model_a_question_that_names_nothing_is_refused(question: str) -> None:
    assert ask(None, question).answer.refused
