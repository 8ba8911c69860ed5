"""Reads from sentences what documents of a form state without its labels: "Das Mietverhältnis beginnt am ..."."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rag.extraction.quantities import find_decimal_mark, find_quantities
from rag.planning.document_values import to_quantity
from rag.planning.record_values import is_negative, is_person
from rag.planning.records import Cell, Field, Record, Records, called_by, file_stem
from rag.planning.row_words import terms
from rag.questions.constraints import is_negated
from rag.text import sentence_around
from rag.types import DocumentInfo, Page
from rag.words.dates import find_dates
from rag.words.folding import fold

MAX_CHARACTERS = 6_000
"""Of a document that is about one thing; a longer one is no record."""
COMMON = 0.6
"""Share of the records that state a field, from which on a further one has to state it too."""
MIN_FILLED = 0.5
"""Share of the common fields that a document without their labels has to state, to be a record."""
MIN_FIELDS = 3
MIN_ALIKE = 2
"""Common fields that a document has to state which is called as the records are."""
MAX_FILLED = 20
"""Documents whose sentences are read; of more the others count as documents that do not say it."""
MIN_KIN = 5
"""Letters that a word of a sentence and of a label share: beginnt, Mietbeginn."""
MAX_VALUE = 60
MAX_VALUES = 80
"""Different values of a field, up to which they are looked for in sentences; more are no few that come again."""

_BORDER = re.compile(
    r"(?i)[;,:] (?!\d)|\.\s|\n| (?:and|und|et|y|puis|then|dann|but|aber|mais|pero|dazu|with|mit|avec|con) "
)
_YEAR = re.compile(r"(?<![\d.,/-])(?:19|20)\d\d(?![\d/-]|[.,]\d)")
_ADDRESSED = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Miss|Dr|Herrn?|Frau|Familie|Mme|Sr|Sra|Dear|Señora?|Madame|Monsieur)\.?\s+)+"
    r"(?P<name>[A-ZÀ-Ý][\w'’-]+(?: [A-ZÀ-Ý][\w'’-]+)*)"
)
_NAME = re.compile(
    r"[\s*_:]*(?:(?:is|ist|est|es) )?(?P<name>[A-ZÀ-Ý][\w'’-]+(?: (?:(?:de|del|van|von) )?[A-ZÀ-Ý][\w'’-]+)+)"
)
_NAMED = re.compile(
    r"[\s*_:]*(?P<name>[A-ZÀ-Ý][^\n.;:]{2,60}?(?:\. [^\n.;:,]{1,20})?)(?=[*_]*(?:, [a-zà-ÿ]|\.(?:\s|$)|\n|$))"
)


@dataclass(frozen=True)
class _Found:
    """A value for a field, and how surely it is that: the larger the score the surer."""

    at: int
    score: float
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class _Text:
    """The first page of a document, what it labels left out."""

    page: Page
    text: str

    @cached_property
    def dates(self) -> list[tuple[int, int]]:
        return [(one.start, one.end) for one in find_dates(self.text)]

    @cached_property
    def numbers(self) -> list[tuple[int, int, str]]:
        """Return the numbers that are no dates, each with its unit, times in minutes, days or months."""
        found = []
        for one in find_quantities(self.text, decimal_mark=find_decimal_mark(self.text)):
            if one.doubt or any(start < one.end and one.start < end for start, end in self.dates):
                continue
            quantity = to_quantity(one, self.text)
            found.append((one.start, one.end, quantity.unit if quantity else one.unit))
        return found

    @cached_property
    def words(self) -> list[tuple[int, int, frozenset[str]]]:
        """Return the words of four letters and more, each with its stems."""
        return [(*match.span(), _stems(match[0])) for match in re.finditer(r"[^\W\d_]{4,}", self.text)]

    def clause(self, start: int, end: int) -> frozenset[str]:
        """Return the stems of the words about some characters, up to the next comma or conjunction."""
        first, last = sentence_around(self.text, start, end)
        begin = max((first + match.end() for match in _BORDER.finditer(self.text[first:start])), default=first)
        border = _BORDER.search(self.text, end, last)
        return _stems(self.text[begin : border.start() if border else last])

    def sentence(self, start: int, end: int) -> frozenset[str]:
        """Return the stems of the words of the sentence that holds some characters."""
        return _stems(self.text[slice(*sentence_around(self.text, start, end))])


def fill_records(made: Records, documents: Sequence[DocumentInfo], pages: Mapping[int, Sequence[Page]]) -> Records:
    """Return records with what their documents state in sentences, and those documents that state enough so as
    well."""
    open_ = [one for one in made.records if len(one.cells) < len(made.fields) and pages.get(one.document.id)]
    filled = {id(one): _filled(made, one, pages[one.document.id][0]) for one in open_[:MAX_FILLED]}
    records = [filled.get(id(one), one) for one in made.records]
    left = MAX_FILLED - len(filled)
    known = {record.document.id for record in made.records}
    kinds = Counter(record.document.profile.kind for record in made.records)
    kind, count = kinds.most_common(1)[0]
    common = [
        one.at
        for one in made.fields
        if sum(one.at in record.cells for record in made.records) >= COMMON * len(made.records)
    ]
    kin = frozenset.intersection(*(_name_words(record.document) for record in made.records))
    others: list[DocumentInfo] = []
    for document in documents:
        of_it = pages.get(document.id)
        if document.id in known or not of_it:
            continue
        names = called_by(document, of_it[0])
        is_alike = bool(kin) and kin <= _name_words(document)
        if document.file_type == "eml" and not is_alike:
            continue
        if sum(len(page.text) for page in of_it) <= MAX_CHARACTERS and len(common) >= MIN_FIELDS and left > 0:
            left -= 1
            record = _filled(made, Record(document, {}, names, document.title, is_otherwise=True), of_it[0])
            least = MIN_ALIKE if is_alike else max(MIN_FIELDS, MIN_FILLED * len(common))
            if sum(at in record.cells for at in common) >= least:
                records.append(record)
                continue
        if is_alike or (kind and document.profile.kind == kind and 2 * count >= len(made.records)):
            others.append(document)
    records.sort(key=lambda one: one.document.path)
    return replace(made, records=records, others=others)


def _name_words(document: DocumentInfo) -> frozenset[str]:
    """Return the stems of the words in a file's name: loan of loan-3301.docx."""
    return frozenset(terms(" ".join(re.findall(r"[^\W\d_]{2,}", file_stem(document)))))


