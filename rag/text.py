"""Cuts text into sentences and compares texts by words and numbers.

All functions take time linear in the text, also on text that is not language at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rag.words.abbreviations import (
    BEFORE_NUMBER,
    BEFORE_ORDINAL,
    MONTHS,
    NAME_PARTICLES,
    NEVER_LAST,
    ORDINAL_NOUNS,
    SELDOM_LAST,
    SENTENCE_OPENERS,
)
from rag.words.folding import fold
from rag.words.language import guess_language
from rag.words.stop_words import ENGLISH
from rag.words.stop_words import STOP_WORDS as LANGUAGE_STOP_WORDS

STOP_WORDS = ENGLISH
"""English words that say nothing about what a text is about, uninflected and casefolded."""

_COUNTING = """
zero - two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen twenty
"""
_TENS = {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90"}
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
# "one" is left out: it is a pronoun more often than a number.
_NUMBER_WORDS = {word: str(value) for value, word in enumerate(_COUNTING.split()) if word != "-"} | _TENS
_PLACES = {word: str(value) for value, word in enumerate(_ORDINALS.split(), 1)}

_CLOSERS = "\"'”’»)\\]*_"
_NOTE_MARKS = r"(?:\[\d{1,3}\])*+"
_END = re.compile(
    rf"(?<=[^\s.!?…।؟۔])[.!?…।؟۔]++[{_CLOSERS}]*+{_NOTE_MARKS}(?=\s)|[。！？｡]++[」』”’）】》\"']*+{_NOTE_MARKS}"
)
_BULLET = re.compile(r"[ \t]*(?:[•▪◦●■‣∙·*–—-][ \t]|\d{1,2}[.)][ \t]|\([a-zA-Z0-9]{1,4}\)[ \t]|[a-z][.)][ \t])")
_OPENING_MARKS = "\"'“„‚‘«»([*_"
_QUOTE_MARKS = "\"'“„‚‘«»"
_LIST_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3})*|[a-zA-Z]|[ivx]{1,5}")
_DAY = re.compile(r"(?:[12]?\d|3[01])")
_COUNTED = re.compile(r"\d|[IVXLC]+\b|[A-Z](?:\b|\d)|[°ºª]")
_ELIDED = re.compile(r"^[^\W\d_]{1,5}['’](?=\w)")
"""An article before an abbreviation: dell'art."""

_STREET = re.compile(r"\w{3,}str")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_CELL = re.compile(r"[-–—(]?[$€£¥]?[-–(]?\d[\d.,]*%?\)?%?|[-–—]")
_CELL_PARTS = frozenset("$€£¥%|)")
_WIDE_GAP = re.compile(r"\S {3,}\S[^\n]*?\S {3,}\S")
MAX_ROW = 240
"""Characters of a table row up to which it is one unit; longer ones hold sentences."""
_SHORT_LINE = 60
"""A line below this length, followed by a much longer one that opens with a capital, is a heading."""

_HEADING_WORDS = 8

_MIN_ITEMS, _MIN_ITEM_WORDS, _WIDEST_ITEM, _UNEVEN = 3, 3.5, 80, 0.6
"""Of a list without marks: its items, the words of a mean one, characters of the widest, and how much shorter than that
one the shortest is."""
_ENDS_WITHIN = re.compile(r"[.!?]\s+[^\W\d_a-z]")
"""Shows that a line holds the end of a sentence and the beginning of another."""

_LABELLED = re.compile(r"[ \t]*[^\W_a-zà-öø-ÿ][^\W_]*[.)%]?(?:[ \t]+[^\s:|.!?;,]+){0,4}[ \t]?:(?:[ \t]+\S|[ \t]*$)")
"""A line of a form: "Bill to: Tarn Architects", "VAT 20%: 56.80"."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*|[^\W_]+")
_NUMBER = re.compile(r"(?<![^\W\d_])(?<!\d)\d++(?:[.,]\d++)*+|(?<=\bFY)\d{2,4}")
_TOKEN = re.compile(r"(?<![^\W_])\d++(?:[.,]\d++)+(?![^\W\d_])|[^\W_]+(?:['’][^\W\d_]+)*")
_NUMBER_FORM = re.compile(r"(\d+(?:[.,]\d+)*)(?:st|nd|rd|th|s|k|m|bn|b|x)?")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_GERMAN_IED = ("glied", "schied", "fried", "schmied")
"""Ends of German nouns that only look like English verbs in the past: Mitglied, Unterschied."""
_CITATION_MARKER = re.compile(r"[\[【]\^?\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*[\]】]")


SENTENCE_REACH, MAX_SENTENCES = 400, 600
"""Characters around what was found among which its sentence is looked for, and of the sentences that are quoted."""


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return the character ranges (start, end) of the sentences and table rows of `text`, in order, without outer
    space.

    Every character that is not white space lies in exactly one range.
    """
    return [
        span
        for start, end in _paragraphs(text)
        for span in (_trim(text, start, end) if _is_row_of_cells(text, start, end) else _cut(text, start, end))
    ]


