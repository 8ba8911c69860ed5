"""Reads questions for how much a figure has changed that name no years: "By how much does the fee rise?"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.planning.amount_words import AmountField, find_field, with_required

MAX_CHARACTERS = 160
_MOVES = (
    r"(?:rise|risen|rose|increased?|go(?:ne|es)? up|went up|grow|grown|fall|fallen|drop(?:ped)?|decreased?|reduced"
    r"|raised|lowered"
    r"|go(?:ne|es)? down|went down|changed?)"
)
_MOVES_DE = r"(?:steigt|stieg|gestiegen|sinkt|sank|gesunken|erhöht|ändert sich|geändert|teurer)"
_FORMS = tuple(
    re.compile(rf"(?i)^\W*{form}\W*$")
    for form in (
        rf"(?:by )?how much (?:does|did|do|will|has|have|is|was|are|were) (?:the |our "
        rf"|my )?(?P<what>.+?) (?:been )?{_MOVES}",
        r"(?:by )?how much (?:more|higher|lower|less) is (?:the |our )?(?:new"
        r"|current) (?P<what>.+?)(?: than the (?:old|previous)(?: one)?)?",
        r"what is (?:the )?(?:rise|increase|change|difference|decrease|reduction) (?:in|of) (?:the "
        r"|our )?(?P<what>.+?)",
        rf"(?:um )?wie ?viel (?:steigt|stieg|sinkt|sank|erhöht sich|erhöhte sich|ist|wird"
        rf"|wurde) (?P<what>.+?)(?: {_MOVES_DE})?",
        r"de combien (?:augmente|a augmenté|baisse|a baissé|diminue|change|a changé) (?P<what>.+?)",
        r"de combien (?P<what>.+?) (?:augmente|a(?:-t-(?:il|elle))? augmenté|baisse|a baissé)(?:-t-(?:il|elle))?",
        r"¿?(?:en )?cu[aá]nto (?:sube|subió|ha subido|aumenta|aumentó|baja|bajó|cambia|cambió) (?P<what>.+?)",
    )
)
_ARTICLE = re.compile(r"(?i)^(?:the|our|die|der|das|le|la|les|l['’]|el|los|las|unsere?)\s*")


@dataclass(frozen=True, slots=True)
class ChangeQuery:
    """A figure whose change is asked for: from one amount to another in one document, or in two versions of one."""

    field: AmountField


def read_field_change(text: str) -> ChangeQuery | None:
    """Return the figure of which a question asks how much it changes; None for any other question."""
    text = " ".join(text.split())
    if len(text) > MAX_CHARACTERS or re.search(r"\d", text):
        return None
    match = next((match for form in _FORMS if (match := form.match(text))), None)
    if match is None:
        return None
    what = _ARTICLE.sub("", match["what"].strip())
    named = find_field(what)
    # All words have to name the figure: of the rent of one flat others may know nothing.
    if named is None or named[1] != len(what):
        return None
    start, field = with_required(what, *named)
    return ChangeQuery(field) if start == 0 else None
