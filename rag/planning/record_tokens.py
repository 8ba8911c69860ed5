"""Reads the words of a question as fields and values of records; a word that is none of them leaves it unread."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rag.planning import record_words as words
from rag.planning.document_nouns import HAVE_TOTALS, is_document_noun, sort_of
from rag.planning.record_kin import MIN_KIN, holds_all, is_begun, is_kin, is_of_money, kind_of, names_word, stems_of
from rag.planning.record_question import RecordQuestion, Token
from rag.planning.record_verbs import speaks_of
from rag.planning.records import PERIOD, Field, Records
from rag.planning.row_fit import meets
from rag.planning.row_words import PERSONS, terms
from rag.planning.things import things_among
from rag.quoting.events import events_in
from rag.types import DocumentInfo, Page
from rag.words.folding import fold

MIN_COMMON = 0.6
"""Share of the records that state a field, from which on one that does not state it leaves open whether it is so."""

MIN_NOUN = 3
"""Letters of a word for what each record is."""
MAX_ENDING = 2
"""Letters that a word has behind what a compound has of it: Sprachen, Sprachkurse."""
_VERBAL = re.compile(r"(?i)\w{2,}(?:ed|aron|ieron|ó|ée?s?|ten)|ge\w{2,}(?:t|en)")
"""How the past of verbs ends in four languages."""
_NUMBER_OF = re.compile(r"(?i)(?:nummer|number|code|\bno|\bnr|\bid|\bref\w*|\bnúm\w*|\bnuméro)\b\.?")
_COUNT_OF = re.compile(r"(?i)(?:number|no\.?|count|total|an?zahl|nombre|número) (?:of|der|von|des?|d['’])")
"""Begins the name of a field that counts something."""


@dataclass
class Reading:
    """The words of a question as fields and values, while they are being read."""

    query: RecordQuestion
    records: Records
    documents: Sequence[DocumentInfo]
    pages: Mapping[int, Sequence[Page]]
    asked: Field | None = None
    has_noun: bool = False
    mentions: list[tuple[int, Field, int]] = field(default_factory=list)
    """Place in the question, the field, and how many words name it."""
    filters: list[tuple[int, tuple[Field, ...], frozenset[str]]] = field(default_factory=list)
    named: list[tuple[int, frozenset[str]]] = field(default_factory=list)
    """Words of what records are called, or what their texts say."""
    guessed: str = ""
    """A verb that names no field, and is taken to speak of the only days that are stated."""

    @cached_property
    def nouns(self) -> frozenset[str]:
        """Return the stems of words for what each record is, those of its number's label too: Kursnummer."""
        names = [name for one in self.records.fields if one.is_identifier for name in one.names]
        own = " ".join(_NUMBER_OF.sub(" ", name) for name in names)
        return self.records.called | {word for word in (*terms(own), *fold(own).split()) if len(word) >= MIN_NOUN}

    @cached_property
    def texts(self) -> dict[int, frozenset[str]]:
        """Return the stems of all words of each record's document."""
        return {
            id_: stems_of("\n".join(page.text for page in self.pages.get(id_, ())))
            for id_ in {record.document.id for record in self.records.records}
        }


def read_tokens(reading: Reading) -> bool:
    """Read every word of a question; return whether each names something, or says no more than that it is so."""
    tokens = reading.query.tokens
    at = 0
    while at < len(tokens):
        if reading.records.void and tokens[at].stem in words.STANDING:
            # What no longer holds is left out.
            at += 1
            continue
        readers = (_labelled_at, _value_at, _field_at, _word_at, _verb_at)
        taken = next((taken for read in readers if (taken := read(reading, at))), 0)
        if not taken:
            return False
        at += taken
    return True


def _labelled_at(reading: Reading, at: int) -> int:
    """Read the name of a field with a name behind it that is a value of it: chaired by Imke."""
    if at + 1 >= len(reading.query.tokens):
        return 0
    token, name = reading.query.tokens[at : at + 2]
    if not name.is_name:
        return 0
    for one in reading.records.fields:
        called = one.kind == "text" and (names_word(one, token.stem) or speaks_of(one, token.written))
        if called and any(cell is not None and name.stem in cell.words for cell in reading.records.column(one.at)):
            reading.filters.append((name.at, (one,), frozenset((name.stem,))))
            return 2
    return 0


