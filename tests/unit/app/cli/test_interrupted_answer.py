"""Ctrl-C while an answer is made prints what was found, and how far it came; the command ends with its exit code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from app.cli import common, output
from app.client.base import Answering
from rag.types import AnswerEvent, AnswerTable, PlanStep, TableCell, TableRow

ROW = TableRow((TableCell("tern.md"), TableCell("page 1"), TableCell("Whistling is allowed.")))


class Interrupted:
    """An answer that is interrupted once its events are read."""

    sources = ()

    def __init__(self, *events: AnswerEvent) -> None:
        self._events = events

    def events(self) -> Iterator[AnswerEvent]:
        yield from self._events
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("events", "said"),
    [
        (
            (
                PlanStep("Reading 80 documents, one by one", 12, 80),
                AnswerTable(("Document", "Page", "Words"), (ROW,), (), "stopped after 12 of 80"),
            ),
            ["tern.md", "Whistling is allowed.", "Reading 80 documents, one by one: stopped after 12 of 80."],
        ),
        ((PlanStep("Reading 9 parts", 4, 9),), ["Reading 9 parts: stopped after 4 of 9."]),
    ],
)
def test_what_was_found_until_then_is_printed_with_how_far_it_came(
    events: tuple[AnswerEvent, ...], said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        output.print_stream(cast(Answering, Interrupted(*events)))
    printed = " ".join(capsys.readouterr().out.split())
    for words in said:
        assert words in printed


def test_an_interrupted_command_ends_with_130_and_says_that_it_goes_on_from_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ended: list[int] = []
    monkeypatch.setattr(common.os, "_exit", ended.append)
    monkeypatch.setattr(common, "remove_socket_folders", lambda: None)  # The other tests of this process need them.
    with common.reported(as_json=False):
        raise KeyboardInterrupt
    assert ended == [130]
    assert "the same command goes on from here" in " ".join(capsys.readouterr().err.split())
