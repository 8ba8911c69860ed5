"""Puts documents of one form together as a table: a row for each document, a column for each label that they share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.planning.row_words import terms
from rag.planning.rows import FORM_COLUMN, Row, Table
from rag.quoting.table_cells import split_cells
from rag.types import DocumentInfo, Page
from rag.words.folding import fold

MIN_SHARED = 2
"""Labels that two documents of one form have in common."""
MIN_DOCUMENTS = 3
"""Documents from which on a form is a table."""
MIN_SHARE = 0.4
"""Share of a form's documents that have a label, from which on it is a column."""
MAX_LABEL_WORDS, MAX_VALUE = 5, 160

_COLON = re.compile(r"(?<=[\w.)*])[ \t]*:(?:\*\*)?[ \t]+(?=\S)")
_SENTENCE_BEHIND = re.compile(r"\.? (?=[A-ZÄÖÜÉ][^\W\d_]*(?: [^\W\d_]+){1,}[^:]*\.$)")
_EXTENSION = re.compile(r"\.\w{2,5}$")


@dataclass(frozen=True, slots=True)
class Form:
    """A document that labels what it states, on its first page."""

    document: DocumentInfo
    page: Page
    fields: Mapping[str, tuple[str, str, int, int]]
    """Folded label -> the label and the value as they are written, and where they stand."""


def form_tables(documents: Sequence[DocumentInfo], pages: Mapping[int, Sequence[Page]]) -> list[Table]:
    """Return a table for each form that some documents share, each document a row."""
    return [_table(group, documents) for group in alike_forms(documents, pages)]


def alike_forms(documents: Sequence[DocumentInfo], pages: Mapping[int, Sequence[Page]]) -> list[list[Form]]:
    """Return the documents with labels, those together that share some."""
    read = [(document, of_it[0]) for document in documents if (of_it := pages.get(document.id, ()))]
    known = Counter(label for _, page in read for label in {fold(label) for label in _possible_labels(page.text)})
    forms = [form for document, page in read if (form := _form_of(document, page, known)) is not None]
    groups: list[list[Form]] = []
    for form in forms:
        for group in groups:
            if any(len(form.fields.keys() & other.fields.keys()) >= MIN_SHARED for other in group):
                group.append(form)
                break
        else:
            groups.append([form])
    return [group for group in groups if len(group) >= MIN_DOCUMENTS]


def _form_of(document: DocumentInfo, page: Page, known: Mapping[str, int]) -> Form | None:
    """Return the labels of a document's first page with their values; None where it has too few."""
    fields: dict[str, tuple[str, str, int, int]] = {}
    for label, value, start, end in _labelled(page.text, known):
        value = _without_sentence(value)
        if value and len(value) <= MAX_VALUE:
            fields.setdefault(" ".join(fold(label).split()), (" ".join(label.split()), value, start, end))
    return Form(document, page, fields) if len(fields) >= MIN_SHARED else None


def _labelled(text: str, known: Mapping[str, int]) -> Iterator[tuple[str, str, int, int]]:
    """Yield the labels of a text with their values: in cells, one a line, and several on a line."""
    for match in re.finditer(r"[^\n]+", text):
        line = match[0]
        if " | " in line or "\t" in line:
            cells = [cell for cell in split_cells(line) if cell]
            if len(cells) == 2 and not re.search(r"\d", cells[0]):
                yield cells[0].rstrip(" :"), cells[1], *match.span()
            continue
        marks: list[tuple[int, int, str]] = []
        for colon in _COLON.finditer(line):
            labels = _labels_before(line, colon.start(), marks[-1][1] if marks else 0)
            if labels:
                label = max(labels, key=lambda one: (known.get(fold(one), 0), len(one)))
                marks.append((colon.start() - len(label), colon.end(), label))
        ends = [*(start for start, _, _ in marks[1:]), len(line)]
        for (_, begin, label), end in zip(marks, ends, strict=True) if marks else ():
            yield label, line[begin:end].strip(" *"), match.start(), match.end()


def _labels_before(line: str, colon: int, start: int) -> list[str]:
    """Return what the label before a colon may be: its last words, from one with a capital on."""
    words = list(re.finditer(r"[^\s:]+", line[start:colon].rstrip("* ")))[-MAX_LABEL_WORDS:]
    found = [line[start + word.start() : colon].rstrip("* ").lstrip("-*# ") for word in words]
    return [one for one in found if one[:1].isupper() and not re.search(r"[.;!?] |\d", one)]


def _possible_labels(text: str) -> Iterator[str]:
    for line in text.splitlines():
        for colon in _COLON.finditer(line):
            yield from _labels_before(line, colon.start(), 0)


def _without_sentence(value: str) -> str:
    """Return a value with a figure without the sentence that stands behind it on the same line."""
    match = _SENTENCE_BEHIND.search(value)
    return value[: match.start()].strip() if match and re.search(r"\d", value[: match.start()]) else value


def _table(group: Sequence[Form], documents: Sequence[DocumentInfo]) -> Table:
    counts = Counter(key for form in group for key in form.fields)
    keys = [key for key, count in counts.items() if count >= max(2, MIN_SHARE * len(group))]
    names = tuple(next(form.fields[key][0] for form in group if key in form.fields) for key in keys)
    rows = []
    for form in group:
        found = [form.fields[key] for key in keys if key in form.fields]
        cells = tuple(form.fields[key][1] if key in form.fields else "" for key in keys)
        start, end = min(one[2] for one in found), max(one[3] for one in found)
        name = _EXTENSION.sub("", form.document.path.rpartition("/")[2])
        text = "" if all(cells) else form.page.text
        rows.append(Row((name, *cells), start, end, form.document, form.page, text))
    kinds = Counter(form.document.profile.kind for form in group)
    (kind, count) = kinds.most_common(1)[0]
    ids = {form.document.id for form in group}
    alike = (
        [one for one in documents if one.id not in ids and one.profile.kind == kind] if 2 * count >= len(group) else []
    )
    return Table(
        group[0].document,
        group[0].page,
        (FORM_COLUMN, *names),
        (0, 0),
        rows,
        called=called_of(group),
        missing=len(alike) if kind else 0,
    )


def called_of(group: Sequence[Form]) -> frozenset[str]:
    """Return the words for what each document is: its kind, and what half of them have in their titles and paths."""
    words = Counter(
        word
        for form in group
        for word in set(terms(f"{form.document.title} {form.document.path}".replace("_", " ").replace("/", " ")))
    )
    shared = {word for word, count in words.items() if 2 * count >= len(group)}
    return frozenset(shared | {word for form in group for word in terms(form.document.profile.kind)})
