"""Tables over documents through a running server: filled, followed, corrected, exported, in step with the folder."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.client.connection import Connection
from app.client.http import HttpClient
from app.service.table_filling import TableFiller
from app.state.tables import DocumentTable, TableSpec
from app.state.tokens import Role
from rag.extraction.columns import parse_columns
from tests.integration.inspection import tables_with
from tests.integration.serving import Served, serving, without_reader

COLUMNS = [
    {"name": "Number", "question": "What is the invoice number?"},
    {"name": "Total", "question": "What is the total amount?", "kind": "number"},
    {"name": "Due", "question": "When is payment due?", "kind": "date"},
]
NUMBERS = count(1)
INVOICE = "Invoice No: {number}\n\nSupplier: Harlow Tools Ltd\n\nTotal: {total}\n\nDue date: {due}\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with without_reader(), serving(tmp_path_factory.mktemp("tables") / "home", reranker="off") as running:
        yield running


@dataclass(frozen=True)
class Place:
    """A collection of a test's own on the server of all."""

    served: Served
    folder: Path
    collection: str

    @property
    def client(self) -> httpx.Client:
        return self.served.client

    @property
    def root(self) -> str:
        return f"/collections/{self.collection}"

    def sync(self) -> None:
        self.served.sync(self.folder, self.collection)


@pytest.fixture
def served(server: Served, tmp_path: Path) -> Place:
    folder = tmp_path / "documents"
    folder.mkdir()
    write(folder, "a", "INV-1", "EUR 100.00", "2 May 2024")
    write(folder, "b", "INV-2", "EUR 20.50", "3 June 2024")
    (folder / "notes.txt").write_text("The lamp of the lighthouse flashes three times every minute.\n")
    place = Place(server, folder, f"c{next(NUMBERS)}")
    place.sync()
    return place


def write(folder: Path, name: str, number: str, total: str, due: str) -> None:
    (folder / f"{name}.txt").write_text(INVOICE.format(number=number, total=total, due=due))


def make(served: Place, **others: Any) -> str:
    asked = {"name": "invoices", "columns": COLUMNS, **others}
    made = served.client.post(f"{served.root}/tables", json=asked)
    assert made.status_code == 201, made.text
    return f"{served.root}/tables/{made.json()['id']}"


def fill(served: Place, place: str) -> dict[str, Any]:
    begun = served.client.post(f"{place}/fill", json={})
    assert begun.status_code == 202, begun.text
    return wait(served, place)


def wait(served: Place, place: str) -> dict[str, Any]:
    while (shown := served.client.get(place).json())["table"]["state"] in ("waiting", "filling"):
        time.sleep(0.02)
    return dict(shown)


def values(shown: dict[str, Any], column: str) -> dict[str, str]:
    return {row["document"]: row["cells"][column]["value"] for row in shown["rows"]}


def test_a_table_is_filled_with_proven_cells_sorted_filtered_added_up_and_exported(served: Place) -> None:
    place = make(served)
    shown = fill(served, place)
    assert shown["table"]["state"] == "done"
    assert values(shown, "Number") == {"a.txt": "INV-1", "b.txt": "INV-2", "notes.txt": ""}
    cell = shown["rows"][0]["cells"]["Total"]
    assert (cell["value"], cell["unit"], cell["verdict"]) == ("100", "EUR", "supported")
    assert (cell["quote"], cell["page"]) == ("Total: EUR 100.00", 0)
    empty = shown["rows"][2]["cells"]["Total"]
    assert (empty["value"], empty["reason"]) == ("", "It does not stand in the document.")
    totals = {total["column"]: total for total in shown["totals"]}
    assert (totals["Total"]["sum"], totals["Total"]["unit"]) == ("120.5", "EUR")
    by_total = served.client.get(place, params={"sort": "Total", "filter": ["Due=>2024-01-01"]}).json()
    assert [row["document"] for row in by_total["rows"]] == ["b.txt", "a.txt"]
    csv = served.client.get(f"{place}/export", params={"format": "csv"})
    assert "a.txt,INV-1,100,EUR,2024-05-02" in csv.content.decode("utf-8-sig")
    told = served.client.get(f"{place}/export", params={"format": "json"}).json()
    assert told["rows"][0]["cells"]["Number"]["quote"] == "Invoice No: INV-1"
    assert served.client.get(f"{place}/export", params={"format": "xlsx"}).content[:2] == b"PK"


def test_a_fill_is_followed_by_events(served: Place) -> None:
    place = make(served)
    with served.client.stream("POST", f"{place}/fill", json={"stream": True}) as answer:
        events = [line.removeprefix("event: ") for line in answer.iter_lines() if line.startswith("event: ")]
    assert set(events) <= {"progress", "table"}
    assert events[-1] == "table"


def test_new_changed_and_removed_documents_are_followed_at_the_next_sync_and_corrections_stay(served: Place) -> None:
    place = make(served)
    shown = fill(served, place)
    first, second = (row["document_id"] for row in shown["rows"][:2])
    corrected = {"document_id": second, "column": "Total", "value": "21,50"}
    assert served.client.put(f"{place}/cells", json=corrected).status_code == 204
    write(served.folder, "b", "INV-2", "EUR 30.00", "3 June 2024")
    write(served.folder, "c", "INV-3", "EUR 1.00", "4 July 2024")
    (served.folder / "a.txt").unlink()
    served.sync()
    while set(values(shown := wait(served, place), "Number")) != {"b.txt", "c.txt", "notes.txt"} or (
        shown["rows"][0]["cells"]["Total"]["value"] != "30"
    ):
        time.sleep(0.02)
    total = shown["rows"][0]["cells"]["Total"]
    assert (total["correction"]["value"], total["correction"]["by"]) == ("21.5", "anonymous")
    assert first not in {row["document_id"] for row in shown["rows"]}
    taken_back = {"document_id": second, "column": "Total", "value": None}
    assert served.client.put(f"{place}/cells", json=taken_back).status_code == 204
    assert served.client.get(place).json()["rows"][0]["cells"]["Total"]["correction"] is None


