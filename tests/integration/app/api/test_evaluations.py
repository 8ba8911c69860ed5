"""Questions with expected pages, evaluations on them, and what people thought of answers, over HTTP."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.state.feedback import FeedbackStore
from app.state.tokens import Role
from tests.integration.inspection import change_state
from tests.integration.serving import Served, serving, without_reader

LAMP = "How often does the lamp of the lighthouse flash?"
BREAD = "What does the bakery sell?"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    base = tmp_path_factory.mktemp("evaluations")
    (base / "documents").mkdir()
    (base / "documents" / "light.txt").write_text("The lamp of the lighthouse flashes three times every minute.")
    (base / "documents" / "bakery.txt").write_text("The bakery opens at six and sells seaweed bread.")
    with without_reader(), serving(base / "home") as running:
        running.sync(base / "documents")
        yield running


def add(served: Served, *questions: dict[str, Any]) -> dict[str, Any]:
    answer = served.client.post("/collections/default/evaluation-questions", json={"questions": list(questions)})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def evaluate(served: Served) -> dict[str, Any]:
    started = served.client.post("/collections/default/evaluations")
    assert started.status_code == 202, started.text
    place = f"/collections/default/evaluations/{started.json()['id']}"
    while (found := served.client.get(place).json())["state"] == "running":
        time.sleep(0.02)
    return dict(found)


def test_an_evaluation_scores_the_kept_questions_as_the_command_line_does(served: Served) -> None:
    kept = add(
        served,
        {"question": LAMP, "document": "light.txt", "pages": [0]},
        {"question": BREAD, "document": "light.txt", "pages": [3]},
    )
    assert kept["added"] == 2
    again = add(served, {"question": BREAD, "document": "light.txt", "pages": [4]})
    nowhere = {"questions": [{"question": BREAD, "document": "nowhere.txt", "pages": [0]}]}
    assert served.client.post("/collections/default/evaluation-questions", json=nowhere).status_code == 400
    assert (again["added"], [one["pages"] for one in again["questions"]]) == (0, [[0], [4]])
    found = evaluate(served)
    assert (found["state"], found["asked"], found["questions"]) == ("done", 2, 2)
    assert (found["scores"]["recall@1"], found["scores"]["recall@20"]) == (0.5, 0.5)
    assert [(one["rank"], one["found"]) for one in found["outcomes"]] == [(1, "light.txt"), (None, "bakery.txt")]
    assert all(one["milliseconds"] > 0 for one in found["outcomes"])
    newest = served.client.get("/collections/default/evaluations").json()["evaluations"][0]
    assert (newest["id"], newest["scores"]) == (found["id"], found["scores"])
    removed = kept["questions"][1]["id"]
    assert served.client.delete(f"/collections/default/evaluation-questions/{removed}").status_code == 204
    assert served.client.delete(f"/collections/default/evaluation-questions/{removed}").status_code == 404


def test_questions_come_from_a_file_as_the_command_line_reads_it(served: Served) -> None:
    lines = b'{"question": "When does the bakery open?", "document": "bakery.txt", "pages": [0]}\n\n'
    place = "/collections/default/evaluation-questions/file"
    kept = served.client.post(place, files={"file": ("mine.jsonl", lines)})
    assert (kept.status_code, kept.json()["added"]) == (201, 1)
    wrong = served.client.post(place, files={"file": ("mine.jsonl", lines + b"nothing")})
    assert (wrong.status_code, "Line 3 of mine.jsonl" in wrong.json()["detail"]) == (400, True)
    assert served.client.post(place, files={"file": ("mine.jsonl", b"\xff")}).status_code == 400
    served.client.delete(f"/collections/default/evaluation-questions/{kept.json()['questions'][-1]['id']}")


def test_without_questions_an_evaluation_says_what_to_do(served: Served, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("One document of another collection.")
    served.sync(tmp_path, "other")
    answer = served.client.post("/collections/other/evaluations")
    assert answer.status_code == 400
    assert "expected pages" in answer.json()["remedy"]
    assert served.client.get("/collections/other/evaluations/1").status_code == 404


def test_an_evaluation_that_another_process_was_at_counts_as_cut_off(served: Served) -> None:
    store = served.client  # The store of the service is asked over HTTP only.
    add(served, {"question": LAMP, "document": "light.txt", "pages": [0]})
    evaluate(served)
    home = served.service.answers.lectern.settings.home
    change_state(home, "UPDATE evaluations SET result = replace(result, '\"done\"', '\"running\"')")
    listed = store.get("/collections/default/evaluations").json()["evaluations"]
    assert {one["state"] for one in listed} == {"cut off"}


def test_who_may_only_read_sees_evaluations_and_starts_none(served: Served) -> None:
    secret = served.tokens.add("reader", role=Role.READ)
    try:
        headers = {"Authorization": f"Bearer {secret}"}
        with httpx.Client(base_url=f"{served.url}/collections/default", headers=headers) as reader:
            assert reader.get("/evaluations").status_code == 200
            assert reader.get("/evaluation-questions").status_code == 200
            assert reader.post("/evaluations").status_code == 403
            assert reader.post("/evaluation-questions", json={"questions": [{"question": "Why?"}]}).status_code == 403
            assert reader.delete("/evaluation-questions/1").status_code == 403
    finally:
        served.tokens.revoke("reader", forget=True)


def test_feedback_keeps_the_pages_that_the_answer_cited(served: Served) -> None:
    given = {"collection": "default", "question": LAMP, "answer": "Three times [1].", "rating": "up",
             "citations": [{"document": "light.txt", "page": 0}]}  # fmt: skip
    assert served.client.post("/feedback", json=given).status_code == 201
    newest = served.client.get("/collections/default/feedback").json()["feedback"][0]
    assert newest["citations"] == [{"document": "light.txt", "page": 0}]


def test_feedback_from_before_citations_were_kept_is_still_read(tmp_path: Path) -> None:
    file = tmp_path / "service.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute(
            "CREATE TABLE feedback (id INTEGER PRIMARY KEY, given_at TEXT NOT NULL, collection TEXT NOT NULL, "
            "question TEXT NOT NULL, answer TEXT NOT NULL, rating TEXT NOT NULL, comment TEXT NOT NULL)"
        )
        connection.execute("INSERT INTO feedback VALUES (1, '2026-01-01', 'default', 'Why?', '', 'up', '')")
    (kept,) = FeedbackStore(file).newest("default", limit=5)
    assert (kept.question, kept.citations) == ("Why?", ())