def sentence_around(
    text: str, start: int, end: int, *, reach: int = SENTENCE_REACH, most: int = MAX_SENTENCES
) -> tuple[int, int]:
    """Return the sentences of a text that hold the characters `start` to `end`.

    They are looked for in the paragraph, `reach` characters before and behind, from whole words on. Where they are
    longer than `most` characters, the characters themselves count, as far as so many.
    """
    paragraph = text.rfind("\n\n", 0, start)
    first, last = max(paragraph + 2 if paragraph >= 0 else 0, start - reach), min(len(text), end + reach)
    while 0 < first < start and not text[first - 1].isspace():
        first += 1
    while end < last < len(text) and not text[last].isspace():
        last -= 1
    held = [
        (first + a, first + b) for a, b in sentence_spans(text[first:last]) if first + a < end and start < first + b
    ]
    if not held:
        return start, end
    begin, finish = held[0][0], held[-1][1]
    return (begin, finish) if finish - begin <= most else (start, min(end, start + most))


def _is_row_of_cells(text: str, start: int, end: int) -> bool:
    """Return whether a stretch is a short table row: a full stop within it parts no sentences ("NO. OF OFFENDERS")."""
    return end - start <= MAX_ROW and " | " in text[start:end].strip()


def is_table_row(line: str) -> bool:
    """Return whether a line of text looks like the row of a table: cells with separators, or several numbers at its
    end."""
    stripped = line.strip()
    if "\t" in stripped or " | " in stripped or (stripped.startswith("|") and len(stripped) > 1):
        return True
    if stripped and stripped[-1] in "0123456789)%-–—|":
        cells = [part for part in stripped.rsplit(None, 6)[1:] if part not in _CELL_PARTS][-2:]
        if len(cells) == 2 and all(map(_CELL.fullmatch, cells)):
            return True
    return _WIDE_GAP.search(stripped) is not None


def content_words(text: str) -> list[str]:
    """Return the words and numbers of `text` that carry meaning, stemmed and casefolded, in order, with repetitions."""
    found = []
    for match in _TOKEN.finditer(fold(text)):
        found.extend(_terms(match.group()))
    return found


def meaningful_words(text: str) -> list[str]:
    """Return the words and numbers of `text` that carry meaning as they are written, in order, with repetitions."""
    left_out = LANGUAGE_STOP_WORDS.get(guess_language(text), STOP_WORDS)
    return [word for word in words_of(text) if fold(word) not in left_out]


def words_of(text: str) -> list[str]:
    """Return all words and numbers of `text` as they are written, in order."""
    return _WORD.findall(text)


def numbers(text: str, *, spelled: bool = False) -> set[str]:
    """Return the numbers in `text` without separators, signs and units ("$5,794.0" is "5794"); citation markers do not
    count.

    With `spelled`, words such as "twelve" count too.
    """
    folded = fold(_CITATION_MARKER.sub(" ", text), case=False)
    found = {normalise_number(match.group()) for match in _NUMBER.finditer(folded)}
    if spelled:
        found.update(_NUMBER_WORDS[word] for word in _WORD.findall(folded.casefold()) if word in _NUMBER_WORDS)
    return found


