"""Finds where a claim departs from the words that it nearly repeats: a swapped word, a lost "not", a wrong row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rag.questions.constraints import is_negated, negated_words
from rag.quoting.table_cells import SEPARATOR, split_cells
from rag.text import content_words, numbers
from rag.words.abbreviations import MONTHS
from rag.words.folding import fold
from rag.words.language import guess_language
from rag.words.stop_words import ENGLISH, STOP_WORDS
from rag.words.weekdays import weekdays_in

NEARLY_SAME = 0.55
"""Share of a claim's words that must stand in its quote, in order, for a word in another's place to be a swap."""
MAX_SWAP = 4
"""Words in a row that are a swap at most; more are another way of saying it."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NEGATION = re.compile(
    r"not|no|never|none|neither|nor|without|cannot|unable|fail|fails|failed|hardly|nobody|nothing|nicht|kein\w*|nie|ohne"
)
_AUXILIARY = re.compile(r"do|does|did|has|have|had|is|are|was|were|be|been|a|an|the")
_STANDS_FOR_NAMES = re.compile(
    "Agency|Agreement|Association|Authority|Bank|Board|Borrower|Buyer|Church|City|Client|Club|Commission|Committee"
    "|Company|Contractor|Corporation|Council|Court|Customer|Department|Employee|Employer|Firm|Fund|Government|Group"
    "|Issuer|Landlord|Lender|Lessee|Lessor|Licensee|Licensor|Ministry|Organi[sz]ation|Participant|Party|President"
    "|Purchaser|Registrant|School|Seller|Society|State|Supplier|Tenant|Trust|University|Vendor"
)
"""Contracts and reports write so of somebody whom they name elsewhere."""
_OPPOSITES = (
    ("increase rise rose risen grow grew grown growth higher gain improve exceed expand climb more up above", True),
    ("decrease decline fall fell fallen lower drop reduce shrink shrank worsen less fewer down below", False),
)
_RISING, _FALLING = (
    frozenset(word for written in words.split() for word in (content_words(written) or [written]))
    for words, _ in _OPPOSITES
)


@dataclass(frozen=True, slots=True)
class Differences:
    """Counts the swaps between a claim and its quote by what was swapped; `is_turned` where one denies the other.

    `sameness` is the share of the claim's words, 0 to 1, that stand in the quote in their order: where it is high, a
    word in another's place is a swap, else it may be another way of saying the same.
    """

    words: int = 0
    names: int = 0
    numbers: int = 0
    is_turned: bool = False
    sameness: float = 0.0


def find_differences(claim: str, sentences: Sequence[str], known: frozenset[str]) -> Differences:
    """Compare a claim with the sentence of its quote that it repeats most of.

    Words in `known` (of title and section, and other quotes) are no swaps, but for names in the place of a name.
    """
    said = _tokens(claim)
    compared = []
    for sentence in sentences:
        told = _tokens(sentence)
        opcodes = SequenceMatcher(None, said.forms, told.forms, autojunk=False).get_opcodes()
        compared.append(
            (sum(end - start for kind, start, end, _, _ in opcodes if kind == "equal"), told, opcodes, sentence)
        )
    same, told, opcodes, sentence = max(compared, key=lambda one: one[0])
    sameness = same / len(said.forms) if said.forms else 0.0
    days = len(weekdays_in(claim) - weekdays_in(sentence)) if weekdays_in(sentence) else 0
    if sameness < NEARLY_SAME:
        is_turned = _turns_direction(claim, " ".join(sentences)) or _denies_one_word(claim, sentence)
        return Differences(numbers=days, is_turned=is_turned, sameness=sameness)
    swapped = [
        at
        for kind, start, end, other_start, other_end in opcodes
        if kind == "replace" and max(end - start, other_end - other_start) <= MAX_SWAP
        for at in _swapped(said, told, range(start, end), range(other_start, other_end), known)
    ]
    numbers_ = sum(said.forms[at][0].isdigit() for at in swapped)
    names = sum(said.is_name(at) for at in swapped)
    is_turned = _turns_direction(claim, " ".join(sentences)) or _negation_differs(said, told, opcodes)
    return Differences(len(swapped) - numbers_ - names, names, numbers_ + days, is_turned, sameness)


@dataclass(frozen=True, slots=True)
class _Tokens:
    forms: list[str]
    """Stems and plain numbers, stop words as they are; "n't" is "not"."""
    written: list[str]
    tells: list[bool]
    """Which of them carry meaning."""

    def is_name(self, at: int) -> bool:
        """Return whether a word is written as a name; the first word of a sentence tells nothing."""
        written = self.written[at]
        return at > 0 and written[0].isupper() and written.casefold() not in MONTHS and not self.forms[at][0].isdigit()


