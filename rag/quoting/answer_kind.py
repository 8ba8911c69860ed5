"""Tells the kind of thing that a question asks for, and whether a text holds one: a time, an amount, a phone number."""

from __future__ import annotations

import re
from typing import Literal

AnswerKind = Literal["time", "amount", "name", "cause", "phone", "e-mail"]

MONTH = (
    r"(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|apr(?:il)?|(?-i:May)|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|märz|mai|juni|juli|okt(?:ober)?|dez(?:ember)?|janvier|février|mars|avril"
    r"|juin|juillet|août|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto"
    r"|septiembre|octubre|noviembre|diciembre)\.?"
)
"""Whole names and their short forms; May only with a capital letter, since "may" permits."""
WEEKDAY = (
    r"(?:mon|tues?|wednes|thurs?|fri|satur|sun)days?|(?:mon|diens|donners|frei|sams|sonn)tags?|mittwochs?|lundi|mardi"
    r"|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
)
HOUR = (
    r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|ein|zwei|drei|vier|fünf|sechs|sieben"
    r"|acht|neun|zehn|elf|zwölf|une|deux|trois|quatre|cinq|sept|huit|neuf|dix|onze|douze|una|dos|tres|cuatro|cinco|seis"
    r"|siete|ocho|nueve|diez|once|doce)"
)
"""An hour of the clock, in figures or words."""
_NUMBER_WORD = (
    r"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|dozen|hundred|thousand|million|half|twice|once|none|no"
    r"|zero|both|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|(?:drei|vier|fünf|sech|sieb|acht|neun)zehn"
    r"|\w*(?:zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig)|hundert|tausend|halb\w*|kein\w*"
    r"|einmal|deux|trois|quatre|cinq|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente|quarante"
    r"|cinquante|soixante|cent|mille|demi\w*|aucun\w*"
    r"|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieci\w+|veint\w+|treinta"
    r"|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|mil|medi[oa]|ningun\w*"
)
_GIVES: dict[AnswerKind, re.Pattern[str]] = {
    "time": re.compile(
        rf"\d|\b{MONTH}(?!\w)|\b(?:{WEEKDAY})\b"
        r"|\b(?:century|ago|dai?ly|weekly|monthly|yearly|annual(?:ly)?|every|always|never|until|after|before|during|while"
        r"|once|when(?:ever)?|if|unless|morning|noon|afternoon|evening|(?:mid)?night|spring|summer|autumn|winter|dawn|dusk|sunset"
        r"|sunrise|today|tomorrow|yesterday|easter|christmas|immediately|jahrhundert|täglich|wöchentlich|monatlich"
        r"|jährlich|immer|nie|bis|nach|vor|während|sobald|wenn|falls|sofern|morgens?|mittags?|abends?|nachts?|frühjahr|sommer|herbst"
        r"|ostern|weihnachten|sofort|siècle|toujours|jamais|jusqu\w*|après|avant|pendant|matin|midi|soir|nuit|printemps"
        r"|été|automne|hiver|siglo|siempre|nunca|hasta|después|antes|durante|mañana|tarde|noche|primavera|verano|otoño"
        r"|invierno"
        rf"|o['’]clock|(?:half|quarter|twenty|ten|five|halb|viertel)(?: past| to| vor| nach)? {HOUR}"
        rf"|(?:at|from|until|till|by|past|um|ab|à|dès|a las?) {HOUR}(?! of\b)"
        r"|twice|times|minutes?|hours?|days?|weeks?|months?|years?|mal|minuten?|stunden?|tage?n?|wochen?|monate?n?|jahre?n?"
        r"|fois|heures?|jours?|semaines?|mois|ans|veces|horas?|días?|semanas?|meses|años?)\b",
        re.IGNORECASE,
    ),
    "amount": re.compile(
        rf"\d|\b(?:{_NUMBER_WORD})\b|[一二三四五六七八九十百千万]"
        r"|\b(?:one|an?|eine?[rnms]?|une?|una?) (?:second|minute|hour|day|night|week|fortnight|month|year|decade"
        r"|century|sekunde|stunde|tag|nacht|woche|monat|jahr|heure|jour|nuit|semaine|mois|an|hora|día|noche|semana|mes|año"
        r"|single|only)\b|\bone (?!of|another|or|who|that|which|can|may|must|should|is|has|would|will)[a-z]{3,}",
        re.IGNORECASE,
    ),
    "name": re.compile(
        r"(?<=[\w,;:'\"”)|] )[A-ZÄÖÜÉÀ][\w'’-]+|^[A-ZÄÖÜÉÀ][\w'’-]+(?: [A-ZÄÖÜÉÀ]|$)|[\t\n][A-ZÄÖÜÉÀ]"
        r"|(?<!\w)[A-ZÄÖÜ]\. ?[A-ZÄÖÜÉÀ][\w'’-]+|[^\x00-\u024f–—‘-‟]"
    ),
    "cause": re.compile(
        r"\b(?:because|since|due to|so that|in order to|as a result|caused?|reason|therefore|weil|wegen|damit|daher"
        r"|deshalb|aufgrund|lieg(?:t|en) an|lag(?:en)? an|parce que|car|afin|donc|vien(?:t|nent) (?:de|d)|en raison"
        r"|à cause|dûe?s? (?:à|au)|explique|porque|debido|por lo tanto|se debe|a causa|explica)\b",
        re.IGNORECASE,
    ),
    "phone": re.compile(
        r"(?i)\+\d|\d[\d ()./-]{5,}\d|(?:phone|fon\b|tel\b|tel\.|téléphone|teléfono|ext\b|ext\.|extension|fax|mobile"
        r"|cell|line|call|dial|ring|reach|number|nummer|apparat|durchwahl|handy|ruf\w*|appel\w*|poste|llam\w+|\bno\.)"
        r"(?=.*(?<!\d)(?!(?:19|20)\d\d(?!\d))\d{3})",
        re.DOTALL,
    ),
    "e-mail": re.compile(r"@|\(at\)|\[at\]"),
}
_ASKS: tuple[tuple[AnswerKind, re.Pattern[str]], ...] = (
    (
        "time",
        re.compile(
            r"\b(?:when|how often|wie oft|(?:what|which) (?:year|date|day|month|century|time)|since when|until when"
            r"|wann|bis wann|seit wann|um wie viel uhr|welche[mnrs]? (?:tag|datum|jahr|monat)|quand|à quelle heure"
            r"|quelle (?:date|année)|quel (?:jour|mois)|cuándo|a qué hora|qué (?:día|fecha|año|mes))\b",
            re.IGNORECASE,
        ),
    ),
    (
        "amount",
        re.compile(
            r"\b(?:how (?:many|much|long|old|far|big|large|tall|high|fast|deep|wide|heavy)"
            r"|what (?:percentage|number|amount|share|price|fee|fare|sum|salary|wage|population"
            r"|(?:do(?:es)?|did|will) .{1,60} (?:costs?|weigh|earn|charge(?= (?:for|per|an?|us|me)\b|\W*$))"
            r"|(?:is|are|was|were) .{1,60} paid(?=\W*$))"
            r"|was koste\w*"
            r"|wie ?vi?el\w*|wie (?:lange?|alt|weit"
            r"|groß|gross|hoch|schnell|tief|breit|schwer|teuer)|combien|cuánt[oa]s?|qué (?:precio|cantidad|importe))\b",
            re.IGNORECASE,
        ),
    ),
    (
        "name",
        re.compile(
            r"\b(?:who|whom|whose|(?:what|which) (?:city|country|state|company|person|team|name)|wer|wen|wem|wessen|qui"
            r"|quién(?:es)?)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "phone",
        re.compile(
            r"\b(?:(?:tele)?phone|fax|mobile|cell) (?:number|no\b)|\b(?:telefon|fax|handy|mobil)nummer"
            r"|numéro de (?:téléphone|fax)|número de (?:teléfono|fax)",
            re.IGNORECASE,
        ),
    ),
    (
        "e-mail",
        re.compile(r"\be-?mail[ -]?adress|\be-?mail address|adresse e-?mail|correo electrónico", re.IGNORECASE),
    ),
    (
        "cause",
        re.compile(
            r"\b(?:why|how come|warum|weshalb|wieso|pourquoi|por qué)\b|^\W*what (?:has |had )?caused\b"
            r"|^\W*what (?:did|does) [^?]+ die of\b|^\W*what (?:is|was|were|are) the (?:causes?|reasons?)\b",
            re.IGNORECASE,
        ),
    ),
)
_JOINS = re.compile(r"(?i)when|quand")
_OPENING_WORDS = 6
"""What is asked for stands in the beginning: "Is there a fine when a ship is late?" asks for no time."""

_YES_OR_NO = re.compile(
    r"[¿\s]*(?:(?:is|are|was|were|do|does|did|can|could|may|must|should|will|has|have|had|ist|sind|war|waren|hat|haben|kann"
    r"|können|darf|dürfen|muss|müssen|wird|werden|wurden?|gibt|gilt|est-ce|y a-t-il|peut-on|hay|está|están"
    r"|pued[oe]s?|pueden|podemos|puis-je|peux-tu|es"
    r"|son|se (?:permiten?|puede|aprobó|admiten?)|tiene)\b|[^?]{2,40}?-(?:t-)?(?:il|elle|ils|elles|on)\b)",
    re.IGNORECASE,
)
_ASKING_WORD = re.compile(
    r"\b(?:wh(?:o|om|ose|at|ich|en|ere|y)|how|w(?:er|en|em|ann|o|as|ie|arum|elche\w*)|qu(?:el(?:le)?s?|i|and|oi)|où"
    r"|combien|comment|pourquoi|qu(?:é|ién|iénes)|cu(?:ál|ándo|ánt[oa]s?)|dónde|cómo)\b",
    re.IGNORECASE,
)

_ASKS_BY_NAME = re.compile(
    r"(?i)^\W*(?:what(?: is| was|['’]s| are| were)|wie (?:ist|lautet|war)|quel(?:le)? (?:est|était)|cuál (?:es|era))\b"
    r"[^?]{0,60}?"
    r"(?:['’]s? (?:full |first |last |new )?names?\b|\bnames? of (?:the|our|your|my)\b"
    r"|\bder name (?:de[rs]|unsere[rs])\b"
    r"|\ble nom d(?:e la|u|es|e l['’])|\bel nombre del?\b)"
    r"|^\W*(?:wie hei(?:ß|ss)(?:en|t)|comment s['’]appell\w+|cómo se llaman?)\b"
)
_ASKS_CODE = re.compile(
    r"(?i)^\W*(?:what(?: is| was|['’]s)|wie (?:ist|lautet)|quel(?:le)? est|cuál es)\b[^?]*?"
    r"\b(?:pass(?:word|code|phrase)|pin|(?:door |access |entry |key ?)?code|combination|passwort|kennwort|zugangscode"
    r"|mot de passe|code|contraseña|clave)\b"
)
_DAYS = re.compile(rf"(?i)\b(?:{WEEKDAY}|{MONTH}(?!\w))(?!\w)")
_CODE = r"(?:pass(?:word|code|phrase)|pin|code|combination|passwort|kennwort|zugangscode|mot de passe|contraseña|clave)"
_GIVES_CODE = re.compile(
    rf"(?i)\b{_CODE}\b[^.]{{0,40}}?(?::|=|\b(?:is|lautet|ist|est|es)\b)\s*(?!(?:the|a|an|not|in|on|at|with|kept|der|die|das"
    r"|le|la|el|en|no)\b)[^\s.]|\b(?=\w*\d)[\w-]{4,}\b(?!\s*(?:times|days|hours|years))|[\"“«„][^\"”»]{3,}[\"”»]"
)

_REFERENCE = re.compile(
    r"(?i)\(?(?:see |siehe |voir |véase )?(?:\b(?:sections?|chapter|page|table|figure|fig\.|step|paragraph|clause|annex"
    r"|appendix|abschnitt|kapitel|seite|tabelle|schritt|absatz|chapitre|étape|tableau|sección|capítulo|página"
    r"|tabla|paso) |§ ?)\d[\d.]*\d?\)?"
)
"""Numbers of places in a document, which count nothing."""

_NEEDED: frozenset[AnswerKind] = frozenset({"time", "amount", "phone", "e-mail"})


def asked_kind(question: str) -> AnswerKind | None:
    """Return the kind of thing that a question in English, German, French or Spanish asks for; None where it does not
    tell."""
    opening = " ".join(question.split()[:_OPENING_WORDS])
    if asks_yes_or_no(opening):
        return None
    found = [
        (match.start(), kind)
        for kind, asks in _ASKS
        if (match := asks.search(opening)) and not (kind == "time" and _is_conjunction(opening, match))
    ]
    return min(found)[1] if found else None


def _is_conjunction(question: str, match: re.Match[str]) -> bool:
    """Return whether "when" joins a clause to a question that asks for something else: "What do I pay when I ...?"."""
    return _JOINS.fullmatch(match[0]) is not None and bool(_ASKING_WORD.search(question[: match.start()]))


def asks_yes_or_no(question: str) -> bool:
    """Return whether a question in English, German, French or Spanish asks whether something is so."""
    match = _YES_OR_NO.match(question)
    return match is not None and not _ASKING_WORD.search(match[0])


def holds_kind(text: str, kind: AnswerKind) -> bool:
    """Return whether a text holds something of a kind."""
    return bool(_GIVES[kind].search(_REFERENCE.sub(" ", text) if kind == "amount" else text))


def lacks_name_or_code(question: str, text: str) -> bool:
    """Return whether a question asks for somebody's name, or for a password or code, and a text holds none."""
    if _ASKS_BY_NAME.search(question) and not holds_kind(without_words_of(question, text), "name"):
        return True
    return bool(_ASKS_CODE.search(question)) and not _GIVES_CODE.search(text)


def without_words_of(question: str, text: str) -> str:
    """Return a text without the days in it and without the words that stand in a question as they do here or in small
    letters: "Coordinator" is nobody's name."""
    small = frozenset(re.findall(r"[^\W\d_]+", question))
    plain = re.sub(
        r"[^\W\d_]+", lambda match: "" if {match[0], match[0].lower()} & small else match[0], _DAYS.sub("", text)
    )
    return plain.strip(" \t\n|:-")


def is_needed(kind: AnswerKind) -> bool:
    """Return whether nothing without such a thing can answer: a cause or a name can be said in many words."""
    return kind in _NEEDED