@lru_cache(maxsize=1 << 16)
def normalise_number(digits: str) -> str:
    """Return one form for a number however it is written: "5,794.0", "5794" and "5794.00" are "5794"."""
    plain = "".join(str(unicodedata.digit(character)) if character.isdigit() else character for character in digits)
    groups = re.split(r"[.,]", plain)
    if len(groups) > 2 and not ("," in plain and "." in plain):
        thousands = all(len(group) == 3 for group in groups[1:])
        plain = "".join(groups) if thousands else plain
    elif "," in plain and "." in plain:
        decimal = max(plain.rfind(","), plain.rfind("."))
        plain = re.sub(r"[.,]", "", plain[:decimal]) + "." + plain[decimal + 1 :]
    elif "," in plain:
        plain = plain.replace(",", "" if len(groups[1]) == 3 else ".")
    if plain.count(".") == 1:
        plain = plain.rstrip("0").rstrip(".")
    return plain[1:] if len(plain) == 2 and plain[0] == "0" else plain


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return a casefolded word without its inflection: "companies" and "company", "acquired" and "acquiring" meet."""
    if len(word) < 4 or not word.isascii():
        return word
    if word.endswith(_GERMAN_IED):
        return word
    word = _without_plural(word)
    for ending in ("ing", "edly", "ed", "ly"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3 and re.search("[aeiouy]", rest):
            word = _without_doubling(rest)
            break
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    return word[:-1] + "i" if len(word) > 3 and word.endswith("y") else word


def _without_plural(word: str) -> str:
    if word.endswith(("ies", "ied")) and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _without_doubling(word: str) -> str:
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeioulsz":
        return word[:-1]
    return word


def _terms(token: str) -> list[str]:
    if token[0].isdigit():
        form = _NUMBER_FORM.fullmatch(token)
        return [normalise_number(form.group(1)) if form else token]
    if _UNSPACED.match(token):
        return [token[at : at + 2] for at in range(max(len(token) - 1, 1))]
    word = re.sub(r"['’]s$", "", token)
    if word in STOP_WORDS or (("'" in word or "’" in word) and re.split("['’]", word)[0] in STOP_WORDS):
        return []
    return [_NUMBER_WORDS.get(word) or _PLACES.get(word) or stem(word)]


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Yield stretches that no sentence crosses: paragraphs, list items, table rows and headings."""
    start = at = 0
    previous = above = ""
    lines = text.splitlines(keepends=True)
    alone = _lines_of_lists(lines)
    for number, line in enumerate(lines):
        if at > start and (
            number in alone or _breaks(previous, line) or (not above.strip() and _is_heading_of(previous, line))
        ):
            yield start, at
            start = at
        at += len(line)
        above, previous = previous, line
    if at > start:
        yield start, at


def _lines_of_lists(lines: Sequence[str]) -> set[int]:
    """Return the numbers of the lines that are items of lists without marks: things to pack, one a line."""
    found: set[int] = set()
    block: list[int] = []
    for number, line in enumerate((*lines, "")):
        if line.strip():
            block.append(number)
            continue
        if len(block) >= _MIN_ITEMS and _are_items([lines[one].strip() for one in block]):
            found.update(block)
        block = []
    return found


def _are_items(lines: Sequence[str]) -> bool:
    """Return whether the lines of a paragraph are items: each begins anew and none goes on with another's sentence, and
    they are not as long as each other, as lines of running text are. Lines of a word or two are an address or names."""
    lengths = [len(line) for line in lines]
    return (
        max(lengths) < _WIDEST_ITEM
        and min(lengths) < _UNEVEN * max(lengths)
        and sum(len(line.split()) for line in lines) >= _MIN_ITEM_WORDS * len(lines)
        and sum(line[-1] in ".!?" for line in lines) <= len(lines) / 4
        and all(line[0].isupper() or line[0].isdigit() for line in lines)
        and not any(_ENDS_WITHIN.search(line) for line in lines)
        and not any(line[-1] in ",;:-–—/&" or line.rsplit(None, 1)[-1].casefold() in STOP_WORDS for line in lines[:-1])
    )


def _breaks(previous: str, line: str) -> bool:
    above, below = previous.strip(), line.strip()
    if not above or not below or "\f" in previous or "\f" in line:
        return True
    if above[0] == "#" or below[0] == "#" or (_BULLET.match(line) and not _begins_with_date(above, below)):
        return True
    if is_table_row(previous) or is_table_row(line):
        return True
    last_word = above.rsplit(None, 1)[-1].casefold()
    # In running text the line above is as long as the others, or its sentence goes on.
    is_short = len(above) < _SHORT_LINE and above[-1] not in ",;-" and last_word not in STOP_WORDS
    if is_short and (_LABELLED.match(line) or (below[0].isupper() and _LABELLED.match(previous) and above[-1] != ":")):
        return True
    return (
        len(above) < _SHORT_LINE
        and len(below) > 1.5 * len(above)
        and (below[0].isupper() or below[0].isdigit())
        and above[-1].isalnum()
        and last_word not in STOP_WORDS
    )


