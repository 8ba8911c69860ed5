"""Reads one cell of a table row: the one whose column a question names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import log

from rag.quoting.events import events_in
from rag.text import content_words

SEPARATOR = " | "

_AMOUNTS = (
    r"insurances?|rents?|fees?|prices?|costs?|deposits?|tax(?:es)?|fines?|premiums?|salar(?:y|ies)|wages?|pay|interest"
    r"|rates?|charges?|bills?|fares?|tariffs?|tolls?|budgets?|grants?|subsid(?:y|ies)|pensions?|allowances?|bonus(?:es)?"
    r"|discounts?|surcharges?|debts?|loans?|turnover|revenues?|incomes?|profits?|loss(?:es)?|sales|rebates?|dues"
    r"|contributions?|totals?|sums?|amounts?|balances?|excess|deductibles?|commissions?|royalt(?:y|ies)|penalt(?:y|ies)"
)
_AMOUNTS_IN_GERMAN = (
    r"miete|gebühr|preis|kosten|beitrag|betrag|kaution|steuer|strafe|bußgeld|prämie|gehalt|lohn|zins(?:en|satz)?"
    r"|versicherung|rente|rabatt|zuschlag|zuschuss|umsatz|gewinn|verlust|schulden|summe|saldo|budget|selbstbeteiligung"
    r"|provision|tarif|maut|pauschale|honorar|rate|abgabe|einnahmen|ausgaben|förderung|spende|entgelt|geld|wert|anteil"
)
_BEHIND_AMOUNT = (
    r"of|for|on|in|at|to|per|if|when|that|which|who|we|you|i|he|she|they|it|the|an?|due|from|by|under|with|without"
    r"|since|until|after|before|during|this|next|last|each|every|now|currently|today|and|or|payable|paid|charged"
)
"""Words behind the name of an amount: before another noun it says of what sort that is, as in "toll bridge"."""
ASKS_HIGH_AMOUNT = re.compile(
    r"(?i)\bhow high (?:is|are|was|were|will|would|can|may) (?:(?!(?:of|for|in|on)\b)[^\s?]+ ){0,4}?"
    rf"(?:{_AMOUNTS})(?=\W*$|\s?[?!.,;(]| (?:{_BEHIND_AMOUNT})\b)"
    r"|\bwie hoch (?:ist|sind|war|waren|wird|werden) (?:(?!(?:von|für|in|im|am)\b)[^\s?]+ ){0,4}?"
    rf"[\w-]*(?:{_AMOUNTS_IN_GERMAN})(?:e?[ns])?\b"
)
"""Asks how high an amount is, and not how tall a thing."""

_PRICES = (
    r"price|cost|costs|amount|fee|charge|rent|preis|kosten|betrag|gebühr|prix|coût|montant|tarif|precio|coste|importe"
    r"|tarifa|euros?|dollars?|pounds|francs|franken|eur|usd|gbp|chf"
)

_SORTS_OF_COLUMNS = tuple(
    (re.compile(rf"(?i)\b(?:{asks})\b"), re.compile(rf"(?i)\b(?:{names})\b"))
    for asks, names in (
        (
            "how long|wie lange?|combien de temps|cuánto tiempo",
            r"duration|days?|hours?|minutes?|weeks?|months?|dauer|tage|stunden|minuten|wochen|durée|jours|heures|duración|días|horas",
        ),
        (
            "how much|costs?|price|was koste\\w*|wie ?viel koste\\w*|wie teuer|combien (?:coûte|coûtent)"
            "|cuánto cuesta\\w*",
            _PRICES,
        ),
        (
            "how (?:big|large)|wie groß|quelle (?:taille|surface)|cuánto mide|(?:de )?qué tamaño",
            r"size|area|m²|sq ?m|sq ?ft|fläche|größe|surface|superficie|taille|tamaño",
        ),
        ("how heavy|wie schwer|quel poids|cuánto pesa\\w*", r"weights?|mass|gewicht|masse|poids|peso|kg"),
        ("how (?:tall|high)|wie hoch", r"height|höhe|hauteur|altura"),
        ("how fast|wie schnell", r"speed|geschwindigkeit|vitesse|velocidad|km/h"),
        ("how loud|wie laut", r"noise|sound|loudness|decibel|db|lärm|schall\\w*|lautstärke|geräusch\\w*|bruit|ruido"),
        ("how (?:deep|low)|wie tief", r"depths?|draught|draft|tiefe|tiefgang|profondeur|profundidad|calado"),
        ("how (?:wide|broad)|wie breit", r"widths?|breadth|beam|breite|largeur|ancho|anchura"),
        ("how old|wie alt", r"age|born|built|year|alter|jahrgang|baujahr|geboren|âge|année|edad|año"),
        (
            "how many|wie ?viele|combien de|cuánt[oa]s",
            r"quantity|qty|pieces?|numbers?|counts?|units?|menge|stück\\w*|anzahl|quantité|nombre|cantidad|unidades",
        ),
        (
            "how (?:hot|warm|cold)|what temperature|wie (?:heiß|warm|kalt)|quelle température|qué temperatura",
            r"temperature?s?|temperatur\w*|température|temperatura|temp|(?<=°)[cf]",
        ),
        (
            "where|wo|où|dónde",
            r"where|places?|locations?|venues?|rooms?|address\w*|stor(?:e|ed|age)|shelf|kept|sites?|(?:stand|lager|wohn|geburts|einsatz|fund)?ort|raum"
            r"|lager\w*|lieux?|salle|emplacement|lugar|ubicación|sala",
        ),
        (
            r"(?:do(?:es)?|did) [^?]* for a living|profession|von beruf",
            r"occupations?|professions?|jobs?|trades?|beruf|métier|profesión|oficio",
        ),
        (
            r"wrong with|the matter with|problem with",
            r"complaints?|faults?|problems?|defects?|issues?|symptoms?|diagnos[ei]s|reason",
        ),
        ("how far|wie weit", r"distance|entfernung|strecke|distancia|km"),
        (
            "when|what (?:day|date|time)|wann|quand|cuándo",
            r"date|day|time|datum|tag|zeit|uhrzeit|jour|heure|fecha|día|hora",
        ),
    )
)
"""Words of questions, and those in the names of the columns that answer them."""

_AMOUNT_COLUMN = re.compile(rf"(?i)\b(?:{_PRICES})\b|[€£$]")

_UNITS = tuple(
    (re.compile(rf"(?i)\b(?:{written})\b"), re.compile(rf"(?i)(?<![^\W_])(?:{symbol})(?![^\W_])"))
    for written, symbol in (
        ("square met(?:re|er)s?|quadratmetern?|mètres? carrés?|metros? cuadrados?", "m²|m2|sq ?m|qm"),
        ("cubic met(?:re|er)s?|kubikmetern?|mètres? cubes?|metros? cúbicos?", "m³|m3|cbm"),
        ("kilomet(?:re|er)s?|kilometern?|kilomètres?|kilómetros?", "km"),
        ("met(?:re|er)s?|metern?|mètres?|metros?", "m"),
        ("kilo(?:gram(?:me)?)?s?|kilogramm|kilogrammes?|kilogramos?", "kg"),
        ("tons?|tonnes?|tonnen?|toneladas?", "t"),
        ("lit(?:re|er)s?|litern?|litres?|litros?", "l"),
        ("per ?cent|prozent|pour cent|por ciento", "%"),
        ("euros?", "€|eur"),
        ("pounds?|pfund|livres?|libras?", "£|gbp"),
    )
)
"""Units as questions write them, and as heads of columns do."""

_ASKS_WHO = re.compile(r"(?i)^\W*(?:who|by whom|wer|wen|wem|qui|quién(?:es)?)\b")
_ASKS_WHICH = re.compile(r"(?i)^\W*(?:which|welche[rsnm]?|quel(?:le)?s?|qué|cuál(?:es)?) (?P<noun>[^\W\d_]{3,})\b")
_PERSONS = "name|person|responsible|in charge|contact|verantwortlich|zuständig|nom|responsable|nombre"

_PERSON_COLUMN = re.compile(
    r"(?i)\b(?:names?|person|who|employee|staff|member|contact|tenant|patient|pupil|nom|nombre|mitarbeiter\w*|mitglied\w*"
    r"|bewohner\w*|empleado|miembro|membre|employé)\b"
)
_FULL_NAME = re.compile(r"(?:[A-ZÄÖÜÉ][\w'’.-]+ ){1,2}[A-ZÄÖÜÉ][\w'’-]+")

_BEFORE_FIGURE = re.compile(r"(?<=[^\W_]|[)%]) (?=[(€$£-]?\d[\d.,']*[)%]?(?: |$))")
"""Where two cells of a page's table stand so close that they were read as one: "Revenue 48,215"."""

