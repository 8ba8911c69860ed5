"""Words are found in the middle of a line of scripts that put no spaces between words, also after an upgrade."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from rag.storage.catalogue.full_text import full_text_query
from rag.storage.catalogue.schema import add_functions, open_catalogue
from rag.storage.catalogue.snapshot import check_database, copy_database
from rag.words.bigrams import bigrams_of, searchable_pairs

TEXTS = {
    1: "理事会同意在冬季风暴开始之前购买第二艘渡轮。灯塔的灯每二十秒闪三次。",
    2: "評議会は冬の嵐が始まる前に二隻目のフェリーを購入することに合意した。",
    3: "สภาตกลงที่จะซื้อเรือข้ามฟากลำที่สองก่อนที่พายุฤดูหนาวจะเริ่มขึ้น",
    4: "시의회는 겨울 폭풍이 시작되기 전에 두 번째 여객선을 구입하기로 합의했다.",
    5: "وافق المجلس على شراء عبارة ثانية قبل أن تبدأ عواصف الشتاء.",
    6: "המועצה הסכימה לרכוש מעבורת שנייה לפני תחילת סערות החורף.",
    7: "The council agreed to buy a second ferry; 港務長 Vane will report.",
}

FORMER_FULL_TEXT = """
    DROP TRIGGER chunk_words_insert; DROP TRIGGER chunk_words_delete; DROP TRIGGER chunk_words_update;
    DROP TABLE chunk_words; DROP VIEW chunk_texts;
    CREATE VIRTUAL TABLE chunk_words USING fts5(
        text, header, names, content='chunks', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2');
    INSERT INTO chunk_words(chunk_words) VALUES ('rebuild');
    CREATE TRIGGER chunk_words_insert AFTER INSERT ON chunks BEGIN
        INSERT INTO chunk_words(rowid, text, header, names) VALUES (new.id, new.text, new.header, new.names); END;
    CREATE TRIGGER chunk_words_delete AFTER DELETE ON chunks BEGIN SELECT 1; END;
    CREATE TRIGGER chunk_words_update AFTER UPDATE ON chunks BEGIN SELECT 1; END;
    PRAGMA user_version = 2;
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    file = tmp_path / "catalogue.sqlite"
    open_catalogue(file).dispose()
    with closing(sqlite3.connect(file)) as connection, connection:
        add_functions(connection)
        for number, words in TEXTS.items():
            connection.execute(
                "INSERT INTO chunks(id, generation_id, ordinal, section, header, names, text, spans) "
                "VALUES (?, 1, ?, '', '', '', ?, '[]')",
                (number, number, words),
            )
    return file


def search(file: Path, question: str) -> list[int]:
    engine = open_catalogue(file)
    try:
        with engine.connect() as connection:
            query = {"query": full_text_query(question)}
            statement = text("SELECT rowid FROM chunk_words WHERE chunk_words MATCH :query ORDER BY bm25(chunk_words)")
            return [row[0] for row in connection.execute(statement, query)]
    finally:
        engine.dispose()


QUESTIONS = [
    ("渡轮", 1), ("灯塔的灯多久闪一次？", 1), ("フェリー", 2), ("嵐", 2), ("เรือข้ามฟาก", 3), ("여객선", 4),
    ("المجلس", 5), ("מעבורת", 6), ("港務長", 7), ("harbour 港", 7),
]  # fmt: skip


@pytest.mark.parametrize(("question", "best"), QUESTIONS)
def test_a_word_in_the_middle_of_a_line_is_found(catalogue: Path, question: str, best: int) -> None:
    assert search(catalogue, question)[0] == best


def test_words_that_are_not_there_are_not_found(catalogue: Path) -> None:
    assert search(catalogue, "鯨") == []
    assert search(catalogue, "船舶") == []


def test_a_deleted_text_leaves_no_pair(catalogue: Path) -> None:
    with closing(sqlite3.connect(catalogue)) as connection, connection:
        add_functions(connection)
        connection.execute("DELETE FROM chunks WHERE id = 1")
        connection.execute("INSERT INTO chunk_words(chunk_words, rank) VALUES ('integrity-check', 1)")
    assert search(catalogue, "渡轮") == []


def test_a_catalogue_from_before_the_pairs_is_brought_up_to_date_on_opening(catalogue: Path) -> None:
    with closing(sqlite3.connect(catalogue)) as connection:
        connection.executescript(FORMER_FULL_TEXT)
    assert [search(catalogue, question)[0] for question, _ in QUESTIONS] == [best for _, best in QUESTIONS]


def test_a_copy_of_the_catalogue_has_the_pairs_and_is_sound(catalogue: Path, tmp_path: Path) -> None:
    copy_database(catalogue, tmp_path / "copy.sqlite")
    assert [line for line in check_database(tmp_path / "copy.sqlite") if "refers to" not in line] == []
    assert search(tmp_path / "copy.sqlite", "渡轮") == [1]


def test_pairs_overlap_and_end_with_a_single_character() -> None:
    assert bigrams_of("灯塔的") == ["灯塔", "塔的"]
    assert bigrams_of("灯") == ["灯"]
    assert bigrams_of("\u0e34") == []
    assert searchable_pairs("the 灯塔的 lamp 灯") == "灯塔 塔的 的 灯"
    assert searchable_pairs("plain") == ""
