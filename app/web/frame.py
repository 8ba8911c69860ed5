"""Draws what surrounds every page: navigation, the choice of the collection, sign-in, errors and their remedies."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from app.client.connection import Connection
from app.client.http import HttpClient
from app.web import address, style, texts
from app.web.escape import plain
from rag.errors import LecternError, SignInError
from rag.types import CollectionInfo

log = logging.getLogger(__name__)

SERVICE_ARGUMENT = "--service="
"""The argument by which `lectern web` tells the script where the service is."""

ICON = Path(__file__).parent / "icon.svg"
"""A file of ours: Streamlit's own icons for the browser's tab would be fetched from elsewhere."""

DEFAULT_SERVICE = "http://127.0.0.1:8765"

ANSWER_SECONDS = 60.0
"""For everything but uploads and streams; a page that waits longer looks dead."""

CLIENTS_KEPT = 200
"""One for each token: more people than use one page process at once."""


WANTED = "collection to choose"
"""In the session: the collection that a page wants chosen when the frame is drawn next and the collection is there."""


def choose_collection(name: str) -> None:
    """Have a collection chosen from the next drawing on, or from when its first document is there."""
    st.session_state[WANTED] = name


@dataclass(frozen=True, slots=True)
class PageContext:
    """The service that a page calls, and the collection that is chosen ("" while there is none)."""

    client: HttpClient
    collection: str
    collections: tuple[CollectionInfo, ...]

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
    except SignInError as error:
        _ask_for_token(error if token else None)
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


def _draw(entries: tuple[Entry, ...], client: HttpClient, collections: tuple[CollectionInfo, ...]) -> None:
    def draw(entry: Entry) -> None:
        try:
            with reported():
                entry.show(context)
        except SignInError as error:
            _ask_for_token(error)

    def page_of(entry: Entry, *, default: bool) -> st.Page:
        def show() -> None:
            draw(entry)

        return st.Page(show, title=entry.title, icon=entry.icon, url_path=entry.address, default=default)

    pages = [page_of(entry, default=index == 0) for index, entry in enumerate(entries)]
    page = st.navigation(pages)
    # The window's title: which of several windows this is.
    st.set_page_config(page_title=f"{page.title} · {texts.PRODUCT}")
    with st.sidebar:
        context = PageContext(client, _choose_collection(collections), collections)
        if client.connection.token and st.button(texts.SIGN_OUT, icon=":material/logout:", width="stretch"):
            _sign_out()
    page.run()
    with st.sidebar:
        chat = str(st.session_state.get(address.CHAT, "")) if page is pages[0] else ""
        address.write({address.COLLECTION: context.collection, address.CHAT: chat})


def _choose_collection(collections: tuple[CollectionInfo, ...]) -> str:
    """Return the collection that is chosen; the address keeps it for a reload."""
    names = [collection.name for collection in collections]
    if not names:
        st.caption(texts.NO_COLLECTION)
        return ""
    if (named := address.asked_for(address.COLLECTION)) in names:
        st.session_state["collection"] = named
    if st.session_state.get(WANTED) in names:
        st.session_state["collection"] = st.session_state.pop(WANTED)
    if st.session_state.get("collection", names[0]) not in names:  # Forgotten since.
        del st.session_state["collection"]
    fullest = max(collections, key=lambda collection: collection.documents).name
    return st.selectbox(
        texts.COLLECTION,
        names,
        index=names.index(fullest),
        key="collection",
        help=texts.COLLECTION_HELP,
    )


# --- who asks ---


def _ask_for_token(error: SignInError | None) -> None:
    _, middle, _ = st.columns([1, 2, 1])
    with middle, st.form("sign in"):
        st.subheader(texts.SIGN_IN)
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
        st.subheader(texts.SIGN_IN)
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
