"""Draws what surrounds every page: navigation, the choice of the collection, sign-in, errors and their remedies."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError
from streamlit.navigation.page import StreamlitPage

from app.client.connection import Connection
from app.client.errors import UnreachableError
from app.client.http import HttpClient
from app.web import address, language, style, texts
from app.web.escape import plain
from rag.errors import LecternError, SignInError
from rag.types import CollectionInfo

log = logging.getLogger(__name__)

SERVICE_ARGUMENT = "--service="
"""The argument by which `lectern web` tells the script where the service is."""

RESTARTED_ARGUMENT = "--restarted"
"""The argument by which it says that it starts a service again that has ended."""

LOOK_SECONDS = 2.0
"""Between two looks at a service that does not answer."""

ICON = Path(__file__).parent / "icon.svg"
"""A file of ours: Streamlit's own icons for the browser's tab would be fetched from elsewhere."""

DEFAULT_SERVICE = "http://127.0.0.1:8765"

ANSWER_SECONDS = 60.0
"""For everything but uploads and streams; a page that waits longer looks dead."""

CLIENTS_KEPT = 200
"""One for each token: more people than use one page process at once."""


WANTED = "collection to choose"
"""In the session: the collection that a page wants chosen when the frame is drawn next and the collection is there."""

CHOSEN = "collection that is chosen"
"""In the session: the collection that is chosen."""


def choose_collection(name: str) -> None:
    """Have a collection chosen from the next drawing on, or from when its first document is there."""
    st.session_state[WANTED] = name


@dataclass(frozen=True, slots=True)
class PageContext:
    """The service that a page calls, and the collection that is chosen ("" while there is none)."""

    client: HttpClient
    collection: str
    collections: tuple[CollectionInfo, ...]
    is_reachable: bool = True
    pages: Mapping[str, StreamlitPage] = field(default_factory=dict)
    """The pages of the navigation, by their addresses."""

    def link(self, page: str, label: str, icon: str) -> None:
        """Draw a link to another page."""
        if page in self.pages:
            st.page_link(self.pages[page], label=label, icon=icon)

    def go(self, page: str) -> None:
        """Open another page."""
        if page in self.pages:
            st.switch_page(self.pages[page])

    @property
    def chosen(self) -> CollectionInfo | None:
        """Return the collection with its numbers."""
        return next((entry for entry in self.collections if entry.name == self.collection), None)


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the navigation; `show` draws it."""

    address: str
    title: str
    icon: str
    show: Callable[[PageContext], None]


def run(entries: tuple[Entry, ...]) -> None:
    """Draw the page that the address names, once the visitor has signed in where that is required."""
    st.set_page_config(page_title=texts.PRODUCT, page_icon=str(ICON), layout="wide")
    style.apply()
    if not _account_is_known():
        return
    token = _token()
    try:
        client = _client(service_address(), token)
        collections = client.list_collections()
        _known_collections()[client.caller] = collections
    except SignInError as error:
        _ask_for_token(error if token else None)
        return
    except UnreachableError:
        _wait_for_service(client)
        if client.caller in _known_collections():
            _draw(entries, client, tuple(_known_collections()[client.caller]), is_reachable=False)
        return
    except LecternError as error:
        show_error(error)
        st.button(texts.SERVICE_RETRY, icon=":material/refresh:")
        return
    _draw(entries, client, tuple(collections))


@contextmanager
def reported() -> Iterator[None]:
    """Draw every expected error of the block, with its remedy, where it happened; the rest of the page goes on."""
    try:
        yield
    except SignInError:
        raise
    except LecternError as error:
        show_error(error)


def show_error(error: LecternError) -> None:
    """Draw an error and what to do about it."""
    st.error(f"{plain(error.reason)}\n\n{plain(error.remedy)}".strip(), icon=":material/error:")


def service_address() -> str:
    """Return the address of the service."""
    given = [argument.removeprefix(SERVICE_ARGUMENT) for argument in sys.argv if argument.startswith(SERVICE_ARGUMENT)]
    return (given or [DEFAULT_SERVICE])[-1].rstrip("/")


@st.fragment(run_every=LOOK_SECONDS)
def _wait_for_service(client: HttpClient) -> None:
    """Say that the service does not answer, until it does."""
    if client.connection.is_alive():
        st.rerun()
    remedy = texts.SERVICE_RESTARTED if RESTARTED_ARGUMENT in sys.argv else texts.SERVICE_START
    st.error(f"{texts.SERVICE_GONE}\n\n{remedy}", icon=":material/sync_problem:")


