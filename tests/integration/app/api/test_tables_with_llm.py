"""Tables that an LLM helps to fill: over a real socket, with its death, vanishing documents, and two people at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.service.table_filling import TableFiller
from app.state.tables import DocumentTable
from tests.integration.app.api.test_tables import Place, fill, make, values, wait
from tests.integration.inspection import tables_with
from tests.integration.serving import Served, serving, without_reader
from tests.llm_servers import ModelServer, Reply, openai_server, status

NUMBERS = count(1)
COLUMNS = [{"name": "Skipper", "question": "Who steers the boat?"}]
BOATS = {
    "a.txt": "The Heron goes out at dawn with Ines Falk at the helm, and comes home in the evening.",
    "b.txt": "The Plover is steered by Ottar Lind since the spring of 1911, whatever the weather is.",
    "c.txt": "Of the Tern it is only known that Maud Berg took her through the strait.",
    "d.txt": "The Gull lies in the shed. Nobody goes out with it any more.",
}
REPLIES = (
    Reply("Ines Falk at the helm", "Ines Falk [1]"),
    Reply("Ottar Lind since", "Ottar Lind [1]"),
    Reply("Maud Berg took", "The Queen of Sheba [1]"),
)


@dataclass(frozen=True)
class Shelf:
    """A collection of a test's own, and the LLM that helps to fill its tables."""

    place: Place
    llm: ModelServer


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, ModelServer]]:
    with (
        openai_server(replies=REPLIES, answer="I could not find this in the documents.") as llm,
        without_reader(),
        serving(
            tmp_path_factory.mktemp("fleet") / "home",
            reranker="off",
            llm="openai:scripted",
            llm_base_url=llm.url,
            llm_retries=0,
        ) as running,
    ):
        yield running, llm


@pytest.fixture
def shelf(fleet: tuple[Served, ModelServer], tmp_path: Path) -> Shelf:
    served, llm = fleet
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, text in BOATS.items():
        (folder / name).write_text(text)
    place = Place(served, folder, f"fleet{next(NUMBERS)}")
    place.sync()
    llm.requests.clear()
    return Shelf(place, llm)


def test_what_the_llm_says_counts_only_where_it_stands_in_the_document(shelf: Shelf) -> None:
    shown = fill(shelf.place, make(shelf.place, columns=COLUMNS))
    assert shown["table"]["state"] == "done"
    assert values(shown, "Skipper") == {"a.txt": "Ines Falk", "b.txt": "Ottar Lind", "c.txt": "", "d.txt": ""}
    cell = shown["rows"][0]["cells"]["Skipper"]
    assert cell["by"] == "openai:scripted"
    assert "Ines Falk" in cell["quote"]
    assert cell["verdict"] == "partly", "no reader has found the same"
    assert len(shelf.llm.chats) == len(BOATS)


def test_a_table_that_wants_no_llm_asks_none(shelf: Shelf) -> None:
    fill(shelf.place, make(shelf.place, columns=COLUMNS, use_llm=False))
    assert shelf.llm.chats == []


