"""Does what each control word of RTF asks for."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from ingest.parsers.raised import Level
from ingest.parsers.rtf.charsets import code_page
from ingest.parsers.rtf.context import Context
from ingest.parsers.rtf.forms import FormField
from ingest.parsers.rtf.state import Destination
from ingest.parsers.rtf.story import CellDefinition

Word: TypeAlias = Callable[[int | None], object]
"""Takes the number behind the word; None where there is none."""

_CONTENTS = re.compile(r"\s*TOC\b", re.IGNORECASE)


def control_words(context: Context) -> dict[str, Word]:
    """Return the words that change the context, by name."""
    return {
        **_character_words(context),
        **_paragraph_words(context),
        **_table_words(context),
        **_file_words(context),
        **_field_words(context),
        **_equation_words(context),
    }


def _character_words(context: Context) -> dict[str, Word]:
    def set_level(level: Level) -> Word:
        return lambda number: setattr(context.state, "level", level if number != 0 else Level.PLAIN)

    def switch(attribute: str) -> Word:
        return lambda number: setattr(context.state, attribute, number != 0)

    def plain(_: int | None) -> None:
        context.state.reset_characters()

    return {
        "uc": lambda number: setattr(context.state, "skipped", 1 if number is None else max(number, 0)),
        "f": lambda number: setattr(context.state, "font", number or 0),
        "super": set_level(Level.RAISED),
        "up": set_level(Level.RAISED),
        "sub": set_level(Level.LOWERED),
        "dn": set_level(Level.LOWERED),
        "nosupersub": lambda _: setattr(context.state, "level", Level.PLAIN),
        "v": switch("is_hidden"),
        "deleted": switch("is_deleted"),
        "mvf": switch("is_deleted"),
        "plain": plain,
        "chpgn": lambda _: context.story.add("1", is_page=True) if context.in_text else None,
    }


def _paragraph_words(context: Context) -> dict[str, Word]:
    def page(_: int | None) -> None:
        if context.in_text:
            context.end_paragraph()
            context.story.break_page(context.state.table_level)

    def page_before(_: int | None) -> None:
        if context.in_text and context.story.is_empty:
            context.story.break_page(context.state.table_level)

    def recorded_page(_: int | None) -> None:
        if context.in_text:
            context.story.break_page(context.state.table_level, is_recorded=True)

    def section(_: int | None) -> None:
        context.end_paragraph()
        context.ends_section = True

    def style(number: int | None) -> None:
        context.state.style = number or 0
        if context.state.destination is Destination.STYLES:
            context.state.opens_story = "style"

    def endnote(_: int | None) -> None:
        # a note says only after its beginning that it is one at the end
        if context.state.opens_story == "footnote":
            context.state.opens_story = "endnote"

    return {
        "par": lambda _: context.end_paragraph(),
        "pard": lambda _: context.state.reset_paragraph(),
        "page": page,
        "sect": section,
        "sbknone": lambda _: setattr(context, "ends_section", False),
        "sbkcol": lambda _: setattr(context, "ends_section", False),
        "pagebb": page_before,
        "softpage": recorded_page,
        "s": style,
        "outlinelevel": lambda number: setattr(context.state, "outline", number),
        "ftnalt": endnote,
    }


def _table_words(context: Context) -> dict[str, Word]:
    def define(attribute: str) -> Word:
        return lambda _: setattr(context.definitions[-1], attribute, True)

    def edge(number: int | None) -> None:
        context.definitions[-1].edge = number or 0
        context.definitions.append(CellDefinition())

    def nesting(number: int | None) -> None:
        context.state.nesting = max(number or 0, 1)
        context.state.in_table = bool(number)

    def end_cell(least: int, most: int) -> Word:
        def apply(_: int | None) -> None:
            if context.in_text:
                context.story.end_cell(min(max(context.state.nesting, least), most))

        return apply

    def end_row(least: int, most: int) -> Word:
        def apply(_: int | None) -> None:
            if context.in_text:
                context.story.end_row(min(max(context.state.nesting, least), most), context.definitions)

        return apply

    return {
        "intbl": lambda _: setattr(context.state, "in_table", True),
        "itap": nesting,
        "trowd": lambda _: setattr(context, "definitions", [CellDefinition()]),
        "cellx": edge,
        "clvmrg": define("continues_above"),
        "clmrg": define("continues_left"),
        "cell": end_cell(1, 1),
        "nestcell": end_cell(2, 99),
        "row": end_row(1, 1),
        "nestrow": end_row(2, 99),
    }


def _file_words(context: Context) -> dict[str, Word]:
    fonts = context.fonts

    def choose(_: int | None) -> None:
        context.state.before_choice = context.state.destination
        context.state.destination = Destination.SKIP

    def date(place: int) -> Word:
        def apply(number: int | None) -> None:
            if context.state.destination is Destination.DATE and number and not context.date[place]:
                context.date[place] = f"{number:02}"

        return apply

    return {
        "ansicpg": lambda number: setattr(fonts, "document", code_page(number or 1252) or "cp1252"),
        "mac": lambda _: setattr(fonts, "document", "mac_roman"),
        "pc": lambda _: setattr(fonts, "document", "cp437"),
        "pca": lambda _: setattr(fonts, "document", "cp850"),
        "deff": lambda number: setattr(fonts, "default", number),
        "fcharset": lambda number: fonts.add(context.state.font, charset=number or 0),
        "cpg": lambda number: fonts.add(context.state.font, page=code_page(number or 0)),
        "upr": choose,
        "yr": date(0),
        "mo": date(1),
        "dy": date(2),
    }


def _field_words(context: Context) -> dict[str, Word]:
    def result(_: int | None) -> None:
        code = context.captured[Destination.CODE]
        context.state.in_contents = context.state.in_contents or _CONTENTS.match(code) is not None

    def form(_: int | None) -> None:
        context.form = FormField()
        context.state.opens_story = "form"

    return {
        "fldrslt": result,
        "formfield": form,
        "fftype": lambda number: setattr(context.form, "kind", number or 0),
        "ffres": lambda number: setattr(context.form, "result", number or 0),
        "ffdefres": lambda number: setattr(context.form, "default", number or 0),
    }


def _equation_words(context: Context) -> dict[str, Word]:
    def bracket(_: int | None) -> None:
        context.write("(")
        context.state.closes = ")"

    def row(_: int | None) -> None:
        context.state.in_matrix, context.state.closes = True, "; "

    def element(_: int | None) -> None:
        if context.state.in_matrix:
            context.state.in_matrix, context.state.closes = False, " "

    return {
        "mmr": row,
        "me": element,
        "msup": lambda _: context.write("^"),
        "msub": lambda _: context.write("_"),
        "mden": lambda _: context.write("/"),
        "md": bracket,
    }
