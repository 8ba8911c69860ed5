"""Decides by rules whether a document meets a condition of a question, and which of its words say so."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from rag.extraction.quantities import canonical_unit
from rag.planning.attendance import find_attendance
from rag.planning.date_ranges import DateRange, month_range, spans_in, year_range
from rag.planning.document_amounts import names_field, read_amount
from rag.planning.document_query import Condition
from rag.planning.document_totals import read_total
from rag.planning.page_ends import find_in_pages
from rag.planning.payment_status import payment_status
from rag.planning.phrases import Phrase
from rag.planning.quantities import CURRENCY_CODES, read_quantities
from rag.planning.table_cells import Place
from rag.planning.wording import Note
from rag.text import sentence_around, sentence_spans
from rag.types import DocumentInfo, Page
from rag.words.dates import find_dates
from rag.words.folding import fold

HEAD_CHARACTERS = 1600
"""Of a document's beginning: where it gives its own date."""
OPENING_CHARACTERS = 300
"""Of a document's beginning: what its first sentences name it is about."""
END_CHARACTERS = 600
"""Of a document's end: where it is signed."""
SIGNATURE_WORDS = 6
"""Most words of a line that is a signature."""
SIGNATURE_REACH = 160
"""Characters between a word for signing and the name."""

_SIGNING = re.compile(
    r"(?i)\b(?:signed|signature|signatory|undersigned|gezeichnet|gez\.|unterschrift|unterschrieben|unterzeichne\w*"
    r"|signé\w*"
    r"|signataire|firmad[oa]s?|firma|(?:yours|best|kind|warm) (?:sincerely|faithfully|truly|regards|wishes)|regards"
    r"|sincerely|mit freundlichen grüßen|hochachtungsvoll|cordialement|salutations|atentamente|saludos)\b|/s/"
)
_NO_SIGNING = re.compile(r"(?i)\b(?:not|never|un)\s*signed|\bnicht (?:unter|ge)zeichnet|\bpas signé")
_STRONG_END = re.compile(
    r"(?i)\b(?:ends?|ending|expir\w+|terminat\w+|lapses?|runs? out|endet|enden|endend|ende(?=\s*[:|])|läuft"
    r"|laufzeit bis"
    r"|vertragsende|ablauf\w*"
    r"|fin|finit|prend fin|se termine|échéance|termina|finaliza|vence|vencimiento|until and including)\b"
)
_WEAK_END = re.compile(
    r"(?i)\b(?:until|till|up to|through|valid to|due|bis(?: zum)?|jusqu['’]\w+|hasta(?: el)?|term|laufzeit|durée"
    r"|plazo)\b"
)
_ENDS_SO = re.compile(
    r"(?i)\b(?:ends?|ending|expir\w+|lapses?|runs? out|until and including|valid (?:to|until)|period|term|endet|enden"
    r"|endend|läuft|laufzeit|vertragsende|gültig bis|fin|finit|prend fin|se termine|échéance|durée|termina|finaliza"
    r"|vence|vencimiento|plazo)\b"
)
"""Words for the end of the whole, and for a stretch of days that has one."""
_JOINT = re.compile(
    r"(?i)\s*,?\s*(?:and )?(?:to|until|till|through|ending(?: on)?|bis(?: zum)?|[–—-]|au|à|jusqu['’]au|al?"
    r"|hasta(?: el)?)\s*(?:the )?"
)
"""Between the first and the last day of a stretch."""
_START = re.compile(
    r"(?i)\b(?:starts?|starting|begins?|beginning|commenc\w+|takes? effect|effective|comes? into force|from|beginnt"
    r"|beginn|ab dem|tritt in kraft"
    r"|inicio|inicia|vigencia|date d['’]effet|début|commence|débute|entre en vigueur|à compter du|empieza|comienza"
    r"|a partir del?)\b"
)
_NUMBERS = r"\d+(?:(?:, ?| ?(?:,? and|und|et|y|&) )\d+)+"
"""Several numbers in a row."""
_CONVERTED = {("years", "months"): 12, ("weeks", "days"): 7}
"""Units of a question -> units in which figures are read, and how many of these they are."""
_CHAIRS = (
    r"(?:in the chair|chair(?:ed by|person|man|woman)?|vorsitz(?:ende[rn]?)?|sitzungsleitung|leitung|présidence"
    r"|présidée? par"
    r"|président(?:e)? de séance|presidencia|preside|presidid[ao] por)"
)
_CHAIR = re.compile(rf"(?i)\b{_CHAIRS}\b")
_CHAIR_BEFORE = re.compile(rf"(?i)\b{_CHAIRS}\s*:?\s*(?:\w+\.? ){{0,2}}$")
_CHAIR_BEHIND = re.compile(rf"(?i)\s*(?:[(,]\s*|(?:was |took |had )?(?:the |in the )?){_CHAIRS}\b")
_OF_NOTICE = re.compile(r"(?i)\b(?:notice|kündig\w+|préavis|preaviso|apply|application|reply|payment|pay|paid)\b")
"""Sentences with these give a last day for something else than the whole."""
_ENDING = frozenset({"contract", "offer"})
"""Kinds of documents that begin and end some day, also where no word says which."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a document meets a condition, None where rules cannot tell; `note` says why, `place` which words."""

    is_met: bool | None
    place: Place | None = None
    note: Note | None = None