_LABELLED = re.compile(r"([^:|]{1,60}): (.+)", re.DOTALL)

_FIGURE = re.compile(r"^[€$£(+−–-]{0,3}\s?\d[^|]*$|^[–—-]$")
"""A cell that says how much, or with a dash that there is nothing."""


def split_cells(row: str) -> list[str]:
    """Return the cells of a row of a table, without space around them.

    A row between two bars has its cells between them; one that begins with a bar and does not end with one has nothing
    in its first cell: "| 2022 | 2023" has three.
    """
    text = row.strip()
    if "|" not in text:
        return [cell.strip() for cell in text.split("\t")]
    if text.endswith("|"):
        text = text.removeprefix("|").removesuffix("|")
    return [cell.strip() for cell in text.split("|")]


def with_corner(names: Sequence[str], cells: Sequence[str]) -> list[str]:
    """Return the columns' names for a row, with an empty first one where the head lacks it.

    Pages with positions write no empty cells at the edges of a table. A head then has one name less than a row has
    cells, and what is not named is the column of labels: the row's first cell has words, and all others are figures.
    """
    lacks_corner = (
        names
        and len(cells) == len(names) + 1 > 2
        and all(_FIGURE.search(cell) for cell in cells[1:])
        and re.search(r"[^\W\d_]{2}", cells[0])
    )
    return ["", *names] if lacks_corner else list(names)


