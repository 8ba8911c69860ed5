"""Lists the figures that statements name, by the rows that hold them, and the formulas that are made of these."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.text import content_words

Statement = Literal["balance", "income", "cash"]


@dataclass(frozen=True, slots=True)
class Operand:
    """A figure of a statement: its name, and the labels of rows that hold it, the best first.

    `statement` is the one that it stands in: the rows of another may have the same label. With `is_magnitude` an
    outflow in brackets counts as a positive number.
    """

    name: str
    rows: tuple[str, ...]
    statement: Statement
    is_magnitude: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """An operand in a formula: added or, with `sign` -1, subtracted; of the year asked for, or so many years before.

    Of more than one year the average counts.
    """

    operand: Operand
    sign: int = 1
    years: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Formula:
    """A sum of terms, divided by another where it has one, times `factor`.

    `names` is a pattern of the words for it in English, German, French and Spanish; `result` how it is written.
    """

    name: str
    names: str
    above: tuple[Term, ...]
    below: tuple[Term, ...] = ()
    result: Literal["amount", "ratio", "percent", "days"] = "amount"
    factor: int = 1

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return the words for it, compiled."""
        return re.compile(rf"(?i)(?<!\w)(?:{self.names})(?!\w)")


CURRENT_ASSETS = Operand(
    "current assets",
    (
        "total current assets", "current assets", "summe umlaufvermögen", "umlaufvermögen",
        "total actif circulant", "actif circulant", "total activo corriente", "activo corriente",
    ),
    "balance",
)  # fmt: skip
CURRENT_LIABILITIES = Operand(
    "current liabilities",
    (
        "total current liabilities", "current liabilities", "kurzfristige verbindlichkeiten", "passif circulant",
        "dettes à court terme", "total pasivo corriente", "pasivo corriente",
    ),
    "balance",
)  # fmt: skip
INVENTORY = Operand(
    "inventory",
    (
        "total inventories", "inventories", "inventory", "merchandise inventories", "vorräte", "stocks",
        "existencias",
    ),
    "balance",
)  # fmt: skip
REVENUE = Operand(
    "revenue",
    (
        "total net revenues", "total net revenue", "total revenues", "total revenue", "total net sales",
        "net sales", "sales to customers", "net revenues", "net revenue", "revenues", "revenue", "sales",
        "umsatzerlöse", "umsatz", "chiffre d'affaires", "ingresos", "ventas netas",
    ),
    "income",
)  # fmt: skip
COST_OF_SALES = Operand(
    "cost of sales",
    (
        "total cost of revenue", "total cost of revenues", "cost of revenue", "cost of revenues",
        "total cost of sales", "cost of sales", "cost of products sold", "cost of goods sold", "umsatzkosten",
        "coût des ventes", "coste de ventas",
    ),
    "income",
    is_magnitude=True,
)  # fmt: skip
GROSS_PROFIT = Operand(
    "gross profit",
    (
        "gross profit", "gross margin", "bruttoergebnis", "marge brute", "beneficio bruto",
    ),
    "income",
)  # fmt: skip
OPERATING_INCOME = Operand(
    "operating income",
    (
        "total operating income", "operating income", "income from operations", "operating profit",
        "earnings from operations", "operating income loss", "betriebsergebnis", "résultat d'exploitation",
        "resultado de explotación",
    ),
    "income",
)  # fmt: skip
NET_INCOME = Operand(
    "net income",
    (
        "net income", "net earnings", "net income loss", "net earnings loss", "profit for the year",
        "jahresüberschuss", "résultat net", "resultado neto", "beneficio neto",
    ),
    "income",
)  # fmt: skip
EQUITY = Operand(
    "equity",
    (
        "total stockholders' equity", "total shareholders' equity", "total shareholders equity", "total equity",
        "stockholders' equity", "shareholders' equity", "eigenkapital", "capitaux propres", "patrimonio neto",
    ),
    "balance",
)  # fmt: skip
TOTAL_LIABILITIES = Operand(
    "total liabilities",
    (
        "total liabilities", "summe verbindlichkeiten", "total des dettes", "total pasivo",
    ),
    "balance",
)  # fmt: skip
TOTAL_ASSETS = Operand(
    "total assets",
    (
        "total assets", "bilanzsumme", "total actif", "total activo",
    ),
    "balance",
)  # fmt: skip
OPERATING_CASH = Operand(
    "cash from operations",
    (
        "net cash provided by operating activities", "net cash provided by used in operating activities",
        "cash flow from operating activities", "net cash flows from operating activities",
        "net cash from operating activities", "cash flows from operations",
        "mittelzufluss aus laufender geschäftstätigkeit", "flux de trésorerie opérationnels",
    ),
    "cash",
)  # fmt: skip
CAPITAL_EXPENDITURE = Operand(
    "capital expenditure",
    (
        "capital expenditures", "purchases of property and equipment", "purchase of property and equipment",
        "purchases of property, plant and equipment", "additions to property, plant and equipment",
        "purchases of property and equipment, including internal-use software and website development",
        "capital expenditure", "expenditures for property, plant and equipment", "investitionen in sachanlagen",
        "acquisitions d'immobilisations",
    ),
    "cash",
    is_magnitude=True,
)  # fmt: skip
FIXED_ASSETS = Operand(
    "property, plant and equipment",
    (
        "property and equipment, net", "property, plant and equipment, net", "property, plant and equipment",
        "property and equipment", "net property and equipment", "sachanlagen", "immobilisations corporelles",
        "inmovilizado material",
    ),
    "balance",
)  # fmt: skip
PAYABLES = Operand(
    "accounts payable",
    (
        "accounts payable", "trade payables", "accounts payable, trade",
        "verbindlichkeiten aus lieferungen und leistungen", "dettes fournisseurs", "acreedores comerciales",
    ),
    "balance",
)  # fmt: skip
RECEIVABLES = Operand(
    "accounts receivable",
    (
        "accounts receivable, net", "trade receivables, net", "accounts receivable", "trade receivables",
        "receivables, net", "forderungen aus lieferungen und leistungen", "créances clients",
        "deudores comerciales",
    ),
    "balance",
)  # fmt: skip
EARNINGS_PER_SHARE = Operand(
    "diluted earnings per share",
    (
        "diluted earnings per share", "diluted net earnings per share", "diluted", "earnings per share, diluted",
        "net income per share, diluted", "ergebnis je aktie", "résultat par action",
    ),
    "income",
)  # fmt: skip