NO, YES = Decision(False), Decision(True)

TEXT_CONDITIONS = frozenset(
    {
        "mention",
        "about",
        "signed",
        "ends",
        "starts",
        "organisation",
        "currency",
        "amount",
        "present",
        "absent",
        "chaired",
        "paid",
        "unpaid",
        "figure",
    }
)
"""Kinds of conditions for which pages have to be looked through."""


def decide_by_profile(condition: Condition, document: DocumentInfo, *, uses_period: bool) -> Decision:
    """Decide what the catalogue's fields tell: dates, language, folder, length.

    With `uses_period` a report is of the year that it is about, and not of the day on which it was written.
    """
    profile = document.profile
    if condition.kind == "language":
        note = None if profile.language else Note("language unknown")
        return Decision(profile.language == condition.value if profile.language else None, note=note)
    if condition.kind == "pages":
        least, most = condition.pages
        return Decision(least <= document.pages <= most)
    if condition.kind == "folder":
        wanted = fold(condition.value).strip("/")
        return Decision(
            any(f"/{wanted}/" in f"/{fold(place).strip('/')}/" for place in (_folder_of(document), document.folder))
        )
    assert condition.kind in ("dated", "period"), condition.kind
    span = (
        _period_span(profile.period) if uses_period and profile.period else _day_span(profile.dated or document.created)
    )
    if span is None:
        return Decision(None, note=Note("undated"))
    if condition.days is None:
        return Decision(span.first.month == condition.month and span.last.month == condition.month)
    if condition.days.holds_all(span):
        return YES
    return Decision(None, note=Note("of period", profile.period)) if condition.days.meets(span) else NO


def decide_by_text(condition: Condition, document: DocumentInfo, pages: Sequence[Page]) -> Decision:
    """Decide what the pages of a document tell."""
    decide: dict[str, Callable[[Condition, DocumentInfo, Sequence[Page]], Decision]] = {
        "mention": _mentions,
        "currency": _is_in_currency,
        "about": _is_about,
        "signed": _is_signed,
        "ends": _ends,
        "starts": _starts,
        "organisation": _is_of_organisation,
        "amount": _asks_for_amount,
        "present": _is_present,
        "absent": _is_absent,
        "chaired": _is_chaired,
        "paid": _is_paid,
        "unpaid": _is_unpaid,
        "figure": _has_figure,
    }
    found = decide[condition.kind](condition, document, pages)
    if not condition.is_negated:
        return found
    return Decision(None if found.is_met is None else not found.is_met, note=found.note)


def _is_in_currency(condition: Condition, document: DocumentInfo, pages: Sequence[Page]) -> Decision:
    """Decide by the currencies of the amounts: those of one currency alone are in it."""
    found: dict[str, Place] = {}
    for page in pages:
        for start, end, quantity in read_quantities(page.text):
            if quantity.unit in CURRENCY_CODES:
                found.setdefault(quantity.unit, Place(page.number, *sentence_around(page.text, start, end)))
    if condition.value not in found:
        return NO
    others = sorted(found.keys() - {condition.value})
    place = found[condition.value]
    return Decision(None, place, Note("other currencies", ", ".join(others))) if others else Decision(True, place)


def _asks_for_amount(condition: Condition, document: DocumentInfo, pages: Sequence[Page]) -> Decision:
    """Decide by the total that a document asks for; one in another currency than is asked for cannot be compared."""
    assert condition.bound is not None
    total = read_total(document, pages)
    if total is None:
        return Decision(None, note=Note("no total"))
    if total.doubt:
        return Decision(None, total.place, Note("total not sure", total.doubt))
    asked = condition.bound.unit
    if asked and total.quantity.unit not in ("", asked):
        return Decision(None, total.place, Note("total in", total.quantity.unit))
    return Decision(condition.bound.holds(total.quantity.value), total.place)


