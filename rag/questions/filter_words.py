"""Lists words by which questions name files, kinds of documents, folders, times: English, German, French, Spanish.

All are written without accents and in small letters, as `rag.questions.question_filters` reads a question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.words.dates import MONTHS
from rag.words.folding import fold


@dataclass(frozen=True, slots=True)
class DocumentNoun:
    """Words for a group of documents: their file types or kinds, and how one and several of them are called."""

    name: str
    """As people are shown it; "" for words that stand for any document."""
    plural: str
    """A regular expression."""
    singular: str = ""
    """Means one document, and so no group unless something else says which."""
    types: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()

    @property
    def field(self) -> str:
        """Return the name of the filter by it."""
        return "type" if self.types else "kind"


_FILES = r"(?:files?|documents?|dateien?|dokumenten?)"
_FICHIERS = r"(?:fichiers?|documents?|archivos?|documentos?|ficheros?)"


def _types(name: str, words: str, *types: str) -> DocumentNoun:
    kinds = frozenset({"e-mail"}) if name == "e-mail" else frozenset()
    return DocumentNoun(name, words, types=frozenset(types), kinds=kinds)


def _kind(name: str, plural: str, singular: str, kinds: frozenset[str] | None = None) -> DocumentNoun:
    return DocumentNoun(name, plural, singular, kinds=kinds or frozenset({name}))


NOUNS = (
    _types("PDF", rf"pdfs?(?:[ -]{_FILES})?|{_FICHIERS} pdf", "pdf"),
    _types("Word", rf"word[ -]{_FILES}|{_FICHIERS} word", "docx", "docm", "doc", "odt"),
    _types(
        "spreadsheet",
        rf"spreadsheets?|excel[ -](?:{_FILES}|sheets?|workbooks?|tabellen?|listen?|mappen?)|{_FICHIERS} (?:d')?excel"
        r"|feuilles? de calcul|hojas? de calculo|tabellenkalkulation(?:en)?",
        "xlsx", "xlsm", "xls", "xlsb", "ods",
    ),
    _types("CSV", rf"csvs?(?:[ -]{_FILES})?|{_FICHIERS} csv", "csv", "tsv"),
    _types(
        "presentation",
        rf"presentations?|slides|slide decks?|power ?points?(?:[ -]{_FILES})?|prasentation(?:en)?|folien|diapositives"
        r"|diapositivas|presentaciones|presentacion",
        "pptx", "pptm", "ppt", "odp",
    ),
    _types(
        "e-mail",
        r"e-?mails?|courriels?|mails?|correos(?: electronicos)?|correo electronico",
        "eml", "emlx", "msg", "mbox", "tnef",
    ),
    _types(
        "image", r"images|pictures|photos|photographs|bildern?|fotos|imagenes",
        "png", "jpeg", "tiff", "webp", "gif", "bmp", "heic",
    ),
    _types("text file", r"text files?|textdatei(?:en)?|fichiers? texte|archivos? de texto", "txt", "md", "rst"),
    _types(
        "HTML",
        rf"html(?:[ -](?:{_FILES}|pages?|seiten?))?|web ?pages?|webseiten?|pages web|paginas web",
        "html", "mht",
    ),
    _kind(
        "annual report",
        r"annual reports|10-?ks|geschaftsberichten?|jahresberichten?|rapports annuels|informes anuales",
        r"annual report|10-?k|geschaftsbericht|jahresbericht|jahresabschluss|rapport annuel|informe anual",
    ),
    _kind(
        "quarterly report",
        r"quarterly reports|10-?qs|quartalsberichten?|zwischenberichten?|rapports trimestriels|informes trimestrales",
        r"quarterly report|10-?q|quartalsbericht|zwischenbericht|rapport trimestriel|informe trimestral",
    ),
    _kind(
        "report",
        r"reports|filings|berichten?|rapports|informes",
        r"report|filing|bericht|rapport|informe",
        frozenset({"annual report", "quarterly report", "current report", "report"}),
    ),
    _kind("invoice", r"invoices|rechnungen|factures|facturas", r"invoice|rechnung|facture|factura"),
    _kind(
        "contract",
        r"contracts|agreements|vertragen?|contrats|contratos",
        r"contract|agreement|vertrag|contrat|contrato",
    ),
    _kind("offer", r"quotations|offers|angeboten?|devis|presupuestos", r"quotation|offer|angebot|presupuesto"),
    _kind(
        "order",
        r"purchase orders|bestellungen|bons de commande|pedidos",
        r"purchase order|bestellung|bon de commande|pedido",
    ),
    _kind("policy", r"policies|richtlinien|politicas", r"policy|richtlinie|politica"),
    _kind(
        "manual",
        r"manuals|handbooks|user guides|handbuchern?|anleitungen|bedienungsanleitungen|manuels|manuales",
        r"manual|handbook|user guide|handbuch|anleitung|bedienungsanleitung|manuel",
    ),
    # "In the minutes before departure": the plural alone is no document.
    _kind(
        "minutes",
        r"protokollen?|comptes rendus|proces-verbaux|actas",
        r"minutes|protokoll|compte rendu|proces-verbal|acta",
    ),
    _kind("letter", r"letters|briefen?|lettres|cartas", r"letter|brief|lettre|carta"),
    _kind("résumé", r"cvs|resumes|lebenslaufen?", r"cv|resume|lebenslauf|curriculum vitae"),
    _kind("notice", r"notices|memos|bekanntmachungen|avisos", r"notice|memo|bekanntmachung|aviso"),
    _kind("price list", r"price lists|preislisten|listes de prix|listas de precios", r"price list|preisliste"),
    _kind("timetable", r"timetables|fahrplanen?", r"timetable|fahrplan"),
    _kind("transcript", r"transcripts|mitschriften", r"transcript|mitschrift"),
    DocumentNoun(
        "",
        r"documents|files|papers|texts|docs|dokumenten?|dateien|unterlagen|texten|fichiers|textes|archivos|documentos"
        r"|ficheros|textos",
        r"document|file|paper|text|dokument|datei|fichier|texte|archivo|documento|fichero|texto",
    ),
)  # fmt: skip

LANGUAGES = {
    "en": r"english|englisch(?:e[nrs]?|sprachigen?)?|anglais(?:es?)?|ingles(?:es|as?)?",
    "de": r"german|deutsch(?:e[nrs]?|sprachigen?)?|allemande?s?|alemana?s?|alemanes",
    "fr": r"french|franzosisch(?:e[nrs]?|sprachigen?)?|francais(?:es?)?|frances(?:es|as?)?",
    "es": r"spanish|spanisch(?:e[nrs]?|sprachigen?)?|espagnole?s?|espanol(?:es|as?)?",
    "it": r"italian|italienisch(?:e[nrs]?)?|italiens|italiennes?|italian[oa]s?",
}
LANGUAGE_NAMES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian"}

# "Most recent" is one word in the text that is read.
NEWEST = (
    r"newest|latest|most_recent|neueste[nrsm]?|aktuellste[nrsm]?|jungste[nrsm]?|dernier|derniere|derniers|dernieres"
    r"|ultim[oa]s?"
)
NEWEST_BEHIND = r"(?:le|la|les) plus recente?s?|mas recientes?|mas nuev[oa]s?"

ONLY = r"only|just|solely|nur|ausschliesslich|seulement|uniquement|solo|solamente|unicamente"
IN = r"in|within|across|among|from|according to|im|aus|laut|gemass|innerhalb|dans|selon|d'apres|parmi|en|segun|entre"
THE = (
    r"all the|all of the|all|the|these|those|our|my|den|dem|der|die|das|allen|unseren?|meinen?|les|le|la|l'|tous les"
    r"|toutes les|nos|mes|los|las|el|todos los|todas las|nuestros|nuestras|mis"
)
OF = (
    r"from the year|of the year|from|of|dated|for|about|aus dem jahre?|vom jahre?|vom|von|aus|fur|de l'annee|du|des|de"
    r"|del ano|del|para"
)
BY = r"from|by|with|of|von der|vom|von|mit der|mit|der|de la|de|du|des|avec|con|del"
FOLDER = r"folder|directory|subfolder|ordner|unterordner|verzeichnis|dossier|repertoire|carpeta|directorio"
LAST_YEAR = (
    r"last year|letzten jahre?s?|vorigen jahre?s?|dem vorjahr|vorjahr|l'annee derniere|l'an dernier|(?:el )?ano pasado"
)
THIS_YEAR = r"this year|diesem jahr|dieses jahres|cette annee|este ano"

MONTH_NUMBERS = {
    fold(name): number for name, number in MONTHS.items() if len(name) > 3 or name in ("may", "mai", "mei")
}
"""Names of months; abbreviations are left out, which are words of their own ("set", "ago")."""

MONTH_LABELS = (
    "", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def any_of(words: str) -> re.Pattern[str]:
    """Compile a pattern for any of some words, whole."""
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w])")
