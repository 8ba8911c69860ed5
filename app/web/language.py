"""Finds out which language a visitor reads, and writes numbers and times as it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TypeVar
from zoneinfo import ZoneInfo

import streamlit as st
from starlette.requests import Request
from streamlit.runtime.scriptrunner import get_script_run_ctx

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Language:
    """A language that the page is there in: its name in itself, and how it writes numbers and times."""

    name: str
    thousands: str
    point: str
    percent: str
    moment: str
    """A day and a time to the minute, for `strftime`."""
    moment_in_tables: str
    """The same, as Streamlit's tables take it (moment.js)."""
    day: str
    """A day of this year, in charts."""
    grouped_from: int = 1_000
    """Numbers below are written in one piece."""


ENGLISH = "en"

LANGUAGES = {
    ENGLISH: Language("English", ",", ".", "%", "%Y-%m-%d %H:%M", "YYYY-MM-DD HH:mm", "%d %b"),
    "de": Language("Deutsch", ".", ",", "\u00a0%", "%d.%m.%Y, %H:%M", "DD.MM.YYYY, HH:mm", "%d.%m."),
    "fr": Language("Français", "\u202f", ",", "\u00a0%", "%d/%m/%Y %H:%M", "DD/MM/YYYY HH:mm", "%d/%m"),
    "es": Language("Español", ".", ",", "\u00a0%", "%d/%m/%Y, %H:%M", "DD/MM/YYYY, HH:mm", "%d/%m", 10_000),
}
"""By code (ISO 639-1). The texts of all but English stand in `locale`."""

COOKIE = "lectern-language"
"""In the browser: the language that was chosen there; none where the browser's own is followed."""

CHOSEN = "language chosen"
"""In the session: the language that was chosen, "" for the browser's own."""

READ = "language read"
"""In the session: the language in which the page is drawn."""

_carried: ContextVar[tuple[str, tzinfo] | None] = ContextVar("carried", default=None)
"""In a thread that works for a visitor: the language and time zone."""


def settle() -> None:
    """Find out the visitor's language: the one that was chosen, else that of the browser, else English."""
    if CHOSEN not in st.session_state:
        kept = st.context.cookies.get(COOKIE, "")
        st.session_state[CHOSEN] = kept if kept in LANGUAGES else ""
    st.session_state[READ] = st.session_state[CHOSEN] or best_for(st.context.locale or "")


def of_request(request: Request) -> str:
    """Return the language in which the page would be drawn for who sends a request: as `settle`, without a session."""
    chosen = request.cookies.get(COOKIE, "")
    wanted = request.headers.get("accept-language", "").split(",")[0]
    return chosen if chosen in LANGUAGES else best_for(wanted.partition(";")[0].strip())


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Have texts read in a language, where nobody's page is drawn."""
    before = _carried.set((code, zone()))
    try:
        yield
    finally:
        _carried.reset(before)


def best_for(locale: str) -> str:
    """Return the language of the page for a locale such as "de-AT"."""
    code = locale.replace("_", "-").partition("-")[0].lower()
    return code if code in LANGUAGES else ENGLISH


def current() -> str:
    """Return the code of the language that is read where this is called; English where nobody visits."""
    if carried := _carried.get():
        return carried[0]
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    return str(st.session_state.get(READ, ENGLISH))


def carry(make: Callable[[], Made]) -> Callable[[], Made]:
    """Return what makes something later, in a thread of its own, in the language and time zone of now."""
    told = (current(), zone())

    def make_there() -> Made:
        before = _carried.set(told)
        try:
            return make()
        finally:
            _carried.reset(before)

    return make_there


def number(value: float, form: str = ",", *, code: str = "") -> str:
    """Return a number, formatted as `format` does, with the separators of a language (the visitor's)."""
    language = LANGUAGES[code or current()]
    shown = format(value, form)
    if form.endswith("%"):
        shown = shown.removesuffix("%") + language.percent
    whole, _, rest = shown.partition(".")
    whole = whole.replace(",", "" if abs(value) < language.grouped_from else language.thousands)
    return f"{whole}{language.point}{rest}" if rest else whole


def number_expression() -> str:
    """Return the expression with which charts (Vega) write the number of a tick as the visitor's language does."""
    language = LANGUAGES[current()]
    form = f"abs(datum.value) < {language.grouped_from} ? '~f' : ',~f'"
    marked = f"replace(replace(format(datum.value, {form}), /,/g, '_'), '.', '{language.point}')"
    return f"replace({marked}, /_/g, '{language.thousands}')"


def zone() -> tzinfo:
    """Return the time zone of the visitor's browser; UTC where that is not known."""
    if carried := _carried.get():
        return carried[1]
    name = st.context.timezone if get_script_run_ctx(suppress_warning=True) else None
    try:
        return ZoneInfo(name) if name else UTC
    except (OSError, ValueError):  # No zone that is known here.
        return UTC


def moment(time: str) -> str:
    """Return a time of the service (ISO 8601, UTC) as the visitor's clock and language say it, to the minute."""
    there, known = _parse(time), zone()
    shown = there.astimezone(known).strftime(LANGUAGES[current()].moment)
    return f"{shown} UTC" if known is UTC else shown


def moment_in_tables() -> str:
    """Return the format of days and times in Streamlit's tables."""
    return LANGUAGES[current()].moment_in_tables


def wall_time(time: str) -> datetime | None:
    """Return a time of the service as the visitor's clock shows it, without its zone, for tables and charts."""
    return _parse(time).astimezone(zone()).replace(tzinfo=None) if time else None


def _parse(time: str) -> datetime:
    told = datetime.fromisoformat(time)
    return told if told.tzinfo else told.replace(tzinfo=UTC)
