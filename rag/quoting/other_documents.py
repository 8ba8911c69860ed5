"""Leaves out sources about somebody or something else of the same name: Mr Hale for Mrs Hale, the rules of 2024 for
those of 2021, the manual of the dryer for that of the oven."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import PurePath

from rag.questions.constraints import Constraint, years_in
from rag.quoting.document_context import context_of
from rag.text import content_words
from rag.types import Source
from rag.units import Unit
from rag.words.folding import fold

MIN_ALIKE = 0.3
"""Share of the words of one document's name that stand in that of another one of its sort."""

_MEN = r"mr|herrn?|m\.|monsieur|señor|sr|don|signor"
_WOMEN = r"mrs|ms|miss|mme|mlle|madame|frau|señora|señorita|sra|srta|doña|signora"
_TITLED = re.compile(
    rf"(?<![\w.])(?:(?P<man>{_MEN})|(?P<woman>{_WOMEN}))\.?\s+(?:(?-i:[A-ZÄÖÜÉ])[\w'’.-]*\s+)*?"
    r"(?P<name>(?-i:[A-ZÄÖÜÉ])[\w-]++)(?!\s+(?-i:[A-ZÄÖÜÉ])\w)",
    re.IGNORECASE,
)
_TITLE = re.compile(rf"(?:{_MEN}|{_WOMEN}|dr|prof|professor|doctor|the|an?|our|der|die|das|le|la|el)\.?", re.IGNORECASE)
MIN_NAME = 3
"""Letters of a word that names somebody."""
ALIKE = 0.8
"""From this ratio of difflib on, one word may be another with a typing error."""
_OF_YEAR = re.compile(
    r"(?P<year>(?:19|20)\d\d)(?:['’]s)?\s+(?P<before>[^\W\d_]{4,})"
    r"|(?P<behind>[^\W\d_]{4,})\s+(?:(?:of|from|for|von|vom|de|du|del?)\s+)?(?P<year_behind>(?:19|20)\d\d)",
    re.IGNORECASE,
)


def is_namesake_alone(name: Constraint, texts: Sequence[str]) -> bool:
    """Return whether texts have of a name of several words only the last one, each time behind another name: of the
    Coastal Skipper nothing is said where the Day Skipper is told of."""
    *first, last = re.findall(r"[^\W_]+", fold(name.written))
    if name.kind != "name" or not first or len(last) < MIN_NAME:
        return False
    known = {word for text in texts for word in re.findall(r"[^\W_]+", fold(text))}
    if any(get_close_matches(word, known, n=1, cutoff=ALIKE) for word in first if len(word) >= MIN_NAME):
        return False
    told = re.compile(rf"(?:(?P<before>[^\W\d_][\w'’.-]*)[ \n])?(?<!\w){re.escape(last)}(?!\w)", re.IGNORECASE)
    befores = [match["before"] or "" for text in texts for match in told.finditer(text)]
    return bool(befores) and all(one[:1].isupper() and not _TITLE.fullmatch(one) for one in befores)


def sources_of_the_person(question: str, cut: Sequence[list[Unit]], beside: Mapping[int, str]) -> list[list[Unit]]:
    """Return, of sources cut into units, those whose document names no namesake alone: Mr Hale where Mrs Hale is asked
    for."""
    left = list(cut)
    for name, is_man in _titled(question):
        left = [units for units in left if _titles_of(name, _all_of(units[0].source, beside)) != {not is_man}]
    return left


def _titled(text: str) -> set[tuple[str, bool]]:
    """Return the names that stand behind a title, folded and without an "s" at their end, and whether it is a man's."""
    return {(fold(match["name"]).rstrip("s"), match["man"] is not None) for match in _TITLED.finditer(text)}


def _titles_of(name: str, text: str) -> set[bool]:
    return {is_man for other, is_man in _titled(text) if other == name}


def sources_of_the_document(question: str, cut: Sequence[list[Unit]], beside: Mapping[int, str]) -> list[list[Unit]]:
    """Return the sources but for those of another edition than a question names ("the 2021 handbook"), and those of a
    document of the same sort as one that it names by what tells them apart."""
    years = _years_of_things(question)
    left = [units for units in cut if not any(_is_of_another_year(units[0].source, *one) for one in years)]
    asked = frozenset(content_words(question))
    names = {units[0].source.document.id: _words_of_name(units[0].source) for units in left}
    return [units for units in left if not _is_sibling(units[0].source, names, asked, beside)]


def _years_of_things(question: str) -> list[tuple[str, str]]:
    """Return the years that stand beside a word of a question, each with the stemmed word."""
    found = []
    for match in _OF_YEAR.finditer(question):
        for stem in content_words(match["before"] or match["behind"])[:1]:
            found.append((match["year"] or match["year_behind"], stem))
    return found


def _is_of_another_year(source: Source, year: str, thing: str) -> bool:
    """Return whether the name of a source's document has a thing and another year than is asked for."""
    name = _name_of(source)
    named = years_in(name)
    return (
        bool(named) and year not in named and year not in years_in(context_of(source)) and thing in content_words(name)
    )


def _is_sibling(
    source: Source, names: Mapping[int, frozenset[str]], asked: frozenset[str], beside: Mapping[int, str]
) -> bool:
    """Return whether a question names another document by a word that a source's own, called much alike, does not
    know; `names` are by document the words that it is called by."""
    own = names[source.document.id]
    telling = [
        named
        for id_, its in names.items()
        if id_ != source.document.id
        and len(own & its) >= MIN_ALIKE * min(len(own), len(its))
        and (named := (its - own) & asked)
        and not (own - its) & asked
    ]
    if not telling:
        return False
    known = frozenset(content_words(_all_of(source, beside)))
    return any(named.isdisjoint(known) for named in telling)


def _name_of(source: Source) -> str:
    return f"{source.document.title}\n{PurePath(source.document.path).stem}"


def _words_of_name(source: Source) -> frozenset[str]:
    return frozenset(content_words(re.sub(r"[_-]", " ", _name_of(source))))


def _all_of(source: Source, beside: Mapping[int, str]) -> str:
    return f"{_name_of(source)}\n{source.text}\n{beside.get(source.document.id, '')}"
