"""Makes a document's profile by rules: its kind, its date, the period that it is about, and who is named most."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

from ingest.language import detect_language
from ingest.titles import words_of_name
from rag.types import DocumentProfile, ParsedDocument
from rag.words.dates import FIRST_YEAR, LAST_YEAR, Period, find_dates, find_periods, full_year

HEAD_CHARACTERS = 6000
"""Of a document's beginning: where it says what it is."""

NAMED_CHARACTERS = 60_000
"""Of a document's beginning: where names are counted."""

MAX_ORGANISATIONS = 5

HEAD_WEIGHT = 5
"""Weight of a mention in the beginning, where a document names its owner."""

MIN_KIND_SCORE = 2
"""A word in the title or the file's name is worth 2, one in the first lines 1: one further down decides nothing."""

TITLE_SCORE, LEAD_SCORE = 2, 1

LEAD_CHARACTERS = 800
OPENING_CHARACTERS = 120
"""The first line or two: a word for a kind counts once more there."""

KINDS: dict[str, str] = {
    "annual report": r"annual report|10-?k(?:405|sb)?\b|form 20-?f|gesch(?:ä|ae)ftsbericht|jahresbericht"
    r"|jahresabschluss|rapport annuel|informe anual|memoria anual|for the fiscal year ended",
    "quarterly report": r"quarterly report|10-?q\b|quartalsbericht|zwischenbericht|rapport trimestriel"
    r"|informe trimestral|for the quarterly period ended",
    "current report": r"current report|\b8-?k\b",
    "earnings release": r"earnings (?:release|results)|(?:first|second|third|fourth)[- ]quarter (?:[\w-]+ ){0,3}results"
    r"|reports (?:[\w-]+ ){0,4}results|\bearnings\b",
    "invoice": r"invoices?\b|rechnung(?:snummer)?\b|facture\b|factura\b|tax invoice",
    "receipt": r"receipt\b|quittung|kassenbon|re[çc]u\b|recibo\b",
    "offer": r"quotation\b|\bquote no|offer\b|angebot\b|devis\b|presupuesto\b|proposal\b",
    "order": r"purchase order|order confirmation|bestellung\b|auftragsbest(?:ä|ae)tigung|bon de commande|pedido\b",
    "contract": r"agreement\b|contract\b|lease\b|licen[cs]e\b|vertrag\b|mietvertrag|pachtvertrag|contrat\b|bail\b"
    r"|contrato\b|deed\b|terms and conditions",
    "minutes": r"\bminutes(?: of\b|[,:]? \d|$)|(?:meeting|council|board|committee) minutes"
    r"|protokoll\b|niederschrift|proc[èe]s-verbal|compte rendu|acta\b",
    "policy": r"policy\b|policies\b|rules\b|regulations?\b|by-?laws|satzung|ordnung\b|richtlinie|r[èe]glement|reglas"
    r"|reglamento|code of conduct",
    "manual": r"manual\b|handbook|user guide|instructions?\b|handbuch|bedienungsanleitung|anleitung\b|manuel\b"
    r"|guide\b|mode d'emploi",
    "letter": r"\bdear (?:sir|madam|mr|mrs|ms|dr|all|[a-z])|sehr geehrte|madame, monsieur|estimad[oa]"
    r"|yours (?:sincerely|faithfully)",
    "article": r"abstract\b.{0,4000}\bintroduction\b|\bdoi\b|journal of",
    "report": r"report\b|bericht\b|rapport\b|informe\b|survey\b|study\b",
    "résumé": r"curriculum vitae|r[ée]sum[ée]\b|lebenslauf",
    "notice": r"notice\b|announcement|bekanntmachung|hinweis\b|avis\b|aviso\b|memo(?:randum)?\b",
    "price list": r"price list|tariff|fares?\b|fees?\b|preisliste"
    r"|geb(?:ü|ue)hren(?:ordnung|verzeichnis)?|tarifs?\b|tarifas",
    "timetable": r"timetable|schedule of (?:sailings|departures)|fahrplan|horaires?\b|horario",
}
"""Kind -> words for it in English, German, French and Spanish; the first of equals counts."""

