"""Draws the page Ask: questions, answers and the page that proves them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from app.client.http import HttpClient
from app.web import address, texts
from app.web.admin.adding import add_documents, show_uploads
from app.web.admin.calls import Calls
from app.web.admin.parts import may_write
from app.web.ask import keeping, scope
from app.web.ask.answer_view import Clicks, Opened, draw_turn
from app.web.ask.conversation import Conversation, Conversations, Turn
from app.web.ask.filters import answering_documents, choose_filters, choose_mode, restore_filters
from app.web.ask.history import draw_conversations
from app.web.ask.llm_choice import CHOSEN, LlmChoice, choose_llm, offered_instead, restore_llm
from app.web.ask.proof import Proof, draw_proof, picture_address
from app.web.ask.sharing import offer_files
from app.web.escape import one_line, plain
from app.web.frame import PageContext, choose_collection, reported, show_error
from app.web.known_llms import sees_images
from rag.errors import LecternError
from rag.images import MAX_IMAGE_BYTES
from rag.types import MAX_QUESTION_CHARACTERS, ImageFile, Question

TURNS_SHOWN = 10
"""The last ones; a page with hundreds is slow to draw and nobody reads them at once."""

REDRAW_SECONDS = 0.25
"""Between two looks at an answer that is being written."""

MAX_IMAGE_MEGABYTES = MAX_IMAGE_BYTES >> 20
"""Of all images of a question together."""

QUESTIONS_SUGGESTED = 6

IMAGE_TYPES = ["png", "jpg", "jpeg", "webp", "gif"]

TOO_LONG = "question that is too long"
"""In the session: given back to the field, to be shortened."""

IMAGE_WIDTH = 240
"""Pixels: enough to see which image it was."""


@dataclass(frozen=True, slots=True)
class Again:
    """A question that is asked again, changed or not, and the turn that it was."""

    question: Question
    turn: Turn


def show(context: PageContext) -> None:
    """Draw the page."""
    conversation = _conversation(context)
    with st.sidebar:
        filters = choose_filters(context) if context.collection and context.is_reachable else {}
        mode = choose_mode() if context.collection else ""
        if context.is_reachable:
            with reported():
                _draw_conversations(context.client, conversation)
    choice = _draw_choices(context)
    asked, images = _draw_input(context, takes_images=choice.use_llm and (bool(choice.llm) or _takes_images(context)))
    suggested = st.session_state.pop("suggested", "")
    again: Again | None = st.session_state.pop("asked again", None)
    text = (asked or suggested).strip()
    if len(text) > MAX_QUESTION_CHARACTERS:
        st.session_state[TOO_LONG] = text
        st.rerun()
    if text:
        question = Question(
            text, context.collection, filters, use_llm=choice.use_llm, llm=choice.llm, images=images, mode=mode
        )
        conversation.ask(context.client, question)
    elif again:
        conversation.ask(context.client, again.question, again_of=again.turn)
    if text or again:
        conversations().forget_old_images()
        st.session_state.pop("proof", None)
    if conversation.unsaved is not None:
        st.warning(texts.CONVERSATION_UNSAVED.format(reason=plain(str(conversation.unsaved))), icon=":material/save:")
    if (shared := st.session_state.pop("to share", None)) and shared[0] == conversation.id:
        offer_files(context.client, conversation.turns[shared[1]])
    proof: Proof | None = st.session_state.get("proof")
    if proof is None:
        _draw_conversation(context, conversation)
        return
    left, right = st.columns(2, gap="medium")
    with left:
        _draw_conversation(context, conversation)
    with right, st.container(key="proof"), reported():
        draw_proof(context.client, proof, _show_proof)


def _draw_choices(context: PageContext) -> LlmChoice:
    """Draw, above the field, which LLM answers, which documents are asked, and where files are added to them."""
    if not context.collection or not context.is_reachable:
        return LlmChoice.of(str(st.session_state.get(CHOSEN, "")))
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="asked"):
        choice = choose_llm(context.client)
        _offer_to_add(context)
        with reported():
            scope.draw_chips(context.collection, answering_documents(context))
    return choice


def _offer_to_add(context: PageContext) -> None:
    """Draw a button that opens where files are dropped; how they fare is shown below what was asked."""
    if st.button(texts.ASK_ADD, icon=":material/attach_file:", key="add here", type="tertiary"):
        st.dialog(texts.ASK_ADD, width="medium")(_add)(context)


def _add(context: PageContext) -> None:
    with reported():
        if may_write(Calls(context.client, "").identity()):
            add_documents(context.client, context.collection)
            st.caption(texts.ASK_FORMATS)
        else:
            st.info(texts.ASK_MAY_NOT_ADD)


def _draw_input(context: PageContext, *, takes_images: bool) -> tuple[str, tuple[ImageFile, ...]]:
    """Draw the field for the question; return the text and images that were sent, "" and none while nothing was."""
    # Without a limit of its own: the field would drop what is over it without a word.
    key = "question with images" if takes_images else "question"
    if too_long := st.session_state.pop(TOO_LONG, ""):
        st.warning(texts.ASK_TOO_LONG.format(count=len(too_long), most=MAX_QUESTION_CHARACTERS))
        st.session_state[key] = too_long
    is_disabled = not (context.collection and context.is_reachable)
    if not takes_images:
        asked = st.chat_input(texts.ASK_PLACEHOLDER, key=key, disabled=is_disabled)
        return asked or "", ()
    sent = st.chat_input(
        texts.ASK_PLACEHOLDER,
        key=key,
        accept_file="multiple",
        file_type=IMAGE_TYPES,
        max_upload_size=MAX_IMAGE_MEGABYTES,
        disabled=is_disabled,
    )
    if sent is None:
        return "", ()
    images = tuple(ImageFile(file.name, file.getvalue()) for file in sent.files)
    if images and not sent.text.strip():
        st.warning(texts.ASK_IMAGE_ALONE)
    if sum(len(image.content) for image in images) > MAX_IMAGE_BYTES:
        st.warning(texts.ASK_IMAGES_TOO_LARGE.format(megabytes=MAX_IMAGE_MEGABYTES))
        return "", ()
    return sent.text, images


def _takes_images(context: PageContext) -> bool:
    """Say whether a question may carry images; while the service is away, as it was: another field would be empty."""
    if context.is_reachable:
        st.session_state["takes images"] = sees_images(context.client)
    return bool(st.session_state.get("takes images"))


def _draw_conversation(context: PageContext, conversation: Conversation) -> None:
    if not conversation.turns:
        _draw_welcome(context)
    else:
        with st.container(key="heading"):  # For those who hear the page: the questions below are parts of it.
            st.title(plain(one_line(conversation.title or conversation.turns[0].asked.text, 120)), anchor=False)
    shown = int(st.session_state.get("turns shown", TURNS_SHOWN))
    if len(conversation.turns) > shown:
        show_more = partial(st.session_state.__setitem__, "turns shown", shown + TURNS_SHOWN)
        st.button(texts.ASK_EARLIER, icon=":material/expand_less:", on_click=show_more)
    first = max(0, len(conversation.turns) - shown)
    for number, turn in enumerate(conversation.turns[first:], first):
        _draw_images(turn)
        if turn.is_finished:
            with st.container():  # As a fragment has: else the answer is drawn anew at its end, and loses the focus.
                _draw_turn(context.client, conversation, number)
        else:
            _draw_running(context.client, conversation, number)
    if conversation.turns:
        show_uploads(context.client)


def _draw_images(turn: Turn) -> None:
    """Draw the images above the question, as data URLs: they are decoded by the browser, not here."""
    if turn.asked.images:
        images = [picture_address(image.content) for image in turn.asked.images]
        st.image(images, caption=[plain(one_line(name, 80)) for name in turn.image_names], width=IMAGE_WIDTH)
    elif turn.image_names:
        st.caption(plain(texts.ASK_IMAGE_FORGOTTEN.format(names=one_line(", ".join(turn.image_names), 300))))


def _draw_welcome(context: PageContext) -> None:
    if not context.collection:
        _draw_start(context)
        return
    st.title(texts.ASK_WELCOME)
    show_uploads(context.client)
    if not context.is_reachable:
        return
    with st.container(key="suggestions"), reported():
        questions = context.client.suggest_questions(context.collection, limit=QUESTIONS_SUGGESTED)
        if questions:
            st.caption(texts.ASK_SUGGESTED)
        for number, question in enumerate(questions):
            st.button(
                plain(question),
                key=f"suggested {number}",
                on_click=partial(st.session_state.__setitem__, "suggested", question),
                type="tertiary",
                icon=":material/arrow_forward:",
            )


def _draw_start(context: PageContext) -> None:
    """Draw the page before anything is indexed: what Lectern is, and where files go."""
    st.title(texts.ASK_START)
    st.write(texts.ASK_START_EXPLAINED)
    if not context.is_reachable:
        return
    with reported():
        if may_write(Calls(context.client, "").identity()):
            add_documents(context.client, "")
            st.caption(texts.ASK_FORMATS)
            context.link("folders", texts.ASK_START_FOLDER, ":material/folder_managed:")
        else:
            st.info(texts.ASK_EMPTY)
        show_uploads(context.client)


@st.fragment(run_every=REDRAW_SECONDS)
def _draw_running(client: HttpClient, conversation: Conversation, number: int) -> None:
    """Draw a turn again and again until it is finished."""
    turn = conversation.turns[number]
    if turn.is_finished or st.session_state.pop("proof changed", False):
        st.rerun()
    _draw_turn(client, conversation, number)
    st.button(texts.ASK_STOP, icon=":material/stop_circle:", on_click=turn.stop, key=f"stop {number}")


def _draw_turn(client: HttpClient, conversation: Conversation, number: int) -> None:
    turn = conversation.turns[number]
    opened: tuple[int, Opened] | None = st.session_state.get("opened")

    def open_proof(what: Opened) -> None:
        st.session_state["opened"] = (number, what)
        _show_proof(_proof_of(turn, what))
        st.session_state["proof changed"] = not turn.is_finished

    def rate(rating: str) -> None:
        citations = turn.answer.citations if turn.answer else ()
        try:
            client.add_feedback(turn.asked, turn.said, rating, citations)
        except LecternError as error:
            show_error(error)
        else:
            turn.rating = rating
            conversation.save(turn)
            st.toast(texts.ANSWER_RATED)

    def lift(field: str) -> None:
        asked = replace(turn.asked, ignored_filters=(*turn.asked.ignored_filters, field), history=())
        st.session_state["asked again"] = Again(asked, turn)

    def ask_again(text: str, llm: str | None) -> None:
        asked = replace(turn.asked, text=text, history=())
        if llm is not None:
            choice = LlmChoice.of(llm)
            asked = replace(asked, llm=choice.llm, use_llm=choice.use_llm)
        st.session_state["asked again"] = Again(asked, turn)

    def agree() -> None:
        st.session_state["asked again"] = Again(replace(turn.asked, agreed=True, history=()), turn)

    chosen = opened[1] if opened and opened[0] == number and "proof" in st.session_state else None
    key = f"turn {conversation.id} {number}"

    def note(text: str) -> None:
        turn.note = text
        conversation.save(turn)

    clicks = Clicks(
        on_open=open_proof,
        on_rate=rate,
        on_lift=lift,
        on_note=note,
        on_share=lambda: st.session_state.__setitem__("to share", (conversation.id, number)),
        on_again=ask_again,
    )
    draw_turn(
        turn, clicks, key=key, chosen=chosen, llms=offered_instead(client, turn.asked) if turn.is_finished else ()
    )
    if turn.answer and turn.answer.offer:
        label = texts.ASK_AGREE.format(cost=plain(turn.answer.offer))
        st.button(label, icon=":material/menu_book:", on_click=agree, key=f"agree {conversation.id} {number}")


def _proof_of(turn: Turn, what: Opened) -> Proof | None:
    """Return the page behind a button; None for one that is not there."""
    by_number = {source.number: source for source in turn.sources}
    citations = turn.answer.citations if turn.answer else ()
    if what.kind == "source":
        source = by_number.get(what.at)
        cited = next((citation for citation in citations if citation.number == what.at), None)
        nearest = next((near for near in (turn.answer.nearest if turn.answer else ()) if near.number == what.at), None)
        if source is not None and cited is not None:
            return Proof.of_citation(turn.asked.collection, cited, source.document.id)
        if source is not None and nearest is not None:
            # Nothing is claimed that it does not support.
            return Proof.of_citation(turn.asked.collection, replace(nearest, supported=True), source.document.id)
        return Proof.of_source(turn.asked.collection, source) if source else None
    if what.kind == "cell":
        table = turn.answer.table if turn.answer else turn.table
        rows = (*table.rows, *table.undecided) if table else ()
        cells = rows[what.at].cells if 0 <= what.at < len(rows) else ()
        cell = cells[what.column] if 0 <= what.column < len(cells) else None
        return Proof.of_cell(turn.asked.collection, cell) if cell and cell.document_id else None
    if not 0 <= what.at < len(citations):
        return None
    citation = citations[what.at]
    source = by_number.get(citation.number)
    return Proof.of_citation(turn.asked.collection, citation, source.document.id) if source else None


def _show_proof(proof: Proof | None) -> None:
    if proof is None:
        st.session_state.pop("proof", None)
    else:
        st.session_state["proof"] = proof


def _draw_conversations(client: HttpClient, conversation: Conversation) -> None:
    listed = draw_conversations(client, conversation, partial(_open, client))
    version = next((one.version for one in listed if one.id == conversation.id), 0)
    # Changed elsewhere: by another browser, or because a document was erased.
    if version > conversation.version and all(turn.has_ended for turn in conversation.turns):
        keeping.refresh(client, conversation)


# --- which conversation ---


def _conversation(context: PageContext) -> Conversation:
    """Return the conversation in the address, that of this visit, or a new one; others' conversations are not shown."""
    if (named := address.asked_for(address.CHAT)) and (found := _find(context, named)):
        _restore(found)
        _keep(found)
        if found.collection not in ("", context.collection):
            st.rerun()
    found = _find(context, st.session_state.get(address.CHAT, "")) or _begin(context.client)
    _keep(found)
    return found