def _value_at(reading: Reading, at: int) -> int:
    """Read the longest run of words that one cell has; return how many words it takes, 0 for none."""
    tokens = reading.query.tokens
    may_be_noun = not (reading.has_noun or reading.query.is_amount or at or tokens[0].is_name)
    if may_be_noun and not _stands_before_noun(reading) and _is_noun(reading, tokens[0]):
        return 0
    if _is_number_word(tokens[at]) or _is_broad(reading, tokens[at]):
        return 0
    for last in range(min(len(tokens), at + 6), at, -1):
        run = tokens[at:last]
        is_called = _explains(reading.records, run) == 1.0 or run[0].stem in reading.records.called
        if len(run) == 1 and is_called and not run[0].is_name:
            # The name of a field, or of all records, is no value of one.
            continue
        if len(run) == 1 and not run[0].is_name and _measures_word(reading, run[0]):
            # What arrives is told by the arrival, and not by a remark that has the word.
            continue
        if len(run) == 1 and run[0].stem in words.NEUTRAL and not _is_in_a_cell(reading, run[0].stem):
            # What was found is not what has a foundation.
            continue
        stems = [token.stem for token in run]
        held = [
            one
            for one in reading.records.fields
            if any(cell is not None and holds_all(cell, stems) for cell in reading.records.column(one.at))
            and not (len(run) == 1 and (names_word(one, stems[0]) or (one.kind == "number" and stems[0].isalpha())))
        ]
        if len(run) == 1 and _is_denied(reading, run[0]) and (state := _state_of(reading, stems[0])) is not None:
            # What is not so is told by a field of such states, and not by a remark that has the word once.
            held, stems = [state[0]], [state[1]]
        if len(run) == 1 and not held and (of_compound := _compound_at(reading, run[0])):
            reading.filters.append(of_compound)
            reading.has_noun = True
            return 1
        if len(run) == 1 and not held:
            held = [
                one
                for one in reading.records.fields
                if one.kind == "text"
                and any(cell is not None and is_begun(stems[0], cell.words) for cell in reading.records.column(one.at))
                and not names_word(one, stems[0])
            ]
        if held:
            reading.filters.append((run[0].at, tuple(held), frozenset(stems)))
            # A sort of things is what some rows are: "which machines" of a column of categories.
            may_be_sort = (
                at == 0 and reading.records.is_of_rows and not run[0].is_name and _is_sort(reading, held, stems)
            )
            reading.has_noun = reading.has_noun or (may_be_sort and _is_of_several(reading, held, stems))
            return len(run)
        own = [record for record in reading.records.records if all(meets(stem, record.names) for stem in stems)]
        is_of_one = len(own) == 1 and len(stems[0]) > MIN_KIN and stems[0] not in words.NEUTRAL
        is_of_one = is_of_one and not reading.records.is_loose
        if reading.records.is_loose and not all(token.written[0].isupper() or token.stem.isdigit() for token in run):
            continue
        if len(run) > 1 or run[0].is_name or run[0].stem.isdigit() or is_of_one or reading.records.is_loose:
            if reading.records.is_loose and all(token.is_name for token in run):
                own = []
            if not own and (len(run) > 1 or reading.records.is_loose) and all(token.is_name for token in run):
                own = [
                    one
                    for one in reading.records.records
                    if all(stem in reading.texts[one.document.id] for stem in stems)
                ]
                own = [] if reading.records.is_of_rows else own
            if not any(token.is_name for token in run) and all(stem in reading.records.called for stem in stems):
                # What most of them are called names none of them: a sheet may have another title.
                continue
            if 0 < len(own) < len(reading.records.records):
                reading.named.append((run[0].at, frozenset(stems)))
                return len(run)
    return 0


def _is_in_a_cell(reading: Reading, stem: str) -> bool:
    columns = (reading.records.column(one.at) for one in reading.records.fields)
    return any(cell is not None and stem in cell.words for column in columns for cell in column)


def _is_denied(reading: Reading, token: Token) -> bool:
    """Return whether a word stands right behind one that denies: unpaid is "sin pagar"."""
    marks = [mark for mark in (*reading.query.marks, *reading.query.missing) if mark < token.at]
    return bool(marks) and not any(max(marks) < other.at < token.at for other in reading.query.tokens)


