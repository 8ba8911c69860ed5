"""Draws the LLM that answers beside the question, and the choice of another one."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app.client.http import HttpClient
from app.web import known_llms, texts
from app.web.escape import one_line
from rag.types import Question

SERVICE, QUOTES = "", "off"
"""Choices beside the LLMs that are named: the service's own, and none."""

CHOSEN = "llm asked"
"""In the session, also while the choice is not drawn."""

NAME_SHOWN = 60

WIDTH = 300


@dataclass(frozen=True, slots=True)
class LlmChoice:
    """The LLM that is asked ("": the service's own), unless quotes alone are wanted."""

    llm: str = ""
    use_llm: bool = True

    @classmethod
    def of(cls, chosen: str) -> LlmChoice:
        """Read a choice."""
        return cls("" if chosen == QUOTES else chosen, chosen != QUOTES)


def choose_llm(client: HttpClient) -> LlmChoice:
    """Draw the choice. Who may not name LLMs chooses between the service's own and quotes."""
    own = known_llms.own_llm(client) or QUOTES
    may_name = known_llms.may_name_llms(client)
    others = known_llms.other_llms(client)
    chosen = str(st.session_state.get(CHOSEN, SERVICE))
    if not may_name and chosen != QUOTES:
        chosen = SERVICE
    # Without an LLM of the service, its own answers are quotes: that is one choice, not two.
    options = [QUOTES, *others] if own == QUOTES else [SERVICE, *others, QUOTES]
    shown = QUOTES if (own, chosen) == (QUOTES, SERVICE) else chosen
    if shown not in options:
        options.append(shown)
    words = {SERVICE: own, QUOTES: texts.ASK_LLM_QUOTES}
    key = "llm choice"
    # What is written there may have been chosen elsewhere: in another conversation, or before another page.
    st.session_state[key] = shown
    st.selectbox(
        texts.ASK_LLM,
        options,
        key=key,
        format_func=lambda name: one_line(words.get(name) or name, NAME_SHOWN),
        help=texts.ASK_LLM_HELP if may_name else None,
        accept_new_options=may_name,
        label_visibility="collapsed",
        width=WIDTH,
        on_change=lambda: st.session_state.__setitem__(CHOSEN, str(st.session_state[key] or SERVICE).strip()),
    )
    return LlmChoice.of(chosen)


def offered_instead(client: HttpClient, asked: Question) -> list[tuple[str, str]]:
    """Return the LLMs that could answer a question in the place of the one that did, with their names for people."""
    own = known_llms.own_llm(client)
    named = [*([SERVICE] if own else []), *known_llms.other_llms(client), str(st.session_state.get(CHOSEN, SERVICE))]
    if not known_llms.may_name_llms(client):
        named = [name for name in named if name == SERVICE]
    answered = asked.llm if asked.use_llm else QUOTES
    offered = [name for name in dict.fromkeys([*named, QUOTES]) if name != answered and (name or own)]
    return [(name, {SERVICE: own, QUOTES: texts.ASK_LLM_QUOTES}.get(name, name)) for name in offered]


def restore_llm(llm: str, *, use_llm: bool) -> None:
    """Have the choice stand as it stood for a question."""
    st.session_state[CHOSEN] = llm if use_llm else QUOTES
