"""Tells whether a sentence or row is of another group, class, ceremony or relative year than a question names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.quoting.answer_kind import MONTH, asked_kind
from rag.quoting.document_context import context_of
from rag.units import Unit

MIN_SAID = 3
"""Words of a line that says more than what it is called: "Article 7."."""


def _patterns(forms: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"(?i)\b(?:{form})\b") for form in forms)


_GROUPS = _patterns(
    (
        r"(?:gentle)?men['’]?s?|males?|herren|männer\w*|hommes|messieurs|masculin\w*|hombres|caballeros",
        r"wom[ae]n['’]?s?|females?|lad(?:y|ies)['’]?|damen|frauen|femmes|dames|féminin\w*|mujeres|damas|femenin\w*",
    )
)
_CEREMONIES = _patterns(
    (
        r"marr(?:y|ied|ies|iages?)|weddings?|heirat\w*|hochzeit\w*|trauung\w*|getraut|mariages?|mari(?:ée?s?|er)"
        r"|bodas?|cas(?:ó|aron|arse|ad[oa]s?)|matrimonios?",
        r"bapti[sz]\w*|christen(?:ed|ings?)|tauf\w*|getauft|baptême\w*|baptis\w+|bauti\w+",
        r"bur(?:y|ied|ials?)|funerals?|beerdig\w*|beigesetzt|bestattung\w*|obsèques|enterr\w*|entierros?|funeral\w*",
    )
)
_YEARS = _patterns(
    (
        r"this (?:year|season)['’]?s?|diese[snm]? (?:jahr\w*|saison)|heurig\w*"
        r"|cette (?:année|saison)|es[tl]e año|esta temporada",
        r"(?:last|previous) (?:year|season)['’]?s?|letzte[snmr]? (?:jahr\w*|saison)|vorjahr\w*|vorig\w+ jahr\w*"
        r"|l['’]an (?:dernier|passé)|(?:l['’]année|la saison) (?:dernière|passée)|(?:el )?año pasado|temporada pasada",
        r"next (?:year|season)['’]?s?|nächste[snmr]? (?:jahr\w*|saison)|l['’]an prochain"
        r"|(?:l['’]année|la saison) prochaine|(?:el )?(?:próximo año|año que viene)|próxima temporada",
    )
)
_CLASS = r"(?:class|year|grade|form|klasse|jahrgang|classe|clase|curso)"
_NAMED_CLASS = re.compile(
    rf"(?i)\b{_CLASS} (?P<behind>\d{{1,2}})(?!\d|[.,]\d)|\b(?P<before>\d{{1,2}})\. (?:klasse|jahrgang)\b"
)
_CLASSES = re.compile(rf"(?i)\b{_CLASS}s?n? (\d{{1,2}}(?:\s*(?:,|and|und|et|y|to|bis|à|a|[-–])\s*\d{{1,2}})*)\b")
_BEFORE = re.compile(
    r"(?i)^\W*(?:who|wer|qui|quién(?:es)?)\b.*?\b(?:before|prior to|vor|avant|antes (?:de|que))\s+"
    r"(?P<name>[A-ZÄÖÜÉ][^?]*)"
)
_SUCCEEDS = re.compile(
    r"(?i)\b(?:before|predecess\w*|former\w*|previous\w*|preced\w*|succe\w+|took over|taken over|follow\w*|replac\w*"
    r"|until"
    r"|vorgänger\w*|nachfolg\w*|früher\w*|ehemalig\w*|bis|prédécess\w*|ancien\w*|jusqu\w*|remplac\w*|avant|predeces\w*"
    r"|anterior\w*|hasta|sustitu\w*|reemplaz\w*|antes)\b"
)
_ASKS_AFTER = re.compile(
    r"(?i)^\W*(?:who (?:succe\w+|follow\w*|replac\w+|(?:takes?|took|will take) over from)"
    r"|who (?:is|was|will be) (?:the )?successor|wer (?:folgt|ersetzt)|qui (?:succèd\w+|remplac\w+)"
    r"|quién (?:suced\w+|sustitu\w+|reemplaz\w+))\b"
)
_IS_NEW = re.compile(r"(?i)\b(?:new|next|appoint\w*|elect\w*|in (?:his|her|their) place|neue\w*|nouve\w+|nuev[oa])\b")
_PUT_OFF = re.compile(
    rf"(?i)\b(?:put off|postponed|deferred|adjourned|verschoben|vertagt|reportée?s?|ajournée?s?"
    rf"|aplazad[oa]s?|pospuest[oa]s?)"
    rf"\b[^.;]*\b(?P<month>{MONTH})(?!\w)"
)


def is_of_another_group(question: str, unit: Unit) -> bool:
    """Return whether a question names men, a wedding, this year or Year 7, and a sentence, with what stands over it,
    only women, baptisms, last year or Year 8."""
    is_bare = unit.is_row or len(unit.text.split()) < MIN_SAID
    near = "\n".join((unit.heading, unit.header, unit.leans_on, unit.text))
    return (
        _tells_another(question, f"{near}\n{context_of(unit.source)}", _GROUPS)
        or _tells_another(question, near, _CEREMONIES)
        or _tells_another(question, unit.text, _YEARS)
        or _is_of_another_class(question, f"{near}\n{context_of(unit.source)}", is_bare=is_bare)
    )


def rows_of_group(question: str, rows: Sequence[str]) -> list[bool]:
    """Return which rows of a table are of the group that a question names, men or women; [] where no row names it."""
    for pattern in _GROUPS:
        if pattern.search(question):
            named = [pattern.search(row) is not None for row in rows]
            return named if any(named) else []
    return []


def is_of_after(question: str, unit: Unit) -> bool:
    """Return whether it is asked who was before somebody, and a text names that one and tells of no other; or who
    succeeds him, and a text tells of no change."""
    if _ASKS_AFTER.match(question) and not unit.is_row:
        return not (_SUCCEEDS.search(unit.text) or _IS_NEW.search(unit.text))
    match = _BEFORE.match(question)
    last = match["name"].split()[-1].strip(" ?.!") if match else ""
    return bool(last) and last in unit.text and not _SUCCEEDS.search(unit.text)


def is_put_off(question: str, text: str) -> bool:
    """Return whether a text puts something off to the month that a question names: it tells not what was then."""
    match = _PUT_OFF.search(text)
    if match is None or asked_kind(question) == "time":
        return False
    return re.search(rf"(?i)\b{re.escape(match['month'].strip('.'))}(?!\w)", question) is not None


def _tells_another(question: str, text: str, patterns: Sequence[re.Pattern[str]]) -> bool:
    """Return whether a question has words of one group, and a text of other groups alone."""
    asked = {at for at, pattern in enumerate(patterns) if pattern.search(question)}
    if not asked:
        return False
    told = {at for at, pattern in enumerate(patterns) if pattern.search(text)}
    return bool(told) and not asked & told


def _is_of_another_class(question: str, text: str, *, is_bare: bool) -> bool:
    """Return whether a question names a class at school by its number, and a text classes of other numbers alone, in
    whatever language; a row or label that `is_bare` has to name it."""
    match = _NAMED_CLASS.search(question)
    if match is None:
        return False
    asked = int(match["behind"] or match["before"])
    told = [numbers for found in _CLASSES.findall(text) if (numbers := [int(it) for it in re.findall(r"\d+", found)])]
    told += [[int(it["before"])] for it in _NAMED_CLASS.finditer(text) if it["before"]]
    if not told:
        return is_bare
    return not any(min(numbers) <= asked <= max(numbers) for numbers in told)
