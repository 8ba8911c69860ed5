"""The page in other languages: catalogues that are whole, texts that are read where the visitor is known, numbers."""

from __future__ import annotations

import ast
import gettext
import shutil
import string
from collections.abc import Iterator
from contextvars import copy_context
from functools import cache
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.web import admin_texts, language, texts
from app.web.ask.places import pages_of
from app.web.catalogues import LOCALE, Plural, catalogue, messages
from app.web.originals import ROUTES
from ingest.profile import KINDS, KINDS_BY_FORMAT
from rag.citations.marked_text import MARKS, NOTICES
from tests.paths import CHECKOUT
from tools.messages import MODULES, compile_catalogue

WEB = CHECKOUT / "app" / "web"

CODES = [code for code in language.LANGUAGES if code != language.ENGLISH]

TEXT_MODULES = {"texts", "admin_texts", "collection_texts", "search_texts", "table_texts"}
"""As they are called where they are read."""


def all_messages() -> list[tuple[str, str]]:
    for module in MODULES:
        import_module(module)
    return [message for module in MODULES for message in messages(module)]


def placeholders(text: str) -> set[str]:
    return {f"{name}:{form}" for _, name, form, _ in string.Formatter().parse(text) if name is not None}


@cache
def known(code: str) -> set[tuple[str, str]]:
    """What a catalogue translates, as (context, English)."""
    file = LOCALE / code / "LC_MESSAGES" / "lectern.mo"
    with file.open("rb") as opened:
        held = gettext.GNUTranslations(opened)._catalog  # type: ignore[attr-defined]
    keys = {key[0] if isinstance(key, tuple) else key for key in held}
    return {(context, text) for context, _, text in (key.partition("\x04") for key in keys if key)}


@pytest.mark.parametrize("code", CODES)
def test_a_catalogue_translates_every_text_and_nothing_else(code: str) -> None:
    wanted = {(context, text.one if isinstance(text, Plural) else text) for context, text in all_messages()}
    assert len(wanted) > 600
    # `python -m tools.messages` puts new texts into the .po files; once they are translated, it writes the .mo files.
    assert sorted(wanted ^ known(code)) == []


@pytest.mark.parametrize("code", CODES)
def test_a_translation_has_the_placeholders_of_the_english_text(code: str) -> None:
    wrong = []
    for context, text in all_messages():
        if "{" not in text or context == "admin_texts.UPLOAD_EXPLAINED":  # An example in JSON.
            continue
        found = catalogue(code)
        if isinstance(text, Plural):
            pairs = [
                (said, found.npgettext(context, text.one, text, count)) for said, count in ((text.one, 1), (text, 5))
            ]
        else:
            pairs = [(text, found.pgettext(context, text))]
        wrong += [told for said, told in pairs if placeholders(told) != placeholders(said)]
    assert wrong == []


@pytest.mark.parametrize("code", CODES)
def test_what_is_read_is_what_the_translators_wrote(code: str, tmp_path: Path) -> None:
    if shutil.which("msgfmt") is None:
        pytest.skip("GNU gettext is not installed.")
    folder = LOCALE / code / "LC_MESSAGES"
    assert "fuzzy" not in (folder / "lectern.po").read_text("utf-8")
    compile_catalogue(folder / "lectern.po", tmp_path / "made.mo")
    assert (tmp_path / "made.mo").read_bytes() == (folder / "lectern.mo").read_bytes()


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def read_at_import(file: Path) -> Iterator[str]:
    """The texts that a module reads while it is being loaded: they would be English for everybody."""

    def look(node: ast.AST, *, in_function: bool) -> Iterator[str]:
        body = getattr(node, "body", []) if isinstance(node, FUNCTIONS) else []
        later = body if isinstance(body, list) else [body]
        for child in ast.iter_child_nodes(node):
            if (
                not in_function
                and isinstance(child, ast.Attribute)
                and isinstance(child.value, ast.Name)
                and child.value.id in TEXT_MODULES
            ):
                yield f"{file.name}:{child.lineno} {child.attr}"
            yield from look(child, in_function=in_function or any(child is part for part in later))

    tree = ast.parse(file.read_text("utf-8"))
    for statement in ast.walk(tree):
        if isinstance(statement, ast.ImportFrom) and str(statement.module).endswith("texts"):
            yield f"{file.name}:{statement.lineno} from {statement.module}"
    yield from look(tree, in_function=False)


def test_no_text_is_read_before_the_visitor_is_known() -> None:
    # The script is run anew for each visit; the name of the product is the same in all languages.
    found = [told for file in sorted(WEB.rglob("*.py")) if file.name != "main.py" for told in read_at_import(file)]
    assert [told for told in found if not told.endswith(" PRODUCT")] == []


DRAWING = {"title", "header", "caption", "button", "text_input", "selectbox", "info", "warning", "error", "success"}
DRAWING |= {"expander", "tabs", "text", "toast", "metric", "toggle", "checkbox", "radio", "popover", "number_input"}
DRAWING |= {"download_button", "form_submit_button", "multiselect", "text_area", "file_uploader", "dialog", "spinner"}


