"""Work in the background waits while somebody is being answered, but not for ever."""

from __future__ import annotations

import threading

import pytest

from ingest import idle
from ingest.idle import Foreground


def test_background_work_goes_on_as_soon_as_nobody_waits() -> None:
    foreground, went_on = Foreground(), threading.Event()

    def work() -> None:
        foreground.wait_until_idle()
        went_on.set()

    with foreground.busy(), foreground.busy():
        thread = threading.Thread(target=work)
        thread.start()
        assert not went_on.wait(0.1)
    assert went_on.wait(10)
    thread.join()


def test_questions_without_end_do_not_stop_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle, "LONGEST_PAUSE_SECONDS", 0.01)
    foreground = Foreground()
    with foreground.busy():
        foreground.wait_until_idle()


def test_it_does_not_wait_once_it_is_stopped() -> None:
    foreground = Foreground()
    with foreground.busy():
        foreground.wait_until_idle(lambda: True)


def test_the_documents_of_the_last_questions_are_known() -> None:
    foreground = Foreground()
    foreground.note_asked_about(range(idle.MAX_ASKED_ABOUT))
    foreground.note_asked_about([7_000])
    assert 7_000 in foreground.asked_about()
    assert 0 not in foreground.asked_about()