def _state_of(reading: Reading, stem: str) -> tuple[Field, str] | None:
    """Return the field in which a word of a family begins half of the values and more, and that word's stem."""
    for one in reading.records.fields:
        firsts = [terms(cell.text)[:1] for cell in reading.records.column(one.at) if cell is not None]
        kin = Counter(words[0] for words in firsts if words and is_kin(stem, words[0]))
        if one.kind == "text" and kin and 2 * kin.total() >= len(reading.records.records):
            return one, kin.most_common(1)[0][0]
    return None


def _is_sort(reading: Reading, fields: Sequence[Field], stems: Sequence[str]) -> bool:
    """Return whether words are the whole of a value, and not words of a remark: "oil" of "headstock oil changed"."""
    cells = [cell for one in fields for cell in reading.records.column(one.at) if cell is not None]
    return any(len(cell.words) == len(set(stems)) and holds_all(cell, stems) for cell in cells)


def _stands_before_noun(reading: Reading) -> bool:
    """Return whether the first words are a whole value of several records and a word follows: failed visits."""
    stems = [token.stem for token in reading.query.tokens]
    fields = [one for one in reading.records.fields if one.kind == "text"]
    cells = [cell for one in fields for cell in reading.records.column(one.at) if cell is not None]
    for count in range(1, min(len(stems), 4)):
        is_before = count > 1 or (stems[0] not in reading.records.called and stems[1] in reading.records.called)
        if is_before and sum(cell.words == set(stems[:count]) for cell in cells) > 1:
            return True
    return False


def _measures_word(reading: Reading, token: Token) -> bool:
    """Return whether a word is of the family of the name of a field of numbers or days."""
    fields = [one for one in reading.records.fields if one.kind in ("number", "day", "year")]
    return any(names_word(one, token.stem) or speaks_of(one, token.written) for one in fields)


def _is_of_several(reading: Reading, fields: Sequence[Field], stems: Sequence[str]) -> bool:
    """Return whether more than one record has a value."""
    cells = [cell for one in fields for cell in reading.records.column(one.at) if cell is not None]
    return sum(holds_all(cell, stems) for cell in cells) > 1


def _compound_at(reading: Reading, token: Token) -> tuple[int, tuple[Field, ...], frozenset[str]] | None:
    """Return the value with which a compound for the records begins: Sprachkurse, courses of the sort "Sprachen"."""
    for noun in reading.nouns:
        if len(noun) < MIN_KIN or not token.stem.endswith(noun):
            continue
        sort = token.stem.removesuffix(noun).rstrip("s")
        held = {
            one.at: (one, word)
            for one in reading.records.fields
            if one.kind == "text" and len(sort) >= MIN_KIN
            for cell in reading.records.column(one.at)
            if cell is not None
            for word in cell.words
            if word.startswith(sort) and len(word) - len(sort) <= MAX_ENDING
        }
        if len(held) == 1:
            one, word = next(iter(held.values()))
            return token.at, (one,), frozenset((word,))
    return None