KINDS_BY_FORMAT = {
    "eml": "e-mail",
    "msg": "e-mail",
    "mbox": "e-mail",
    "pptx": "presentation",
    "odp": "presentation",
    "xlsx": "spreadsheet",
    "xls": "spreadsheet",
    "xlsb": "spreadsheet",
    "ods": "spreadsheet",
    "csv": "table",
    "tsv": "table",
    "epub": "book",
    "ics": "calendar",
    "vtt": "transcript",
    "srt": "transcript",
    "json": "data",
    "jsonl": "data",
    "xml": "data",
    "log": "log",
}
"""Kinds by file format, for documents whose words tell none."""

_KIND_PATTERNS = {kind: re.compile(words, re.IGNORECASE | re.DOTALL) for kind, words in KINDS.items()}

_LEGAL_FORM = (
    r"(?:Inc|Incorporated|INC|INCORPORATED|Corp|Corporation|CORP|CORPORATION|Company|COMPANY|Co|CO|Ltd|Limited|LTD|LIMITED"
    r"|LLC|LLP|PLC|plc|GmbH|AG|SE|KG|OHG|KGaA|e\.\s?V|S\.A|SA|SAS|SARL|S\.L|S\.p\.A|B\.V|N\.V|AB|ASA|AS|A/S|Oy|Group"
    r"|Holdings?|Trust|Bank|University|Council|Commission|Authority|Ministry|Department|Association|Cooperative"
    r"|Foundation|Institute|Society|Museum|Agency)"
)
_ORGANISATION = re.compile(
    r"(?<![\w&])(?:[A-ZÄÖÜÉ](?:[\w&'’-]|\.(?=\w))*,?[ \t]+(?:(?:and|of|the|for|und|der|de|du|des|y|&)[ \t]+)?){1,5}"
    rf"{_LEGAL_FORM}\b(?:\.(?=\s|$))?"
)
_NO_NAME = re.compile(
    r"(?:(?:emerging growth|smaller reporting|shell|parent|registered|holding|insurance|issuing|acquiring|central)\s+)+"
    r"(?:company|bank|group)|documents incorporated|states department|s\.? department"
    r"|securities and exchange commission|^\W*(?:the |such |our )?(?:company|group|bank|department)\W*$|the company"
    r"|(?:inc|corporation)\.?,? .*corporation",
    re.IGNORECASE,
)
"""Words of forms and of law that only look like names."""

_LEADING_WORDS = re.compile(r"^(?:The|This|Our|Between|By|And|Of|For|In|To|From|At|Die|Der|Das|Le|La|El)\s+")
_ABBREVIATED = re.compile(r"(?i)\b(?:inc|corp|co|ltd|s\.a|s\.l|s\.p\.a|b\.v|n\.v|e\.\s?v)\.$")
_PERIOD_END = re.compile(
    r"(?i)\b(?P<span>(?:fiscal\s+|financial\s+)?years?|twelve months|52 weeks|53 weeks|quarter(?:ly period)?"
    r"|three months|13 weeks|gesch(?:ä|ae)ftsjahr|exercice)\s+(?:ended|ending|zum|clos le|endend)\s+"
)
_YEAR_IN_NAME = re.compile(r"(?<!\d)(19\d{2}|20\d{2})(?!\d)")
_QUARTER_IN_NAME = re.compile(r"(?i)(?<!\d)(20\d{2})[ _-]?q([1-4])(?!\d)|\bq([1-4])[ _-]?(20\d{2})(?!\d)")


