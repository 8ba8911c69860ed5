"""Finds where a claim departs from the words that it nearly repeats: a swapped word, a lost "not", a wrong row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rag.table_cells import SEPARATOR, split_cells
from rag.text import STOP_WORDS, content_words, numbers

NEARLY_SAME = 0.55
"""Share of a claim's words that must stand in its quote, in order, for a word in another's place to be a swap."""
MAX_SWAP = 4
"""Words in a row that are a swap at most; more are another way of saying it."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NEGATION = re.compile(
    r"not|no|never|none|neither|nor|without|cannot|unable|fail|fails|failed|hardly|nobody|nothing|nicht|kein\w*|nie|ohne"
)
_AUXILIARY = re.compile(r"do|does|did|has|have|had|is|are|was|were|be|been|a|an|the")
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
    """Counts the swaps between a claim and its quote by what was swapped; `is_turned` where one denies the other."""

    words: int = 0
    names: int = 0
    numbers: int = 0
    is_turned: bool = False


def find_differences(claim: str, sentences: Sequence[str], known: frozenset[str]) -> Differences:
    """Compare a claim with the sentence of its quote that it repeats most of.

    Words in `known` (of title and section, and other quotes) are never swapped.
    """
    said = _tokens(claim)
    compared = []
    for sentence in sentences:
        told = _tokens(sentence)
        opcodes = SequenceMatcher(None, said.forms, told.forms, autojunk=False).get_opcodes()
        compared.append((sum(end - start for kind, start, end, _, _ in opcodes if kind == "equal"), told, opcodes))
    same, told, opcodes = max(compared, key=lambda one: one[0])
    quote = " ".join(sentences)
    if not said.forms or same < NEARLY_SAME * len(said.forms):
        return Differences(is_turned=_turns_direction(claim, quote))
    swapped_words = swapped_names = swapped_numbers = 0
    for kind, start, end, other_start, other_end in opcodes:
        if kind != "replace" or max(end - start, other_end - other_start) > MAX_SWAP:
            continue
        others = set(told.forms[other_start:other_end])
        if not any(_is_content(form) for form in others):
            continue
        for at in range(start, end):
            form, written = said.forms[at], said.written[at]
            if not _is_content(form) or form in others or form in known or _is_inflected(form, set(told.forms)):
                continue
            swapped_numbers += form[0].isdigit()
            is_name = written[0].isupper() and at > 0
            if not is_name and not form[0].isdigit() and form in told.forms:
                continue  # It was moved.
            swapped_names += is_name and not form[0].isdigit()
            swapped_words += not is_name and not form[0].isdigit()
    is_turned = _turns_direction(claim, quote) or _negation_differs(said, told, opcodes)
    return Differences(swapped_words, swapped_names, swapped_numbers, is_turned)


@dataclass(frozen=True, slots=True)
class _Tokens:
    forms: list[str]
    """Stems and plain numbers, stop words as they are; "n't" is "not"."""
    written: list[str]


def _tokens(text: str) -> _Tokens:
    forms: list[str] = []
    written: list[str] = []
    for match in _TOKEN.finditer(re.sub(r"(?i)\b(ca|wo|sha)n['’]t\b|n['’]t\b", " not", text)):
        word = match.group()
        folded = word.casefold()
        if _AUXILIARY.fullmatch(folded):
            continue
        stems = content_words(word) or [folded]
        for stem in stems:
            forms.append("not" if _NEGATION.fullmatch(folded) else stem)
            written.append(word)
    return _Tokens(forms, written)


def _negation_differs(said: _Tokens, told: _Tokens, opcodes: Sequence[tuple[str, int, int, int, int]]) -> bool:
    """Return whether one says "not" where the other, which goes on in the same words, does not."""
    matched = [code for code in opcodes if code[0] == "equal" and any(map(_is_content, said.forms[code[1] : code[2]]))]
    if not matched:
        return False
    # Outside of what both say, each may say "not" of something else.
    clause = said.forms[matched[0][1] : matched[-1][2]]
    other = told.forms[max(0, matched[0][3] - 2) : matched[-1][4]]
    near = said.forms[max(0, matched[0][1] - 2) : matched[-1][2]]
    return (near.count("not") % 2) != (other.count("not") % 2) and len(clause) >= 2


def _turns_direction(claim: str, quote: str) -> bool:
    """Return whether what rises in one falls in the other."""
    said, told = frozenset(content_words(claim)), frozenset(content_words(quote))
    rises, falls = bool(said & _RISING), bool(said & _FALLING)
    quote_rises, quote_falls = bool(told & _RISING), bool(told & _FALLING)
    return (rises and not falls and quote_falls and not quote_rises) or (
        falls and not rises and quote_rises and not quote_falls
    )


def _is_content(form: str) -> bool:
    return form not in STOP_WORDS and form != "not"


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
