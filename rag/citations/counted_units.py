"""Tells a number that a claim counts in another unit than its source: "11 watts" for "11 nautical miles"."""

from __future__ import annotations

import re

from rag.text import normalise_number

_NAMED = {
    word: name
    for name, words in {
        "seconds": "second seconds sec secs sekunde sekunden seconde secondes segundo segundos",
        "minutes": "minute minutes min mins minuten minuto minutos",
        "hours": "hour hours hr hrs h stunde stunden heure heures hora horas",
        "days": "day days tag tage tagen jour jours día días",
        "nights": "night nights nacht nächte nächten nuit nuits noche noches",
        "weeks": "week weeks woche wochen semaine semaines semana semanas",
        "months": "month months monat monate monaten mois mes meses",
        "years": "year years yr yrs jahr jahre jahren an ans année années año años",
        "millimetres": "mm millimetre millimetres millimeter millimeters",
        "centimetres": "cm centimetre centimetres centimeter centimeters zentimeter",
        "metres": "m metre metres meter meters mètre mètres metro metros",
        "kilometres": "km kilometre kilometres kilometer kilometers kilomètre kilomètres kilómetro kilómetros",
        "inches": "inch inches",
        "feet": "foot feet ft",
        "yards": "yard yards yd",
        "miles": "mile miles",
        "knots": "knot knots kn knoten nœuds nudos",
        "grams": "g gram grams gramme grammes gramm gramos",
        "kilograms": "kg kilogram kilograms kilo kilos kilogramm kilogramme kilogrammes kilogramos",
        "tonnes": "tonne tonnes ton tons tonnen toneladas",
        "litres": "l litre litres liter liters litro litros",
        "millilitres": "ml millilitre millilitres milliliter milliliters",
        "watts": "w watt watts",
        "kilowatts": "kw kilowatt kilowatts",
        "megawatts": "mw megawatt megawatts",
        "kilowatt hours": "kwh",
        "megawatt hours": "mwh",
        "volts": "v volt volts",
        "degrees": "° degree degrees °c °f grad degrés grados",
        "percent": "% percent prozent pourcent",
        "hectares": "ha hectare hectares hektar",
        "acres": "acre acres",
        "square metres": "m² m2 sqm quadratmeter",
        "cubic metres": "m³ m3 kubikmeter",
        "money": "£ $ € euro euros eur usd gbp dollar dollars",
    }.items()
    for word in words.split()
}
"""Holds the unit that each word or sign stands for. Pounds are left out, which are money and weight."""
_OPENING = frozenset({"nautical", "square", "cubic"})
_NUMBER = re.compile(
    r"(?P<before>[£$€]\s?)?(?<![\w.,/-])(?P<number>\d[\d,]*(?:\.\d+)?)(?![.,]?\d|[/:]\d)[\s\u00a0-]?(?P<behind>[^\W\d_]+[²³23]?|[%°£$€]\s?[CF]?\b|[%°£$€])?(?P<more>\s[^\W\d_]+)?"
)


def differs_in_unit(claim: str, source: str) -> bool:
    """Return whether a claim counts in a unit in which its source has that number nowhere, and has it in others only.

    What is followed by no known unit, in either, tells nothing.
    """
    said = _counted(claim)
    if not any(said.values()):
        return False
    told = _counted(source)
    return any(
        units and None not in units and told.get(number) and None not in told[number] and not units & told[number]
        for number, units in said.items()
    )


def _counted(text: str) -> dict[str, set[str | None]]:
    """Return the numbers of a text, each with the units in which it is counted; None among them for no known one."""
    found: dict[str, set[str | None]] = {}
    for match in _NUMBER.finditer(text):
        behind = (match["behind"] or "").strip().casefold()
        more = (match["more"] or "").strip().casefold()
        unit = "money" if match["before"] else _NAMED.get(behind.replace(" ", ""))
        if behind in _OPENING:
            unit = f"{behind} {_NAMED[more]}" if more in _NAMED else None
        elif (behind, more) == ("per", "cent"):
            unit = "percent"
        found.setdefault(normalise_number(match["number"]), set()).add(unit)
    return found
