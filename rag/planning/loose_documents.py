"""Chooses, of short documents without a common form, those that are alike: no cancelled ones, offers and remarks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rag.extraction.days import DAY_FIRST_LANGUAGES, find_day_order
from rag.planning.document_nouns import HEAD_CHARACTERS
from rag.planning.document_values import TIME_UNITS
from rag.planning.loose_facts import Fact, read_counts, read_days, read_figures
from rag.planning.record_fill import MAX_CHARACTERS
from rag.planning.things import TABLE_TYPES
from rag.types import DocumentInfo, Page

MIN_KIND = 0.6
"""Share of the documents that are of one kind, from which on those of another kind are not meant."""
_REMARKS = frozenset({"e-mail", "letter", "notice"})
"""Kinds of documents that may speak of another one."""
_ASIDE = frozenset({"offer", "notice"})
"""Kinds of documents that are not meant where they are few."""
_MAIL_HEAD = re.compile(r"(?im)^(?:from|to|cc|date|sent|subject|von|an|datum|gesendet|betreff|de|à|para|asunto):.*$")
_VOID = re.compile(
    r"(?im)(?:^|(?<=[.!?] ))[^\n.]{0,60}?(?<!not )(?<!nicht )(?<!pas )(?<!\w)(?:cancell?ed|void|no longer valid"
    r"|take back|withdraws?|already (?:let|sold|taken|gone)|storniert|nicht mehr (?:gültig|frei|verfügbar)"
    r"|zurückgezogen|(?:schon|bereits) (?:vergeben|verkauft|vermietet)|annulée?|n['’]est plus (?:valable|disponible)"
    r"|retire sa|déjà (?:louée?|vendue?|prise?)|anulad[oa]|ya no (?:es )?válid[oa]|retiramos|retira su"
    r"|ya (?:está )?(?:alquilad|vendid)[oa])(?!\w)"
)
_STAMP = re.compile(
    r"(?m)^\W{0,5}(?:WITHDRAWN|SUPERSEDED|OBSOLETE|UNGÜLTIG|NICHTIG|ENTFÄLLT|ABGESAGT|RETIRÉE?|SANS EFFET|SIN EFECTO"
    r"|RETIRAD[OA])(?!\w)"
)
"""What is stamped on a document as a whole."""
_RULE = re.compile(r"(?i)(?<!\w)(?:if|when|may|can|must|will be|wenn|falls|kann|muss|si|peut|doit|puede|debe)(?!\w)")
"""What is said of any document, or of a time to come."""
_REPLACES = re.compile(r"(?i)(?<!\w)(?:replaces|ersetzt (?!durch)|remplace(?! par)|sustituye)(?!\w)")
_CODE = re.compile(r"(?<!by )(?<!durch )(?<!par )(?<!por )(?<![\w-])(?=[\w/-]*\d)[A-Z\d][\w/-]{3,}")
"""The number of a document; behind "replaced by" it is that of the one that holds."""


@dataclass(frozen=True)
class LooseDocument:
    """A short document with all that it states, each found once."""

    document: DocumentInfo
    pages: Sequence[Page]

    @cached_property
    def text(self) -> str:
        """Return the text of all its pages."""
        return "\n".join(page.text for page in self.pages)

    @cached_property
    def head(self) -> str:
        """Return its path and what it begins with, where its number stands."""
        return f"{self.document.path}\n{self.text[:HEAD_CHARACTERS]}"

    @cached_property
    def figures(self) -> list[Fact]:
        """Return the numbers with units that it states."""
        return read_figures(self.pages, decimal_mark="." if self.document.profile.language == "en" else ",")

    @cached_property
    def counts(self) -> list[Fact]:
        """Return the numbers without units that it states."""
        return read_counts(self.pages)

    @cached_property
    def days(self) -> list[Fact]:
        """Return the days that it names."""
        order = find_day_order(self.text)
        if order is None and self.document.profile.language in DAY_FIRST_LANGUAGES:
            order = True
        return read_days(self.pages, day_first=order)

    @cached_property
    def void_lines(self) -> list[str]:
        """Return the lines that say that something no longer holds."""
        ended = self.text + "\n"
        marks = [match for pattern in (_VOID, _STAMP) for match in pattern.finditer(self.text)]
        lines = [ended[match.start() : ended.find("\n", match.end())] for match in marks]
        return [line for line in lines if not _RULE.search(line) and not _REPLACES.search(line)]


def short_documents(documents: Sequence[DocumentInfo], pages: Mapping[int, Sequence[Page]]) -> list[LooseDocument]:
    """Return the documents that are short enough to be about one thing, and no tables."""
    return [
        LooseDocument(one, [_without_head(page) for page in of_it] if one.file_type == "eml" else of_it)
        for one in documents
        if (of_it := pages.get(one.id))
        and one.file_type not in TABLE_TYPES
        and sum(len(page.text) for page in of_it) <= MAX_CHARACTERS
    ]


def _without_head(page: Page) -> Page:
    """Return a page of a mail without the lines that say from whom it is and when it was sent; places stay the same."""
    return replace(page, text=_MAIL_HEAD.sub(lambda match: " " * len(match[0]), page.text))


def find_remarks(documents: Sequence[DocumentInfo], pages: Mapping[int, Sequence[Page]]) -> frozenset[int]:
    """Return the ids of short documents that are offers among others, or that repeat a figure of one."""
    read = short_documents(documents, pages)
    return frozenset(one.document.id for one in read) - {one.document.id for one in without_remarks(read)}


def find_void(read: Sequence[LooseDocument]) -> list[LooseDocument]:
    """Return the documents that no longer hold by their own words, or by those of another one that names their code."""
    found: list[LooseDocument] = []
    for one in read:
        codes = {code for line in one.void_lines for code in _CODE.findall(line) if code not in one.head}
        others = [of_it for of_it in read if of_it is not one and any(code in of_it.head for code in codes)]
        found += others or ([one] if one.void_lines else [])
    return [one for one in read if one in found]


def of_one_kind(read: Sequence[LooseDocument]) -> list[LooseDocument]:
    """Return documents without those of another kind, where most are of one."""
    kinds = Counter(one.document.profile.kind for one in read)
    common, count = kinds.most_common(1)[0] if kinds else ("", 0)
    if not common or count < MIN_KIND * len(read):
        return list(read)
    # A mail has its kind by its form; any other document that has none may be of theirs.
    alike = {common} if common == "e-mail" else {common, ""}
    return [one for one in read if one.document.profile.kind in alike]


def without_remarks(read: Sequence[LooseDocument]) -> list[LooseDocument]:
    """Return documents without an offer or notice among others, and mails and letters that repeat a figure of one."""
    kinds = Counter(one.document.profile.kind for one in read)
    stating = Counter(figure for one in read for figure in _values_of(one))
    kept = []
    for one in read:
        kind = one.document.profile.kind
        is_only_one = kind in _ASIDE and kinds[kind] == 1 and len(read) > 2
        may_remark = one.document.file_type == "eml" or kind in _REMARKS
        repeats = may_remark and any(stating[figure] > 1 for figure in _values_of(one))
        if not is_only_one and (not repeats or _has_own_code(one, read)):
            kept.append(one)
    return kept


def _has_own_code(one: LooseDocument, read: Sequence[LooseDocument]) -> bool:
    """Return whether a document begins with a number that no other one has, though others have one of its form: then
    it is about something else, and a figure that both state is the same by chance.
    """
    others = {code for other in read if other is not one for code in _CODE.findall(other.head)}
    own = set(_CODE.findall(one.head)) - others
    return any(_form_of(code) == _form_of(other) for code in own for other in others)


def _form_of(code: str) -> str:
    return re.sub(r"\d", "9", code)


def _values_of(one: LooseDocument) -> frozenset[tuple[str, str]]:
    """Return the figures of a document by which it may repeat another; lengths of time are alike by chance."""
    return frozenset(
        (fact.unit, f"{fact.quantity.value:f}")
        for fact in one.figures
        if fact.quantity and fact.unit not in TIME_UNITS and not fact.is_aside
    )