def _find(context: PageContext, id_: str) -> Conversation | None:
    """Return a conversation of this process, or one that the service kept."""
    owner = owner_of(context.client)
    found = conversations().find(id_, owner)
    if found is None and context.is_reachable and (found := keeping.load(context.client, id_, owner)):
        found.saving = partial(keeping.save, context.client)
        conversations().add(found)
    return found


def _begin(client: HttpClient) -> Conversation:
    return conversations().open(owner_of(client), save=partial(keeping.save, client))


def _open(client: HttpClient, id_: str) -> None:
    """Open a conversation, or ("") begin a new one; called before the page is drawn again."""
    for name in ("proof", "opened", "turns shown"):
        st.session_state.pop(name, None)
    if not id_:
        _keep(_begin(client))
        return
    st.session_state[address.CHAT] = id_
    owner = owner_of(client)
    try:
        found = conversations().find(id_, owner) or keeping.load(client, id_, owner)
    except LecternError as error:
        show_error(error)
    else:
        if found is not None:
            _restore(found)


def _restore(conversation: Conversation) -> None:
    """Choose the collection, filters and mode of a conversation's last question."""
    asked = conversation.turns[-1].asked if conversation.turns else None
    if asked is None:
        return
    conversation.collection = asked.collection
    choose_collection(asked.collection)
    restore_filters(asked.collection, asked.filters, asked.mode)
    restore_llm(asked.llm, use_llm=asked.use_llm)


def _keep(conversation: Conversation) -> None:
    st.session_state[address.CHAT] = conversation.id


def owner_of(client: HttpClient) -> str:
    """Return the owner of a caller's conversations, as a hash of address and token."""
    return hashlib.sha256(" ".join(client.caller).encode()).hexdigest()


@st.cache_resource(show_spinner=False)
def conversations() -> Conversations:
    """Return the conversations of this process."""
    return Conversations()