def _field_at(reading: Reading, at: int) -> int:
    """Read the longest run of words that name one field; return how many words it takes, 0 for none."""
    tokens = reading.query.tokens
    best: tuple[int, float, Field] | None = None
    alike = 0
    for one in reading.records.fields:
        if one.kind == "day" and _is_of_money_here(reading, tokens[at]):
            continue
        count = 0
        while at + count < len(tokens) and count < 5 and _is_word_of(reading, one, tokens[at + count]):
            count += 1
        own = [
            token for token in tokens[at : at + count] if names_word(one, token.stem) or speaks_of(one, token.written)
        ]
        if not own:
            continue
        share = max(
            sum(any(is_kin(stem, token.stem) for token in own) for stem in name) / len(name)
            for name in one.words
            if name
        )
        alike = alike + 1 if best is not None and (count, share) == best[:2] else alike
        if best is None or (count, share) > best[:2]:
            best, alike = (count, share, one), 1
    if best is None:
        return 0
    count, share, one = best
    first = tokens[at]
    if one.kind == "text" and reading.query.how not in ("list", "value") and (number := _count_of(reading, first)):
        # How many defects there are is told by "Number of defects", and not by "Defects".
        share, one = 1.0, number
    is_exact = any(name == (first.stem,) for name in one.words)
    is_cost = first.stem in words.COST and is_of_money(one)
    is_verb = speaks_of(one, first.written)
    is_neutral = first.stem in words.NEUTRAL and not is_cost and at > 0 and not (is_verb and one.kind != "text")
    if count == 1 and at and alike > 1 and first.stem in words.KIND_WORDS.get(kind_of(one), ()):
        # "Date" alone names none of several dates.
        return 1
    if count == 1 and is_verb and one.kind == "text" and not names_word(one, first.stem):
        # What stands behind the verb says the value.
        return 1
    if count == 1 and not is_exact and not _persons_asked(reading, one) and is_neutral:
        return 0
    if count == 1 and not _persons_asked(reading, one) and _means_record(reading, first, one):
        reading.has_noun = reading.has_noun or at == 0 or first.stem in reading.records.called
        return 1
    if at == 0 and reading.query.asks == "" and not reading.query.is_amount and reading.query.how != "share":
        # A figure, a day or a yes of one record is looked up.
        reading.has_noun = one.kind == "text" or reading.query.how not in ("list", "count")
        stated = sum(cell is not None for cell in reading.records.column(one.at))
        if stated < MIN_COMMON * len(reading.records.records):
            return count
        if one.kind in ("text", "day") and reading.asked is None and (share == 1 or one.kind == "text"):
            reading.asked = one
            return count
    reading.mentions.append((first.at, one, count))
    return count


def _count_of(reading: Reading, token: Token) -> Field | None:
    """Return the field that states how many of what a word names there are."""
    fields = [one for one in reading.records.fields if one.kind == "number" and _COUNT_OF.match(one.name)]
    return next((one for one in fields if names_word(one, token.stem)), None)


def _means_record(reading: Reading, token: Token, one: Field) -> bool:
    """Return whether a word stands for the records, or what is done with them, rather than for a field."""
    is_exact = any(token.stem in name and len(name) == 1 for name in one.words) and not one.is_identifier
    if is_exact:
        return False
    return token.stem in words.CALLED or any(
        is_kin(word, token.stem) for word in reading.records.called if len(word) >= MIN_KIN
    )


def _persons_asked(reading: Reading, one: Field) -> bool:
    return reading.query.asks in ("who", "whose") and one.is_of_persons


def _word_at(reading: Reading, at: int) -> int:
    """Read a word that stands for the records, or that says nothing of its own; return 0 for any other."""
    token = reading.query.tokens[at]
    is_unit = any(
        token.stem in stems_of(one.unit)
        or any(token.stem in words.UNITS.get(word, ()) for name in one.words for word in name)
        for one in reading.records.fields
        if one.kind == "number"
    )
    if is_unit:
        return 1
    if _is_noun(reading, token):
        reading.has_noun = True
        return 1
    if reading.records.is_of_rows and at and any(is_kin(noun, token.stem) for noun in reading.nouns):
        # What is done with the rows: "entregaron" of the table "entregas".
        return 1
    if token.stem in words.NEUTRAL or token.stem in words.COST or words.SIZE.fullmatch(token.written):
        return 1
    if at == 0 and reading.query.how == "count" and token.stem in words.TIMES and reading.records.is_of_rows:
        # How many times something is so is how many rows say it.
        reading.has_noun = True
        return 1
    if token.stem in words.MONTH_NOUNS and at == 0:
        period = [one for one in reading.records.fields if one.name == PERIOD]
        if period:
            reading.asked, reading.has_noun = period[0], True
            return 1
    if at == 0 and token.stem in words.KIND_WORDS["day"] and reading.query.how in ("list", "count", "most", "least"):
        days = [one for one in reading.records.fields if one.kind == "day" and one.name != PERIOD]
        if len(days) == 1 and reading.query.measure != "day":
            reading.asked = days[0]
        if reading.asked is not None or reading.query.measure == "day":
            reading.has_noun = True
            return 1
    is_first_of_list = (
        at == 0 and reading.query.how == "list" and not reading.query.asks and not reading.query.is_amount
    )
    if is_first_of_list and token.stem in words.KIND_WORDS["day"] | words.KIND_WORDS["year"]:
        # On which days something is so is no question for the rows, where none has a day.
        return 0
    if token.stem in PERSONS or any(token.stem in kind for kind in words.KIND_WORDS.values()):
        return 1
    return 1 if _is_number_word(token) else 0