def _is_heading_of(line: str, below: str) -> bool:
    """Return whether the first line of a paragraph is a heading of the text below it, whatever its last word is: "What
    Nebulin is used for". A line of running text breaks off so early before no line that is so much longer."""
    heading, text = line.strip(), below.strip()
    return (
        len(heading) < _SHORT_LINE
        and len(heading.split()) <= _HEADING_WORDS
        and heading[:1].isupper()
        and heading[-1:].isalnum()
        and text[:1].isupper()
        and len(text) > 1.5 * len(heading)
    )


def _begins_with_date(above: str, below: str) -> bool:
    """Return whether a line that looks like the item of a list goes on with the date of the sentence above: "30.
    Juni"."""
    number, _, rest = below.partition(". ")
    if above[-1] in ".!?:;" or not _DAY.fullmatch(number):
        return False
    name = rest.split(None, 1)[0].rstrip(".,;:)").casefold() if rest.strip() else ""
    return name in MONTHS or above.rsplit(None, 1)[-1].casefold() in BEFORE_ORDINAL


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first = start
    # The pattern looks one character ahead for space, so the stretch's last mark may be missed: it ends it anyway.
    for match in _END.finditer(text, start, end):
        if match.end() < end and _ends_sentence(text, first, match, end):
            yield from _trim(text, first, match.end())
            first = match.end()
    yield from _trim(text, first, end)


def _trim(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    # A plain slice and strip would copy; stretches are copied once in all, so this stays linear.
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    kept = piece.strip()
    if kept:
        yield start + left, start + left + len(kept)


def _ends_sentence(text: str, first: int, match: re.Match[str], end: int) -> bool:
    mark = match.group()
    if mark[0] in "。！？｡":
        return True
    following = text[match.end() : min(match.end() + 40, end)].split(None, 1)
    if not following:
        return True
    after = following[0].lstrip(_OPENING_MARKS)
    if after[:1].islower():
        return False
    if mark[0] != "." or mark.startswith(".."):
        return True
    return _stop_ends_sentence(text[max(first, match.start() - 32) : match.start()], after)


def _stop_ends_sentence(head: str, after: str) -> bool:
    """Return whether a full stop between the end of a stretch, at most 32 characters of it, and a capitalised word ends
    it."""
    opens = after.rstrip(",:;").casefold() in SENTENCE_OPENERS
    words = head.split()
    word = words[-1].lstrip(_OPENING_MARKS).casefold() if words else ""
    word = _ELIDED.sub("", word)
    before = words[-2].lstrip(_OPENING_MARKS).casefold() if len(words) > 1 else ""
    is_quoted = bool(words) and words[-1][0] in _QUOTE_MARKS
    if (is_quoted or (len(words) == 1 and len(head) < 24)) and _LIST_NUMBER.fullmatch(word):
        # "2. The rent is due." where a line or a quote begins.
        return False
    if word in NEVER_LAST or f"{before}{word}" in NEVER_LAST:
        return False
    if _DAY.fullmatch(word):
        name = after.rstrip(".,;:)").casefold()
        return not (name in MONTHS or name in ORDINAL_NOUNS or (before in BEFORE_ORDINAL and not opens))
    if word in BEFORE_NUMBER and len(after) > 1 and after.isupper() and after.casefold() in STOP_WORDS:
        return False  # "NO. OF BOATS"
    if (word in BEFORE_NUMBER and len(word) > 1) or _STREET.fullmatch(word):
        return _COUNTED.match(after) is None or opens
    if len(word) == 1 and after.casefold() in NAME_PARTICLES:
        return False
    if word in SELDOM_LAST or _INITIALS.fullmatch(word):
        return opens
    return True


def well_formed(text: str) -> str:
    """Return `text` with lone surrogates, which no tokenizer takes, replaced by question marks."""
    return text.encode("utf-8", "replace").decode()
