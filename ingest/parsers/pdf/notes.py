"""Reads form fields and notes, which lie over a PDF's pages, and names its attachments."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from enum import Enum
from functools import partial
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

MAX_NOTES = 2_000
MAX_ATTACHMENTS = 1_000
MAX_OPTIONS = 200
UNSEEN = 1 << 1 | 1 << 5
"""The flags of annotations that are hidden or not drawn."""

UNREAD = frozenset({pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP})
"""Links have no words of their own, and a popup repeats those of its note."""

EMPTY_VALUES = frozenset({"Off"})


class NoteKind(Enum):
    """The kinds of annotations, as a reader sees them."""

    NOTE = "note"
    FIELD = "field"
    CHOSEN = "chosen"
    OPEN = "open"
    """A radio button or checkbox that is not chosen."""


class Note(NamedTuple):
    """The words of a form field or a note, and its rectangle in points: left, bottom, right, top."""

    kind: NoteKind
    text: str
    box: tuple[float, float, float, float]
    asked: str = ""
    """The question in the field's tooltip."""
    group: str = ""
    """The name that a radio button shares with the others of its question."""


class FormFields:
    """The form of an open document; reads values wherever its fields keep them."""

    def __init__(self, document: Any) -> None:
        self._environment: Any = None
        if pdfium.FPDF_GetFormType(document) != pdfium.FORMTYPE_NONE:
            self._settings = pdfium.FPDF_FORMFILLINFO(version=2)
            self._environment = pdfium.FPDFDOC_InitFormFillEnvironment(document, self._settings)

    @property
    def is_there(self) -> bool:
        """Return whether the document has a form."""
        return self._environment is not None

    def close(self) -> None:
        """Free the form in pdfium's memory; to be called before the document is closed."""
        if self._environment:
            pdfium.FPDFDOC_ExitFormFillEnvironment(self._environment)
            self._environment = None

    def enter(self, page: Any) -> None:
        """Take a loaded page in; its fields know their state from then on."""
        if self._environment:
            pdfium.FORM_OnAfterLoadPage(page, self._environment)

    def leave(self, page: Any) -> None:
        """Let go of a page before it is closed."""
        if self._environment:
            pdfium.FORM_OnBeforeClosePage(page, self._environment)

    def read(self, annotation: Any) -> tuple[NoteKind, str, str, str]:
        """Return the kind, the value and the question of a field, and the name of a radio button's group."""
        form = self._environment
        if not form:
            value = _entry(annotation, b"V")
            return NoteKind.FIELD, "" if value in EMPTY_VALUES else value, _entry(annotation, b"TU"), ""
        asked = _read_units(partial(pdfium.FPDFAnnot_GetFormFieldAlternateName, form, annotation))
        kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
        if kind in (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON):
            chosen = pdfium.FPDFAnnot_IsChecked(form, annotation)
            value = _read_units(partial(pdfium.FPDFAnnot_GetFormFieldExportValue, form, annotation))
            is_radio = kind == pdfium.FPDF_FORMFIELD_RADIOBUTTON
            group = _read_units(partial(pdfium.FPDFAnnot_GetFormFieldName, form, annotation)) if is_radio else ""
            return NoteKind.CHOSEN if chosen else NoteKind.OPEN, value, asked, group
        if kind in (pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX):
            return NoteKind.FIELD, self._chosen_options(annotation), asked, ""
        if kind in (pdfium.FPDF_FORMFIELD_PUSHBUTTON, pdfium.FPDF_FORMFIELD_SIGNATURE):
            return NoteKind.FIELD, "", asked, ""
        return NoteKind.FIELD, _read_units(partial(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation)), asked, ""

    def _chosen_options(self, annotation: Any) -> str:
        """Return the labels of a list's chosen options; a list that takes other words may hold none of them."""
        form = self._environment
        count = min(int(pdfium.FPDFAnnot_GetOptionCount(form, annotation)), MAX_OPTIONS)
        chosen = [
            _read_units(partial(pdfium.FPDFAnnot_GetOptionLabel, form, annotation, index))
            for index in range(count)
            if pdfium.FPDFAnnot_IsOptionSelected(form, annotation, index)
        ]
        value = _read_units(partial(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation))
        return ", ".join(label for label in chosen if label) or value


def read_notes(page: Any, form: FormFields) -> list[Note]:
    """Return the form fields and notes of a page in the document's order; fields without a value are left out."""
    count = min(int(pdfium.FPDFPage_GetAnnotCount(page)), MAX_NOTES)
    if not count:
        return []
    form.enter(page)
    try:
        return list(_read_all(page, form, count))
    finally:
        form.leave(page)


def _read_all(page: Any, form: FormFields, count: int) -> Iterator[Note]:
    for index in range(count):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            note = _read_note(annotation, form)
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)
        if note is not None:
            yield note


def has_drawn_notes(page: Any) -> bool:
    """Return whether anything with a look of its own, a stamp or a field, is laid over a page."""
    for index in range(min(int(pdfium.FPDFPage_GetAnnotCount(page)), MAX_NOTES)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            seen = not pdfium.FPDFAnnot_GetFlags(annotation) & UNSEEN
            if seen and pdfium.FPDFAnnot_GetSubtype(annotation) not in UNREAD and _has_look(annotation):
                return True
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)
    return False


def _has_look(annotation: Any) -> bool:
    return int(pdfium.FPDFAnnot_GetAP(annotation, pdfium.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None, 0)) > 2


def attachment_names(document: Any) -> Iterator[str]:
    """Yield the names of the files inside an open PDF."""
    for index in range(min(int(pdfium.FPDFDoc_GetAttachmentCount(document)), MAX_ATTACHMENTS)):
        attachment = pdfium.FPDFDoc_GetAttachment(document, index)
        if attachment:
            yield _read_units(partial(pdfium.FPDFAttachment_GetName, attachment)) or "one without a name"


def read_wide(read: Callable[[Any, int], Any]) -> str:
    """Call a function that fills a UTF-16 buffer and returns its size in bytes, terminator included."""
    size = int(read(None, 0))
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    read(buffer, size)
    return buffer.raw[: size - 2].decode("utf-16-le", "ignore")


def _read_note(annotation: Any, form: FormFields) -> Note | None:
    kind = pdfium.FPDFAnnot_GetSubtype(annotation)
    if kind in UNREAD or pdfium.FPDFAnnot_GetFlags(annotation) & UNSEEN:
        return None
    edges = pdfium.FS_RECTF()
    if not pdfium.FPDFAnnot_GetRect(annotation, edges):
        return None
    box = (edges.left, edges.bottom, edges.right, edges.top)
    if kind != pdfium.FPDF_ANNOT_WIDGET:
        text = _entry(annotation, b"Contents")
        return Note(NoteKind.NOTE, text, box) if text else None
    state, value, asked, group = form.read(annotation)
    if state is NoteKind.FIELD and not value:
        return None
    return Note(state, value, box, asked, group)


def _entry(annotation: Any, key: bytes) -> str:
    return _read_units(partial(pdfium.FPDFAnnot_GetStringValue, annotation, key))


def _read_units(read: Callable[[Any, int], Any]) -> str:
    """Call a function that wants its buffer as UTF-16 units; runs of white space become one space."""
    units = ctypes.POINTER(ctypes.c_ushort)
    found = read_wide(lambda buffer, size: read(buffer if buffer is None else ctypes.cast(buffer, units), size))
    return " ".join(found.split())
