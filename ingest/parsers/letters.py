"""Judges whether letters stand beside each other as in a language: fonts with a wrong map swap them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import cache, lru_cache
from operator import add

SAMPLE_WORDS = 100
"""So many different words, spread over the page, judge it: this runs on every page."""

KEPT_WORDS = 20_000
"""So many words are looked at once only: the words of a document come again on each of its pages."""

_FOLLOWERS = """
abcdefghijklmnoprstuvwyz baeiloruy caehijkostuyz dadehinorstuwyz eabcdefghijklmnprstuvwyz faefiory gaeijoruwy
haeikortuwy iabcdefghijklmnopqrstuvyz jaeiou kaehiklorstuwy ladeijlmostuwy mabegijkmouw nacdeghijklnostuyz
oabcdefgijklmnoprstuvwz paehioru qeiu radehiklnorstuwyz sacehijklopstuyz taehiorstuwy uadeijklmnoprstuyz vaeinouy
waeinory yacdefilmnorsuw zaeinoty
"""
COMMON_PAIRS = frozenset(row[0] + second for row in _FOLLOWERS.split() for second in row[1:])
"""Pairs of letters that make 0.3 % and more of all in one of 31 languages written in Latin letters (langdetect's
profiles); each row is a letter and what follows it."""

PAIR_SHARE = 0.74
"""So many of the pairs in a text's different words are common: 0.78 and more in 949 passages of English, 0.72 and less
in the same ones with their letters swapped at random or shifted."""

MIN_PAIRS = 60
COMMON_LETTERS = {
    "CYRILLIC": frozenset("аионеітрсвкл"),
    "GREEK": frozenset("αοιτενηρυκσς"),
    "HEBREW": frozenset("יוהרלבתמאשנד"),
    "ARABIC": frozenset("اىيیلرمهةنکكدوبت"),
    "HANGUL": frozenset("이의다는에로하한기을서가은지사으년대리시스인고일국도자를어아부주전정라있구나제수"),
    "CJK": frozenset(
        "的一是不了在人有我他这這个個上们們来來到时時大地为為子中你说說生国國年着就那和要出也得里后後自以会會家可下而过過天去能"
        "对對小多于於心学學之都好看起发發当當没成只如事用第样道想作种开開总從从無面最前些所同日手行意动方期头经长長回位分因名法"
        "间知世什两次使身者高其进此与與正公十二本三政社見月議民連五対部東合市業内相四定今新場金員入選立米力問代明実円関決動京"
        "全目表通外言氏現理調体化田約主題"
    ),
}
LETTER_SHARE = 0.5
"""Two thirds and more of the letters are these in the languages of these scripts (langdetect's profiles); of swapped
ones about a third."""

SYLLABLE_SHARE = 0.04
"""Four tenths are these in Chinese, Japanese and Korean, which have thousands of others; of swapped ones one in 100."""

MIN_LETTERS = 60
MIXED_SHARE = 0.25
MIN_TOKENS = 8
"""So many words in other letters than Latin ones, and so many of them of several scripts, are no words."""

ACCENTED_SHARE = 0.6
"""So many of Latin letters have no accents in any language: Vietnamese has 0.35, Cyrillic read as Latin nearly all."""

_LATIN = re.compile("[a-z]")
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_LATIN_WORD = re.compile("[a-z]{2,}")
_OTHER_WORD = re.compile("[^\\W\\d_]*[^\\W\\d_\x00-\u036f\u1e00-\u1eff][^\\W\\d_]*")
_MAY_BE_MARK = re.compile("[\u0300-\u1fff\u2060\u20d0-\u20ff\u2c00-\U0010ffff]")
"""Where there is none of these there are no marks, as in Latin text with its dashes and quotes."""

_GROUPS = (
    ("LATIN", "GREEK", "MICRO", "MATHEMATICAL", "OHM", "SCRIPT", "DOUBLE-STRUCK", "MODIFIER", "COPTIC", "KELVIN"),
    ("CJK", "HIRAGANA", "KATAKANA", "HALFWIDTH", "FULLWIDTH", "HANGUL", "IDEOGRAPHIC", "KATAKANA-HIRAGANA", "LATIN"),
)
"""Words may mix the scripts of a group: units and formulas, and Japanese."""


def are_letters_swapped(every: Sequence[str]) -> bool:
    """Return whether the letters of words stand beside each other, or are spread, as in no language of their script.

    Different words are judged: tables repeat a few labels.
    """
    distinct = list(dict.fromkeys(map(str.lower, every[:: len(every) // (4 * SAMPLE_WORDS) + 1])))
    words = " ".join(distinct[:: len(distinct) // SAMPLE_WORDS + 1])
    if words.isascii():
        return _has_odd_pairs(words)
    return _are_others_swapped(words)


@lru_cache(maxsize=KEPT_WORDS)
def count_common_pairs(word: str) -> int:
    """Return how many pairs of letters beside each other in a lower-case word are common ones."""
    return sum(map(COMMON_PAIRS.__contains__, map(add, word, word[1:])))


def without_marks(text: str) -> str:
    """Return text without vowel signs and accents that are characters of their own: many scripts put them inside
    words."""
    if text.isascii() or _MAY_BE_MARK.search(text) is None:
        return text
    return "".join(character for character in text if unicodedata.category(character) not in _INSIDE_WORDS)


_INSIDE_WORDS = frozenset({"Mn", "Mc", "Me", "Cf"})


def _are_others_swapped(words: str) -> bool:
    plain = without_marks(unicodedata.normalize("NFKD", words))
    letters = sum(map(str.isalpha, plain))
    if len(_LATIN.findall(plain)) * 2 >= letters:
        accented = sum(map(str.isalpha, _NOT_ASCII.findall(words)))
        return _has_odd_pairs(plain) or (letters >= MIN_LETTERS and accented > ACCENTED_SHARE * letters)
    whole = unicodedata.normalize("NFKC", words)  # Korean syllables are parted into letters above.
    if _mixes_scripts(_OTHER_WORD.findall(whole)):
        return True
    return any(_is_spread_oddly(whole, script, common) for script, common in COMMON_LETTERS.items())


def _has_odd_pairs(words: str) -> bool:
    """Return whether too few of the pairs of letters in lower-case words are common ones."""
    runs = _LATIN_WORD.findall(words)
    pairs = sum(map(len, runs)) - len(runs)
    return pairs >= MIN_PAIRS and sum(map(count_common_pairs, runs)) < PAIR_SHARE * pairs


def _is_spread_oddly(text: str, script: str, common: AbstractSet[str]) -> bool:
    letters = [letter for letter in text if script_of(letter) == script]
    least = SYLLABLE_SHARE if script in ("CJK", "HANGUL") else LETTER_SHARE
    return len(letters) >= MIN_LETTERS and sum(map(common.__contains__, letters)) < least * len(letters)


def _mixes_scripts(words: Sequence[str]) -> bool:
    mixed = 0
    for word in words:
        scripts = {script_of(letter) for letter in word}
        mixed += len(scripts) > 1 and not any(scripts.issubset(group) for group in _GROUPS)
    return len(words) >= MIN_TOKENS and mixed > MIXED_SHARE * len(words)


@cache
def script_of(letter: str) -> str:
    """Return the script of a letter by its name in Unicode, "?" where it has none."""
    return unicodedata.name(letter, "?").split()[0]