def _is_present(condition: Condition, document: DocumentInfo, pages: Sequence[Page]) -> Decision:
    return _attended(condition, document, pages, wanted=True)


def _is_absent(condition: Condition, document: DocumentInfo, pages: Sequence[Page]) -> Decision:
    return _attended(condition, document, pages, wanted=False)


def _is_paid(condition: Condition, document: DocumentInfo, pages: Sequence[Page]) -> Decision:
    found = payment_status(pages)
    return Decision(None, note=Note("not said paid")) if found is None else Decision(found[0], found[1])


def _is_unpaid(condition: Condition, document: DocumentInfo, pages: Sequence[Page]) -> Decision:
    found = payment_status(pages)
    return Decision(None, note=Note("not said paid")) if found is None else Decision(not found[0], found[1])


def _has_figure(condition: Condition, document: DocumentInfo, pages: Sequence[Page]) -> Decision:
    """Decide by a figure that a document states; one in another unit than is asked for cannot be compared."""
    assert condition.field is not None
    assert condition.bound is not None
    stated = read_amount(condition.field, document, pages)
    if stated is None:
        return (
            Decision(None, note=Note("no figure", condition.field.written))
            if names_field(condition.field, pages)
            else NO
        )
    if stated.doubt:
        return Decision(None, stated.place, Note("figure not sure", stated.doubt))
    value, unit = stated.quantity.value, stated.quantity.unit
    asked = canonical_unit(condition.bound.unit)
    if (asked, unit) in _CONVERTED:
        factor = _CONVERTED[asked, unit]
        bound = replace(
            condition.bound,
            low=None if condition.bound.low is None else condition.bound.low * factor,
            high=None if condition.bound.high is None else condition.bound.high * factor,
        )
        return Decision(bound.holds(value), stated.place)
    if asked and unit not in ("", asked):
        return Decision(None, stated.place, Note("figure in", unit))
    return Decision(condition.bound.holds(value), stated.place)


def _is_chaired(condition: Condition, document: DocumentInfo, pages: Sequence[Page]) -> Decision:
    """Decide by the words for the chair on the line of a name."""
    named: Place | None = None
    for phrase in (phrase for phrases in condition.any_of for phrase in phrases):
        for place in _occurrences(phrase, document, pages, 50):
            named = named or place
            page = next(page for page in pages if page.number == place.page)
            first = page.text.rfind("\n", 0, place.start) + 1
            if _CHAIR_BEFORE.search(page.text[max(first, place.start - 60) : place.start]) or _CHAIR_BEHIND.match(
                page.text, place.end
            ):
                return Decision(True, _quoted(place, pages))
    if named is None or any(_CHAIR.search(page.text) for page in pages):
        return NO
    return Decision(None, _quoted(named, pages), Note("no chair"))


def _attended(condition: Condition, document: DocumentInfo, pages: Sequence[Page], *, wanted: bool) -> Decision:
    """Decide by the lists of those who were present and those who were not, where a document has them."""
    lists = find_attendance(pages)
    named: Place | None = None
    for phrase in (phrase for phrases in condition.any_of for phrase in phrases):
        for place in _occurrences(phrase, document, pages, 50):
            named = named or place
            for one in lists:
                if one.holds(place):
                    return Decision(one.is_present == wanted, Place(one.page, one.start, one.end))
    if any(one.is_present == wanted for one in lists) or named is None:
        return NO
    return Decision(None, _quoted(named, pages), Note("no list"))


def proof_of_date(document: DocumentInfo, pages: Sequence[Page]) -> Place | None:
    """Return where a document's beginning gives the date of its profile."""
    text = pages[0].text[:HEAD_CHARACTERS] if pages else ""
    for found in find_dates(text):
        if found.day.isoformat() == document.profile.dated:
            return Place(pages[0].number, *sentence_around(pages[0].text, found.start, found.end))
    return None


def last_day(pages: Sequence[Page]) -> tuple[date, Place] | None:
    """Return the day on which what a document agrees ends, and the words that say so; None where none, or several,
    stand there."""
    return _one_day(pages, _ENDS_SO, is_last=True) or _one_day(pages, _WEAK_END, is_last=True)


def first_day(pages: Sequence[Page]) -> tuple[date, Place] | None:
    """Return the day on which what a document agrees begins, as `last_day` does."""
    return _one_day(pages, _START, is_last=False)


