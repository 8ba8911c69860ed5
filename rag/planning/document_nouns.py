"""Knows the words by which questions name documents of a sort, in English, German, French and Spanish."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.words.folding import fold


@dataclass(frozen=True, slots=True)
class DocumentSort:
    """A sort of documents: those of some kinds (`DocumentProfile.kind`) or file types; all where both are empty.

    `name` is the word for a sort that no profile tells, such as notes: they are known by their names and folders.
    `called` is a pattern for what their names or their beginnings say, of a sort that is narrower than its kind: leases
    are some of the contracts.
    """

    kinds: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    name: str = ""
    called: str = ""


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
    "contract": "contracts?|agreements?|vertr[aä]ge?n?|contrats?|contratos?",
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

_CONTRACT = frozenset({"contract"})
INSURANCES = DocumentSort(
    frozenset({"contract", "policy", "letter", ""}),
    called=r"insur|polic[ye]|policen|versicher|assuran|póliza|poliza|seguro",
)
"""Policies that insure somebody; their words do not tell them from rules."""
_NARROWER: tuple[tuple[str, DocumentSort], ...] = (
    (
        r"leases?|tenanc(?:y|ies)(?: agreements?)?|(?:rental|rent|lease|tenancy) (?:agreements?|contracts?)"
        r"|(?:miet|pacht)vertr[aä]ge?n?|bail|baux|contrats? de (?:bail|location)"
        r"|contratos? de (?:alquiler|arrendamiento)",
        DocumentSort(
            _CONTRACT, called=r"leas(?:e|ing)|tenan(?:cy|t)|rent|miet|pacht|\bbail\b|\bbaux\b|locati|alquil|arrend"
        ),
    ),
    (
        r"insurance (?:polic(?:y|ies)|contracts?)|versicherung(?:en|spolicen?|svertr[aä]ge?n?|sscheine?)|policen?"
        r"|(?:polices?|contrats?) d['’]assurances?|assurances|pólizas?(?: de seguros?)?|seguros",
        INSURANCES,
    ),
    (
        r"employment (?:contracts?|agreements?)|(?:arbeits|anstellungs)vertr[aä]ge?n?|contrats? de travail"
        r"|contratos? (?:de trabajo|laborales?)",
        DocumentSort(_CONTRACT, called=r"employ|arbeits|anstellung|travail|trabajo|laboral"),
    ),
    *(
        (rf"{words} (?:contracts?|agreements?)", DocumentSort(_CONTRACT, called=called))
        for words, called in (
            ("services?", "service"), ("maintenance", "maintenance"), ("(?:purchase|sales?)", "purchase|sale"),
            ("supply", "suppl"), ("licen[cs]e", "licen[cs]"), ("cleaning", "clean"), ("consult(?:ing|ancy)", "consult"),
            ("loan", "loan"), ("hosting", "host"), ("storage", "storage"), ("catering", "catering"),
        )
    ),
    *(
        (rf"{first}vertr[aä]ge?n?", DocumentSort(_CONTRACT, called=first))
        for first in ("wartungs", "kauf", "dienst(?:leistungs)?", "liefer", "lizenz", "reinigungs", "darlehens", "werk")
    ),
    *(
        (rf"contrats? (?:de|d['’]) ?{words}"
        rf"|contratos? de {spanish}", DocumentSort(_CONTRACT, called=f"{words}|{spanish}"))
        for words, spanish in (
            ("maintenance", "mantenimiento"), ("entretien", "limpieza"), ("vente", "compraventa"),
            ("service", "servicios?"),
            ("prêt", "préstamo"),
        )
    ),
)  # fmt: skip
"""Words for documents -> sorts that are narrower than a kind."""

HAVE_TOTALS = frozenset({"invoice", "receipt", "offer", "order"})
"""Kinds of documents of which each asks for one amount."""

_ALTERNATIVES = sorted(
    [
        *((words, DocumentSort(_REPORTS if kind == "report" else frozenset({kind}))) for kind, words in _KINDS.items()),
        *((words, DocumentSort(types=frozenset(types.split()))) for types, words in _TYPES.items()),
        *((words, DocumentSort(name=name)) for name, words in _NAMED.items()),
        *_NARROWER,
        (_GENERIC, ANY),
    ],
    key=lambda entry: -len(entry[0]),
)
_SORTS = [(re.compile(rf"(?:{words})", re.IGNORECASE), sort) for words, sort in _ALTERNATIVES]
NOUN = "|".join(words for words, _ in _ALTERNATIVES)
"""A pattern for any of the words."""
_IS_NOUN = re.compile(rf"(?i)(?:{NOUN})")
HEAD_CHARACTERS = 400
"""Of a document's beginning: where it says what it is."""


def is_document_noun(word: str) -> bool:
    """Return whether a word is one for documents."""
    return _IS_NOUN.fullmatch(word) is not None


def sort_of(noun: str) -> DocumentSort:
    """Return the sort that a word for documents means. The longest name counts: annual reports are not all reports."""
    noun = noun.strip()
    return next(sort for pattern, sort in _SORTS if pattern.fullmatch(noun))


def called_of(kinds: frozenset[str]) -> str:
    """Return a pattern for what documents call themselves that are of a narrower sort of some kinds; "" for none."""
    return "|".join(sort.called for _, sort in _NARROWER if sort.kinds & kinds)


def is_plural(noun: str) -> bool:
    """Return whether a word for documents is in the plural, as far as its ending tells."""
    return noun.casefold().split(" ")[0].endswith(("s", "en", "x", "te", "äge", "efe")) or noun.casefold().endswith("s")


def plural_of(noun: str) -> str:
    """Return the plural of a word for documents in any of the four languages; a plural is left as it is."""
    lower = noun.casefold()
    if lower.endswith(("s", "x", "en", "äge", "lle", "efe", "chte", "ote", "nte", "ibros")):
        return noun
    if lower.endswith("trag") and not lower.endswith("auftrag"):
        return f"{noun[:-4]}träge" if noun[-4:] == "trag" else f"{noun[:-4]}Träge"
    if lower == "bail":
        return "baux"
    if lower.endswith("y"):
        return f"{noun[:-1]}ies"
    if first := re.match(r"(?:contrato?|police|bon)(?= )", noun, re.IGNORECASE):
        return f"{noun[: first.end()]}s{noun[first.end() :]}"
    if lower.endswith("ión"):
        return f"{noun[:-2]}ones"
    if lower.endswith("police") and noun[0].isupper():
        return f"{noun}n"
    if re.search(r"(?:ung|ei)$", lower):
        return f"{noun}en"
    if re.search(r"(?:protokoll|brief|angebot|bericht|dokument)$", lower):
        return f"{noun}e"
    return f"{noun}s"


def is_called(sort: DocumentSort, names: str) -> bool:
    """Return whether a document's names or its beginning say that it is of a sort that is narrower than its kind."""
    return re.search(sort.called, names, re.IGNORECASE) is not None


def narrow_sorts() -> list[DocumentSort]:
    """Return the sorts that are narrower than a kind."""
    return [sort for _, sort in _NARROWER]


def is_named(sort: DocumentSort, path: str, title: str) -> bool:
    """Return whether a document's name, title or folder has the word for a sort that no profile tells."""
    return bool(
        re.search(rf"(?<![^\W_]){re.escape(sort.name)}s?(?![^\W_])", fold(f"{path}\n{title}").replace("_", " "))
    )
