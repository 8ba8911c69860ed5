"""Moves an index to PostgreSQL and a Chroma server and back, and compares what is answered before and after.

    python -m benchmarks.migration CASES [--limit 100]

CASES holds folders with `docs/` and `questions.txt` (`benchmarks/llm_answers.py`). Each folder is a collection of one
index in a home; its questions are searched and answered with quotes there, again after the move to the servers, which
are started for it, and again after the move back into another home. Prints how many answers, citations and orders of
hits are those of the first time.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from app.client.local import LocalClient
from app.service.build_migration import HOME, migrate
from app.service.build_models import Models, build_models
from app.settings import Settings
from benchmarks.llm_answers import CaseQuestion, read_cases
from benchmarks.replicas import running_servers
from rag.types import Question

HITS = 20


@dataclass(frozen=True, slots=True)
class Seen:
    """What one question got: the text, the quotes with their pages, and the hits in order."""

    text: str
    quotes: tuple[tuple[str, int, str], ...]
    hits: tuple[str, ...]


def collection_of(asked: CaseQuestion) -> str:
    """Return the collection that holds the documents of a question."""
    return f"case-{asked.documents.parent.name[:2]}"


def ask_all(settings: Settings, questions: Sequence[CaseQuestion], models: Models) -> list[Seen]:
    """Return what each question gets. Raises LecternError."""
    seen = []
    with LocalClient(settings, "benchmark", wait_seconds=60, models=models) as client:
        for asked in questions:
            question = Question(asked.text, collection_of(asked), use_llm=False)
            with client.ask(question) as local:
                answer = local.answer
            hits = client.search(question, limit=HITS).hits
            quotes = tuple((one.document, one.page, one.quote) for one in answer.citations)
            seen.append(Seen(answer.text, quotes, tuple(f"{hit.document.path} {hit.chunk.text}" for hit in hits)))
    return seen


def main() -> None:
    """Move there and back, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--limit", type=int, default=100, help="questions")
    options = parser.parse_args()
    questions = read_cases(options.cases)[: options.limit]
    with tempfile.TemporaryDirectory(prefix="lectern-migration-") as temporary:
        place = Path(temporary)
        embedded = Settings(home=place / "home", llm="off")
        models = build_models(embedded)
        with LocalClient(embedded, "benchmark", wait_seconds=60, models=models) as client:
            for documents, collection in {one.documents: collection_of(one) for one in questions}.items():
                client.sync(documents, collection=collection, allow_empty=True, on_progress=lambda progress: None)
        before = ask_all(embedded, questions, models)
        with running_servers(place) as (postgresql, chroma):
            catalogue = postgresql.new_schema().render_as_string(hide_password=False)
            migrate(embedded, [catalogue, chroma.url], lambda what, done, total: None)
            home, address = place / "served", SecretStr(catalogue)
            served = Settings(home=home, catalogue_url=address, chroma_url=chroma.url, llm="off")
            there = ask_all(served, questions, models)
            migrate(served, [HOME], lambda what, done, total: None)
            back = ask_all(Settings(home=served.home, llm="off"), questions, models)
    print(f"{len(questions)} questions, {len({one.documents for one in questions})} collections.\n")
    print("| | same answer | same quotes | same hits in the same order |\n|---|--:|--:|--:|")
    for name, after in (("on PostgreSQL and a Chroma server", there), ("back in a home", back)):
        pairs = list(zip(before, after, strict=True))
        same = [sum(getattr(one, what) == getattr(other, what) for one, other in pairs) for what in Seen.__slots__]
        print(f"| {name} | {' | '.join(map(str, same))} |")


if __name__ == "__main__":
    main()
