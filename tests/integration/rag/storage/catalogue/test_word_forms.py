"""Words are found in other spellings, inflections and compounds, the exact form first; older indexes are made anew."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from rag.storage.catalogue.dialects.sqlite import SqliteDialect
from rag.storage.catalogue.full_text import full_text_query
from rag.storage.catalogue.schema import add_functions, open_catalogue
from rag.words.stemming import stemmed_languages, words_version
from rag.words.word_forms import joined_identifiers

needs_stemmers = pytest.mark.skipif("de" not in stemmed_languages(), reason="snowballstemmer is not installed")

TEXTS = {
    1: ("en", "The bilge pump HX-2041 lies on shelf 3."),
    2: ("en", "The hex nut DIN 934 M10 costs 1,234.50 crowns."),
    3: ("en", "4.2 Duties (a) The agent mends the roof. 4.2 (b) The tenant pays."),
    4: ("en", "Customer 1234567 owes 12 crowns; order 12-34568 is paid."),
    5: ("en", "Gasket KR77/B is kept on shelf 1."),
    6: ("de", "Die Kündigungsfristen beginnen am Monatsende."),
    7: ("de", "Die Häuser an der Hauptstraße haben neue Dächer."),
    8: ("de", "Das Haus des Hafenmeisters ist rot."),
    9: ("fr", "Les navires étaient amarrés devant les entrepôts."),
    10: ("ru", "Катера стоят у новых причалов."),
    11: ("ar", "يَفْتَحُ مَكْتَبُ المِينَاءِ فِي السَّاعَةِ الثَّامِنَةِ."),
    12: ("he", "המגדלור נבנה בשנת תְּשַׁע."),
    13: ("tr", "İskelenin ışığı sarıdır."),
    14: ("hi", "नाव सुबह आठ बजे आती है।"),
}


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    file = tmp_path / "catalogue.sqlite"
    open_catalogue(file).dispose()
    with closing(sqlite3.connect(file)) as connection, connection:
        add_functions(connection)
        connection.execute(
            "INSERT INTO generations(id, document_id, index_id, vector_key, sha256, title, file_type, page_word,"
            " author, created, page_count, chunk_count, warnings, indexed_at)"
            " VALUES (1, 1, 1, 'd', '', '', '', '', '', '', 1, 14, '[]', '')"
        )
        for number, (language, words) in TEXTS.items():
            connection.execute(
                "INSERT INTO chunks(id, generation_id, ordinal, section, header, names, text, spans, language) "
                "VALUES (?, 1, ?, '', '', '', ?, '[]', ?)",
                (number, number, words, language),
            )
    return file


def search(file: Path, question: str) -> list[int]:
    engine = open_catalogue(file)
    query = full_text_query(question, {language for language, _ in TEXTS.values()})
    try:
        with engine.connect() as connection:
            found = SqliteDialect(file).lexical_search(connection, query, index_id=1, limit=10, document_ids=None)
            return [int(id_.partition(":")[2]) for id_, _ in found]
    finally:
        engine.dispose()


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("HX2041", 1), ("HX-2041", 1), ("HX 2041", 1), ("hx2041?", 1), ("ＨＸ２０４１", 1), ("DIN934 M10", 2),
        ("DIN 934", 2), ("DIN-934", 2), ("1234.5 crowns", 2), ("1234.50", 2), ("1.234,50", 2), ("§ 4.2 (b)", 3),
        ("4.2(b)", 3), ("12-34567", 4), ("1234568", 4), ("KR77B", 5), ("KR-77-B", 5), ("Hauptstrasse", 7),
        ("متى يفتح مكتب الميناء؟", 11),
        ("الثامنة", 11), ("תשע", 12), ("iskelenin isigi", 13), ("आठ बजे", 14),
    ],
)  # fmt: skip
def test_a_word_is_found_however_it_is_spelled(catalogue: Path, question: str, best: int) -> None:
    assert search(catalogue, question)[0] == best


@needs_stemmers
@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("Kündigungsfrist", 6), ("Frist", 6), ("Kündigung", 6), ("Dach", 7), ("Haus", 8), ("Häuser", 7),
        ("un navire", 9),
        ("entrepôt", 9), ("катер", 10), ("причал", 10),
    ],
)  # fmt: skip
def test_another_inflection_or_a_part_of_a_compound_is_found(catalogue: Path, question: str, best: int) -> None:
    assert search(catalogue, question)[0] == best


@needs_stemmers
def test_the_exact_form_comes_before_its_inflections(catalogue: Path) -> None:
    assert search(catalogue, "Wem gehört das Haus?")[:2] == [8, 7]
    assert search(catalogue, "Wo stehen die Häuser?")[:2] == [7, 8]


def test_identifiers_are_joined_and_amounts_are_not() -> None:
    text = "HX-2041, (KR77/B) DIN 934 M10, 12-34567; 1.234,50 3/4 24.12.2024 well-known"
    assert list(joined_identifiers(text)) == ["hx2041", "kr77b", "din934", "1234567"]


def test_an_index_in_another_form_of_words_is_made_anew_on_opening(catalogue: Path) -> None:
    with closing(sqlite3.connect(catalogue)) as connection, connection:
        connection.execute("UPDATE full_text_versions SET words = 'older'")
        connection.execute("INSERT INTO chunk_words(chunk_words) VALUES ('delete-all')")
    assert search(catalogue, "HX2041") == [1]
    engine = open_catalogue(catalogue)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT words FROM full_text_versions")).scalars().all() == [words_version()]
    engine.dispose()


def test_a_deleted_text_leaves_no_form(catalogue: Path) -> None:
    with closing(sqlite3.connect(catalogue)) as connection, connection:
        add_functions(connection)
        connection.execute("DELETE FROM chunks WHERE id IN (1, 6)")
        connection.execute("INSERT INTO chunk_words(chunk_words, rank) VALUES ('integrity-check', 1)")
    assert search(catalogue, "HX2041") == []
