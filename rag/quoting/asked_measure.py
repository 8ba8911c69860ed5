"""Tells which measure a question asks for (a weight, a speed, an age), and whether a text gives one."""

from __future__ import annotations

import re

from rag.quoting.answer_kind import MONTH
from rag.quoting.table_cells import ASKS_HIGH_AMOUNT

TIME_UNITS = (
    r"seconds?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|months?|years?|decades?|sekunden?|minuten?|stunden?"
    r"|tage?n?|wochen?|monate?n?|jahre?n?|heures?|jours?|semaines?|mois|ans?|années?|segundos?|minutos?|horas?|días?"
    r"|semanas?|mes(?:es)?|años?"
)
_LENGTH = (
    r"(?<=\d)\s?(?:mm|cm|km|m|ft|in|yd|nm)\b"
    r"|(?<!square )(?<!cubic )\b(?:milli|centi|kilo|zenti)?met(?:re|er|ro)s?\b|\bmètres?\b"
    r"|\b(?:miles?|yards?|feet|foot|inch(?:es)?|fathoms?|meilen?|pieds?|millas?)\b|[\d\s](?:[′″]|['\"](?=\s|$))"
)
_MEASURES = tuple(
    (re.compile(rf"(?i){asks}"), re.compile(rf"(?i){gives}"))
    for asks, gives in (
        (
            r"\bhow heavy\b|\b(?:how much|what do(?:es)?|what did)\b[^?]*\bweighs?\b|\bwie schwer\b"
            r"|\bwas wieg\w+|\bwie ?viel wieg\w+|\bcombien pès\w+|\bcu[aá]nto pesan?\b",
            r"(?<=\d)\s?(?:kg|g|mg|t|lbs?|oz)\b|\b(?:kilos?|kilogram\w*|grams?|gramm|tons?|tonnes?|tonnen|pounds?"
            r"|stones?|ounces?|pfund|gramos?|toneladas?|weigh\w*|mass|gewicht|wieg\w+|schwer|heavy|heavier|kg|poids"
            r"|pès\w+|pes[oan]+)\b",
        ),
        (
            r"\bhow (?:deep|tall|wide|thick)\b|\bwie (?:tief|breit|dick)\b|\bquelle (?:profondeur|largeur|épaisseur)\b",
            rf"{_LENGTH}|\b(?:deep|depth|tall|height|wide|width|thick\w*|tief\w*|breite?|dicke?|höhe|profond\w*|large"
            r"|largeur|hauteur|knee|ankle|waist)\b",
        ),
        (
            r"\bhow (?:big|large|small) (?:is|are|was|were)\b|\bwie (?:groß|gross) (?:ist|sind|war)\b",
            rf"{_LENGTH}|m²|m2\b|%|\b(?:sq\w*|hectares?|acres?|rods?|quadrat\w*|hektar|size|area|big|large|small|tiny"
            r"|hold|holds|seats?|people|persons|members|employees|inhabitants|residents|students|lit(?:re|er)s?|gb|mb|pages?|größe"
            r"|fläche|groß|klein|personen|einwohner|mitglieder)\b|\d\s?(?:x|×|by)\s?\d",
        ),
        (
            r"\bhow far\b|\bwie weit\b",
            rf"{_LENGTH}|\b(?:{TIME_UNITS}|distance|entfernung|près|next to|opposite|near|around the corner)\b",
        ),
        (
            r"\bhow (?:old|aged?)\b|\bwie alt\b|\bquel âge\b|\bqué edad\b|\bcu[aá]ntos años tiene\b",
            rf"\b(?:{TIME_UNITS}|aged?|old|older|born|births?|built|founded|made|dates|dated|since|established|opened|lebensjahr"
            r"|alt|alter|älter|geboren|gebaut|erbaut|gegründet|âge|née?|construite?|fondée?|edad|nacid[oa]|construid[oa]"
            r"|fundad[oa]|century|jahrhundert|siècle|siglo)\b",
        ),
        (
            r"\bhow loud\b|\bwie laut\b",
            r"\b(?:db(?:\(a\))?|decibels?|dezibel|nois[ey]\w*|loud\w*|quiet\w*|silent\w*|laut\w*|leise\w*|geräusch\w*)\b",
        ),
        (
            r"\bhow (?:hot|cold|warm)\b|\bat (?:what|which) temperatures?\b|\bwhat (?:is|was) the temperature\b"
            r"|\bwie (?:heiß|kalt|warm)\b|\bbei welcher temperatur\b|\bquelle température\b|\bqué temperatura\b",
            r"°|(?<=\d)\s?(?:c|f|k)\b|\b(?:degrees?|celsius|fahrenheit|kelvin|grad|temperat\w+|degrés?|grados?|cold|warm"
            r"|hot|room temperature|freez\w+|frozen|refrigerat\w+|fridge|kühl\w*|zimmertemperatur)\b",
        ),
        (
            r"\bhow (?:long|soon) (?:after|before|until|between)\b|\bwie lange (?:nach|vor|bis)\b"
            r"|\bcombien de temps (?:après|avant)\b|\bcu[aá]nto tiempo (?:después|antes)\b",
            rf"\b(?!an\b)(?:{TIME_UNITS})\b|\b(?:immediately|at once|never|the next|when(?:ever)?|once|until|as soon as"
            r"|sofort|nie|sobald|bis|tout de suite|jamais|dès|inmediatamente|nunca|hasta|cuando)\b",
        ),
        (
            r"\bhow long (?:does|do|did|will|must|may|can|is|are|was|were|has|have|should|until|before|after)\b"
            r"|\bhow long\W*$|\bwie lange\b|\bcombien de temps\b|\bcu[aá]nto (?:tiempo|dura)\b",
            rf"\b(?:{TIME_UNITS})\b|\d|\b(?:{MONTH})|{_LENGTH}|\b(?:until|till|long|short|brief\w*|from|since|forever|permanent\w*"
            r"|always|never|unlimited|indefinite\w*|bis|seit|unbefristet|immer|jusqu\w*|depuis|toujours|hasta|desde|siempre"
            r"|term|duration|dauer\w*|durée|duración|night|overnight|lifetime|century)\b",
        ),
    )
)