def make_profile(document: ParsedDocument, path: str) -> DocumentProfile:
    """Make the profile of a parsed document from its first pages, its title and its path below the folder."""
    head = _beginning(document, HEAD_CHARACTERS)
    name = words_of_name(path)
    period = find_period(head, name)
    return DocumentProfile(
        language=detect_language(document.pages),
        kind=find_kind(head, f"{document.title}\n{name}", document.file_type),
        dated=_find_date(head, document.created),
        period=str(period) if period else "",
        organisations=find_organisations(_beginning(document, NAMED_CHARACTERS)),
    )


def find_kind(head: str, names: str, file_type: str) -> str:
    """Return the kind of a document by the words of its names and its first lines; "" where they do not tell."""
    lead = head[:LEAD_CHARACTERS]
    scores = {
        kind: TITLE_SCORE * bool(pattern.search(names))
        + LEAD_SCORE * min(2, len(pattern.findall(lead)))
        + LEAD_SCORE * bool(pattern.search(lead[:OPENING_CHARACTERS]))
        for kind, pattern in _KIND_PATTERNS.items()
    }
    best = max(scores, key=lambda kind: scores[kind])
    return best if scores[best] >= MIN_KIND_SCORE else KINDS_BY_FORMAT.get(file_type, "")


def find_period(head: str, name: str) -> Period | None:
    """Return the year or quarter that a document is about: as its beginning says, else as its name says."""
    for match in _PERIOD_END.finditer(head):
        days = find_dates(head[match.end() : match.end() + 40])
        if days and days[0].start < 4:
            day = days[0].day
            is_quarter = match["span"].casefold().startswith(("quarter", "three", "13"))
            named = _period_in_name(name)
            if is_quarter:
                # The fiscal quarter may be another than the calendar's: the name knows better.
                return named if named and named.quarter else Period(day.year, (day.month - 1) // 3 + 1)
            return Period(named.year if named and abs(named.year - day.year) <= 1 else day.year)
    if named := _period_in_name(name):
        return named
    return next(iter(find_periods(head[:LEAD_CHARACTERS])), None)


def find_organisations(text: str) -> tuple[str, ...]:
    """Return the organisations that a text names most, at most MAX_ORGANISATIONS; known by what ends their names."""
    names: Counter[str] = Counter()
    for match in _ORGANISATION.finditer(text):
        name = " ".join(_LEADING_WORDS.sub("", match[0]).split()).rstrip(",")
        name = name if _ABBREVIATED.search(name) else name.rstrip(".")
        if len(name.split()) > 1 and not _NO_NAME.search(name):
            names[name] += HEAD_WEIGHT if match.start() < HEAD_CHARACTERS else 1
    merged: dict[str, tuple[str, int]] = {}
    for name, count in names.most_common():
        key = re.sub(r"\W", "", name).casefold()
        kept, before = merged.get(key, (name, 0))
        merged[key] = (kept, before + count)
    ranked = sorted(merged.values(), key=lambda entry: -entry[1])
    return tuple(name for name, _ in ranked[:MAX_ORGANISATIONS])


def _period_in_name(name: str) -> Period | None:
    if match := _QUARTER_IN_NAME.search(name):
        year, quarter = (match[1], match[2]) if match[1] else (match[4], match[3])
        return Period(int(year), int(quarter))
    if periods := find_periods(name):
        return periods[0]
    years = [year for year in map(full_year, _YEAR_IN_NAME.findall(name)) if FIRST_YEAR <= year <= LAST_YEAR]
    return Period(years[0]) if len(set(years)) == 1 else None


def _find_date(head: str, created: str) -> str:
    """Return the first full date of the beginning, else the day on which the file says that it was made; ISO 8601 or
    ""."""
    days = find_dates(head[: LEAD_CHARACTERS * 2])
    if days:
        return days[0].day.isoformat()
    try:
        return date.fromisoformat(created[:10]).isoformat()
    except ValueError:
        return ""


def _beginning(document: ParsedDocument, characters: int) -> str:
    texts: list[str] = []
    room = characters
    for page in document.pages:
        texts.append(page.text[:room])
        room -= len(texts[-1])
        if room <= 0:
            break
    return "\n".join(texts)