OPERANDS = (
    CURRENT_ASSETS, CURRENT_LIABILITIES, INVENTORY, REVENUE, COST_OF_SALES, GROSS_PROFIT, OPERATING_INCOME, NET_INCOME,
    EQUITY, TOTAL_LIABILITIES, TOTAL_ASSETS, OPERATING_CASH, CAPITAL_EXPENDITURE, FIXED_ASSETS, PAYABLES, RECEIVABLES,
    EARNINGS_PER_SHARE,
)  # fmt: skip

_AVERAGE = (0, -1)
"""The average of a year's end and the one before it, as turnovers are usually defined."""

FORMULAS = (
    Formula(
        "working capital ratio",
        r"(?:net )?working capital ratio|current ratio|liquidity ratio|liquidität 3\. grades"
        r"|ratio de liquidité générale"
        r"|ratio de liquidez corriente",
        (Term(CURRENT_ASSETS),),
        (Term(CURRENT_LIABILITIES),),
        "ratio",
    ),
    Formula(
        "quick ratio",
        r"quick ratio|acid[- ]test(?: ratio)?|ratio de liquidité réduite|prueba ácida",
        (Term(CURRENT_ASSETS), Term(INVENTORY, -1)),
        (Term(CURRENT_LIABILITIES),),
        "ratio",
    ),
    Formula(
        "working capital",
        r"(?:net )?working capital|nettoumlaufvermögen|fonds de roulement|capital de trabajo|fondo de maniobra",
        (Term(CURRENT_ASSETS), Term(CURRENT_LIABILITIES, -1)),
    ),
    Formula(
        "gross margin",
        r"gross (?:profit )?margin|bruttomarge|taux de marge brute|margen bruto",
        (Term(REVENUE), Term(COST_OF_SALES, -1)),
        (Term(REVENUE),),
        "percent",
    ),
    Formula(
        "operating margin",
        r"(?:unadjusted )?operating (?:income |profit )?(?:% )?margin|operative marge|marge opérationnelle"
        r"|margen operativo",
        (Term(OPERATING_INCOME),),
        (Term(REVENUE),),
        "percent",
    ),
    Formula(
        "net margin",
        r"net (?:profit |income )?margin|nettomarge|umsatzrendite|marge nette|margen neto",
        (Term(NET_INCOME),),
        (Term(REVENUE),),
        "percent",
    ),
    Formula(
        "return on assets",
        r"return on (?:total )?assets|roa|gesamtkapitalrendite|rentabilité des actifs",
        (Term(NET_INCOME),),
        (Term(TOTAL_ASSETS, years=_AVERAGE),),
        "ratio",
    ),
    Formula(
        "return on equity",
        r"return on equity|roe|eigenkapitalrendite|rentabilité des capitaux propres",
        (Term(NET_INCOME),),
        (Term(EQUITY),),
        "percent",
    ),
    Formula(
        "debt to equity",
        r"debt[- ]to[- ]equity(?: ratio)?|verschuldungsgrad|ratio d['’]endettement|ratio de endeudamiento",
        (Term(TOTAL_LIABILITIES),),
        (Term(EQUITY),),
        "ratio",
    ),
    Formula(
        "free cash flow",
        r"free cash[- ]?flow|freier cash[- ]?flow|flux de trésorerie disponible|flujo de caja libre",
        (Term(OPERATING_CASH), Term(CAPITAL_EXPENDITURE, -1)),
    ),
    Formula(
        "capital expenditure as a share of revenue",
        r"(?:capex|capital expenditures?) as (?:a )?(?:%|percent(?:age)?|share) of (?:total )?(?:revenues?|sales)"
        r"|capital intensity",
        (Term(CAPITAL_EXPENDITURE),),
        (Term(REVENUE),),
        "percent",
    ),
    Formula(
        "fixed asset turnover",
        r"fixed asset turnover(?: ratio)?",
        (Term(REVENUE),),
        (Term(FIXED_ASSETS, years=_AVERAGE),),
        "ratio",
    ),
    Formula(
        "asset turnover",
        r"(?:total )?asset turnover(?: ratio)?",
        (Term(REVENUE),),
        (Term(TOTAL_ASSETS, years=_AVERAGE),),
        "ratio",
    ),
    Formula(
        "inventory turnover",
        r"inventory turnover(?: ratio)?|lagerumschlag|rotation des stocks",
        (Term(COST_OF_SALES),),
        (Term(INVENTORY, years=_AVERAGE),),
        "ratio",
    ),
    Formula(
        "days payable outstanding",
        r"days payable outstanding|dpo",
        (Term(PAYABLES, years=_AVERAGE),),
        (Term(COST_OF_SALES), Term(INVENTORY), Term(INVENTORY, -1, (-1,))),
        "days",
        365,
    ),
    Formula(
        "days sales outstanding",
        r"days sales outstanding|dso",
        (Term(RECEIVABLES, years=_AVERAGE),),
        (Term(REVENUE),),
        "days",
        365,
    ),
)
"""Longer names stand before the shorter ones that they hold."""