_TELLS_DURATION = re.compile(
    rf"(?i)\b(?:{TIME_UNITS})\b|\b(?:{MONTH})|\b(?:until|till|long\w*|short\w*|brief\w*|from|since|forever|permanent\w*"
    r"|always|never|unlimited|indefinite\w*|once|when(?:ever)?|as soon as|end of|term|\w*time|\w*day"
    r"|letters|characters|zeichen|bis|seit|unbefristet|immer|dauer\w*|solange|sobald|jusqu\w*|depuis|toujours"
    r"|durée|dès|tant que|hasta|desde|siempre|duración|mientras|night|overnight|century|\w*fortnight\w*)\b"
)

_DIMENSIONS = tuple(
    (re.compile(rf"(?i)\b(?:{asks})\b"), re.compile(rf"(?i)\b(?:{names})\b"))
    for asks, names in (
        (
            r"how (?:high|tall)|wie hoch|quelle (?:est la )?hauteur|qué altura",
            r"high|height|tall|höhe|\w*höhe|hoch|hauteur|haute?|altura|alt[oa]",
        ),
        (
            r"how wide|wie breit|quelle (?:est la )?largeur|qué anch(?:o|ura)",
            r"wide|width|breadth|beam|breite|\w*breite|breit|largeur|large|anchura|anch[oa]",
        ),
        (
            r"how deep|wie tief|quelle (?:est la )?profondeur|qué profundidad",
            r"deep|depth|draught|draft|tiefe|\w*tiefe|tief|profondeur|profonde?|profundidad|profund[oa]",
        ),
        (r"how thick|wie dick", r"thick|thickness|dicke|dick|épaisseur|épaisse?|grosor|espesor"),
        (
            r"how long (?:is|are) (?:the|this|that|each|a)"
            r" (?!stay|course|notice|break|wait|time|term|period|trip|ride)",
            r"long|length|länge|\w*länge|lang|longueur|longue?|longitud|larg[oa]|kilometres?|miles?",
        ),
    )
)
"""Dimensions of things, and the words that name them: a height is no width."""


def is_of_another_dimension(question: str, text: str) -> bool:
    """Return whether a question asks how wide something is, and a text names its height and not its width.

    How high a rent is asks for an amount, and for no height.
    """
    if ASKS_HIGH_AMOUNT.search(question):
        return False
    asked = next((at for at, (asks, _) in enumerate(_DIMENSIONS) if asks.search(question)), None)
    if asked is None:
        return False
    named = {at for at, (_, names) in enumerate(_DIMENSIONS) if names.search(text)}
    return bool(named) and asked not in named


