"""The frame around every page and the page Ask, drawn by Streamlit's own test runner against a real service."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.client.connection import Connection
from app.client.http import HttpClient
from app.state.tokens import Role
from app.web import admin_texts, texts
from app.web.ask import keeping
from app.web.ask import page as ask_page
from app.web.ask.conversation import Conversation, Turn, TurnState
from app.web.frame import SERVICE_ARGUMENT, WANTED
from rag.types import Question
from tests.integration.app.cli.test_cli import start_process
from tests.integration.serving import Served, serving, without_reader
from tests.paths import CHECKOUT
from tests.unit.app.web.test_ask import answer

MAIN = CHECKOUT / "app" / "web" / "main.py"

RUN_SECONDS = 120
"""Of one drawing; far more than it takes, for a machine that is busy."""


@pytest.fixture
def served(home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    (folder / "light.txt").write_text("The lamp of the lighthouse flashes three times every minute.")
    with without_reader(), serving(home) as running:
        monkeypatch.setattr(sys, "argv", ["main.py", f"{SERVICE_ARGUMENT}{running.url}"])
        yield running
        st.cache_resource.clear()


def draw() -> AppTest:
    return AppTest.from_file(str(MAIN), default_timeout=RUN_SECONDS)


def test_an_empty_index_says_what_to_do_next(served: Served) -> None:
    drawn = draw().run()
    assert not drawn.exception
    fields = {field.label for field in drawn.text_input}
    assert (drawn.title[0].value, admin_texts.ADD_INTO in fields) == (texts.ASK_START, True)
    assert drawn.chat_input[0].disabled


def test_a_token_is_asked_for_a_wrong_one_is_refused_and_a_right_one_lets_in(served: Served, folder: Path) -> None:
    served.sync(folder)
    token = served.tokens.add("ann", role=Role.ADMIN)
    drawn = draw().run()
    assert drawn.title[0].value == texts.SIGN_IN
    assert not drawn.error
    assert not drawn.chat_input
    drawn.text_input[0].set_value("wrong")
    drawn.button[0].click()
    drawn.run()
    assert "token" in drawn.error[0].value
    drawn.text_input[0].set_value(token)
    drawn.button[0].click()
    drawn.run()
    assert drawn.title[0].value == texts.ASK_WELCOME
    assert drawn.selectbox(key="collection").value == "default"
    assert next(button for button in drawn.button if button.label == texts.SIGN_OUT)


def test_a_service_that_is_gone_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["main.py", f"{SERVICE_ARGUMENT}http://127.0.0.1:9"])
    drawn = draw().run()
    st.cache_resource.clear()
    assert not drawn.exception
    assert "lectern serve" in drawn.error[0].value


def test_the_page_does_not_listen_beyond_this_machine_where_nobody_is_asked_who_they_are(served: Served) -> None:
    refused = start_process("web", "--no-browser", "--host", "0.0.0.0", "--service", served.url)
    _, told = refused.communicate(timeout=RUN_SECONDS)
    assert refused.returncode == 2
    assert "there is no sign-in" in " ".join(told.split())


def test_of_five_hundred_questions_the_last_are_drawn_and_earlier_ones_on_demand(served: Served, folder: Path) -> None:
    served.sync(folder)
    with closing(HttpClient(Connection(served.url))) as client:
        conversation = ask_page.conversations().open(ask_page.owner_of(client))
    for number in range(500):
        turn = Turn(Question(f"Question {number}", "default"))
        turn.finish(answer())
        conversation.turns.append(turn)
    drawn = draw()
    drawn.query_params["chat"] = conversation.id
    drawn.run()
    assert not drawn.exception
    # One more component writes the address.
    assert len(drawn.get("bidi_component")) == ask_page.TURNS_SHOWN + 1
    next(button for button in drawn.button if button.label == texts.ASK_EARLIER).click()
    drawn.run()
    assert len(drawn.get("bidi_component")) == 2 * ask_page.TURNS_SHOWN + 1


def test_the_button_for_earlier_questions_goes_with_the_last_of_them(served: Served, folder: Path) -> None:
    served.sync(folder)
    with closing(HttpClient(Connection(served.url))) as client:
        conversation = ask_page.conversations().open(ask_page.owner_of(client))
    for number in range(ask_page.TURNS_SHOWN + 1):
        turn = Turn(Question(f"Question {number}", "default"))
        turn.finish(answer())
        conversation.turns.append(turn)
    drawn = draw()
    drawn.query_params["chat"] = conversation.id
    drawn.run()
    next(button for button in drawn.button if button.label == texts.ASK_EARLIER).click()
    drawn.run()
    assert not [button for button in drawn.button if button.label == texts.ASK_EARLIER]


def test_a_conversation_is_found_again_after_a_restart_with_what_it_was_asked_of(served: Served, folder: Path) -> None:
    served.sync(folder)
    served.sync(folder, "letters")
    turn = Turn(Question("How often?", "letters", {"title": "*light*"}, use_llm=False))
    turn.finish(answer())
    with closing(HttpClient(Connection(served.url))) as client:
        kept = Conversation("")
        kept.turns.append(turn)
        keeping.save(client, kept, turn)
        assert kept.unsaved is None
        drawn = draw()
        drawn.query_params["chat"] = kept.id
        drawn.run()
        assert not drawn.exception
        # One more component writes the address.
        assert len(drawn.get("bidi_component")) == 2
        chosen = (drawn.selectbox(key="collection").value, drawn.text_input(key="filter title").value)
        assert (*chosen, drawn.selectbox(key="llm choice").value) == ("letters", "light", "off")
        drawn.button(key=f"open {kept.id}").click().run()
        assert not drawn.exception
        next(button for button in drawn.button if button.label == texts.CONVERSATION_PIN).click().run()
        assert client.list_conversations().conversations[0].pinned
        next(field for field in drawn.text_input if field.label == texts.CONVERSATION_RENAME).set_value("Lamp").run()
        assert client.list_conversations().conversations[0].title == "Lamp"
        # Erased elsewhere: what was answered is not shown from memory.
        served.service.conversations.remove_collection("letters")
        drawn.run()
        (shown,) = ask_page.conversations().find(kept.id, ask_page.owner_of(client)).turns  # type: ignore[union-attr]
        assert (shown.state, shown.said) == (TurnState.ERASED, "")


def test_a_collection_that_was_uploaded_into_is_chosen_once_it_is_there(served: Served, folder: Path) -> None:
    served.sync(folder)
    drawn = draw()
    drawn.session_state[WANTED] = "letters"
    drawn.run()
    assert (drawn.selectbox(key="collection").value, drawn.exception) == ("default", [])
    served.sync(folder, "letters")
    drawn.run()
    assert (drawn.selectbox(key="collection").value, drawn.exception) == ("letters", [])


def test_a_choice_for_all_pages_is_never_lost_to_a_browser_that_draws_its_widget_anew(
    served: Served, folder: Path
) -> None:
    served.sync(folder)
    (folder / "more.txt").write_text("One document more.")
    served.sync(folder, "fuller")
    drawn = draw().run()
    # Nothing is chosen yet.
    assert drawn.selectbox(key="collection").value == "fuller"
    drawn.selectbox(key="collection").set_value("default").run()
    language = next(box for box in drawn.selectbox if box.label == texts.LANGUAGE)
    language.set_value("fr").run()
    for key, chosen in (("collection", "default"), ("language", "fr")):
        box = drawn.selectbox(key=key)
        # What a browser begins with, and may report, where it knows of no choice.
        begun = box.options[box.proto.default]
        assert (box.value, begun) == (chosen, box.format_func(chosen))


def test_a_defect_is_told_in_plain_words() -> None:
    def script() -> None:
        from app.web.start import show_defect

        assert show_defect(ZeroDivisionError("secret"))

    drawn = AppTest.from_function(script, default_timeout=RUN_SECONDS).run()
    assert (drawn.error[0].value, drawn.exception) == (f"{texts.DEFECT}\n\n{texts.DEFECT_REMEDY}", [])
