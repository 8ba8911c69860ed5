"""Finds a figure of any name in each document that states it, also where it is said in other words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from rag.planning.amount_words import AmountField, other_field
from rag.planning.computed_answer import Proof, proof_of_place
from rag.planning.document_amounts import Stated, read_amount
from rag.planning.document_nouns import (
    ANY,
    HAVE_TOTALS,
    HEAD_CHARACTERS,
    is_called,
    is_document_noun,
    narrow_sorts,
    sort_of,
)
from rag.planning.document_totals import read_total
from rag.planning.document_values import MAX_PAGES, Value
from rag.planning.open_question import MEASURES, OpenQuestion, Word
from rag.planning.payment_status import payment_status
from rag.planning.quantities import Quantity
from rag.planning.row_fit import meets
from rag.planning.row_words import terms
from rag.planning.table_cells import Place
from rag.text import sentence_around
from rag.types import DocumentInfo, Page
from rag.words.dates import find_dates

MIN_STATING = 3
"""Documents that state a figure, from which on it is computed over them; two where the question says there are two."""
MIN_SHARE = 0.6
"""Share of the documents that may state it, from which on an answer over those that do is given."""
MIN_NAMING = 0.3
"""Share of the documents with such numbers whose numbers a word names, from which on it is the figure's name."""
_CLOCK = re.compile(r"(?<![\d:.])(?P<hour>[01]?\d|2[0-3])[:h](?P<minute>[0-5]\d)(?![\d:])")
CLOCK_TIMES = 2
"""Times of day of a document that may be the beginning and the end of what it is about."""
MAX_HOURS = 18
_UNTOLD = frozenset({"", "letter", "e-mail", "notice"})
"""Kinds of documents that do not say what these are about."""
MAX_ROW_WORDS = 4
OPENING_LINES = 2
"""Lines in which a document says what it is: the name of its sheet and its title."""
MIN_KIN = 3
"""Letters at the beginning that two words of one family share: cuire, cuisson."""


@dataclass(frozen=True)
class Read:
    """A document with its pages and the numbers that it states; what is told of it is found once."""

    document: DocumentInfo
    pages: Sequence[Page]
    values: Sequence[Value]

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the stems of its title and path."""
        return names_of(self.document)

    @cached_property
    def opening(self) -> frozenset[str]:
        """Return the stems of its first lines, which name a sheet whose title does not."""
        lines = [line for line in self.pages[0].text.split("\n") if line.strip()] if self.pages else []
        return frozenset(term for line in lines[:OPENING_LINES] if " | " not in line for term in terms(line))

    @cached_property
    def head(self) -> frozenset[str]:
        """Return the stems of the words that it begins with."""
        return frozenset(terms(self.pages[0].text[:HEAD_CHARACTERS].replace("-", " "))) if self.pages else frozenset()

    @cached_property
    def text(self) -> frozenset[str]:
        """Return the stems of all its words."""
        return frozenset(term for page in self.pages[:MAX_PAGES] for term in terms(page.text.replace("-", " ")))

    @cached_property
    def days(self) -> tuple[tuple[date, Place], ...]:
        """Return the days that it gives, each once with its sentence, in order of time."""
        found: dict[date, Place] = {}
        for page in self.pages:
            for day in find_dates(page.text):
                begin, end = sentence_around(page.text, day.start, day.end)
                found.setdefault(day.day, Place(page.number, begin, end))
        return tuple(sorted(found.items()))

    @cached_property
    def clock_duration(self) -> Stated | None:
        """Return how long something takes by the only two times of day that it gives; None for others."""
        return _clock_duration(self)

    def proof(self, place: Place, number: int) -> Proof:
        """Return a place of its pages as a numbered source."""
        page = next(page for page in self.pages if page.number == place.page)
        return proof_of_place(self.document, page, place, number)


def names_of(document: DocumentInfo) -> frozenset[str]:
    """Return the stems of a document's title and path."""
    names = f"{document.title} {document.path}".replace("_", " ").replace("/", " ").replace("-", " ")
    return frozenset(terms(names.replace(".", " ")))


@dataclass(slots=True)
class OpenAmounts:
    """What documents state for a figure, those that state it in other words, and those that may state it as well."""

    known: list[Stated] = field(default_factory=list)
    otherwise: set[int] = field(default_factory=set)
    """Ids of the documents whose figure is told by its unit and period alone."""
    unknown: list[DocumentInfo] = field(default_factory=list)
    name: str = ""
    is_duration: bool = False
    """Whether it is told by the times at which something begins and ends."""


