"""Figures that an LLM describes: searched and cited as its words, and never counted as those of the document."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.shared import Pt

from tests.drawn_pdf import BARS, picture_at, words, write_pdf
from tests.fakes import HashEmbedder
from tests.integration.engines import IS_ON
from tests.integration.inspection import tables_with
from tests.integration.running import run_command
from tests.integration.serving import Served, serving, without_reader
from tests.llm_servers import ModelServer, Reply, ollama_server, status
from tests.pictures import bars

SEEING = "ollama:seer"
CHART = "Bar chart with four bars.\nPassengers of the Brennick ferry in 2023: 401,250\nFreight in 2024: 9,300 tonnes"


@pytest.fixture(autouse=True)
def no_reader() -> Iterator[None]:
    with without_reader():
        yield


def write_report(folder: Path) -> None:
    write_pdf(
        folder / "report.pdf",
        [words("The ferry carried more passengers than ever.") + BARS, words("A seal") + picture_at(72, 300, 90, 90)],
    )


@contextmanager
def served_with(home: Path, llm: ModelServer) -> Iterator[Served]:
    with serving(home, llm=SEEING, llm_base_url=llm.url, llm_retries=0) as served:
        yield served


def seer(**script: Any) -> Any:
    given = {"capabilities": ["completion", "vision"], "answer": "NOTHING", **script}
    return ollama_server(model="seer", **given)


def document_at(served: Served) -> str:
    (document,) = served.client.get("/collections/default/documents").json()["documents"]
    return f"/collections/default/documents/{document['id']}"


def wait_until(served: Served, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    while not is_so(told := served.client.get("/collections/default/figures").json()):
        time.sleep(0.02)
    return dict(told)


def test_a_figure_is_described_searched_cited_in_its_frame_and_taken_away(home: Path, folder: Path) -> None:
    write_report(folder)
    question = "How many passengers did the Brennick ferry have in 2023?"
    with seer(answer=CHART) as llm, served_with(home, llm) as served:
        served.sync(folder)
        address = "/collections/default/figures"
        assert served.client.get(address).json()["llm"] == ""
        estimate = served.client.get(f"{address}/estimate", params={"llm": SEEING}).json()
        assert (estimate["documents"], estimate["pictures"], estimate["cost_usd"]) == (1, 2, 0.0)
        assert estimate["tokens"] > 2 * 576
        assert llm.chats == []  # Nobody has asked for it yet.

        served.client.put(address, json={"llm": SEEING})
        told = wait_until(served, lambda told: told["documents_left"] == 0)
        assert (told["pictures"], told["described"], told["prompt_tokens"]) == (2, 2, 22)
        assert all(chat.body["messages"][-1]["images"] for chat in llm.chats)
        assert len(llm.chats) == 2

        answer = served.client.post("/ask", json={"question": question, "use_llm": False}).json()
        source = answer["sources"][answer["citations"][0]["number"] - 1]
        assert "401,250" in answer["citations"][0]["quote"]
        assert answer["citations"][0]["described_by"] == source["described_by"] == SEEING
        assert "cites what ollama:seer says of a figure" in " ".join(answer["notices"])
        (place,) = answer["citations"][0]["rectangles"]
        left, bottom, right, top = place["box"]
        assert (place["page"], left <= 120 < 340 <= right, bottom <= 400 < 590 <= top) == (0, True, True)

        page = served.client.get(f"{document_at(served)}/pages/0").json()["text"]
        assert "[Figure, described by ollama:seer]\nBar chart" in page
        counted = served.client.post("/ask", json={"question": 'How often does the word "passengers" occur?'}).json()
        assert "once" in counted["answer"] or "1" in counted["answer"]
        outline = served.client.get(f"{document_at(served)}/outline").json()
        assert "Figure" not in str(outline)

        # The same content, read again, costs no LLM.
        asked = len(llm.chats)
        reading = served.client.post(f"{document_at(served)}/reindex").json()["id"]
        served.wait_for(reading)
        wait_until(served, lambda told: told["documents_left"] == 0)
        assert len(llm.chats) == asked

        served.client.put(address, json={"llm": ""})
        wait_until(served, lambda told: told["documents_left"] == 0)
        page = served.client.get(f"{document_at(served)}/pages/0").json()["text"]
        assert page.strip() == "The ferry carried more passengers than ever."
        hits = served.client.post("/search", json={"question": question}).json()["hits"]
        assert "401,250" not in str(hits)
    if not IS_ON:
        assert b"401,250" not in (home / "catalogue.sqlite").read_bytes()
    assert tables_with(home, "401,250") == []


def test_a_picture_in_a_word_file_is_described_and_cited_without_a_frame(home: Path, folder: Path) -> None:
    report = docx.Document()
    report.add_paragraph("The ferry carried more passengers than ever.")
    report.add_picture(io.BytesIO(bars()), Pt(300))
    report.save(str(folder / "report.docx"))
    with seer(answer=CHART) as llm, served_with(home, llm) as served:
        served.sync(folder)
        served.client.put("/collections/default/figures", json={"llm": SEEING})
        told = wait_until(served, lambda told: told["documents_left"] == 0)
        assert (told["pictures"], told["described"]) == (1, 1)
        question = {"question": "How many passengers did the Brennick ferry have in 2023?", "use_llm": False}
        citation = served.client.post("/ask", json=question).json()["citations"][0]
        assert ("401,250" in citation["quote"], citation["described_by"], citation["rectangles"]) == (True, SEEING, [])


def test_what_an_llm_said_before_it_failed_is_kept_and_another_llm_says_it_anew(home: Path, folder: Path) -> None:
    write_report(folder)
    with (
        seer(answer=CHART, failures=[None, status(500)]) as llm,  # type: ignore[list-item]
        served_with(home, llm) as served,
    ):
        served.sync(folder)
        address = "/collections/default/figures"
        served.client.put(address, json={"llm": SEEING})
        told = wait_until(served, lambda told: bool(told["problem"]))
        assert "failed (HTTP 500)" in told["problem"]
        assert (told["documents_left"], told["described"]) == (1, 1)
        served.client.put(address, json={"llm": SEEING})
        wait_until(served, lambda told: told["documents_left"] == 0)
        assert len(llm.chats) == 3
        served.client.put(address, json={"llm": "ollama:another"})
        told = wait_until(served, lambda told: told["documents_left"] == 0)
        assert (told["llm"], told["described"], len(llm.chats)) == ("ollama:another", 2, 5)
        page = served.client.get(f"{document_at(served)}/pages/0").json()["text"]
        assert "ollama:seer" not in page
        blind = served.client.put(address, json={"llm": "openai:gpt-3.5-turbo"})
        assert blind.status_code == 400


def test_a_command_describes_figures_and_a_sync_those_of_new_documents(
    home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_report(folder)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("LECTERN_HOME", str(home))
    monkeypatch.setattr("app.service.build_models.build_embedder", lambda settings: HashEmbedder())

    def run(*given: str) -> str:
        result = run_command(*given)
        assert result.code == 0, result.text
        return " ".join(result.text.split())

    with seer(answer="NOTHING", replies=[Reply("Describe this figure", CHART)]) as llm:
        monkeypatch.setenv("LECTERN_LLM", SEEING)
        monkeypatch.setenv("LECTERN_LLM_BASE_URL", llm.url)
        run("sync", str(folder))
        assert "No figures are described." in run("collection", "figures", "default")
        said = run("collection", "figures", "default", "--by", SEEING, "--yes")
        assert "2 figures in 1 documents" in said
        assert "looked at 2 figures and described 2" in said
        write_pdf(folder / "second.pdf", [words("Tides") + picture_at(72, 300, 200, 150)], shade=10)
        run("sync", str(folder))
        assert "looked at 3 figures" in run("collection", "figures", "default")
        assert "No figures are described." in run("collection", "figures", "default", "--off")