@dataclass(frozen=True, slots=True)
class NamedCell:
    """The cell that a question asks for: its value, the cells that say which row it is, below the names of their
    columns, and its own column's name."""

    value: str
    key: str
    column: str


def pick_cell(question: str, header: str, row: str) -> str:
    """Return the value of `named_cell`; "" where there is none."""
    cell = named_cell(
        frozenset(content_words(question)), header, row, sort=asked_column(question), events=events_in(question)
    )
    return cell.value if cell else ""


def named_cell(
    asked: AbstractSet[str],
    header: str,
    row: str,
    *,
    sort: re.Pattern[str] | None = None,
    events: AbstractSet[int] = frozenset(),
) -> NamedCell | None:
    """Return the cell of a row that a question asks for; None where no column is named, or more than one alike.

    `asked` holds the question's content words. The row says by one of its other cells which thing it is about; `header`
    is the line with the columns' names. Where no column is named, the only one that tells of one of the `events` asked
    about ("died"), or else whose name is of the `sort` asked for, counts. The value is "" where the column is named and
    the row has nothing in it.
    """
    names, values = columns_of(header, row)
    values += [""] * (len(names) - len(values))
    keys = [
        i
        for i, value in enumerate(values)
        if _is_named(value, asked) or (i < len(names) and _is_person_named(names[i], value, asked))
    ]
    others = [i for i in range(len(values)) if i not in keys]
    filled = [i for i in others if values[i]]
    if not keys and sort is not None and values and sort.search(values[0]):
        return _cell_of_thing(asked, names, values)
    if not keys or not others:
        return None
    key = " ".join(f"{names[i] if i < len(names) else ''} {values[i]}" for i in keys)
    shares = {i: _share_named(names[i], asked) for i in others if i < len(names)}
    best = max(shares.values(), default=0.0)
    chosen = [i for i, share in shares.items() if share == best] if best > 0 else []
    if len(shares) > 1 and chosen and _is_named_by_year_alone(chosen, names, asked):
        return None
    if not chosen and events:
        chosen = [i for i in shares if events_in(names[i]) & events]
    if len(chosen) != 1 and sort is not None:
        chosen = [i for i in (chosen or shares) if sort.search(names[i])]
    if not chosen and len(filled) == 1 and len(values) == 2:
        chosen = filled
    if len(chosen) != 1:
        return None
    return NamedCell(values[chosen[0]], key, names[chosen[0]] if chosen[0] < len(names) else "")


def _is_named_by_year_alone(chosen: Sequence[int], names: Sequence[str], asked: AbstractSet[str]) -> bool:
    """Return whether a question has of the name of a column only the year, which other columns have as well: it names
    none of "Water 2024" and "Waste 2024"."""
    named = set(content_words(names[chosen[0]])) & asked
    return all(word.isdigit() for word in named) and sum(named <= set(content_words(name)) for name in names) > 1