def gather_open(query: OpenQuestion, documents: Sequence[Read]) -> OpenAmounts | None:
    """Return what documents state for the figure of a question; None where its words do not fit the documents."""
    roles = _roles(query, documents)
    if roles is None:
        return None
    figure, meant, is_named = roles
    is_total = any(_is_total(word) for word in query.words)
    ids = {one.document.id for one in meant}
    if _asks_duration(query, figure):
        found: OpenAmounts | None = _durations(meant)
    elif is_total and not figure and (query.field is None or " " in query.field.group):
        kinds = frozenset().union(*(sort_of(word.written).kinds for word in query.words if _is_total(word)))
        asking = [one for one in documents if one.document.profile.kind in kinds or _begins_with(query, one)]
        found = read_figures(query, (), asking, is_total=True)
    else:
        found = read_figures(query, figure, documents if is_named or query.count else meant)
    if found is None:
        return None
    if query.is_owed:
        return _not_paid(found, [one for one in documents if one.document.id in ids])
    # How others state it tells how those that are meant do.
    found.known = sorted((one for one in found.known if one.document.id in ids), key=lambda one: one.document.path)
    found.otherwise &= ids
    found.unknown = [one for one in found.unknown if one.id in ids]
    return found if _are_enough(query, found, 2 if is_named else MIN_STATING) else None


def _asks_duration(query: OpenQuestion, figure: Sequence[Word]) -> bool:
    """Return whether it is asked how long something takes that has no other name than its own."""
    return query.measured == "time" and query.field is None and not figure


def _durations(documents: Sequence[Read]) -> OpenAmounts:
    known = [one.clock_duration for one in documents if one.clock_duration is not None]
    unknown = [one.document for one in documents if one.pages and one.clock_duration is None]
    return OpenAmounts(known=known, unknown=unknown, is_duration=True)


def _clock_duration(one: Read) -> Stated | None:
    found = [(page, match) for page in one.pages for match in _CLOCK.finditer(page.text)]
    if len(found) != CLOCK_TIMES or found[0][0] is not found[1][0]:
        return None
    (page, first), (_, last) = found
    begin, end = (60 * int(match["hour"]) + int(match["minute"]) for match in (first, last))
    if end <= begin or end - begin > MAX_HOURS * 60:
        return None
    start = page.text.rfind("\n", 0, first.start()) + 1
    start = max(start, sentence_around(page.text, first.start(), first.end())[0])
    place = Place(page.number, start, last.end())
    return Stated(one.document, Quantity(Decimal(end - begin), "minutes"), "", page, place)


def _not_paid(found: OpenAmounts, documents: Sequence[Read]) -> OpenAmounts | None:
    """Return the amounts of the documents that say that they are not paid; None where none does."""
    status = {one.document.id: payment_status(one.pages) for one in documents}
    unpaid = [one for one in found.known if (told := status.get(one.document.id)) is not None and not told[0]]
    told_nothing = [one.document for one in found.known if status.get(one.document.id) is None]
    found.unknown += [one for one in told_nothing if one.id in status]
    found.known = unpaid
    found.otherwise &= {one.document.id for one in unpaid}
    return found if len(unpaid) > 1 and len(found.unknown) <= len(unpaid) else None


def read_figures(
    query: OpenQuestion, figure: Sequence[Word], documents: Sequence[Read], *, is_total: bool = False
) -> OpenAmounts | None:
    """Return what documents state for a figure: their totals, a field that rules know, or what some words name."""
    if is_total:
        found: OpenAmounts | None = _by_reader(documents, lambda one: read_total(one.document, one.pages))
    elif (wanted := query.field) is not None:
        found = _by_reader(documents, lambda one: read_amount(wanted, one.document, one.pages))
        _add_by_words(query, wanted, documents, found)
    else:
        found = _by_words(query, figure, documents) if figure else None
    if found is None:
        return None
    found.name = "" if is_total else query.field.written if query.field else " ".join(one.written for one in figure)
    _find_otherwise(query, figure, documents, found, is_total=is_total)
    return found


def _are_enough(query: OpenQuestion, found: OpenAmounts, least: int) -> bool:
    count = len(found.known)
    if query.count:
        return count == query.count and not found.unknown
    return count >= least and count >= MIN_SHARE * (count + len(found.unknown))


def _is_total(word: Word) -> bool:
    kinds = sort_of(word.written).kinds if is_document_noun(word.written) else frozenset()
    return bool(kinds) and kinds <= HAVE_TOTALS


def _begins_with(query: OpenQuestion, one: Read) -> bool:
    return any(_is_total(word) and meets(word.stem, one.names | one.head) for word in query.words)