def _one_day(pages: Sequence[Page], words: re.Pattern[str], *, is_last: bool) -> tuple[date, Place] | None:
    found: dict[date, Place] = {}
    for page in pages:
        for match in words.finditer(page.text):
            begin, end = sentence_around(page.text, match.start(), match.end())
            if _OF_NOTICE.search(page.text[begin:end]) or re.search(
                r"(?i)\b(?:not|nicht|pas|no)\b", page.text[begin:end]
            ):
                continue
            days = find_dates(page.text[match.end() : end])
            if days:
                found.setdefault(days[-1 if is_last else 0].day, Place(page.number, begin, end))
    return next(iter(found.items())) if len(found) == 1 else None


def first_line(pages: Sequence[Page]) -> Place | None:
    """Return the first line of a document that says something."""
    for page in pages:
        if match := re.search(r"\w[^\n]*", page.text):
            return Place(page.number, match.start(), min(match.end(), match.start() + 200))
    return None


def _occurrences(phrase: Phrase, document: DocumentInfo, pages: Sequence[Page], limit: int) -> list[Place]:
    return list(islice(find_in_pages(phrase, document, pages), limit))


def _quoted(place: Place, pages: Sequence[Page]) -> Place:
    text = next(page.text for page in pages if page.number == place.page)
    return Place(place.page, *sentence_around(text, place.start, place.end))


def _mentions(condition: Condition, document: DocumentInfo, pages: Sequence[Page]) -> Decision:
    for phrases in condition.any_of:
        places = [_occurrences(phrase, document, pages, 1) for phrase in phrases]
        places = [found or _in_numbers(phrase, pages) for found, phrase in zip(places, phrases, strict=True)]
        if all(places):
            return Decision(True, _quoted(places[0][0], pages))
    return NO


def _in_numbers(phrase: Phrase, pages: Sequence[Page]) -> list[Place]:
    """Return where a list of numbers behind a plural has that of a phrase: plot 9 is among "plots 3, 9 and 12"."""
    if len(phrase.words) != 2 or not phrase.words[1].isdigit():
        return []
    noun, number = phrase.words
    for page in pages:
        for match in re.finditer(
            rf"(?i)\b{re.escape(noun)}\w{{1,3}}\b[^.;\n\d]{{0,60}}(?P<numbers>{_NUMBERS})", page.text
        ):
            if number in re.findall(r"\d+", match["numbers"]):
                return [Place(page.number, match.start(), match.end())]
    return []


def _is_about(condition: Condition, document: DocumentInfo, pages: Sequence[Page]) -> Decision:
    """A document is about what its name, its beginning or a heading names, or what it names again and again."""
    once: Place | None = None
    for phrases in condition.any_of:
        places = [_occurrences(phrase, document, pages, 2) for phrase in phrases]
        if not all(places):
            continue
        if all(_is_subject(phrase, found, document, pages) for phrase, found in zip(phrases, places, strict=True)):
            return Decision(True, _quoted(places[0][0], pages))
        once = once or places[0][0]
    if once is None:
        return NO
    return Decision(None, _quoted(once, pages), Note("named once"))


def _is_subject(phrase: Phrase, places: Sequence[Place], document: DocumentInfo, pages: Sequence[Page]) -> bool:
    names = f"{document.title}\n{document.path}".replace("_", " ")
    if len(places) > 1 or any(True for _ in phrase.find(names, document.profile.language)):
        return True
    place = places[0]
    text = next(page.text for page in pages if page.number == place.page)
    line = text[text.rfind("\n", 0, place.start) + 1 : place.end]
    is_subject_line = re.match(r"(?i)\s*(?:#+|subject|re|betreff|objet|asunto)\b|\s*#", line) is not None
    return is_subject_line or (place.page == pages[0].number and place.start < _opening_end(text))


def _opening_end(text: str) -> int:
    """Return where the first sentence of a text ends, that behind its heading lines and its date."""
    for start, end in sentence_spans(text[:HEAD_CHARACTERS]):
        is_sentence = text[start:end].endswith((".", "!", "?", ":")) and len(text[start:end].split()) > 1
        if is_sentence and not find_dates(text[start:end]):
            return end
    return 0


def _is_signed(condition: Condition, document: DocumentInfo, pages: Sequence[Page]) -> Decision:
    named: Place | None = None
    for phrase in (phrase for phrases in condition.any_of for phrase in phrases):
        for place in _occurrences(phrase, document, pages, 50):
            page = next(page for page in pages if page.number == place.page)
            named = named or place
            if _is_signature(page.text, place, is_last=page is pages[-1]):
                return Decision(True, _quoted(place, pages))
    if named is None:
        return NO
    return Decision(None, _quoted(named, pages), Note("no signature"))