def _draw(
    entries: tuple[Entry, ...],
    client: HttpClient,
    collections: tuple[CollectionInfo, ...],
    *,
    is_reachable: bool = True,
) -> None:
    def draw(entry: Entry) -> None:
        if not is_reachable and entry is not entries[0]:
            return  # All of it would have to come from the service.
        try:
            with reported():
                entry.show(context)
        except SignInError as error:
            _ask_for_token(error)

    def page_of(entry: Entry, *, default: bool) -> StreamlitPage:
        def show() -> None:
            draw(entry)

        return st.Page(show, title=entry.title, icon=entry.icon, url_path=entry.address, default=default)

    pages = [page_of(entry, default=index == 0) for index, entry in enumerate(entries)]
    by_address = {entry.address: page for entry, page in zip(entries, pages, strict=True)}
    page = st.navigation(pages)
    # The window's title: which of several windows this is.
    st.set_page_config(page_title=f"{page.title} · {texts.PRODUCT}")
    with st.sidebar:
        context = PageContext(client, _choose_collection(collections), collections, is_reachable, by_address)
        if client.connection.token and st.button(texts.SIGN_OUT, icon=":material/logout:", width="stretch"):
            _sign_out()
    page.run()
    with st.sidebar:
        _choose_language()
        chat = str(st.session_state.get(address.CHAT, "")) if page is pages[0] else ""
        address.write({address.COLLECTION: context.collection, address.CHAT: chat})


def _choose_collection(collections: tuple[CollectionInfo, ...]) -> str:
    """Return the collection that is chosen; the address keeps it for a reload."""
    names = [collection.name for collection in collections]
    if not names:
        st.caption(texts.NO_COLLECTION)
        return ""
    chosen = st.session_state.get(CHOSEN)
    if chosen not in names:  # Nothing was chosen yet, or it was forgotten since.
        chosen = max(collections, key=lambda collection: collection.documents).name
    if (named := address.asked_for(address.COLLECTION)) in names:
        chosen = named
    if st.session_state.get(WANTED) in names:
        chosen = st.session_state.pop(WANTED)
    _draw_choice("collection", CHOSEN, chosen, names, label=texts.COLLECTION, help_=texts.COLLECTION_HELP)
    return str(chosen)


def _choose_language() -> None:
    _draw_choice(
        "language",
        language.CHOSEN,
        st.session_state[language.CHOSEN],
        ["", *language.LANGUAGES],
        label=texts.LANGUAGE,
        format_func=lambda code: language.LANGUAGES[code].name if code else texts.LANGUAGE_OF_BROWSER,
    )


def _draw_choice(
    key: str,
    kept: str,
    chosen: str,
    options: Sequence[str],
    *,
    label: str,
    help_: str | None = None,
    format_func: Callable[[str], str] = str,
) -> None:
    """Draw a choice that holds on all pages; in the session, `kept` is what is chosen, `key` what the widget holds.

    Where a page is left before it is drawn, the browser may make the widget anew, begin with the option `index` and
    report that as if it had been chosen: so it is always the one that is. Streamlit also forgets what a widget holds
    when a script opens another page.
    """
    st.session_state[kept] = chosen
    if st.session_state.get(key) != chosen:
        st.session_state[key] = chosen
    st.selectbox(
        label,
        options,
        index=options.index(chosen),
        key=key,
        help=help_,
        format_func=format_func,
        on_change=lambda: st.session_state.__setitem__(kept, st.session_state[key]),
    )


# --- who asks ---


def _ask_for_token(error: SignInError | None) -> None:
    _, middle, _ = st.columns([1, 2, 1])
    with middle, st.form("sign in"):
        st.title(texts.SIGN_IN)
        st.text(texts.SIGN_IN_EXPLAINED)
        token = st.text_input(texts.SIGN_IN_TOKEN, type="password", autocomplete="current-password")
        if error is not None:
            show_error(error)
        if st.form_submit_button(texts.SIGN_IN, type="primary") and token.strip():
            st.session_state["token"] = token.strip()
            st.rerun()


def _sign_out() -> None:
    st.session_state.clear()
    if _login_settings():
        st.logout()
    st.rerun()


def _account_is_known() -> bool:
    """Say whether the identity provider, where secrets.toml names one, knows the visitor; else draw its sign-in."""
    if not _login_settings() or st.user.is_logged_in:
        return True
    _, middle, _ = st.columns([1, 2, 1])
    with middle:
        st.title(texts.SIGN_IN)
        st.text(texts.SIGN_IN_ACCOUNT_EXPLAINED)
        st.button(texts.SIGN_IN_WITH_ACCOUNT, type="primary", on_click=st.login)
    return False


def _token() -> str:
    """Return the token typed in; else the one that secrets.toml keeps for the account, or for all accounts."""
    typed = st.session_state.get("token")
    if typed or not _login_settings():
        return str(typed or "")
    kept = _secrets().get("lectern", {})
    return str(kept.get("tokens", {}).get(str(st.user.get("email", "")), kept.get("token", "")))


def _login_settings() -> bool:
    return "auth" in _secrets()


def _secrets() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    try:
        return st.secrets.to_dict() if st.secrets.load_if_toml_exists() else {}
    except StreamlitSecretNotFoundError:
        return {}


@st.cache_resource(max_entries=CLIENTS_KEPT, show_spinner=False, on_release=HttpClient.close)
def _client(address: str, token: str) -> HttpClient:
    return HttpClient(Connection(address, token, seconds=ANSWER_SECONDS))


@st.cache_resource(show_spinner=False)
def _known_collections() -> dict[tuple[str, str], Sequence[CollectionInfo]]:
    """Return the collections as each caller was told of them last: pages go on with them while the service is away."""
    return {}