def _roles(query: OpenQuestion, documents: Sequence[Read]) -> tuple[list[Word], list[Read], bool] | None:
    """Return the words that name the figure, the documents that the others mean, and whether a name tells these; None
    where a word fits nothing."""
    figure: list[Word] = []
    meant = list(documents)
    absent, is_named = 0, False
    things: list[Word] = []
    with_values = [one for one in documents if any(_is_measured(query, value) for value in one.values)]
    for word in query.words:
        naming = [
            one
            for one in with_values
            if any(_is_measured(query, value) and meets(word.stem, value.words) for value in one.values)
        ]
        is_thing = word.may_be_thing and not word.is_name
        if query.field is None and len(naming) >= max(2, MIN_NAMING * len(with_values)) and not _is_total(word):
            figure.append(word)
            continue
        named = [one for one in documents if meets(word.stem, one.names | one.opening)]
        if query.count and len(named) == query.count:
            meant = [one for one in meant if one in named]
            continue
        if is_thing:
            absent += 1
            things.append(word)
            continue
        if kin := _of_family(query, word, with_values):
            figure.append(kin)
            continue
        # What stands in a text somewhere may be said not to be so: only a name tells of whom a document is.
        speaking = named or [one for one in documents if word.is_name and meets(word.stem, one.text)]
        if not speaking:
            return None
        meant = [one for one in meant if one in speaking]
        is_named = True
    for word in () if is_named or len(meant) == query.count else things:
        stating = with_values
        if _asks_duration(query, figure):
            stating = [one for one in documents if one.clock_duration is not None]
        chosen = of_thing(word, [one for one in meant if one in stating], documents)
        if chosen is None:
            return None
        meant = chosen
    return (figure, meant, is_named) if meant and absent <= 1 else None


def of_thing(word: Word, stating: Sequence[Read], documents: Sequence[Read]) -> list[Read] | None:
    """Return the documents that a noun may stand for, of those that state what is asked for; None where it cannot be
    told.

    Beside those that say the noun these are the ones that are of no other sort: a lease may say loft for flat. Where
    only few say it, the folder has to be of one sort as a whole.
    """
    saying = [one for one in stating if meets(word.stem, one.names | one.head) or _is_called_so(word, one)]
    kinds = {one.document.profile.kind for one in saying} | _UNTOLD
    if is_document_noun(word.written):
        kinds |= sort_of(word.written).kinds
    else:
        # The things are no documents, and a kind that one document alone has tells nothing against it.
        counts = Counter(one.document.profile.kind for one in documents)
        kinds |= {kind for kind, count in counts.items() if count == 1 and kind != "e-mail"}
    others = [
        one
        for one in stating
        if one not in saying and one.document.profile.kind in kinds and not _is_called_otherwise(word, one)
    ]
    if not saying:
        told = {one.document.profile.kind for one in stating} - _UNTOLD
        others = list(stating) if len(told) <= 1 else []
    chosen = [one for one in stating if one in saying or one in others]
    letters = [one for one in documents if one.document.profile.kind in _UNTOLD - {""}]
    if len(chosen) >= MIN_SHARE * (len(documents) - len(letters)):
        return chosen
    return chosen if len(saying) >= MIN_STATING and len(others) <= len(saying) else None


def _is_called_so(word: Word, one: Read) -> bool:
    if not is_document_noun(word.written):
        return False
    sort = sort_of(word.written)
    if sort.called:
        text = one.pages[0].text[:HEAD_CHARACTERS] if one.pages else ""
        return is_called(sort, f"{one.document.title}\n{one.document.path}\n{text}")
    return one.document.profile.kind in sort.kinds


def _is_called_otherwise(word: Word, one: Read) -> bool:
    """Return whether a document's names say that it is of another narrow sort: an employment contract is no lease."""
    names = f"{one.document.title}\n{one.document.path}"
    own = sort_of(word.written) if is_document_noun(word.written) else ANY
    if not own.called or is_called(own, names):
        return False
    return any(sort.called != own.called and is_called(sort, names) for sort in narrow_sorts())


def _of_family(query: OpenQuestion, word: Word, documents: Sequence[Read]) -> Word | None:
    """Return the word by which the documents name a figure whose verb a question has: "cuisson" for "cuire"."""
    counts: Counter[str] = Counter()
    for one in documents:
        found = {
            stem
            for value in one.values
            if _is_measured(query, value)
            for stem in value.words
            if stem[:MIN_KIN] == word.stem[:MIN_KIN] and len(word.stem) >= MIN_KIN
        }
        counts.update(found)
    if not counts:
        return None
    stem, count = counts.most_common(1)[0]
    if count < max(MIN_STATING, MIN_NAMING * len(documents)):
        return None
    return replace(word, stem=stem)


