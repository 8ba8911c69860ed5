"""The embedder of a collection follows from the languages of its documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.embedders import (
    DECIDING_FILES,
    EmbedderModels,
    EmbeddersByLanguage,
    OtherLanguagesError,
    check_languages,
    spread,
)
from ingest.preparation import Prepared
from ingest.stages import FileOutcome
from rag.types import DocumentProfile, FileState, IndexInfo, ParsedDocument
from tests.fakes import HashEmbedder, WordTokenizer


class ForAllLanguages(HashEmbedder):
    fingerprint = "all@1+prompts"


ENGLISH = EmbedderModels("english", HashEmbedder(), WordTokenizer())
ALL = EmbedderModels("multilingual", ForAllLanguages(), WordTokenizer())
EMBEDDERS = EmbeddersByLanguage(ENGLISH, ALL.embedder.fingerprint, lambda: ALL)


def index_of(models: EmbedderModels) -> IndexInfo:
    return IndexInfo(1, f"{models.embedder.fingerprint}+chunks3", "space", True)


def test_english_documents_and_the_odd_one_in_another_language_have_the_english_embedder() -> None:
    chosen = EMBEDDERS.choose("default", {"en": 19, "de": 1, "": 5}, index_of(ENGLISH))
    assert (chosen.models, chosen.reason, chosen.is_open) == (ENGLISH, "", False)


def test_a_tenth_in_other_languages_brings_the_one_for_all_and_says_why() -> None:
    chosen = EMBEDDERS.choose("default", {"en": 16, "de": 3, "fr": 1}, index_of(ENGLISH))
    assert chosen.models is ALL
    assert "4 of 20 documents are not in English (de 3, fr 1)" in chosen.reason


def test_a_collection_that_has_the_one_for_all_keeps_it() -> None:
    assert EMBEDDERS.choose("default", {"en": 50}, index_of(ALL)).models is ALL


def test_while_no_language_is_known_the_choice_is_open() -> None:
    assert EMBEDDERS.choose("default", {}, None).is_open
    assert EMBEDDERS.choose("default", {"": 3}, index_of(ENGLISH)).models is ENGLISH


def test_the_embedder_of_an_index_is_found_by_its_fingerprint_with_prompts_and_without() -> None:
    assert EMBEDDERS.find(index_of(ENGLISH)) is ENGLISH.embedder
    assert EMBEDDERS.find(index_of(ALL)) is ALL.embedder
    assert EMBEDDERS.find(IndexInfo(1, "all@1+chunks3", "space", True)) is None


def outcome(language: str) -> FileOutcome:
    file = FileState("a.txt", b"a.txt", 1, 1)
    parsed = ParsedDocument("", "txt", (), profile=DocumentProfile(language=language))
    return FileOutcome(file, Prepared(file, parsed, (), 0.0))


def is_english(languages: object) -> bool:
    return languages == {"en": DECIDING_FILES}


def test_files_are_passed_on_once_the_first_of_them_are_in_the_right_language() -> None:
    read: list[str] = []

    def outcomes() -> Iterator[FileOutcome]:
        for number in range(DECIDING_FILES + 5):
            read.append("en" if number < DECIDING_FILES else "de")
            yield outcome(read[-1])

    passed = list(check_languages(outcomes(), is_english))
    assert len(passed) == DECIDING_FILES + 5
    with pytest.raises(OtherLanguagesError) as raised:
        list(check_languages(iter([outcome("de"), outcome("de")]), is_english))
    assert raised.value.languages == {"de": 2}


def test_the_files_that_decide_come_from_all_over_the_folder() -> None:
    paths = [Path(folder, f"{number}.txt") for folder in ("english", "german") for number in range(50)]
    turned = spread(paths)
    assert sorted(turned) == sorted(paths)
    assert {path.parent.name for path in turned[:DECIDING_FILES]} == {"english", "german"}
    assert spread([]) == []