def test_a_fill_of_two_is_refused_to_the_second_while_both_may_correct(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    original = TableFiller._fill_row

    def fill_row(filler: TableFiller, table: DocumentTable, document: Any, row: Any, stop: Any) -> None:
        original(filler, table, document, row, stop)
        begun.set()
        go_on.wait(60)

    monkeypatch.setattr(TableFiller, "_fill_row", fill_row)
    path = make(shelf.place, columns=COLUMNS)
    client = shelf.place.client
    answers: list[httpx.Response] = []
    people = [threading.Thread(target=lambda: answers.append(client.post(f"{path}/fill", json={}))) for _ in range(2)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(answer.status_code for answer in answers) == [202, 409]
    begun.wait(60)
    document = client.get(path).json()["rows"][0]["document_id"]
    for value in ("Ada Holm", "Ulla Sand"):
        written = client.put(f"{path}/cells", json={"document_id": document, "column": "Skipper", "value": value})
        assert written.status_code == 204
    go_on.set()
    cell = wait(shelf.place, path)["rows"][0]["cells"]["Skipper"]
    assert (cell["correction"]["value"], cell["value"]) == ("Ulla Sand", "Ines Falk")


def test_a_document_that_is_removed_while_its_row_is_filled_leaves_no_row(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = TableFiller._read_cells
    place, removed = shelf.place, []
    (place.folder / "b.txt").write_text(BOATS["b.txt"].replace("Plover", "Trondholm"))
    place.sync()

    def read_cells(filler: TableFiller, table: DocumentTable, document: Any, known: Any, stop: Any) -> Any:
        cells = original(filler, table, document, known, stop)
        if document.path == "b.txt":
            gone = place.client.delete(f"{place.root}/documents/{document.id}")
            removed.append((document.id, gone.status_code))
        return cells

    monkeypatch.setattr(TableFiller, "_read_cells", read_cells)
    shown = fill(place, make(place, columns=COLUMNS))
    assert [code for _, code in removed] == [204]
    assert list(values(shown, "Skipper")) == ["a.txt", "c.txt", "d.txt"]
    home = place.served.service.answers.lectern.settings.home
    assert all(b"Trondholm" not in file.read_bytes() for file in home.glob("service.sqlite*"))
    assert tables_with(home, "Trondholm") == []


def test_an_llm_that_dies_at_row_three_leaves_two_rows_and_the_next_fill_goes_on_there(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, text in BOATS.items():
        (folder / name).write_text(text)
    with (
        openai_server(replies=REPLIES, answer="None.", failures=[None, None, status(500)]) as llm,
        without_reader(),
        serving(
            tmp_path / "home", reranker="off", llm="openai:scripted", llm_base_url=llm.url, llm_retries=0
        ) as served,
    ):
        place = Place(served, folder, "default")
        place.sync()
        path = make(place, columns=COLUMNS)
        broken = fill(place, path)
        assert broken["table"]["state"] == "failed"
        assert broken["table"]["problem"]
        assert list(values(broken, "Skipper")) == ["a.txt", "b.txt"]
        whole = fill(place, path)
        assert whole["table"]["state"] == "done"
        assert list(values(whole, "Skipper")) == list(BOATS)
        assert len(llm.chats) == len(BOATS) + 1, "the two rows before are not read again"


def test_fifty_columns_are_filled(shelf: Shelf) -> None:
    columns = [{"name": f"Field {number}", "question": f"What is field {number}?"} for number in range(50)]
    write = "\n".join(f"Field {number}: value-{number}" for number in range(50))
    (shelf.place.folder / "form.txt").write_text(write)
    shelf.place.sync()
    path = make(shelf.place, columns=columns, filters={"document": "form.txt"}, use_llm=False)
    (row,) = fill(shelf.place, path)["rows"]
    assert {name: cell["value"] for name, cell in row["cells"].items()} == {
        f"Field {number}": f"value-{number}" for number in range(50)
    }
    csv = shelf.place.client.get(f"{path}/export", params={"format": "csv"}).text
    assert "Field 49" in csv
    assert "value-49" in csv


def test_a_list_that_an_llm_reads_is_streamed_with_the_rows_so_far_once_its_cost_is_agreed_to(shelf: Shelf) -> None:
    collection = shelf.place.collection
    asked = {"question": "List all documents that allow whistling", "collection": collection, "stream": True}
    lectern = shelf.place.served.service.answers
    before = lectern.lectern.settings
    lectern.adjust(before.model_copy(update={"most_calls_unasked": 2}))
    try:
        offered = shelf.place.client.post("/ask", json={**asked, "stream": False}).json()
        assert offered["offer"].startswith("4 calls of the LLM")
        assert shelf.llm.chats == []
        with shelf.place.client.stream("POST", "/ask", json={**asked, "agreed": True}) as answer:
            lines = list(answer.iter_lines())
        for path, said in (
            ("chat/completions", {"messages": [{"role": "user", "content": asked["question"]}]}),
            ("responses", {"input": asked["question"]}),
        ):
            asked_v1 = {"model": f"lectern/{collection}", **said}
            chats = len(shelf.llm.chats)
            unasked = shelf.place.client.post(f"/v1/{path}", json=asked_v1)
            assert "4 calls of the LLM" in unasked.text, unasked.text
            assert len(shelf.llm.chats) == chats
            agreed = shelf.place.client.post(f"/v1/{path}", json={**asked_v1, "agreed": True})
            assert "4 calls of the LLM" not in agreed.text
            assert len(shelf.llm.chats) == chats + len(BOATS)
    finally:
        lectern.adjust(before)
    events = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    assert events.count("table") == len(BOATS) - 1
    assert events[-1] == "answer"
    assert len(shelf.llm.chats) == 3 * len(BOATS)
