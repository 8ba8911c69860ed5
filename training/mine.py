"""Finds hard negatives for the training questions by dense and lexical search in each set's own corpus.

Writes one JSON line for each question; `training.train` reads nothing else.
"""

from __future__ import annotations

import json
import logging
import random
import re
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.beir import BeirPassage, BeirQuestion, BeirSet, read_beir
from rag.protocols import Embedder
from rag.retrieval import fuse
from rag.storage.catalogue.full_text import full_text_query
from rag.text import content_words, sentence_spans
from rag.types import Vector, Vectors
from training.mixture import CLAIMS_SHARE, KEYWORDS_SHARE, RECIPES, SetRecipe

log = logging.getLogger(__name__)

WINDOW_CHARACTERS = 1_000
"""Longer passages are cut, at sentences, into windows of about the length of the product's chunks."""
EMBEDDED_CHARACTERS = 500
"""Of each window the beginning is embedded: enough to find what is confusingly similar, at half the time."""
CORPUS_PASSAGES = 4_000
"""Passages to search among, at least, where the set has them."""
SEARCH_DEPTH = 40
KEPT_NEGATIVES = 8
NEAR_TOP = 5
"""Of the kept negatives this many are the closest; the others are drawn from further down."""
TOO_CLOSE = 0.97
"""A passage whose nearness to the question is above this share of the right one's may be right as well."""
SAME_WORDS = 0.7
"""Passages that share more of their words than this are near-duplicates."""
MIN_CLAIM, MAX_CLAIM = 6, 25
"""Content words."""

_CONTRACT = re.compile(r'^In the contract ".*?": ')


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a passage under the passage's title."""

    passage_id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class TrainingGroup:
    """A question with a window that answers it and windows that do not, each as (title, text).

    `answers` holds the character ranges in the text of the first window that answer the question; it is None where
    these are unknown. `scores` are the logits that a teacher gives the windows, the positive first; none without one.
    """

    set: str
    question: str
    positive: tuple[str, str]
    answers: tuple[tuple[int, int], ...] | None
    negatives: tuple[tuple[str, str], ...]
    scores: tuple[float, ...] = ()


def mine(sets: Path, target: Path, embedder: Embedder | None, *, seed: int = 0, share: float = 1.0) -> None:
    """Write the groups of every set below `sets` that has a recipe to the JSON-lines file `target`.

    Of the questions that a recipe wants, a share is used. Without an embedder the lexical search alone finds negatives.
    """
    with target.open("w", encoding="utf-8") as file:
        for name, recipe in RECIPES.items():
            if not (sets / name).is_dir():
                log.warning("The set %s is missing: the recipe wants it.", name)
                continue
            started = time.perf_counter()
            count = 0
            draw = random.Random(f"{seed} {name}")
            reduced = replace(recipe, questions=round(share * recipe.questions))
            for group in mine_set(read_beir(sets / name), reduced, embedder, draw):
                file.write(json.dumps(asdict(group), ensure_ascii=False) + "\n")
                count += 1
            log.info("%s: %d groups in %.0f s", name, count, time.perf_counter() - started)


def mine_set(
    beir: BeirSet, recipe: SetRecipe, embedder: Embedder | None, draw: random.Random
) -> Iterator[TrainingGroup]:
    """Yield the groups of one set, variants of questions included."""
    questions = [question for question in beir.questions if any(grade > 0 for grade in question.grades.values())]
    questions = draw.sample(questions, min(recipe.questions, len(questions)))
    needed = _needed_passages(beir, questions, draw)
    windows = [window for passage in needed for window in cut(passage, titled=recipe.titled)]
    search = _Search(windows, embedder)
    asked_for = [_CONTRACT.sub("", question.text) for question in questions]
    near = search.nearness(asked_for)
    for question, asked, nearness in zip(questions, asked_for, near, strict=True):
        group = _group(beir.name, question, asked, nearness, recipe, search, draw)
        if group is None:
            continue
        yield group
        if draw.random() < KEYWORDS_SHARE:
            keywords = as_keywords(asked)
            if len(keywords.split()) > 1:
                yield TrainingGroup(group.set, keywords, group.positive, None, group.negatives)
        if draw.random() < CLAIMS_SHARE and (claim := as_claim(group, draw)):
            yield claim