def find_formula(text: str) -> Formula | None:
    """Return the formula that a text names; None where it names none."""
    return next((formula for formula in FORMULAS if _PATTERNS[formula.name].search(text)), None)


def find_operand(words: str) -> Operand | None:
    """Return the figure of statements that some words name, by its name or one of its rows."""
    named = frozenset(content_words(words))
    return next((operand for operand in OPERANDS if named in _NAMES[operand.name]), None) if named else None


def find_figure(text: str) -> tuple[int, int, Operand] | None:
    """Return the first figure of statements that a text names by words that mean nothing else, and where they stand."""
    match = _FIGURE.search(text)
    if match is None:
        return None
    operand = next(operand for at, operand in enumerate(OPERANDS) if match[f"o{at}"])
    return match.start(), match.end(), operand


_PATTERNS = {formula.name: formula.pattern for formula in FORMULAS}
_SHORT_NAMES = {
    REVENUE.name: r"(?:net )?revenues?|umsatzerlöse",
    COST_OF_SALES.name: "cogs",
    NET_INCOME.name: r"jahresüberschuss(?:es)?",
    EQUITY.name: "eigenkapitals?",
    OPERATING_CASH.name: r"(?:net )?(?:cash flows?|cash) from operat(?:ions|ing activities)|operating cash flows?",
    CAPITAL_EXPENDITURE.name: "capex",
    FIXED_ASSETS.name: r"(?:net )?pp&e|net property,? plant,? and equipment",
}
"""Figures -> names of a single word, or that no row has, which can mean nothing else in a question."""


def _names_of(operand: Operand) -> str:
    """Return a pattern of the words by which a question can only mean a figure, the longest first."""
    labels = sorted((label for label in (operand.name, *operand.rows) if " " in label), key=len, reverse=True)
    short = _SHORT_NAMES.get(operand.name)
    return "|".join([*map(re.escape, labels), *([short] if short else [])])


_FIGURE = re.compile(
    "(?i)(?<![^\\W_])(?:"
    + "|".join(f"(?P<o{at}>{names})" for at, operand in enumerate(OPERANDS) if (names := _names_of(operand)))
    + ")(?![^\\W_])"
)
_NAMES = {
    operand.name: {frozenset(content_words(label)) for label in (operand.name, *operand.rows)} for operand in OPERANDS
}