def _filled(made: Records, record: Record, page: Page) -> Record:
    text = page.text
    labels: dict[int, Cell] = {}
    for cell in record.cells.values():
        text = f"{text[: cell.start]}{' ' * (cell.end - cell.start)}{text[cell.end :]}"
    of_it = _Text(page, text)
    found = [one for field in made.fields if field.at not in record.cells for one in _find(made, field, of_it)]
    best: dict[int, list[_Found]] = {}
    for one in sorted(found, key=lambda one: -one.score):
        best.setdefault(one.at, []).append(one)
    used: list[tuple[int, int]] = []
    for one in sorted(found, key=lambda one: -one.score):
        if one.at in labels or any(start < one.end and one.start < end for start, end in used):
            continue
        rivals = [
            other
            for other in best[one.at]
            if other.score == one.score
            and other.text.casefold() != one.text.casefold()
            and not any(start < other.end and other.start < end for start, end in used)
        ]
        if rivals:
            continue
        begin, end = sentence_around(page.text, one.start, one.end)
        labels[one.at] = Cell(one.text, page, begin, end, is_otherwise=True)
        used.append((one.start, one.end))
    return replace(record, cells={**record.cells, **labels})


def _find(made: Records, field: Field, text: _Text) -> Iterator[_Found]:
    if field.kind == "number":
        yield from _numbers(made, field, text)
    elif field.kind == "day":
        for start, end in text.dates:
            share = share_of(field, text.sentence(start, end))
            if share or (len(text.dates) == 1 and sum(one.kind == "day" for one in made.fields) == 1):
                yield _Found(field.at, (1 if share else 0.5) + share, text.text[start:end], start, end)
    elif field.kind == "year":
        for match in _YEAR.finditer(text.text):
            if any(start <= match.start() < end for start, end in text.dates):
                continue
            if share := share_of(field, text.clause(*match.span())):
                yield _Found(field.at, 1 + share, match[0], *match.span())
    elif field.kind == "yes/no":
        yield from _yes_or_no(made, field, text)
    else:
        yield from _texts(made, field, text)


def _numbers(made: Records, field: Field, text: _Text) -> Iterator[_Found]:
    cells = [cell for cell in made.column(field.at) if cell is not None]
    behind = Counter(match[1] for cell in cells if (match := re.match(r"[\d.,]+ ([^\W\d_]+)", cell.text)))
    counted = [word for word, count in behind.items() if 2 * count >= len(cells)]
    same = [one for one in made.fields if one.kind == "number" and one.unit == field.unit]
    for start, end, unit in text.numbers:
        next_word = re.match(r"[ \t]?([^\W\d_]+)", text.text[end:])
        if unit != field.unit and not (not field.unit and unit in ("days", "minutes", "months", "hours")):
            continue
        share = share_of(field, text.clause(start, end))
        if field.unit and (share or (len(same) == 1 and sum(one[2] == unit for one in text.numbers) == 1)):
            yield _Found(field.at, (1 if share else 0.5) + share, text.text[start:end], start, end)
        elif not field.unit and next_word and counted and next_word[1] in counted:
            yield _Found(field.at, 1.5, f"{text.text[start:end]}{next_word[0]}", start, end)
        elif not field.unit and share and _names_behind(field, text.text[start : end + 24]):
            digits = re.match(r"[\d.,]+", text.text[start:end])
            if digits:
                yield _Found(field.at, 1 + share, digits[0], start, end)


