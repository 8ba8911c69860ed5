"""Draws the choice of the documents that are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from app.client.http import HttpClient
from app.web import collection_texts, texts
from app.web.ask import scope
from app.web.ask.places import kind_of
from app.web.frame import PageContext
from rag.types import DocumentInfo

LIST_SECONDS = 30
"""For so long the documents of a collection are not listed again."""


def choose_filters(context: PageContext) -> dict[str, str]:
    """Draw the choice; returns the filters."""
    documents = answering_documents(context)
    filters: dict[str, str] = {}
    with st.expander(texts.ASK_FILTERS, icon=":material/filter_alt:"):
        scope.pick_places(context.collection, documents)
        if places := scope.chosen_places(context.collection):
            filters[scope.FIELD] = "\n".join(places)
        if kind := _choose(texts.ASK_FILTER_TYPE, {document.file_type for document in documents}, key="filter type"):
            filters["type"] = kind
        words = {"kind": texts.DOCUMENT_KINDS, "language": collection_texts.LANGUAGES}
        profiles = [document.profile for document in documents]
        for name, label, values in (
            ("kind", texts.ASK_FILTER_KIND, {profile.kind for profile in profiles}),
            ("language", texts.ASK_FILTER_LANGUAGE, {profile.language for profile in profiles}),
            ("period", texts.ASK_FILTER_PERIOD, {profile.period for profile in profiles}),
        ):
            if value := _choose(label, values - {""}, key=f"filter {name}", words=words.get(name)):
                filters[name] = value
        years = {profile.dated[:4] for profile in profiles if profile.dated}
        if year := _choose(texts.ASK_FILTER_YEAR, years, key="filter year", help=texts.ASK_FILTER_YEAR_HELP):
            filters["dated"] = f"{year}*"
        title = st.text_input(texts.ASK_FILTER_TITLE, key="filter title", max_chars=200)
        if title.strip():
            filters["title"] = f"*{title.strip()}*"
    return filters


def answering_documents(context: PageContext) -> list[DocumentInfo]:
    """Return the documents of the collection that can be asked."""
    listed = _documents(context.client, context.client.caller, context.collection)
    return [document for document in listed if document.answers]


def choose_mode() -> str:
    """Draw the choice of how questions are answered; "" leaves it to Lectern."""
    return st.selectbox(
        texts.ASK_MODE,
        ["", *texts.ASK_MODES],
        key="mode",
        help=texts.ASK_MODE_HELP,
        format_func=lambda mode: texts.ASK_MODES.get(mode, texts.ASK_MODE_AUTO),
    )


def restore_filters(collection: str, filters: Mapping[str, str], mode: str) -> None:
    """Have the choices stand as they stood for these filters, before they are drawn."""
    scope.choose_places(collection, scope.places_in(filters))
    chosen = {"filter year": filters.get("dated", "").removesuffix("*")}
    chosen |= {f"filter {name}": filters.get(name, "") for name in ("type", "kind", "language", "period")}
    chosen["filter title"] = filters.get("title", "").strip("*")
    for key, value in chosen.items():
        st.session_state[key] = value
    st.session_state["mode"] = mode if mode in texts.ASK_MODES else ""


def describe_filters(filters: Mapping[str, str]) -> str:
    """Return the filters in words."""
    places = scope.places_in(filters)
    named = [scope.describe_places(places)] if places else []
    others = {name: value for name, value in filters.items() if name not in (scope.FIELD, "folder", "document")}
    named += [
        f"{texts.ASK_FILTER_NAMES.get(name, name)} {kind_of(value) if name == 'kind' else value}"
        for name, value in others.items()
    ]
    return texts.ASK_FILTERED.format(filters=", ".join(named)) if named else ""


def _choose(
    label: str, values: set[str], *, key: str, help: str | None = None, words: Mapping[str, str] | None = None
) -> str:
    """Return one of the values, "" for all; nothing is drawn where there is no choice."""
    if len(values) < 2:
        return ""
    options = ["", *sorted(values)]
    if st.session_state.get(key, "") not in options:
        del st.session_state[key]
    return st.selectbox(
        label,
        options,
        key=key,
        help=help,
        format_func=lambda value: (words or {}).get(value, value) or texts.ASK_FILTER_ANY,
    )


@st.cache_data(max_entries=50, ttl=LIST_SECONDS, show_spinner=False)
def _documents(_client: HttpClient, caller: tuple[str, str], collection: str) -> Sequence[DocumentInfo]:
    return _client.list_documents(collection)
