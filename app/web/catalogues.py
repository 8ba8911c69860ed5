"""Gives the texts of the page in the language of each visitor, from gettext catalogues.

A module of texts holds them as constants, in English, and begins with `translate(__name__)`. From then on whoever reads
`texts.ASK` gets it in the visitor's language, at the moment of reading: a text must not be read while a module is being
loaded, and a thread that works for a visitor is started by way of `language.carry`.
"""

from __future__ import annotations

import gettext
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from types import ModuleType
from typing import Any

from app.web import language

LOCALE = Path(__file__).with_name("locale")

DOMAIN = "lectern"

_CONSTANT = re.compile("[A-Z][A-Z0-9_]*")

_same: dict[str, frozenset[str]] = {}
"""Of each module: the constants that are the same in every language."""


class Text(str):
    """A text whose `format` writes numbers as its language does."""

    code: str

    def format(self, *args: object, **values: object) -> str:
        """Fill in the values."""
        return _NumberFormatter(self.code).vformat(self, args, values)


class Plural(str):
    """A text for any number of things, and one for a single thing; `format` chooses by `count`."""

    one: str

    def __new__(cls, one: str, many: str) -> Plural:
        made = super().__new__(cls, many)
        made.one = one
        return made

    def format(self, *args: object, **values: object) -> str:
        """Fill in the values, `count` among them."""
        return str.format(self.one if values["count"] == 1 else str(self), *args, **values)


class TranslatedPlural(Plural):
    """A text with a number in another language, which has plurals of its own."""

    code: str
    context: str

    def format(self, *args: object, **values: object) -> str:
        """Fill in the values, `count` among them."""
        form = catalogue(self.code).npgettext(self.context, self.one, str(self), int(str(values["count"])))
        return _NumberFormatter(self.code).vformat(form, args, values)


class TextModule(ModuleType):
    """A module whose constants are read in the visitor's language."""

    def __getattribute__(self, name: str) -> Any:
        """Return a constant in the visitor's language, and anything else as it is."""
        value = super().__getattribute__(name)
        if not _CONSTANT.fullmatch(name) or (code := language.current()) == language.ENGLISH:
            return value
        module = super().__getattribute__("__name__")
        return value if name in _same[module] else _translated(value, f"{_short(module)}.{name}", code)


def translate(module: str, *, same: Iterable[str] = ()) -> None:
    """Have a module's constants read in the visitor's language, but for those that are the `same` in all."""
    _same[module] = frozenset(same)
    sys.modules[module].__class__ = TextModule


def messages(module: str) -> Iterator[tuple[str, str]]:
    """Return the texts of a module, each with the name that tells equal ones apart in a catalogue."""
    for name, value in vars(sys.modules[module]).items():
        if _CONSTANT.fullmatch(name) and name not in _same[module]:
            yield from _texts_in(value, f"{_short(module)}.{name}")


@cache
def catalogue(code: str) -> gettext.NullTranslations:
    """Return the texts in a language; those that are not there are English."""
    return gettext.translation(DOMAIN, LOCALE, [code], fallback=True)


def _texts_in(value: Any, context: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if value:
            yield context, value
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _texts_in(entry, f"{context}.{key}")


def _translated(value: Any, context: str, code: str) -> Any:
    if isinstance(value, Plural):
        made = TranslatedPlural(value.one, str(value))
        made.code, made.context = code, context
        return made
    if isinstance(value, str):
        found = Text(catalogue(code).pgettext(context, value) if value else "")
        found.code = code
        return found
    if isinstance(value, dict):
        return {key: _translated(entry, f"{context}.{key}", code) for key, entry in value.items()}
    return value


class _NumberFormatter(Formatter):
    """Fills values into a text, numbers as a language writes them."""

    def __init__(self, code: str) -> None:
        self._code = code

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return one value as it is shown."""
        if isinstance(value, int | float) and format_spec:
            return language.number(value, format_spec, code=self._code)
        return format(value, format_spec)


def _short(module: str) -> str:
    return module.removeprefix("app.web.")
