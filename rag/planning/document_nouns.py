"""Knows the words by which questions name documents of a sort, in English, German, French and Spanish."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.words.folding import fold


@dataclass(frozen=True, slots=True)
class DocumentSort:
    """A sort of documents: those of some kinds (`DocumentProfile.kind`) or file types; all where both are empty.

    `name` is the word for a sort that no profile tells, such as notes: they are known by their names and folders.
    """

    kinds: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    name: str = ""


ANY = DocumentSort()

_KINDS = {
    "annual report": "annual reports?|10-?ks?|(?:geschäfts|jahres)berichte?n?|rapports? annuels?|(?:informes?"
    "|memorias?) anual(?:es)?",
    "quarterly report": "quarterly reports?|10-?qs?|quartalsberichte?n?|rapports? trimestriels?"
    "|informes? trimestral(?:es)?",
    "earnings release": "earnings releases?",
    "invoice": "invoices?|rechnung(?:en)?|factures?|facturas?",
    "receipt": "receipts?|quittung(?:en)?|reçus?|recibos?",
    "offer": "offers?|quotations?|quotes?|proposals?|angebote?n?|devis|presupuestos?",
    "order": "(?:purchase )?orders?|bestellung(?:en)?|aufträge?|bons? de commande|pedidos?",
    "contract": "contracts?|agreements?|leases?|tenanc(?:y|ies)(?: agreements?)?|rental agreements?|(?:miet"
    "|pacht)?vertr[aä]ge?n?|contrats?|contratos?",
    "minutes": "minutes|protokolle?n?|procès-verba(?:l|ux)|comptes? rendus?|actas?|meetings?|sitzung(?:en)?|réunions?"
    "|reuni(?:ón|ones)",
    "policy": "polic(?:y|ies)|richtlinien?|règlements?|reglamentos?",
    "manual": "manuals?|handbooks?|user guides?|handbücher|handbuch|anleitung(?:en)?|manuels?|manuales",
    "letter": "letters?|briefe?n?|lettres?|cartas?",
    "article": "articles?|artikel|artículos?",
    "résumé": "résumés?|resumes|cvs?|lebensl[aä]ufe?",
    "notice": "notices?|bekanntmachung(?:en)?|avis(?:os?)?",
    "price list": "price lists?|preislisten?",
    "timetable": "timetables?|fahrpl[aä]ne?|horaires|horarios",
    "e-mail": "e-?mails?|mails?|courriels?|correos?(?: electrónicos?)?",
    "presentation": "presentations?|slide decks?|präsentation(?:en)?|présentations?|presentaciones",
    "spreadsheet": "spreadsheets?|tabellen(?:blätter)?|feuilles? de calcul|hojas? de cálculo",
    "report": "reports?|berichte?n?|rapports?|informes?",
}
_REPORTS = frozenset({"report", "annual report", "quarterly report", "current report"})
_TYPES = {
    "pdf": "pdfs?(?: (?:files?|documents?|dokumente|dateien))?|pdf-(?:dateien|dokumente)",
    "docx doc": "word (?:files?|documents?)|word-(?:dateien|dokumente)",
    "xlsx xls xlsb": "excel (?:files?|sheets?|documents?)|workbooks?|excel-dateien",
    "csv tsv": "csv files?|csvs",
    "pptx ppt": "powerpoint (?:files?|presentations?|documents?)",
    "md": "markdown (?:files?|documents?)",
    "html": "html (?:files?|pages|documents?)|web pages",
    "txt": "text files?|textdateien",
}
_GENERIC = (
    "documents?|files?|texts?|papers|dokumente?n?|dateien|schriftstücke|texte|unterlagen|fichiers?|textes|documentos?"
    "|archivos?|ficheros?|textos"
)
_NAMED = {"note": "notes?|notizen|vermerke?|notas?", "memo": "memos?|memoranda", "file note": "file notes?"}

HAVE_TOTALS = frozenset({"invoice", "receipt", "offer", "order"})
"""Kinds of documents of which each asks for one amount."""

_ALTERNATIVES = sorted(
    [
        *((words, DocumentSort(_REPORTS if kind == "report" else frozenset({kind}))) for kind, words in _KINDS.items()),
        *((words, DocumentSort(types=frozenset(types.split()))) for types, words in _TYPES.items()),
        *((words, DocumentSort(name=name)) for name, words in _NAMED.items()),
        (_GENERIC, ANY),
    ],
    key=lambda entry: -len(entry[0]),
)
_SORTS = [(re.compile(rf"(?:{words})", re.IGNORECASE), sort) for words, sort in _ALTERNATIVES]
NOUN = "|".join(words for words, _ in _ALTERNATIVES)
"""A pattern for any of the words."""


def sort_of(noun: str) -> DocumentSort:
    """Return the sort that a word for documents means. The longest name counts: annual reports are not all reports."""
    noun = noun.strip()
    return next(sort for pattern, sort in _SORTS if pattern.fullmatch(noun))


def plural_of(noun: str) -> str:
    """Return the plural of a word for documents in any of the four languages; a plural is left as it is."""
    lower = noun.casefold()
    if lower.endswith(("s", "x", "en", "äge", "lle", "efe", "chte", "ote", "nte", "ibros")):
        return noun
    if lower.endswith("trag") and not lower.endswith("auftrag"):
        return f"{noun[:-4]}träge" if noun[-4:] == "trag" else f"{noun[:-4]}Träge"
    if lower.endswith("y"):
        return f"{noun[:-1]}ies"
    if lower.endswith("ión"):
        return f"{noun[:-2]}ones"
    if re.search(r"(?:ung|ei)$", lower):
        return f"{noun}en"
    if re.search(r"(?:protokoll|brief|angebot|bericht|dokument)$", lower):
        return f"{noun}e"
    return f"{noun}s"


def is_named(sort: DocumentSort, path: str, title: str) -> bool:
    """Return whether a document's name, title or folder has the word for a sort that no profile tells."""
    return bool(
        re.search(rf"(?<![^\W_]){re.escape(sort.name)}s?(?![^\W_])", fold(f"{path}\n{title}").replace("_", " "))
    )
