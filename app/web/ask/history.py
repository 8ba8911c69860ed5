"""Draws the conversations that are kept, in the sidebar: to search, open, rename, pin, export and delete."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from app.api.schemas.conversations import ConversationResponse
from app.client.http import HttpClient
from app.web import language, texts
from app.web.admin import parts
from app.web.ask.conversation import Conversation
from app.web.ask.export import conversation_markdown
from app.web.ask.keeping import export_all
from app.web.escape import one_line, plain
from app.web.frame import show_error
from rag.errors import LecternError

LISTED = 20
"""Conversations drawn at first; each press of the button draws as many more."""

TITLE_SHOWN = 60

SEARCHED_FROM = 6
"""Fewer conversations are seen at a glance, and need no field to search in them."""

OpenConversation = Callable[[str], None]


def draw_conversations(
    client: HttpClient, shown: Conversation, open_it: OpenConversation
) -> list[ConversationResponse]:
    """Draw the list; returns what it lists. `open_it` is told the id of one that is clicked, "" for a new one."""
    if shown.turns:
        new = partial(open_it, "")
        st.button(texts.ASK_NEW, icon=":material/add_comment:", width="stretch", on_click=new)
    contains = str(st.session_state.get("conversations find", ""))
    limit = int(st.session_state.setdefault("conversations listed", LISTED))
    found = client.list_conversations(contains=contains.strip(), limit=limit)
    if not found.total and not contains:
        return []
    st.markdown(f"**{texts.CONVERSATIONS}**")
    if found.total >= SEARCHED_FROM or contains:
        st.text_input(
            texts.CONVERSATIONS_FIND,
            key="conversations find",
            placeholder=texts.CONVERSATIONS_FIND,
            label_visibility="collapsed",
            max_chars=200,
        )
    with st.container(key="conversations"):
        for one in found.conversations:
            _draw_one(one, is_shown=one.id == shown.id, open_it=open_it)
    if not found.total:
        st.caption(texts.CONVERSATIONS_NONE)
    if found.total > limit:
        more = partial(st.session_state.__setitem__, "conversations listed", limit + LISTED)
        st.button(texts.CONVERSATIONS_MORE, type="tertiary", icon=":material/expand_more:", on_click=more)
    _draw_menu(client, shown, next((one for one in found.conversations if one.id == shown.id), None), open_it)
    return list(found.conversations)


def _draw_one(one: ConversationResponse, *, is_shown: bool, open_it: OpenConversation) -> None:
    title = one_line(one.title, TITLE_SHOWN) or texts.ASK_ERASED_QUESTION
    st.button(
        f"**{plain(title)}**" if is_shown else plain(title),
        key=f"open {one.id}",
        icon=":material/push_pin:" if one.pinned else ":material/chat_bubble:",
        type="tertiary",
        help=texts.CONVERSATION_TOLD.format(
            collection=plain(one.collection), when=parts.when(one.updated_at), count=one.turns
        ),
        on_click=partial(open_it, one.id),
    )


def _draw_menu(
    client: HttpClient, shown: Conversation, listed: ConversationResponse | None, open_it: OpenConversation
) -> None:
    with st.popover(texts.CONVERSATION_MENU, icon=":material/more_horiz:", width="stretch"):
        if listed is not None:
            _draw_changes(client, shown, listed, open_it)
            _offer_file(
                texts.ASK_EXPORT, lambda: conversation_markdown(listed.collection, shown.turns), texts.ASK_EXPORT_FILE
            )
        _offer_file(texts.CONVERSATIONS_EXPORT, partial(_export_all, client), texts.CONVERSATIONS_EXPORT_FILE)


def _draw_changes(
    client: HttpClient, shown: Conversation, listed: ConversationResponse, open_it: OpenConversation
) -> None:
    key = f"title of {listed.id}"

    def rename() -> None:
        _try(lambda: client.change_conversation(listed.id, title=str(st.session_state[key])))

    st.text_input(texts.CONVERSATION_RENAME, listed.title, key=key, max_chars=120, on_change=rename)
    st.button(
        texts.CONVERSATION_UNPIN if listed.pinned else texts.CONVERSATION_PIN,
        icon=":material/push_pin:",
        width="stretch",
        on_click=lambda: _try(lambda: client.change_conversation(listed.id, pinned=not listed.pinned)),
    )

    def delete() -> None:
        shown.is_deleted = True
        shown.stop()
        _try(lambda: client.delete_conversation(listed.id))
        open_it("")

    # Asked for in the menu itself: over a dialog it would stay open.
    if st.session_state.get("to delete") == listed.id:
        st.caption(texts.CONVERSATION_DELETE_EXPLAINED)
        st.button(texts.CONVERSATION_DELETE_YES, type="primary", width="stretch", on_click=delete)
    else:
        ask = partial(st.session_state.__setitem__, "to delete", listed.id)
        st.button(texts.CONVERSATION_DELETE, icon=":material/delete:", width="stretch", on_click=ask)


def _offer_file(label: str, content: Callable[[], str], name: str) -> None:
    st.download_button(
        label,
        language.carry(content),
        file_name=name,
        mime="text/markdown",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )


def _export_all(client: HttpClient) -> str:
    every = export_all(client)
    return "\n---\n\n".join(conversation_markdown(one.collection, one.turns) for one in every)


def _try(change: Callable[[], object]) -> None:
    try:
        change()
    except LecternError as error:
        show_error(error)
