"""Chooses the embedder of a collection: the one that the settings name, or by the languages of its documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from rag.protocols import Embedder, Tokenizer
from rag.types import IndexInfo

if TYPE_CHECKING:  # A question, which needs the embedders too, waits for no parser.
    from ingest.stages import FileOutcome

MIN_OTHER_SHARE = 0.1
"""Of the documents whose language is known, those in others than English: fewer are quotes, names and slips of the
detection, for which no collection is embedded anew. They are found by their words."""

DECIDING_FILES = 12
DECIDING_CHUNKS = 256
"""A new collection's embedder is chosen when so much of it is read, and nothing embedded yet."""

ENGLISH = "en"

Languages = Mapping[str, int]
"""ISO 639-1 code -> documents; "" for those whose language is not known."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class EmbedderModels:
    """An embedder with the tokenizer that cuts texts for it; `name` is for people."""

    name: str
    embedder: Embedder
    tokenizer: Tokenizer


@dataclass(frozen=True, slots=True)
class EmbedderChoice:
    """The embedder of a collection, and why it is this one."""

    models: EmbedderModels
    reason: str
    is_open: bool = False
    """True while no document's language is known: the first that are read decide."""


class Embedders(Protocol):
    """The embedders of all collections."""

    def choose(self, collection: str, languages: Languages, index: IndexInfo | None) -> EmbedderChoice:
        """Choose for a collection with documents of these languages, which `index` answers for. Raises
        ConfigurationError."""
        ...

    def find(self, index: IndexInfo) -> Embedder | None:
        """Return the embedder that an index was made with; None where it is not here."""
        ...


class OtherLanguagesError(Exception):
    """Says that a new collection's first documents ask for another embedder than the one it was opened with."""

    def __init__(self, languages: Languages) -> None:
        super().__init__("The documents are in other languages.")
        self.languages = languages


class OneEmbedder:
    """`Embedders` with the same for all collections."""

    def __init__(self, models: EmbedderModels) -> None:
        self._models = models

    def choose(self, collection: str, languages: Languages, index: IndexInfo | None) -> EmbedderChoice:
        """Return the one."""
        return EmbedderChoice(self._models, "")

    def find(self, index: IndexInfo) -> Embedder | None:
        """Return the one, where it made the index."""
        embedder = self._models.embedder
        return embedder if index.is_made_with(embedder.fingerprint) else None


class EmbeddersByLanguage:
    """`Embedders` of which one is for English alone, and one for all languages."""

    def __init__(
        self, english: EmbedderModels, fingerprint: str, open_multilingual: Callable[[], EmbedderModels]
    ) -> None:
        """`fingerprint` is that of the multilingual one, which is opened where it is needed."""
        self._english = english
        self._fingerprint = fingerprint
        self._open_multilingual = open_multilingual

    def choose(self, collection: str, languages: Languages, index: IndexInfo | None) -> EmbedderChoice:
        """Choose by the share of documents in other languages; a multilingual index stays one."""
        if index is not None and index.is_made_with(self._fingerprint):
            models = self._open_multilingual()
            return EmbedderChoice(models, f"{models.name} embeds this collection, which has had several languages.")
        others = count_others(languages)
        known = sum(count for language, count in languages.items() if language)
        if not known or others < MIN_OTHER_SHARE * known:
            return EmbedderChoice(self._english, "", is_open=not known)
        models = self._open_multilingual()
        return EmbedderChoice(
            models,
            f"{others:,} of {known:,} documents are not in English ({name_others(languages)}): {models.name}, which is "
            "for all languages, embeds this collection.",
        )

    def find(self, index: IndexInfo) -> Embedder | None:
        """Return the one of the two that made an index."""
        if index.is_made_with(self._english.embedder.fingerprint):
            return self._english.embedder
        return self._open_multilingual().embedder if index.is_made_with(self._fingerprint) else None


def count_others(languages: Languages) -> int:
    """Return how many documents are in other languages than English."""
    return sum(count for language, count in languages.items() if language not in ("", ENGLISH))


def name_others(languages: Languages) -> str:
    """Return the other languages than English, the most frequent first, each with its number of documents."""
    others = Counter({code: count for code, count in languages.items() if code not in ("", ENGLISH)})
    return ", ".join(f"{code} {count:,}" for code, count in others.most_common())


def spread(items: Sequence[Item]) -> list[Item]:
    """Return the items with DECIDING_FILES of them, evenly spread, in front: folders may have their own language."""
    step = max(1, len(items) // DECIDING_FILES)
    first = range(0, len(items), step)[:DECIDING_FILES]
    return [*(items[place] for place in first), *(item for place, item in enumerate(items) if place not in first)]


def check_languages(outcomes: Iterator[FileOutcome], fits: Callable[[Languages], bool]) -> Iterator[FileOutcome]:
    """Pass on what was read, once the languages of the first files fit. Raises OtherLanguagesError."""
    held: list[FileOutcome] = []
    languages: Counter[str] = Counter()
    chunks = 0
    for outcome in outcomes:
        held.append(outcome)
        if outcome.prepared is not None and outcome.prepared.parsed is not None:
            languages[outcome.prepared.parsed.profile.language] += 1
            chunks += len(outcome.prepared.chunks)
        if len(held) >= DECIDING_FILES or chunks >= DECIDING_CHUNKS:
            break
    if not fits(languages):
        raise OtherLanguagesError(languages)
    yield from held
    yield from outcomes