def _is_measured(query: OpenQuestion, value: Value) -> bool:
    return not query.measured or value.measured == query.measured


def _by_reader(documents: Sequence[Read], read: Callable[[Read], Stated | None]) -> OpenAmounts:
    found = OpenAmounts()
    for one in documents:
        stated = read(one)
        if stated is not None and not stated.doubt:
            found.known.append(stated)
    return found


def _by_words(query: OpenQuestion, figure: Sequence[Word], documents: Sequence[Read]) -> OpenAmounts | None:
    """Return the numbers that all of a figure's words name, of the unit that most of them have."""
    stems = [word.stem for word in figure]
    chosen: list[tuple[Read, list[Value]]] = []
    for one in documents:
        fitting = [
            value for value in one.values if _is_measured(query, value) and _names(stems, value) and _is_row(value)
        ]
        labelled = [value for value in fitting if value.label]
        if fitting:
            chosen.append((one, labelled or fitting))
    units = Counter(unit for _, values in chosen for unit in {value.quantity.unit for value in values})
    if not units:
        return None
    unit = units.most_common(1)[0][0]
    found = OpenAmounts()
    for one, values in chosen:
        stated = _one_of(one, [value for value in values if value.quantity.unit == unit])
        if stated is not None:
            found.known.append(stated)
    return found


def _add_by_words(query: OpenQuestion, wanted: AmountField, documents: Sequence[Read], found: OpenAmounts) -> None:
    """Add what documents state by the figure's own word, in another form than rules know: "one month's notice"."""
    words = [Word(stem, stem) for stem in terms(wanted.written) if stem not in MEASURES]
    known = {stated.document.id for stated in found.known}
    units = {stated.quantity.unit for stated in found.known}
    others = [one for one in documents if one.document.id not in known]
    more = _by_words(replace(query, measured=wanted.measured), words, others) if words else None
    for stated in more.known if more is not None else ():
        if not units or stated.quantity.unit in units:
            found.known.append(stated)


def _is_row(value: Value) -> bool:
    """Return whether an amount of money stands in a row or behind a label: "£1,920 including VAT" is no VAT."""
    return value.measured != "money" or bool(value.label) or len(value.clause.split()) <= MAX_ROW_WORDS


def _names(stems: Sequence[str], value: Value) -> bool:
    words = value.words
    return all(meets(stem, words) for stem in stems)


def _one_of(one: Read, values: Sequence[Value]) -> Stated | None:
    """Return the one figure that some numbers are; None where they differ."""
    if len({(value.quantity.value, value.period) for value in values}) != 1:
        return None
    value = values[0]
    return Stated(one.document, value.quantity, value.period, value.page, value.place)


def _find_otherwise(
    query: OpenQuestion, figure: Sequence[Word], documents: Sequence[Read], found: OpenAmounts, *, is_total: bool
) -> None:
    """Add the figure of documents that state it in other words: the one number of its unit and period that they have.

    A document that has several, or none of that period, is one that may state it.
    """
    known = {stated.document.id for stated in found.known}
    profiles = Counter((stated.quantity.unit, stated.period) for stated in found.known)
    if not profiles:
        return
    (unit, _), _ = profiles.most_common(1)[0]
    periods = {period for (of_unit, period) in profiles if of_unit == unit}
    for one in documents:
        if one.document.id in known:
            continue
        values = [value for value in one.values if value.quantity.unit == unit]
        if not values:
            continue
        free = [value for value in values if not value.per and not _is_other(query.field, value)]
        fitting = [value for value in free if value.period in periods]
        fitting = [value for value in fitting if value.period] or fitting
        # Without a period the only amount of a document may be any: it is the price or the total, and no other figure.
        is_told = bool(periods - {""}) or is_total or (query.field is not None and " " in query.field.group)
        stated = _one_of(one, fitting) if is_told else None
        if stated is None and len(fitting) > is_told:
            stated = _one_of(one, _nearest(fitting, figure))
        if stated is not None and len(found.known) >= 2:
            found.known.append(stated)
            found.otherwise.add(one.document.id)
        else:
            found.unknown.append(one.document)


def _nearest(values: Sequence[Value], figure: Sequence[Word]) -> list[Value]:
    """Return the numbers whose words are of the family of a word that names the figure: cuire for cuisson."""
    beginnings = {word.stem[:MIN_KIN] for word in figure if len(word.stem) > MIN_KIN}
    return [value for value in values if any(word[:MIN_KIN] in beginnings for word in value.words)]


def _is_other(wanted: AmountField | None, value: Value) -> bool:
    """Return whether a number's words name another figure than the one that is asked for."""
    return wanted is not None and other_field(wanted, value.said)