def test_no_words_are_drawn_that_no_catalogue_knows() -> None:
    found = []
    for file in sorted(WEB.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DRAWING):
                continue
            if isinstance(node.func.value, ast.Name) and node.func.value.id == "log":
                continue
            named = [word.value for word in node.keywords if word.arg in ("label", "help", "placeholder", "alt")]
            written = [
                value.value
                for shown in [*node.args[:1], *named]
                for value in ast.walk(shown)
                if isinstance(value, ast.Constant) and isinstance(value.value, str)
            ]
            found += [f"{file.name}:{node.lineno} {text}" for text in written if any(map(str.isalpha, text))]
    assert found == []


def in_language(code: str, zone: str = "Europe/Berlin") -> None:
    language._carried.set((code, ZoneInfo(zone)))


def test_a_text_is_read_in_the_language_of_the_visitor_and_english_without_one() -> None:
    def visit() -> None:
        in_language("de")
        assert texts.ASK_MODES["compare"] == "Vergleichen"
        assert admin_texts.FACT_PAGES.format(count=1) == "1 Seite"
        assert admin_texts.FACT_PAGES.format(count=12_345) == "12.345 Seiten"
        assert admin_texts.FOLDER_LAST.format(when="", outcome="", seconds=2.5).endswith("2,5 s")
        assert pages_of("page 3 (iii) to 5") == "Seite 3 (iii) bis 5"

    copy_context().run(visit)
    assert texts.ASK_MODES["compare"] == "Compare"
    assert admin_texts.FACT_PAGES.format(count=1) == "1 page"
    assert pages_of("page 3 to 5") == "page 3 to 5"


def test_french_says_none_in_the_singular() -> None:
    def visit() -> None:
        in_language("fr")
        assert admin_texts.QUESTION_ADDED.format(count=0) == "0 question ajoutée."
        assert admin_texts.QUESTION_ADDED.format(count=2) == "2 questions ajoutées."

    copy_context().run(visit)


def test_what_is_made_later_in_a_thread_keeps_the_language_of_the_visitor() -> None:
    def visit() -> str:
        in_language("es")
        made = language.carry(lambda: texts.SHARE_PROOFS)
        in_language("en")
        return made()

    assert copy_context().run(visit) == "Las páginas que la demuestran"


@pytest.mark.parametrize(
    ("accepted", "cookie", "said"),
    [
        ("de-AT,de;q=0.9", "", "Diese Adresse gilt nicht mehr."),
        ("de", "fr", "Cette adresse n’est plus valable."),
        ("xx", "yy", "This address is not valid any more."),
    ],
)
def test_what_a_server_says_without_a_page_is_in_the_language_of_who_asks(
    accepted: str, cookie: str, said: str
) -> None:
    headers = {"accept-language": accepted, "cookie": f"{language.COOKIE}={cookie}"}
    answer = TestClient(Starlette(routes=ROUTES)).get("/original/unknown/a.pdf", headers=headers)
    assert (answer.status_code, answer.text.startswith(said)) == (404, True), answer.text


def test_numbers_are_written_as_each_language_writes_them() -> None:
    shown = {code: language.number(1_234_567.5, ",.1f", code=code) for code in language.LANGUAGES}
    assert shown == {
        "en": "1,234,567.5",
        "de": "1.234.567,5",
        "fr": "1\u202f234\u202f567,5",
        "es": "1.234.567,5",
    }
    assert [language.number(1234, code=code) for code in ("de", "es")] == ["1.234", "1234"]
    assert language.number(0.953, ".1%", code="de") == "95,3\u00a0%"


def test_a_time_is_that_of_the_visitors_clock() -> None:
    def visit() -> str:
        in_language("de", "Asia/Tokyo")
        return language.moment("2026-11-28T20:05:00+00:00")

    assert copy_context().run(visit) == "29.11.2026, 05:05"
    assert language.moment("2026-11-28T20:05:00+00:00") == "2026-11-28 20:05 UTC"


@pytest.mark.parametrize(
    ("locale", "code"), [("de-AT", "de"), ("fr", "fr"), ("es_MX", "es"), ("pt-BR", "en"), ("", "en"), ("den", "en")]
)
def test_the_language_of_the_page_is_the_nearest_to_the_browsers(locale: str, code: str) -> None:
    assert language.best_for(locale) == code


def test_the_page_says_of_verdicts_and_kinds_what_the_service_says() -> None:
    assert {str(verdict): said for verdict, said in MARKS.items()} == texts.ANSWER_MARKS
    assert {str(verdict): said for verdict, said in NOTICES.items()} == texts.ANSWER_NOTICES
    assert set(texts.DOCUMENT_KINDS) == {*KINDS, *KINDS_BY_FORMAT.values()}


def test_a_chart_writes_numbers_as_the_language_does() -> None:
    with language.speaking("es"):
        expression = language.number_expression()
    assert "abs(datum.value) < 10000 ? '~f' : ',~f'" in expression
    assert expression.endswith("/_/g, '.')")
    with language.speaking("en"):
        assert language.number_expression().endswith("/_/g, ',')")
