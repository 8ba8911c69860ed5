"""The page Collection, times of folders and passwords, drawn by Streamlit's own test runner against a real service."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import time as clock
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.state.tokens import Role
from app.web import admin_texts
from app.web import collection_texts as texts
from tests.integration.app.api.test_passwords import PASSWORD, write_locked
from tests.integration.app.web.test_admin import CLIENTS, RUN_SECONDS, client_of, draw
from tests.integration.serving import Served, serving, without_reader
from tests.llm_servers import ollama_server

LOCKED = """
from app.web.admin.calls import Calls
from app.web.admin.passwords import offer_password
from tests.integration.app.web.test_admin import CLIENTS

calls = Calls(CLIENTS[{key!r}], "kept")
offer_password(calls, calls.documents(contains="locked", limit=1).documents[0])
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with an invoice, a text in German, an empty file and a locked PDF in the collection `kept`."""
    base = tmp_path_factory.mktemp("overview")
    (base / "kept").mkdir()
    (base / "kept" / "invoice.txt").write_text("Invoice\n\nInvoice number: 7\nDate: 2024-03-02\nTotal: 12 EUR")
    german = "Der Leuchtturm steht auf der Insel, und sein Licht ist von der Stadt aus zu sehen. " * 5
    (base / "kept" / "turm.txt").write_text(german)
    (base / "kept" / "empty.txt").write_text("")
    write_locked(base / "kept" / "locked.pdf")
    with without_reader(), serving(base / "home") as running:
        running.sync(base / "kept", "kept")
        yield running
        while CLIENTS:
            CLIENTS.popitem()[1].close()


def locked_document(served: Served) -> dict[str, Any]:
    found = served.client.get("/collections/kept/documents", params={"contains": "locked"}).json()["documents"]
    return dict(found[0])


def test_a_collection_is_told_in_numbers_and_plots_with_what_could_not_be_read(served: Served) -> None:
    page = draw(served, "overview")
    numbers = {metric.label: metric.value for metric in page.metric}
    assert (numbers[texts.DOCUMENTS], numbers[texts.FAILED]) == ("2", "2")
    plots = {chart.proto.alt for chart in page.get("vega_lite_chart")}
    assert texts.CHART_ALT.format(what="by language", values="not known 1, German 1") in plots
    assert texts.CHART_ALT.format(what="by year", values="2024 1") in plots
    problems = list(page.dataframe[0].value[texts.FAILURES_REASON])
    assert "… is encrypted, and needs a password." in problems


def test_figures_are_counted_before_they_are_described(served: Served) -> None:
    def press(page: AppTest, label: str) -> AppTest:
        return next(button for button in page.button if button.label == label).click().run()

    with ollama_server(model="seer", capabilities=["completion", "vision"]) as llm:
        served.client.put("/models/access/ollama", json={"base_url": llm.url, "key": ""})
        page = draw(served, "overview")
        page.text_input(key="figures kept").set_value("ollama:seer")
        page = press(page, texts.FIGURES_COUNT)
        told = [text.value for text in page.text]
        assert (
            f"Figures: 0, in documents: 0. About 0 tokens, 0.00 USD. {texts.FIGURES_LOCAL.format(llm='ollama:seer')}"
            in told
        )
        page = press(page, texts.FIGURES_START)
        assert not page.exception
        assert served.client.get("/collections/kept/figures").json()["llm"] == "ollama:seer"
        press(draw(served, "overview"), texts.FIGURES_STOP)
        assert served.client.get("/collections/kept/figures").json()["llm"] == ""
        served.client.delete("/models/access/ollama")


def test_a_collection_is_made_described_and_renamed_by_those_who_may(served: Served) -> None:
    page = draw(served, "overview")
    page.text_input(key="name of a new collection").set_value("letters")
    page.text_area(key="description of a new collection").set_value("All letters.")
    next(button for button in page.button if button.label == texts.MAKE_DO).click().run()
    assert not page.exception
    renamed = draw(served, "overview", collection="letters")
    next(field for field in renamed.text_input if field.value == "letters").set_value("mail")
    next(button for button in renamed.button if button.label == texts.SAVE).click().run()
    listed = served.client.get("/collections").json()["collections"]
    assert {one["name"]: one["description"] for one in listed} == {"kept": "", "mail": "All letters."}
    token = served.tokens.add("reader", role=Role.READ)
    try:
        drawn = draw(served, "overview", token=token)
        assert (drawn.button, len(drawn.metric)) == ([], 5)
    finally:
        served.tokens.revoke("reader", forget=True)


def test_a_locked_file_is_read_once_its_password_is_given_beside_it(served: Served) -> None:
    client_of(served)
    page = AppTest.from_string(LOCKED.format(key=(served.url, "")), default_timeout=RUN_SECONDS).run()
    page.text_input[0].set_value(PASSWORD)
    next(button for button in page.button if button.label == texts.PASSWORD_TRY).click().run()
    assert not page.exception
    deadline = time.monotonic() + RUN_SECONDS
    while (state := locked_document(served)["state"]) != "indexed":
        assert time.monotonic() < deadline, state
        time.sleep(0.1)
    # Where it can be read, nothing is asked for any more; the pattern is listed, and the password is not.
    assert not page.run().text_input
    folders = draw(served, "folders")
    assert texts.PASSWORD_REMOVE.format(pattern="locked\\.pdf") in {button.label for button in folders.button}
    assert PASSWORD not in str(folders)


def test_a_folder_is_given_a_day_and_a_time_in_words(served: Served, tmp_path: Path) -> None:
    page = draw(served, "folders")
    page.text_input(key="folder path 0").set_value(str(tmp_path)).run()
    page.radio(key="add when").set_value("daily").run()
    page.selectbox(key="add days").set_value("1-5").run()
    page.time_input(key="add time").set_value(clock(8, 15)).run()
    next(button for button in page.button if button.label == admin_texts.FOLDER_ADD).click().run()
    (folder,) = served.client.get("/folders").json()["folders"]
    assert folder["schedule"] == "15 8 * * 1-5"
    told = draw(served, "folders").caption[0].value.replace("\\", "")
    assert "every working day at 8:15" in told
    # What was chosen is what its form shows.
    changed = draw(served, "folders")
    key = f"change {folder['id']}"
    assert changed.radio(key=f"{key} when").value == "daily"
    assert (changed.selectbox(key=f"{key} days").value, changed.time_input(key=f"{key} time").value) == (
        "1-5",
        clock(8, 15),
    )
