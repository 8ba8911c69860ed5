"""A question in other words than its document has is answered, and it is said that this is not sure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.service.build_index import Lectern
from app.service.explanation import explain_stages
from rag.citations.verdict import UNSURE_REASON
from rag.types import Verdict
from tests.integration.conftest import OpenLectern

LEAFLET = """Nauselin 25 mg, leaflet

How to take it

Swallow the tablets with water. The tablets are round, yellow and scored on one side.

Store below 25 degrees. Packs of 20, 50 and 100. Keep out of the reach of children.
"""


@pytest.fixture
def leaflet(folder: Path, open_index: OpenLectern) -> Iterator[Lectern]:
    (folder / "leaflet.txt").write_text(LEAFLET)
    with open_index() as lectern:
        lectern.ingest.sync(folder, collection="default")
        yield lectern


def test_a_sentence_that_is_far_ahead_is_given_as_unsure(leaflet: Lectern) -> None:
    answer = leaflet.ask_pipeline(None).ask("What hue are the pills?", collection="default").answer
    assert "round, yellow" in answer.text
    assert (answer.refused, answer.verdict) == (False, Verdict.PARTLY)
    assert [(one.verdict, one.reason) for one in answer.sentences] == [(Verdict.PARTLY, UNSURE_REASON)]
    assert not any(citation.supported for citation in answer.citations)


def test_what_is_marked_and_held_back_is_told_with_the_reason(leaflet: Lectern) -> None:
    pipeline = leaflet.ask_pipeline(None)
    stream = pipeline.ask("Who makes the tablets?", collection="default")
    assert stream.answer.refused
    assert "tablets" in stream.answer.nearest[0].quote
    told = explain_stages(stream, pipeline.settings).held_back
    assert [(one.document, one.reason) for one in told] == [("leaflet.txt", "says less than another sentence")]