_NOUNS = tuple(
    (re.compile(rf"(?i)(?:{names})"), re.compile(rf"(?i){gives}"))
    for names, gives in (
        (r"temperatur\w*|temp|heat", r"\d\s?°|\bdegrees?\b"),
        (r"weights?|mass|load", r"\d\s?(?:kg|g|mg|µg|t|lbs?|oz|tonnes?|tons?|pounds?|kilos?|grams?)\b"),
        (r"lengths?|heights?|widths?|depths?|distances?|thickness", rf"\d\s?(?:µm|mm|cm|km|m|ft|in)\b|{_LENGTH}"),
        (r"speeds?|velocity", r"\d\s?(?:km/h|kmh|mph|m/s|rpm|knots?|g)\b"),
        (r"volumes?|capacity", r"\d\s?(?:µl|ml|cl|dl|l|lit(?:re|er)s?|gallons?|pints?|m³|m3)\b"),
        (r"durations?|length of time", rf"\d\s?(?:{TIME_UNITS})\b"),
        (r"voltages?", r"\d\s?k?V\b|\bvolts?\b"),
        (r"power", r"\d\s?[kM]?W\b|\bwatts?\b"),
    )
)
"""Nouns of measures, and how a text gives one without the noun: "incubate at 65 °C"."""


_HOW_LONG_SO_FAR = r"(?:for )?how long (?:has|have|had) "
_SO_FAR = re.compile(rf"(?i){_HOW_LONG_SO_FAR}")
_TELLS_SO_FAR = re.compile(
    rf"(?i)\b(?:19|20)\d\d\b|\b(?:{TIME_UNITS}|centur(?:y|ies)|generations?|since|always|never)\b|\b{MONTH}(?!\w)"
)
"""A time since when something is so: the bare number of a member is none."""
_ASKS_DURATION = re.compile(
    r"(?i)^\W*(?:(?:and|so|und|et|y) )?(?:(?:for )?how long (?:can|may|must|should|could)"
    r"|(?:for )?how long (?:do(?:es)?|did|will) [^?]+ (?:take|last|keep|stay|need|hold|work|run|live|have)\b"
    rf"|{_HOW_LONG_SO_FAR}"
    r"|wie lange|(?:pendant )?combien de temps|(?:durante )?cu[aá]nto tiempo)\b"
)
"""Asks for a length of time: a table is long as well, and "how long may" a text be is told in letters."""
_ASKS_EXTENT = re.compile(r"(?i)^\W*how long (?:is|are|was|were|may|must|can|should)\b")
_EXTENT = re.compile(
    r"(?i)\d\s?(?:mm|cm|m|km|inch(?:es)?|in|feet|foot|ft|yards?|miles?|met(?:re|er)s?|centimet(?:re|er)s?)\b"
)
"""Tells how long a thing is, which "how long" may ask for as well."""
_OF_OTHER_SORT = re.compile(
    r"(?i)[€$£]\s?\d[\d.,]*|(?<![\w.,])[-−]?\d[\d.,]*\s?(?:°\s?[cf]?|%|€|\$|£|(?:µ|m|c|k)?[gml]\b|µm\b"
    r"|degrees?\b|grad\b|degrés?\b|grados?\b|euros?\b|pounds?\b|dollars?\b|per ?cent\b"
    r"|prozent\b|pour ?cent\b|por ciento\b)"
)
"""Numbers that are no length of time by their unit: a temperature, a height, a price."""


def lacks_duration(question: str, text: str) -> bool:
    """Return whether a question asks how long something takes or may go on, and all numbers of a text are of another
    unit than one of time or stand in the question, and no word of it tells a time."""
    if not _ASKS_DURATION.search(question) or (_ASKS_EXTENT.match(question) and _EXTENT.search(text)):
        return False
    if _SO_FAR.search(question) and not _TELLS_SO_FAR.search(text):
        return True
    rest = _OF_OTHER_SORT.sub(" ", text)
    for number in re.findall(r"\d+", question):
        rest = re.sub(rf"(?<!\d){number}(?!\d)", " ", rest)
    return re.search(r"\d", rest) is None and _TELLS_DURATION.search(rest) is None


def gives_measure(noun: str, text: str) -> bool:
    """Return whether a noun names a measure, and a text gives one of that sort by its unit."""
    return any(names.fullmatch(noun) and gives.search(text) for names, gives in _NOUNS)


def lacks_measure(question: str, text: str) -> bool:
    """Return whether a question in English, German, French or Spanish asks how heavy, deep, old, loud or warm something
    is, how far or how long, and a text gives nothing of that sort."""
    return any(asks.search(question) and not gives.search(text) for asks, gives in _MEASURES)