def _is_signature(text: str, place: Place, *, is_last: bool) -> bool:
    before = text[max(0, place.start - SIGNATURE_REACH) : place.start]
    line = text[text.rfind("\n", 0, place.start) + 1 : (text + "\n").find("\n", place.end)]
    signs = [*_SIGNING.finditer(before)]
    behind = text[place.end : place.end + 40]
    if _NO_SIGNING.search(before) or _NO_SIGNING.search(behind):
        return False
    if signs and not re.search(r"[.!?]\s", before[signs[-1].end() :].strip()):
        return True
    if re.match(r"(?i)\s*(?:\n\s*)?\(?(?:signature|unterschrift|signed)\b", behind):
        return True
    return is_last and len(text) - place.start <= END_CHARACTERS and len(line.split()) <= SIGNATURE_WORDS


def _ends(condition: Condition, document: DocumentInfo, pages: Sequence[Page]) -> Decision:
    return _by_days(condition, pages, (_STRONG_END, _WEAK_END), "end", ends_sometime=document.profile.kind in _ENDING)


def _starts(condition: Condition, document: DocumentInfo, pages: Sequence[Page]) -> Decision:
    return _by_days(condition, pages, (_START,), "beginning", ends_sometime=document.profile.kind in _ENDING)


def _first_days(pages: Sequence[Page], words: Sequence[re.Pattern[str]]) -> tuple[list[tuple[DateRange, Place]], bool]:
    """Return the days in sentences with the first of some words that have any, and whether any word was there."""
    has_word = False
    for pattern in words:
        found: list[tuple[DateRange, Place]] = []
        for page in pages:
            for match in pattern.finditer(page.text):
                has_word = True
                found += _days_near(page, match.end(), match.start(), is_end=_START not in words)
        if found:
            return found, True
    return [], has_word


def _by_days(
    condition: Condition, pages: Sequence[Page], words: Sequence[re.Pattern[str]], what: str, *, ends_sometime: bool
) -> Decision:
    """Decide by the dates in sentences with a word for the end or the beginning; the first words with dates count."""
    assert condition.days is not None
    found, has_word = _first_days(pages, words)
    if not found:
        return Decision(None, note=Note(f"no date for {what}")) if has_word or ends_sometime else NO
    met = [condition.days.holds_all(days) for days, _ in found]
    if all(met):
        return Decision(True, found[0][1])
    if not any(condition.days.meets(days) for days, _ in found):
        return Decision(False, found[0][1])
    return Decision(None, found[met.index(True) if any(met) else 0][1], Note(f"more than one {what}"))


def _days_near(page: Page, end: int, start: int, *, is_end: bool = False) -> list[tuple[DateRange, Place]]:
    """Return the days that stand in the sentence of a word, those behind it before those in front of it."""
    first, last = sentence_around(page.text, start, end)
    if _OF_NOTICE.search(page.text[first:last]):
        return []
    place = Place(page.number, first, last)
    behind = spans_in(page.text[end:last])
    if len(behind) > 1 and is_end and _JOINT.fullmatch(page.text[end + behind[0][1] : end + behind[1][0]]):
        return [(behind[1][2], place)]
    if behind:
        return [(behind[0][2], place)]
    before = spans_in(page.text[first:start])
    return [(before[-1][2], place)] if before else []


def _is_of_organisation(condition: Condition, document: DocumentInfo, pages: Sequence[Page]) -> Decision:
    """A document is of those whom it names most, or who wrote it; of others whom it names that cannot be told."""
    phrase = condition.any_of[0][0]
    owners = "\n".join((*document.profile.organisations, document.author))
    places = _occurrences(phrase, document, pages, 1)
    if any(True for _ in phrase.find(owners, document.profile.language)):
        return Decision(True, _quoted(places[0], pages) if places else None)
    if not places:
        return NO
    is_head = places[0].page == pages[0].number and places[0].start < OPENING_CHARACTERS
    return Decision(
        True if is_head else None, _quoted(places[0], pages), None if is_head else Note("named further down")
    )


def _folder_of(document: DocumentInfo) -> str:
    return document.path.rpartition("/")[0]


def _day_span(written: str) -> DateRange | None:
    try:
        day = date.fromisoformat(written[:10])
    except ValueError:
        return None
    return DateRange(day, day)


def _period_span(period: str) -> DateRange | None:
    year, _, quarter = period.partition(" Q")
    if not year.isdigit():
        return None
    if not quarter:
        return year_range(int(year))
    return DateRange(date(int(year), int(quarter) * 3 - 2, 1), month_range(int(year), int(quarter) * 3).last)
