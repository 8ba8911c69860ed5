"""Of a document that is removed, or deleted in its folder, no word is left in any file of the index."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from app.service.build_index import Lectern
from app.service.removal import Removal
from app.settings import read_settings
from app.state.conversations import ConversationStore, KeptTurn
from app.state.feedback import Feedback, FeedbackStore
from rag.storage.vectors import SLOT_FILES
from tests.integration.engines import IS_ON
from tests.integration.inspection import index_content, tables_with
from tests.integration.opening import open_index_of, state_place

MARKER = "Qzxvkwjyp"
"""A word that nothing else has in it; its last letters are looked for, as a full-text index leaves out first ones."""

TRACE = MARKER[3:].casefold()

SECRET = f"The password of the vault is {MARKER} and was set on 4 May by the keeper of the lighthouse. "

Open = Callable[[], AbstractContextManager[Lectern]]


def traces(home: Path) -> list[str]:
    """The files that hold the marker, in any encoding that a store might use, and the tables of a database."""
    forms = [TRACE.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be")]
    files = [path for path in home.rglob("*") if path.is_file()]
    found = [path.name for path in files if any(form in path.read_bytes().lower() for form in forms)]
    return found + tables_with(home, TRACE)


def write_secrets(folder: Path) -> list[str]:
    """Documents with the marker in text, title, author, heading and bookmark; returns their names."""
    (folder / "secret.txt").write_text(SECRET * 60)
    (folder / "secret.md").write_text(f"# The {MARKER} plan\n\n{SECRET}")
    page = f"<html><head><title>On {MARKER}</title><meta name=author content={MARKER}></head><body><p>{SECRET}"
    (folder / "secret.html").write_text(page)
    canvas = Canvas(str(folder / "secret.pdf"), invariant=1)
    canvas.setTitle(f"Papers of {MARKER}")
    canvas.setAuthor(MARKER)
    canvas.bookmarkPage("here")
    canvas.addOutlineEntry(f"About {MARKER}", "here")
    canvas.drawString(72, 700, SECRET)
    canvas.save()
    return ["secret.html", "secret.md", "secret.pdf", "secret.txt"]


@pytest.fixture
def open_it(home: Path) -> Open:
    settings = read_settings(home=home, workers=1)
    return lambda: open_index_of(settings)


@pytest.fixture
def kept(folder: Path) -> dict[str, str]:
    """What stays: enough that the full-text index has parts to merge."""
    files = {f"kept{number}.txt": f"Harbour log {number}: gulls, nets and tar. " * 90 for number in range(12)}
    for name, text in files.items():
        (folder / name).write_text(text)
    return files


@pytest.fixture
def lectern(open_it: Open, folder: Path, kept: dict[str, str]) -> Iterator[Lectern]:
    with open_it() as opened:
        write_secrets(folder)
        report = opened.ingest.sync(folder, collection="default")
        assert not report.failed
        assert len(report.added) == len(kept) + 4
        yield opened


def remove_secrets(lectern: Lectern) -> None:
    listed = lectern.catalogue.list_documents("default")
    lectern.ingest.remove([document.id for document in listed if document.path.startswith("secret")])


def test_what_is_removed_leaves_no_trace(lectern: Lectern, home: Path, kept: dict[str, str]) -> None:
    assert ("chunks" if IS_ON else "catalogue.sqlite") in "".join(traces(home)), "the marker is found where it is"
    remove_secrets(lectern)
    assert traces(home) == []
    assert set(index_content(home, lectern.vectors)) == set(kept)


def test_what_is_deleted_in_the_folder_leaves_no_trace(lectern: Lectern, home: Path, folder: Path) -> None:
    for path in folder.glob("secret.*"):
        path.unlink()
    report = lectern.ingest.sync(folder, collection="default")
    assert len(report.removed) == 4
    assert traces(home) == []


def test_a_collection_that_is_removed_leaves_no_trace_and_no_vectors(lectern: Lectern, home: Path) -> None:
    lectern.ingest.remove_collection("default")
    assert traces(home) == []
    assert lectern.vectors.spaces() == []
    if not IS_ON:
        assert [path for path in (home / "chroma").iterdir() if path.is_dir()] == []


def test_a_removal_that_was_cut_off_is_finished_by_the_next_sync(
    lectern: Lectern, open_it: Open, home: Path, folder: Path
) -> None:
    listed = lectern.catalogue.list_documents("default")
    gone = [document.id for document in listed if document.path.startswith("secret")]
    lectern.writer.remove_documents(gone, keep_out=True)  # And there the process dies.
    assert IS_ON or traces(home), "rows are gone from a database at once"
    lectern.ingest.sync(folder, collection="default")
    assert traces(home) == []


@pytest.mark.embedded_only("reads or damages files of the index")
def test_a_reader_in_the_middle_delays_the_erasure_and_breaks_nothing(
    lectern: Lectern, home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(home / "catalogue.sqlite")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM chunks").fetchone()
        monkeypatch.setattr("rag.storage.catalogue.dialects.sqlite.READERS_WAITED_FOR_MS", 10)
        remove_secrets(lectern)
    lectern.ingest.sync(folder, collection="default")
    assert traces(home) == []


def test_feedback_that_quotes_a_removed_document_goes_with_it_and_other_feedback_stays(
    lectern: Lectern, home: Path
) -> None:
    store = FeedbackStore(state_place(home))
    store.add(Feedback("default", "What is the password?", f"The password of the vault is {MARKER} [1].", "up"))
    store.add(Feedback("default", "What is the password?", f"{MARKER} [1].", "up"))
    store.add(Feedback("default", "What is in the log?", "Gulls [2].", "down", f"No, the vault is {MARKER} and was"))
    store.add(Feedback("default", "What is in the log?", "Gulls, nets and tar [1].", "down", "the"))
    remove_secrets(lectern)
    assert [feedback.comment for feedback in store.newest("default", limit=10)] == ["the"]
    assert traces(home) == []


def test_answers_made_from_a_removed_document_are_erased_in_every_conversation(lectern: Lectern, home: Path) -> None:
    store = ConversationStore(state_place(home))
    secret = next(one.id for one in lectern.catalogue.list_documents("default") if one.path == "secret.txt")
    turns = [
        KeptTurn(0, "default", "What is the password?", f"{MARKER}.", (secret,), {"text": MARKER}),
        KeptTurn(1, "default", f"The vault is {MARKER} and was set when?", "Nobody knows.", (), {"text": MARKER}),
        KeptTurn(2, "default", "What is in the log?", "Gulls, nets and tar.", (), {"text": "Gulls."}),
    ]
    store.save("ann", "1" * 32, "default", {})
    for turn in turns:
        store.save_turn("ann", "1" * 32, turn)
    remove_secrets(lectern)
    conversation, left = store.load("ann", "1" * 32)
    assert [(turn.question, turn.record is None) for turn in left] == [
        ("What is the password?", True),
        ("", True),
        ("What is in the log?", False),
    ]
    assert conversation.title == "What is the password?"
    assert traces(home) == []


@pytest.mark.embedded_only("reads or damages files of the index")
@pytest.mark.parametrize("name", SLOT_FILES)
def test_vector_files_hold_no_words_that_were_in_memory(open_it: Open, folder: Path, home: Path, name: str) -> None:
    (folder / "log.txt").write_text("Gulls, nets and tar.")
    with open_it() as opened:
        opened.ingest.sync(folder, collection="default")
        (slots,) = (home / "chroma").rglob(name)
        assert not any(slots.read_bytes()), "the few vectors are not written there yet"
    slots.write_bytes(MARKER.encode().ljust(slots.stat().st_size, b"x"))  # As versions before this one left it.
    with open_it() as opened:
        opened.vectors.open()
        assert not any(slots.read_bytes())


def test_an_uploaded_file_that_is_removed_goes_itself(lectern: Lectern, home: Path) -> None:
    remove_secrets(lectern)
    uploads = home / "uploads" / "default"
    uploads.mkdir(parents=True)
    (uploads / "upload.txt").write_text(SECRET * 3)
    lectern.ingest.sync(uploads, collection="default")
    (uploaded,) = [entry.id for entry in lectern.catalogue.list_documents("default") if entry.path == "upload.txt"]
    Removal.of(lectern, "default", [uploaded]).run()
    assert traces(home) == []