def test_erasing_a_document_takes_its_cells_out_of_the_file(served: Place) -> None:
    write(served.folder, "a", "INV-77", "EUR 1.00", "2 May 2024")
    served.sync()
    place = make(served)
    document = fill(served, place)["rows"][0]["document_id"]
    assert served.client.delete(f"{served.root}/documents/{document}").status_code == 204
    assert set(values(served.client.get(place).json(), "Number")) == {"b.txt", "notes.txt"}
    home = served.served.service.answers.lectern.settings.home
    for file in home.glob("service.sqlite*"):
        assert b"Invoice No: INV-77" not in file.read_bytes()
    assert tables_with(home, "Invoice No: INV-77") == []


def test_a_second_fill_is_told_and_a_stopped_one_goes_on_where_it_was(
    served: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = make(served)
    table_id = int(place.rpartition("/")[2])
    read, go_on = [], []

    def fill_row(filler: TableFiller, table: DocumentTable, document: Any, row: Any, stop: Any) -> None:
        read.append(document.path)
        while not go_on and not stop.is_set() and len(read) > 1:
            time.sleep(0.01)
        original(filler, table, document, row, stop)

    original = TableFiller._fill_row
    monkeypatch.setattr(TableFiller, "_fill_row", fill_row)
    assert served.client.post(f"{place}/fill", json={}).status_code == 202
    while len(read) < 2:
        time.sleep(0.01)
    again = served.client.post(f"{place}/fill", json={})
    assert (again.status_code, again.json()["detail"]) == (409, "The table 'invoices' is being filled already.")
    assert served.client.delete(f"{place}/fill").status_code == 204
    assert wait(served, place)["table"]["state"] == "stopped"
    while served.served.service.tables._running is not None:
        time.sleep(0.01)
    go_on.append(True)
    assert [row["document"] for row in fill(served, place)["rows"]] == ["a.txt", "b.txt", "notes.txt"]
    assert read == ["a.txt", "b.txt", "b.txt", "notes.txt"]
    assert served.served.service.tables.load(served.collection, table_id).state == "done"


def test_a_fill_that_a_killed_process_left_is_taken_up_at_the_start(served: Place) -> None:
    place = make(served)
    table_id = int(place.rpartition("/")[2])
    tables = served.served.service.tables
    tables._store.set_state(table_id, "filling")
    tables.start()
    assert set(values(wait(served, place), "Number")) == {"a.txt", "b.txt", "notes.txt"}


def test_bad_tables_are_refused_with_what_is_wrong(served: Place) -> None:
    def refused(**asked: Any) -> tuple[int, str]:
        body = {"name": "t", "columns": COLUMNS, **asked}
        answer = served.client.post(f"{served.root}/tables", json=body)
        return answer.status_code, answer.json()["detail"]

    assert refused(columns=[{"name": "Sum", "kind": "money"}]) == (
        400,
        "The column 'Sum' has the unknown kind 'money'.",
    )
    assert refused(columns=[{"name": f"c{n}"} for n in range(51)]) == (400, "There are 51 columns; the limit is 50.")
    assert refused(filters={"colour": "red"}) == (400, "There is no field 'colour' to filter by.")
    assert refused(name=" ")[0] == 400
    place = make(served)
    document = fill(served, place)["rows"][0]["document_id"]
    wrong = served.client.put(f"{place}/cells", json={"document_id": document, "column": "Due", "value": "soon"})
    assert (wrong.status_code, "does not fit" in wrong.json()["detail"]) == (400, True)
    assert served.client.get(place, params={"sort": "Sum"}).status_code == 400
    assert served.client.get(f"{served.root}/tables/999").status_code == 404


def test_who_may_read_may_not_fill_and_other_collections_are_not_shown(served: Place) -> None:
    place = make(served)
    reads = served.served.tokens.add("reader", role=Role.READ, collections=[served.collection])
    other = served.served.tokens.add("other", role=Role.WRITE, collections=["letters"])

    def status(method: str, path: str, secret: str, **options: Any) -> int:
        return httpx.request(method, f"{served.served.url}{path}", headers={"x-api-key": secret}, **options).status_code

    assert status("GET", place, reads) == 200
    assert status("POST", f"{place}/fill", reads, json={}) == 403
    assert status("PUT", f"{place}/cells", reads, json={"document_id": 1, "column": "Due", "value": ""}) == 403
    assert status("GET", place, other) in (403, 404)
    for name in ("reader", "other"):
        served.served.tokens.revoke(name, forget=True)


def test_the_client_fills_a_table_and_suggests_columns(served: Place) -> None:
    steps = []
    with closing(Connection(served.served.url)) as connection:
        client = HttpClient(connection)
        spec = TableSpec(served.collection, "by client", parse_columns(COLUMNS), {"document": "a.txt"}, use_llm=False)
        filled = client.fill_table(spec, on_progress=steps.append)
        kind, columns = client.suggest_columns(served.collection)
    assert [row.value("Number") for row in filled.rows] == ["INV-1"]
    assert filled.table.columns == spec.columns
    assert steps
    assert (kind, columns[0].name) == ("invoice", "Invoice number")
    assert json.loads(json.dumps(filled.rows[0].cells["Due"].to_json()))["value"] == "2024-05-02"
