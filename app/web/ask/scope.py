"""Keeps which documents and folders of a collection are asked, and draws them as chips over the question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from app.web import texts
from app.web.escape import one_line
from rag.types import DocumentInfo

FIELD = "place"
"""Of the filters: folder and path, one document or folder a line."""

MAX_PLACES = 1_000
"""Chosen at once: more is what a folder or another filter is for."""

CHIPS_SHOWN = 30
"""Side by side; of more the number."""

NAMES_SHOWN = 4
"""With each answer."""

NAME_SHOWN = 80

LISTED = 2_000
"""Documents that can be picked from the list on the page Ask; of more, folders only."""

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "lectern_chips", js=(HERE / "chips.js").read_text("utf-8"), css=(HERE / "chips.css").read_text("utf-8")
)


def place_of(document: DocumentInfo) -> str:
    """Return the place of a document, by which it is chosen."""
    return f"{document.folder}/{document.path}"


def chosen_places(collection: str) -> tuple[str, ...]:
    """Return what is chosen of a collection; nothing stands for all of it."""
    return tuple(st.session_state.get(_key(collection), ()))


def choose_places(collection: str, places: Iterable[str]) -> None:
    """Ask only these from now on."""
    st.session_state[_key(collection)] = tuple(dict.fromkeys(places))[:MAX_PLACES]


def places_in(filters: Mapping[str, str]) -> tuple[str, ...]:
    """Return the places that filters hold, also as a folder and a path in it."""
    if FIELD in filters:
        return tuple(line for line in filters[FIELD].split("\n") if line)
    if "folder" in filters:
        return (f"{filters['folder']}/{filters.get('document', '*')}",)
    return ()


def name_of(place: str) -> str:
    """Return the short name of a document or folder."""
    is_folder = place.endswith("/*")
    name = re.split(r"[/\\]", place.removesuffix("/*"))[-1]
    return f"{name}/" if is_folder else name


def describe_places(places: Sequence[str]) -> str:
    """Return the names of places, the first few of many."""
    named = ", ".join(name_of(place) for place in places[:NAMES_SHOWN])
    more = len(places) - NAMES_SHOWN
    return texts.ASK_SCOPE_MORE_NAMES.format(names=named, count=more) if more > 0 else named


def pick_places(collection: str, documents: Sequence[DocumentInfo]) -> None:
    """Draw the list of folders and documents from which some can be chosen."""
    chosen = chosen_places(collection)
    offered = [*_folders(documents), *(map(place_of, documents) if len(documents) <= LISTED else ())]
    if len(offered) < 2:
        return
    key = f"pick of {collection}"
    st.session_state[key] = list(chosen)
    st.multiselect(
        texts.ASK_SCOPE_PICK,
        list(dict.fromkeys([*chosen, *offered])),
        key=key,
        placeholder=texts.ASK_SCOPE_PICK_HINT,
        help=texts.ASK_SCOPE_PICK_HELP,
        max_selections=MAX_PLACES,
        format_func=lambda place: one_line(_below_root(place), 80),
        on_change=lambda: choose_places(collection, st.session_state[key]),
    )


def draw_chips(collection: str, known: Sequence[DocumentInfo] | None) -> None:
    """Draw what is chosen, each to be taken away; `known` are the documents that answer, None where that is unknown."""
    places = chosen_places(collection)
    if not places:
        return
    key = "scope"

    def removed() -> None:
        place = getattr(st.session_state[key], "remove", None)
        choose_places(collection, [other for other in places if other != place])

    there = None if known is None else {place_of(document) for document in known}
    more = len(places) - CHIPS_SHOWN
    data = {
        "chips": [_chip(place, there) for place in places[:CHIPS_SHOWN]],
        "more": texts.ASK_SCOPE_MORE.format(count=more) if more > 0 else "",
        "words": {"caption": texts.ASK_SCOPE, "clear": texts.ASK_SCOPE_ALL},
    }
    _component(
        key=key,
        data=data,
        height="content",
        on_remove_change=removed,
        on_clear_change=partial(choose_places, collection, ()),
    )


def _chip(place: str, there: set[str] | None) -> dict[str, Any]:
    is_gone = there is not None and not place.endswith("*") and place not in there
    label = (texts.ASK_SCOPE_GONE if is_gone else texts.ASK_SCOPE_REMOVE).format(
        place=one_line(_below_root(place), 300)
    )
    return {"place": place, "name": one_line(name_of(place), NAME_SHOWN), "label": label, "gone": is_gone}


def _folders(documents: Sequence[DocumentInfo]) -> list[str]:
    """Return the synced folders, where there are several, and all folders in them."""
    roots = {document.folder for document in documents}
    below: set[str] = set()
    for document in documents:
        parts = document.path.split("/")[:-1]
        below.update(f"{document.folder}/{'/'.join(parts[: end + 1])}/*" for end in range(len(parts)))
    return sorted(below | ({f"{root}/*" for root in roots} if len(roots) > 1 else set()))


def _below_root(place: str) -> str:
    """Return a place for people: a folder with a stroke at its end."""
    return place.removesuffix("*")


def _key(collection: str) -> str:
    return f"scope of {collection}"
