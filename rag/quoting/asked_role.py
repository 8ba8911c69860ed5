"""Tells whether a sentence names the position whose holder is asked for, and who holds it of whom."""

from __future__ import annotations

import re

from rag.quoting.document_context import context_of
from rag.text import content_words
from rag.units import Unit

_ASKS_ROLE = re.compile(
    r"(?i)who (?:is|was|are|were) (?:now |currently )?(?:the|our|your|an?) (?P<role>[^?]+?)(?: (?:of|for|in|at"
    r"|from|on|since|under)\b.*)?\s*\??$"
)
_ASKS_OWNED = re.compile(r"(?i)who (?:is|was|will be) (?P<name>[^?]+?)['’]s? (?P<role>[^?]+?)\s*\??$")
_ASKS_CHOSEN = re.compile(
    r"(?i)who (?:is|was|were|has been|got) (?:re-?)?(?:elected|appointed|named|chosen|made|voted)(?: as| to be)?"
    r"(?: the| our| an?)? (?!(?:in|on|at|by|to|for|from|last|this|next|after|before)\b)"
    r"(?P<role>[^?]+?)(?: (?:of|for|in|at|from|on|since|by)\b.*)?\s*\??$"
)
"""Asks who was chosen for a position."""
_RANK = re.compile(r"(?i)(?:deputy|vice|assistant|acting|interim|former|junior|honorary)\b")
"""Begins the name of a position that somebody else than its holder has."""
_OFFICES = frozenset(
    content_words(
        "chair chairman chairwoman chairperson president treasurer secretary director manager captain mayor clerk"
        " editor headmaster headmistress principal warden steward caretaker foreman supervisor designer producer"
        " conductor organist curator librarian bursar matron nurse coordinator convenor auditor trustee patron umpire"
        " referee coach chef cook porter janitor sexton master"
    )
)
"""Positions of which a club, a firm or a house has one holder each."""


def is_of_another_office(question: str, unit: Unit) -> bool:
    """Return whether a question asks who holds one position, and a sentence names another one and not that."""
    asked = content_words(_role_asked(question))[-1:]
    return bool(asked) and asked[0] in _OFFICES and lacks_role(question, unit) and bool(unit.words & _OFFICES)


def lacks_role(question: str, unit: Unit) -> bool:
    """Return whether a question asks who holds a position that neither a sentence nor what stands over it names."""
    words = content_words(_role_asked(question))
    above = content_words(f"{context_of(unit.source)}\n{unit.heading}\n{unit.header}\n{unit.leans_on}")
    return bool(words) and words[-1] not in unit.words and words[-1] not in above


def lacks_rank(question: str, unit: Unit) -> bool:
    """Return whether the deputy of somebody is asked for, and a sentence and what stands over it name no deputy."""
    rank = _RANK.match(_role_asked(question))
    if rank is None:
        return False
    around = "\n".join((context_of(unit.source), unit.heading, unit.header, unit.leans_on, unit.text))
    return re.search(rf"(?i)\b{re.escape(rank[0])}", around) is None


def is_role_of_another(question: str, unit: Unit) -> bool:
    """Return whether a sentence says that whom a question names is the mentor, where his mentor is asked for."""
    match = _ASKS_OWNED.match(question)
    if match is None:
        return False
    name, role = re.escape(match["name"].strip()), re.escape(match["role"].strip())
    return (
        re.search(rf"(?i){name}\s+(?:is|was|will be|becomes?|has been)\b[^.]{{0,40}}\b{role}\b", unit.text) is not None
    )


def _role_asked(question: str) -> str:
    """Return the position whose holder a question asks for; "" where it asks for none."""
    match = _ASKS_ROLE.match(question) or _ASKS_CHOSEN.match(question)
    return match["role"] if match else ""