def cut(passage: BeirPassage, *, titled: bool) -> list[Window]:
    """Return the windows of a passage, in order."""
    title = re.sub(r"[/_]+", " ", passage.title).strip() if titled else ""
    pieces: list[tuple[int, int]] = []
    for start, end in sentence_spans(passage.text):
        if pieces and end - pieces[-1][0] <= WINDOW_CHARACTERS:
            pieces[-1] = (pieces[-1][0], end)
        else:
            pieces.append((start, end))
    return [
        Window(passage.id, title, passage.text[start : min(end, start + 2 * WINDOW_CHARACTERS)])
        for start, end in pieces
    ]


def find_answers(answers: Sequence[str], text: str) -> tuple[tuple[int, int], ...]:
    """Return where the answers stand in a text, as whole words, whatever their case and spacing; at most 8 places."""
    places = set()
    for answer in answers:
        words = answer.split()
        if not words or len(words) > 40:
            continue
        pattern = r"\s+".join(map(re.escape, words))
        for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE):
            places.add(match.span())
    return tuple(sorted(places)[:8])


class _Search:
    """Lexical search over windows, in memory, and dense search beside it where there is an embedder."""

    def __init__(self, windows: Sequence[Window], embedder: Embedder | None) -> None:
        self.windows = windows
        self._embedder = embedder
        beginnings = [f"{window.title}\n{window.text[:EMBEDDED_CHARACTERS]}" for window in windows]
        self._vectors: Vectors | None = None if embedder is None else embedder.embed_passages(beginnings)
        self.words = [frozenset(content_words(window.text)) for window in windows]
        self.by_passage: dict[str, list[int]] = {}
        for position, window in enumerate(windows):
            self.by_passage.setdefault(window.passage_id, []).append(position)
        self._database = sqlite3.connect(":memory:")
        self._database.execute("CREATE VIRTUAL TABLE windows USING fts5(text, tokenize='porter unicode61')")
        rows = ((position, f"{window.title} {window.text}") for position, window in enumerate(windows))
        self._database.executemany("INSERT INTO windows(rowid, text) VALUES (?, ?)", rows)

    def nearness(self, questions: Sequence[str]) -> Iterator[Vector]:
        """Yield for each question how near each window is: the cosine of its beginning, or else BM25."""
        if self._embedder is None or self._vectors is None:
            yield from (self._bm25(question) for question in questions)
        elif questions:
            yield from (self._vectors @ vector for vector in self._embedder.embed_passages(questions))

    def nearest(self, question: str, nearness: Vector) -> list[int]:
        """Return positions of the windows that come up for a question, fused, best first."""
        depth = min(SEARCH_DEPTH, len(nearness))
        dense = np.argpartition(-nearness, depth - 1)[:depth]
        dense = dense[np.argsort(-nearness[dense])]
        if self._embedder is None:
            return [int(position) for position in dense if nearness[position] > 0]
        fused = fuse(
            ([(str(position), 0.0) for position in dense.tolist()], 1.0),
            ([(str(position), 0.0) for position, _ in self._lexical(question, SEARCH_DEPTH)], 1.0),
        )
        return [int(position) for position, _ in fused]

    def _bm25(self, question: str) -> Vector:
        nearness: Vector = np.zeros(len(self.windows), dtype=np.float32)
        for position, rank in self._lexical(question, len(self.windows)):
            nearness[position] = -rank
        return nearness

    def _lexical(self, question: str, depth: int) -> list[tuple[int, float]]:
        """Return positions and FTS5's ranks, which are negative: the best is the lowest."""
        query = full_text_query(question)
        if not query:
            return []
        return self._database.execute(
            "SELECT rowid, rank FROM windows WHERE windows MATCH ? ORDER BY rank LIMIT ?", (query, depth)
        ).fetchall()