def _names_behind(field: Field, behind: str) -> bool:
    """Return whether the first word of a field stands right behind a number: "9 días de baja"."""
    word = re.search(r"\d[ \t]*([^\W\d_]+)", behind)
    return word is not None and any(set(terms(word[1])) & set(words[:1]) for words in field.words)


def _yes_or_no(made: Records, field: Field, text: _Text) -> Iterator[_Found]:
    words = [word for names in field.words for word in names]
    cells = [cell.text for cell in made.column(field.at) if cell is not None]
    negative = next((cell for cell in cells if is_negative(cell)), "no")
    positive = next((cell for cell in cells if not is_negative(cell)), "yes")
    for first, last, stems in text.words:
        if not _is_kin(words[0], stems):
            continue
        begin, end = sentence_around(text.text, first, last)
        if share_of(field, _stems(text.text[begin:end])) >= COMMON:
            value = negative if is_negated(text.text[begin:end]) else positive
            yield _Found(field.at, 1.0, value, first, last)


def _texts(made: Records, field: Field, text: _Text) -> Iterator[_Found]:
    """Yield values of other records that the text has, and names behind the field's own word."""
    counts = Counter(cell.text.strip(" .") for cell in made.column(field.at) if cell is not None)
    folded = fold(text.text)
    taken: list[tuple[int, int]] = []
    # Where the text has the field's own word, what is named elsewhere is another.
    is_named = any(share_of(field, stems) for _, _, stems in text.words)
    values = [one for one in sorted(counts, key=len, reverse=True) if 2 < len(one) <= MAX_VALUE]
    for value in values if len(folded) == len(text.text) and len(values) <= MAX_VALUES else ():
        if (plain := fold(value)) not in folded:
            continue
        for match in re.finditer(rf"(?<!\w){re.escape(plain)}(?:e|es|s)?(?!\w)", folded):
            if any(start <= match.start() and match.end() <= end for start, end in taken):
                continue
            taken.append(match.span())
            share = share_of(field, text.clause(*match.span()))
            if share or (not is_named and (counts[value] > 1 or " " in value)):
                yield _Found(field.at, 1 + share, value, *match.span())
    labels = {names[0] for names in field.words if names}
    for first, last, stems in text.words:
        if not (stems & labels) and not any(_is_alike(label, text.text[first:last]) for label in labels):
            continue
        named = (_NAME if field.is_of_persons else _NAMED).match(text.text, last)
        if named and (not field.is_of_persons or is_person(named["name"])):
            yield _Found(field.at, 1.2, named["name"].strip(" *_"), *named.span("name"))
    if field.is_identifier:
        yield from _identifiers(field, text)
    others = [one for one in made.fields if one.is_of_persons]
    names = {match["name"]: match.span("name") for match in _ADDRESSED.finditer(text.text)}
    if field.is_of_persons and len(others) == 1 and len(names) == 1:
        name, span = next(iter(names.items()))
        yield _Found(field.at, 0.8, name, *span)


def _identifiers(field: Field, text: _Text) -> Iterator[_Found]:
    """Yield the numbers and codes that stand right behind a field's name, in other spelling: "our invoice
    no. 2079"."""
    for name in field.names:
        words = r"\W*".join(re.escape(word) for word in re.findall(r"\w+", name))
        for match in re.finditer(rf"(?i)(?<!\w){words}\W{{0,3}}(?P<code>[\w/-]*\d[\w/-]*)", text.text):
            yield _Found(field.at, 1.5, match["code"], *match.span("code"))


def share_of(field: Field, words: frozenset[str]) -> float:
    """Return the share of a field's words that a text has, of the name that it has most of."""
    return max(
        (sum(_is_kin(word, words) for word in names) / len(names) for names in field.words if names), default=0.0
    )


def _is_kin(word: str, words: frozenset[str]) -> bool:
    """Return whether a word of a label is among some, or has the beginning of one of them."""
    return word in words or any(
        (len(other) >= MIN_KIN and other[:MIN_KIN] in word) or _is_alike(word, other) for other in words
    )


def _is_alike(word: str, other: str) -> bool:
    other = fold(other)
    return len(word) >= MIN_KIN and len(other) >= MIN_KIN and word[: len(word) - 2] == other[: len(word) - 2]


def _stems(text: str) -> frozenset[str]:
    return frozenset(terms(re.sub(r"[-*_()/]", " ", text)))