def _cell_of_thing(asked: AbstractSet[str], names: Sequence[str], values: Sequence[str]) -> NamedCell | None:
    """Return the cell of a row that holds a property of several things ("Weight | 4.1 kg | 5.3 kg"), each in its
    column."""
    shares = {at: _share_named(names[at], asked) for at in range(1, min(len(names), len(values)))}
    chosen = [at for at, share in shares.items() if share == 1.0]
    return NamedCell(values[chosen[0]], values[0], names[chosen[0]]) if len(chosen) == 1 else None


def asked_column(question: str) -> re.Pattern[str] | None:
    """Return a pattern for the names of the columns that hold what a question asks for: how long, how much, when, who;
    None for other questions."""
    if _ASKS_WHO.search(question):
        doing = "".join(rf"|{re.escape(word)}\w?[eo]rs?" for word in content_words(question) if word.isalpha())
        return re.compile(rf"(?i)\b(?:{_PERSONS}{doing})\b")
    if (match := _ASKS_WHICH.match(question)) and (words := content_words(match["noun"])):
        return re.compile(rf"(?i)\b{re.escape(words[0])}\w*")
    if ASKS_HIGH_AMOUNT.search(question):
        return _AMOUNT_COLUMN
    return next((names for asks, names in _SORTS_OF_COLUMNS if asks.search(question)), None)


_COSTS = re.compile(r"(?i)\b(?:how much|costs?|prices?|charge|fee)\b")
_HAD = re.compile(r"(?i)\b(?:(?:rent|buy|borrow|order)(?:ing)?|hir(?:e|ing)|tickets?|admission|entry)\b")
"""What one pays for a thing to do with it, which a list of prices seldom says: to hire the projector."""


def words_asking(question: str, column: str) -> set[str]:
    """Return the words by which a question asks for the sort of a column, or for its unit: of "do for a living" for an
    occupation, of "in square metres" for m²."""
    found = [asks.search(question) for asks, names in _SORTS_OF_COLUMNS if names.search(column)]
    found += [written.search(question) for written, symbol in _UNITS if symbol.search(column)]
    if _COSTS.search(question) and _AMOUNT_COLUMN.search(column):
        found += _HAD.finditer(question)
    return {word for match in found if match for word in content_words(match[0])}


def fitting_rows(question: str, rows: Sequence[str]) -> list[bool]:
    """Return for each row of a table whether it is one that a question names; all where it names none.

    A word of the question counts where some rows hold it and others do not, the more the fewer hold it.
    """
    asked = set(content_words(question))
    held = [asked & set(content_words(row)) for row in rows]
    counts = {word: sum(word in words for words in held) for word in asked}
    telling = {word: log(len(rows) / count) for word, count in counts.items() if 0 < count < len(rows)}
    scores = [sum(telling.get(word, 0.0) for word in words) for words in held]
    best = max(scores, default=0.0)
    return [not best or score == best for score in scores]


def columns_of(header: str, row: str) -> tuple[list[str], list[str]]:
    """Return the columns' names and the row's values; a row may name its columns itself ("Height m: 20")."""
    cells = split_cells(row)
    labelled = [_LABELLED.fullmatch(cell) for cell in cells]
    if len(cells) > 1 and all(labelled):
        return [match[1] for match in labelled if match], [match[2] for match in labelled if match]
    names = split_cells(header) if header else []
    if "|" in row:
        return names, cells
    if len(cells) <= len(names):
        apart = [part for cell in cells for part in _BEFORE_FIGURE.split(cell)]
        is_parted = len(apart) == len(names) > len(cells) or (
            len(apart) == len(names) + 1 and all(re.search(r"\d", name) for name in names)
        )
        cells = apart if is_parted else cells
    return with_corner(names, cells), cells


def _is_named(value: str, asked: AbstractSet[str]) -> bool:
    words = set(content_words(value))
    return bool(words) and words <= asked


def _is_person_named(column: str, value: str, asked: AbstractSet[str]) -> bool:
    """Return whether a cell holds the full name of a person of whom the first or the last name is among some words."""
    is_name = _PERSON_COLUMN.search(column) is not None and _FULL_NAME.fullmatch(value) is not None
    return is_name and not asked.isdisjoint(content_words(value))


def _share_named(name: str, asked: AbstractSet[str]) -> float:
    words = set(content_words(name))
    return len(words & asked) / len(words) if words else 0.0