def _needed_passages(beir: BeirSet, questions: Sequence[BeirQuestion], draw: random.Random) -> list[BeirPassage]:
    """Return the judged passages of the questions drawn, and others up to the size of a corpus worth searching."""
    judged = dict.fromkeys(id_ for question in questions for id_ in question.grades)
    others = [id_ for id_ in beir.passages if id_ not in judged]
    wanted = max(0, CORPUS_PASSAGES - len(judged))
    return [
        beir.passages[id_] for id_ in [*judged, *draw.sample(others, min(wanted, len(others)))] if id_ in beir.passages
    ]


def _group(
    name: str,
    question: BeirQuestion,
    asked: str,
    nearness: Vector,
    recipe: SetRecipe,
    search: _Search,
    draw: random.Random,
) -> TrainingGroup | None:
    own = [at for id_, grade in question.grades.items() if grade > 0 for at in search.by_passage.get(id_, ())]
    if not own:
        return None
    positive, answers = _positive(question, asked, own, recipe, search)
    short = [answer for answer in question.answers if answer.casefold() not in ("yes", "no")]
    closest = TOO_CLOSE * float(nearness[positive])
    kept: list[int] = []
    judged = [at for id_, grade in question.grades.items() if grade <= 0 for at in search.by_passage.get(id_, ())]
    for at in judged or search.nearest(asked, nearness):
        if at in own or (recipe.spans and find_answers(short, search.windows[at].text)):
            continue
        if not judged and not recipe.sure and nearness[at] > closest:
            continue
        if _share_words(search.words[at], search.words[positive]) > SAME_WORDS:
            continue
        kept.append(at)
    if not kept:
        return None
    near, far = kept[:NEAR_TOP], kept[NEAR_TOP:]
    chosen = near + draw.sample(far, min(KEPT_NEGATIVES - NEAR_TOP, len(far)))
    return TrainingGroup(
        name,
        asked,
        _pair(search.windows[positive]),
        answers,
        tuple(_pair(search.windows[at]) for at in chosen),
    )


def _positive(
    question: BeirQuestion, asked: str, own: Sequence[int], recipe: SetRecipe, search: _Search
) -> tuple[int, tuple[tuple[int, int], ...] | None]:
    """Return the window that answers: one with the answer's words if any, of those the one most like the question."""
    wanted = set(content_words(asked)) | (set() if recipe.spans else set(content_words(" ".join(question.answers))))
    places = {at: find_answers(question.answers, search.windows[at].text) if recipe.spans else () for at in own}
    best = max(own, key=lambda at: (bool(places[at]), len(wanted & search.words[at]), -at))
    return best, places[best] or None


def _share_words(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _pair(window: Window) -> tuple[str, str]:
    return window.title, window.text


def as_keywords(question: str) -> str:
    """Return the question as people type it into a search box."""
    telling = set(content_words(question))
    words = [word.strip("?!.,;:\"'()") for word in question.split()]
    return " ".join(word for word in words if set(content_words(word)) & telling)


def as_claim(group: TrainingGroup, draw: random.Random) -> TrainingGroup | None:
    """Return the passage asked for by one of its own sentences, which is taken out of it."""
    title, text = group.positive
    spans = sentence_spans(text)
    fitting = [
        (start, end)
        for start, end in spans
        if MIN_CLAIM <= len(content_words(text[start:end])) <= MAX_CLAIM and "\n" not in text[start:end]
    ]
    if len(spans) < 4 or not fitting:
        return None
    start, end = draw.choice(fitting)
    rest = f"{text[:start].rstrip()} {text[end:].lstrip()}".strip()
    return TrainingGroup(group.set, text[start:end], (title, rest), None, group.negatives)


def read_groups(file: Path) -> list[TrainingGroup]:
    """Return the groups that `mine` wrote."""
    groups = []
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            record: Mapping[str, list] = json.loads(line)  # type: ignore[type-arg]
            groups.append(
                TrainingGroup(
                    set=str(record["set"]),
                    question=str(record["question"]),
                    positive=(record["positive"][0], record["positive"][1]),
                    answers=None if record["answers"] is None else tuple((a, b) for a, b in record["answers"]),
                    negatives=tuple((title, text) for title, text in record["negatives"]),
                )
            )
    return groups