def _swapped(said: _Tokens, told: _Tokens, places: range, others: range, known: frozenset[str]) -> Iterator[int]:
    """Yield the places of a claim at which it has something else than the places of its quote that it stands for."""
    replaced = {told.forms[at] for at in others}
    if not any(told.tells[at] for at in others):
        return
    # "The company" may be called by its name; another name may not stand for one.
    names = [
        at for at in others if told.is_name(at) and told.tells[at] and not _STANDS_FOR_NAMES.fullmatch(told.written[at])
    ]
    replaces_name = any(told.forms[at] not in said.forms for at in names)
    for at in places:
        form = said.forms[at]
        is_name = said.is_name(at)
        if not said.tells[at] or form in replaced or _is_inflected(form, replaced):
            continue
        if form in known and not (is_name and replaces_name and not said.written[at].isupper()):
            continue
        is_moved = not is_name and not form[0].isdigit() and told.forms.count(form) >= said.forms.count(form)
        if not is_moved and not _is_inflected(form, set(told.forms) - set(said.forms)):
            yield at


def _tokens(text: str) -> _Tokens:
    found = _Tokens([], [], [])
    small = STOP_WORDS.get(guess_language(text), ENGLISH)
    for match in _TOKEN.finditer(re.sub(r"(?i)\b(ca|wo|sha)n['’]t\b|n['’]t\b", " not", text)):
        word = match.group()
        folded = word.casefold()
        if _AUXILIARY.fullmatch(folded):
            continue
        terms = content_words(word)
        # "may" says little, "in May 2011" much.
        tells = (bool(terms) and fold(word) not in small) or (word.istitle() and folded in MONTHS and bool(found.forms))
        is_negation = bool(_NEGATION.fullmatch(folded))
        for term in terms or [folded]:
            found.forms.append("not" if is_negation else term)
            found.written.append(word)
            found.tells.append(tells and not is_negation)
    return found


def _negation_differs(said: _Tokens, told: _Tokens, opcodes: Sequence[tuple[str, int, int, int, int]]) -> bool:
    """Return whether one says "not" where the other, which goes on in the same words, does not."""
    matched = [code for code in opcodes if code[0] == "equal" and any(said.tells[code[1] : code[2]])]
    if not matched:
        return False
    # Outside of what both say, and in what one leaves out at length, each may say "not" of something else.
    first, last = matched[0], matched[-1]
    brief = [
        code
        for code in opcodes[opcodes.index(first) : opcodes.index(last) + 1]
        if code[0] == "equal" or max(code[2] - code[1], code[4] - code[3]) <= MAX_SWAP
    ]
    said_before, told_before = said.forms[max(0, first[1] - 2) : first[1]], told.forms[max(0, first[3] - 2) : first[3]]
    said_nots = sum(said.forms[code[1] : code[2]].count("not") for code in brief) + said_before.count("not")
    told_nots = sum(told.forms[code[3] : code[4]].count("not") for code in brief) + told_before.count("not")
    return said_nots % 2 != told_nots % 2 and last[2] - first[1] >= 2


def _denies_one_word(claim: str, sentence: str) -> bool:
    """Return whether one says "not" of a word that the other says, which denies nothing itself."""
    said, told = negated_words(claim), negated_words(sentence)
    if is_negated(claim) == is_negated(sentence):
        return False
    return bool(said & set(content_words(sentence))) or bool(told & set(content_words(claim)))


def _turns_direction(claim: str, quote: str) -> bool:
    """Return whether what rises in one falls in the other."""
    said, told = frozenset(content_words(claim)), frozenset(content_words(quote))
    rises, falls = bool(said & _RISING), bool(said & _FALLING)
    quote_rises, quote_falls = bool(told & _RISING), bool(told & _FALLING)
    return (rises and not falls and quote_falls and not quote_rises) or (
        falls and not rises and quote_rises and not quote_falls
    )


def _is_inflected(form: str, others: set[str]) -> bool:
    """Return whether a word differs from one of the others in its ending alone."""
    if form[0].isdigit():
        return False
    root = form[: max(4, len(form) - 3)]
    return len(form) >= 5 and any(other.startswith(root) and other != form for other in others)


def misplaced_in_row(claim: str, header: str, row: str) -> bool:
    """Return whether a number of a claim stands in the row under a column that the claim does not name.

    Only where the claim names another column: by the words that its name does not share with the others.
    """
    in_cells = SEPARATOR.strip() in row
    if in_cells:
        columns, cells = [set(content_words(name)) for name in split_cells(header)], split_cells(row)
    else:
        found = _trailing_numbers(header)
        columns, cells = [{name} for name in found], _trailing_numbers(row)
    if len(columns) < 2 or len(columns) != len(cells):
        return False
    said = set(content_words(claim))
    own = [name - set[str]().union(*(other for other in columns if other is not name)) for name in columns]
    named = [bool(name) and name <= said for name in own]
    if not any(named):
        return False
    # What names the row, as "Oct-02" does, stands under no column that a claim would name.
    values = [
        set[str]() if (at == 0 and in_cells) or re.search(r"[^\W\d_]{3}", cell) else numbers(cell)
        for at, cell in enumerate(cells)
    ]
    for at, value in enumerate(values):
        is_told = len(value) == 1 and value <= numbers(claim) and not any(value <= name for name in columns)
        if is_told and not named[at] and own[at] and values.count(value) == 1:
            return True
    return False


def _trailing_numbers(row: str) -> list[str]:
    found: list[str] = []
    for part in reversed(re.split(r"[\s|]+", row.strip())):
        value = numbers(part)
        if len(value) == 1:
            found.append(value.pop())
        elif part.strip("$€£%()*–—-"):
            break
    return found[::-1]