def _verb_at(reading: Reading, at: int) -> int:
    """Read a verb of which a question bounds the days, where records state the days of one thing alone."""
    token, query = reading.query.tokens[at], reading.query
    if reading.guessed or token.written[0].isupper() or query.days is None or not _VERBAL.fullmatch(token.written):
        return 0
    days = [one for one in reading.records.fields if one.kind in ("day", "year") and one.name != PERIOD]
    if len(days) != 1 or events_in(token.written):
        return 0
    reading.guessed = token.written
    return 1


def _is_noun(reading: Reading, token: Token) -> bool:
    """Return whether a word stands for any of the records."""
    stem = token.stem
    called = reading.records.called
    if token.is_name and not token.stem.isalpha():
        return False
    plain = fold(token.written)
    is_noun = any(len(plain) >= MIN_KIN and noun.startswith((stem, plain)) for noun in reading.nouns)
    is_applicant = stem in words.APPLICANTS and bool(called & words.APPLICATIONS)
    if is_noun or is_applicant or meets(stem, reading.nouns) or stem in words.CALLED:
        return True
    kinds = {record.document.profile.kind for record in reading.records.records}
    if stem == "bill" and kinds & HAVE_TOTALS:
        return True
    if _is_broad(reading, token) or (reading.records.is_loose and _is_topic(reading, token)):
        return True
    if is_document_noun(token.written):
        sort = sort_of(token.written)
        return not reading.records.is_of_rows and (not sort.kinds or bool(sort.kinds & kinds) or kinds == {""})
    if any(len(stem) > 8 and len(one) > 8 and stem[:MIN_KIN] == one[:MIN_KIN] for one in called):
        return True
    if reading.records.is_of_rows or reading.has_noun or token.stem in words.NEUTRAL:
        return False
    if token.is_name or token.at != reading.query.tokens[0].at or reading.query.how in ("most", "least"):
        # A name is one of them, and what the largest of is asked is a part of each: the largest balcony.
        return False
    measured = [one for one in reading.records.fields if one.kind == "number"]
    if any(cell is not None and stem in cell.words for one in measured for cell in reading.records.column(one.at)):
        # What is counted in each record is no record: 8 persons.
        return False
    forms = (token.written, f"{token.written}s", f"{token.written}n", f"{token.written}es")
    return any(things_among(form, reading.documents, reading.pages) for form in forms)


def _is_of_money_here(reading: Reading, token: Token) -> bool:
    """Return whether a word asks for an amount, and not for the day on which it is due, of documents without a form."""
    query = reading.query
    asks_day = query.days is not None or query.months is not None or query.measure == "day"
    return reading.records.is_loose and token.stem in words.COST and not asks_day


def _is_topic(reading: Reading, token: Token) -> bool:
    """Return whether most documents of no common form have the word with which a question begins."""
    query = reading.query
    if token.at != query.tokens[0].at or token.is_name or len(token.stem) < MIN_KIN:
        return False
    if query.how in ("sum", "average") or (query.how in ("most", "least") and not query.measure):
        # The largest balcony is not measured by the size of the flat.
        return False
    texts = [reading.texts[record.document.id] for record in reading.records.records]
    return sum(token.stem in stems for stems in texts) >= MIN_COMMON * len(texts)


def _is_broad(reading: Reading, token: Token) -> bool:
    """Return whether a word stands for what documents of no common form are about."""
    return reading.records.is_loose and token.stem in words.BROAD and not token.is_name


def _is_number_word(token: Token) -> bool:
    return fold(token.written) in words.NUMBER_WORDS


def _is_word_of(reading: Reading, one: Field, token: Token) -> bool:
    is_named = names_word(one, token.stem) or speaks_of(one, token.written)
    return is_named or token.stem in words.KIND_WORDS.get(kind_of(one), ())


def _explains(records: Records, run: Sequence[Token]) -> float:
    """Return the largest share of a field's name that some words are."""
    stems = {token.stem for token in run}
    return max(
        (
            len(stems & set(name)) / len(name) if stems <= set(name) else 0.0
            for one in records.fields
            for name in one.words
            if name
        ),
        default=0.0,
    )
