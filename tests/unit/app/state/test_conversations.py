"""Conversations as they are kept: by owner, found by words, erased with documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.state.conversations import ConversationStore, KeptTurn
from rag.errors import NotFoundError

ONE, TWO = "1" * 32, "2" * 32


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ConversationStore]:
    kept = ConversationStore(tmp_path / "service.sqlite")
    yield kept
    kept.close()


def turn(position: int, question: str, answer: str = "", documents: tuple[int, ...] = ()) -> KeptTurn:
    return KeptTurn(position, "island", question, answer, documents, {"question": question})


def test_a_conversation_is_called_after_its_first_question_until_it_is_renamed(store: ConversationStore) -> None:
    store.save("ann", ONE, "island", {"mode": "steps"})
    store.save_turn("ann", ONE, turn(0, "How often does\nthe lamp flash?"))
    (kept,) = store.list("ann")
    assert (kept.title, kept.collection, kept.settings, kept.turns) == (
        "How often does the lamp flash?",
        "island",
        {"mode": "steps"},
        1,
    )
    assert store.change("ann", ONE, title=" The  lamp ").title == "The lamp"
    assert store.change("ann", ONE, title="").title == "How often does the lamp flash?"


def test_a_turn_takes_the_place_of_the_one_at_its_position_and_is_counted(store: ConversationStore) -> None:
    first = store.save("ann", ONE, "island", {}).version
    store.save_turn("ann", ONE, turn(0, "How often?"))
    version = store.save_turn("ann", ONE, turn(0, "How often?", "Three times."))
    conversation, turns = store.load("ann", ONE)
    assert [one.answer for one in turns] == ["Three times."]
    assert conversation.version == version > first


def test_pinned_conversations_come_first_and_are_found_by_words_of_questions_and_answers(
    store: ConversationStore,
) -> None:
    for id_, question in ((ONE, "How often does the lamp flash?"), (TWO, "When does the bakery open?")):
        store.save("ann", id_, "island", {})
        store.save_turn("ann", id_, turn(0, question, "At six, ÄPFEL too." if id_ == TWO else "Thrice."))
    assert [one.id for one in store.list("ann")] == [TWO, ONE]
    store.change("ann", ONE, pinned=True)
    assert [one.id for one in store.list("ann")] == [ONE, TWO]
    assert [one.id for one in store.list("ann", contains="äpfel BAKERY")] == [TWO]
    assert store.list("ann", contains="bakery lamp") == []


def test_nobody_sees_changes_or_overwrites_the_conversation_of_another(store: ConversationStore) -> None:
    store.save("ann", ONE, "island", {})
    assert store.list("bob") == []
    for deed in (
        lambda: store.load("bob", ONE),
        lambda: store.save("bob", ONE, "island", {}),
        lambda: store.change("bob", ONE, title="Mine"),
        lambda: store.save_turn("bob", ONE, turn(0, "Mine?")),
        lambda: store.delete("bob", ONE),
    ):
        with pytest.raises(NotFoundError):
            deed()
    assert store.load("ann", ONE)[1] == []


def test_what_is_deleted_or_erased_is_gone_from_the_file(store: ConversationStore, tmp_path: Path) -> None:
    for id_ in (ONE, TWO):
        store.save("ann", id_, "island", {})
        store.save_turn("ann", id_, turn(0, "Qzxvkw?", "Qzxvkw.", (7,)))
    store.delete("ann", ONE)
    before = store.load("ann", TWO)[0].version
    ids = list(store.turns_of("island"))
    store.erase(ids, ids)
    conversation, (erased,) = store.load("ann", TWO)
    assert (erased.question, erased.answer, erased.record, erased.documents) == ("", "", None, ())
    assert conversation.version > before
    store.close()
    assert not [file for file in tmp_path.iterdir() if b"Qzxvkw" in file.read_bytes()]
