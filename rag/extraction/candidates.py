"""Finds what a document labels as a column's value, in forms, tables and sentences, and decides between several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.extraction.columns import Column, ColumnKind
from rag.extraction.fields import Field, load_fields, plan_search
from rag.extraction.labels import Labelled, find_labelled
from rag.extraction.quantities import canonical_unit, currencies_in, is_currency
from rag.extraction.values import Conventions, Value, read_values
from rag.text import sentence_around, sentence_spans
from rag.types import Source

BY_SENTENCE, BY_PLACE = 1, 2
"""Tiers of what a sentence says and of what only its place tells; those of labels begin at 0."""

HEAD_LINES = 15
"""Lines of the first page among which a letter's date and the name at its head stand."""
SENTENCE_REACH = 1500
"""Characters around a value of which its sentence may consist: those of contracts are long."""
MAX_LEAD = 24
"""Characters that may stand between a label and a number or a day."""

_FULL_STOP = re.compile(r"\b(LLC|LLP|GmbH|AG|AS|AB|KG|SE|Limited|PLC|plc)\.$")
_ADDRESS = re.compile(r"\s*<[^<>\s]+@[^<>\s]+>")
_CITY_BEFORE_DATE = re.compile(r"^[^\W\d][^\d,]{1,30},\s*(?:den |the )?")
_ORGANISATION = re.compile(
    r"^[ \t|#*]*(?P<value>[A-ZÄÖÜÉ0-9](?:[\w&'’.,-]| (?! ))*?\b(?:Inc|Incorporated|Corp|Corporation|Company|Co|Ltd"
    r"|Limited|LLC|LLP|PLC|plc"
    r"|GmbH|AG|SE|KG|OHG"
    r"|S\.A|SA|SAS|SARL|S\.L|S\.p\.A|B\.V|BV|N\.V|AB|ASA|AS|A/S|Oy)\b\.?)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value and where it stands: characters `start` to `end` of a source's text, the proof from `from_` to `to`."""

    value: Value
    tier: int
    source: Source
    start: int
    end: int
    from_: int
    to: int
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The candidate that is taken, and why it may be wrong: "" where nothing speaks against it."""

    candidate: Candidate
    doubt: str


def find_candidates(column: Column, pages: Sequence[Source], conventions: Conventions) -> list[Candidate]:
    """Return every value that labels, sentences of known forms, or its place give a column."""
    search = plan_search(column)
    found: list[Candidate] = []
    for source in pages:
        for labelled in find_labelled(source.text, search):
            found += _read_labelled(column, labelled, source, search.field, conventions)
        found += _in_sentences(column, search.field, source, conventions)
    if pages and search.field.alone and not any(one.tier == 0 for one in found):
        found += _alone(column, pages[0], conventions)
    if pages and search.field.letterhead and column.kind is ColumnKind.TEXT and not found:
        found += _letterhead(pages)
    return found


@dataclass(frozen=True, slots=True)
class Claim:
    """The characters `start` to `end` of a page, which the document itself says are the value of a field."""

    field: str
    page: int
    start: int
    end: int


def find_claims(pages: Sequence[Source], conventions: Conventions) -> list[Claim]:
    """Return what labels and sentences of known forms give to the fields that are known: it answers nothing else."""
    return [
        Claim(field.name, one.source.first_page, one.start, one.end)
        for field in load_fields().values()
        for one in find_candidates(field.column, pages, conventions)
        if one.tier == 0 or (one.tier == BY_SENTENCE and field.patterns)
    ]


def decide(candidates: Sequence[Candidate]) -> Decision | None:
    """Return the surest candidate; in doubt where others as sure, or the next where it is not of the surest, differ."""
    if not candidates:
        return None
    best_tier = min(candidate.tier for candidate in candidates)
    best = [candidate for candidate in candidates if candidate.tier == best_tier]
    chosen = _most_frequent(best)
    rivals = best if best_tier == 0 else candidates
    doubt = chosen.doubt or chosen.value.doubt
    if not doubt and (other := next((one for one in rivals if not _agree(one.value, chosen.value)), None)):
        doubt = f"The document also says “{_shown(other)}”."
    return Decision(chosen, doubt)


def _most_frequent(candidates: Sequence[Candidate]) -> Candidate:
    """Return the first candidate of the value that most mentions give."""
    counts = [sum(_agree(one.value, other.value) for other in candidates) for one in candidates]
    return candidates[max(range(len(candidates)), key=lambda at: (counts[at], not candidates[at].value.doubt, -at))]


def _agree(one: Value, other: Value) -> bool:
    """Return whether two mentions give one value; a shorter text may stand within a longer one."""
    if one.key == other.key:
        return True
    if one.text == other.text and not (one.unit and other.unit):
        return True
    is_name = not re.fullmatch(r"[-\d.]+", one.text) and not re.fullmatch(r"[-\d.]+", other.text)
    shorter, longer = sorted((one.key, other.key), key=len)
    return is_name and len(shorter) > 3 and f" {shorter} " in f" {longer} "


def _shown(candidate: Candidate) -> str:
    return f"{candidate.value.text} {candidate.value.unit}".strip()


def _read_labelled(
    column: Column, labelled: Labelled, source: Source, field: Field, conventions: Conventions
) -> Iterator[Candidate]:
    text = source.text
    start, end = labelled.start, labelled.end
    if column.kind is ColumnKind.LIST:
        end = _end_of_list(text, end)
    elif column.kind is ColumnKind.TEXT:
        end = _end_of_value(text, start, end)
    said = text[start:end]
    values = [value for value in read_values(said, column, conventions) if _fits(value, said, field, column)]
    if column.kind in (ColumnKind.NUMBER, ColumnKind.DATE):
        money = [value for value in values if is_currency(value.unit)]
        values = money or values
    if not values or (column.kind in (ColumnKind.NUMBER, ColumnKind.DATE) and values[0].start > MAX_LEAD):
        return
    value = _with_unit_of_label(values[0], text[labelled.from_ : labelled.start], column)
    if column.kind is ColumnKind.TEXT:
        plain = _plain_text(value, field, said)
        if plain is None:
            return
        value = plain
    first, at = min(labelled.from_, start), start + value.start
    doubt = ""
    if len({(one.text, one.unit) for one in values}) > 1:
        doubt = f"Behind “{labelled.label.strip(' :')}” stand several: {', '.join(one.text for one in values[:3])}."
    yield Candidate(value, labelled.tier, source, at, start + value.end, first, start + value.end, doubt)


def _fits(value: Value, said: str, field: Field, column: Column) -> bool:
    """Return whether a value can be one of a field."""
    if field.is_money and column.kind is ColumnKind.NUMBER:
        return not value.unit or is_currency(value.unit)
    if column.kind is ColumnKind.TEXT and field.shape is not None:
        return field.shape.match(said[value.start :]) is not None
    return True


def _plain_text(value: Value, field: Field, said: str) -> Value | None:
    """Return a text as it is shown: an identifier without what stands behind it, a name without its e-mail address."""
    if field.shape is not None:
        match = field.shape.match(said, value.start)
        return replace(value, text=match.group().rstrip(".,;"), end=match.end()) if match else None
    plain = _ADDRESS.sub("", value.text).strip(" \"'") or value.text
    return replace(value, text=plain)


def _with_unit_of_label(value: Value, label: str, column: Column) -> Value:
    """Give a number the currency that its label names: "Total (EUR)"."""
    named = currencies_in(label)
    if column.kind is not ColumnKind.NUMBER or len(named) != 1:
        return value
    unit = named.pop()
    wanted = canonical_unit(column.unit)
    if value.unit in ("", wanted) or value.doubt:
        return replace(value, unit=unit, doubt="" if wanted in ("", unit) else f"It is in {unit} and not in {wanted}.")
    return value


def _end_of_list(text: str, end: int) -> int:
    """Return where a list ends that goes on in the lines below: each an item with a mark."""
    for match in re.finditer(r"\n[ \t]*(?:[•▪◦●■‣∙·*–—-]|\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})[.)])[ \t]+[^\n]+", text[end:]):
        if match.start() and text[end : end + match.start()].strip():
            break
        end += match.end() - match.start() if match.start() == 0 else 0
    following = re.match(r"(?:\n[ \t]*(?:[•▪◦●■‣∙·*–—-]|\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})[.)])[ \t]+[^\n]+)+", text[end:])
    return end + following.end() if following else end


def _end_of_value(text: str, start: int, end: int) -> int:
    """Return where the first sentence of a value ends: what follows is text and no value."""
    spans = sentence_spans(text[start:end])
    return start + spans[0][1] if spans and spans[0][1] > 3 else end


def _in_sentences(column: Column, field: Field, source: Source, conventions: Conventions) -> Iterator[Candidate]:
    for pattern in field.patterns:
        for match in pattern.finditer(source.text):
            groups = {name: said for name, said in match.groupdict().items() if said}
            if not groups:
                continue
            if column.kind is ColumnKind.LIST or set(groups) == {"first", "second"}:
                items = tuple(_FULL_STOP.sub(r"\1", " ".join(said.split()).strip(" ,")) for said in groups.values())
                at = [match.span(name) for name in groups]
                start, end = min(first for first, _ in at), max(last for _, last in at)
                value = Value("; ".join(items), start, end, items=items)
                yield Candidate(value, BY_SENTENCE, source, start, end, match.start(), max(end, match.end()))
                continue
            name, said = next(iter(groups.items()))
            for value in read_values(said, column, conventions)[:1]:
                if column.kind is ColumnKind.TEXT:
                    value = replace(value, text=re.sub(r"^the ", "", value.text))
                start, end = match.start(name) + value.start, match.start(name) + value.end
                first, last = sentence_around(
                    source.text, match.start(), match.end(), reach=SENTENCE_REACH, most=SENTENCE_REACH
                )
                yield Candidate(value, BY_SENTENCE, source, start, end, first, last)


def _alone(column: Column, source: Source, conventions: Conventions) -> Iterator[Candidate]:
    """Yield the values that stand alone on a line near the top, behind a city at most."""
    at = 0
    for line in source.text.splitlines(keepends=True)[:HEAD_LINES]:
        shown = line.strip(" \t|\n")
        for value in read_values(line, column, conventions)[:1]:
            rest = _CITY_BEFORE_DATE.sub("", shown)
            if len(rest) <= value.end - value.start + 2:
                start, end = at + value.start, at + value.end
                yield Candidate(value, BY_PLACE, source, start, end, start, end)
        at += len(line)


def _letterhead(pages: Sequence[Source]) -> Iterator[Candidate]:
    """Yield the organisation at the head of a document; in doubt unless the document names it again."""
    source = pages[0]
    head = "".join(source.text.splitlines(keepends=True)[:6])
    if match := _ORGANISATION.search(head):
        name = " ".join(match["value"].split())
        others = sum(page.text.count(match["value"]) for page in pages) - 1
        doubt = "" if others else "It stands at the head of the document, and nothing says what for."
        start, end = match.span("value")
        yield Candidate(Value(name, start, end), BY_PLACE, source, start, end, start, end, doubt)
