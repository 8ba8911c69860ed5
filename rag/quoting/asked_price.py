"""Tells whether a question asks for a price, and whether a text may give one."""

from __future__ import annotations

import re

from rag.quoting.answer_kind import MONTH, asked_kind
from rag.quoting.table_cells import ASKS_HIGH_AMOUNT
from rag.text import content_words
from rag.words.dates import find_dates
from rag.words.word_forms import is_said

_EARNS = r"^\W*what (?:is|are|was|were) [^?]{2,40} paid(?=\W*$)|^\W*what (?:do(?:es)?|did|will) [^?]{2,40} earn\b"
"""Asks what somebody is paid."""
_CHARGES = r"^\W*(?:what|how much) (?:do(?:es)?|did|will) [^?]{2,40} charge(?= (?:for|per|an?|us|me)\b|\W*$)"
"""Asks what somebody takes for something."""
_HAS_COST = (
    r"^\W*(?:was|wie ?viel) (?:hat|haben|hatte[nt]?) [^?]*gekostet\b"
    r"|\bcombien (?:a|ont|avai(?:t|ent)) [^?]*?coûté\b|\bcombien coûtai(?:t|ent)\b"
    r"|\bcuánto (?:cost(?:ó|aron|aban?)|(?:ha|han|había) costado)\b"
)
"""Asks what something has cost, in German, French and Spanish."""
_ASKS_PRICE = re.compile(
    rf"(?i)\bhow much (?:is|are|does|do|did|was|were)\b.*|\bcosts?\b|\bprice\b|{_EARNS}|{_CHARGES}|{_HAS_COST}"
    r"|\bwas koste\w*|\bwie ?viel koste\w*|\bwie teuer\b|\bcombien (?:coûte|coûtent)\b|\bcuánto cuesta\w*"
)
_ASKS_FEE = re.compile(
    r"(?i)^\W*what(?: is| was| are| were|['’]s) (?:the|our|your|my) (?:[^\W\d]+ ){0,3}"
    r"(?:fees?|fares?|rent|premium|charge)\b"
)
"""Asks for an amount that its name alone tells to be money."""
_UNIT = r"(?-i:[µmckd]?[glm]|[mk]?W|k?V|Hz|rpm|bar|°)(?![\w²³])"
"""Units of physics behind a number."""
_PRICE = re.compile(
    r"(?i)[€$£]|\b(?:eur|usd|gbp|chf|euros?|pounds?|dollars?|francs?|cents?|pence|franken|free|kostenlos|gratis"
    r"|gratuite?s?|nothing|(?<!in )charge|dearer|cheaper|(?:twice|double|half)(?!-)|nichts|umsonst)\b|\d[.,]\d\d(?!\d)"
    rf"|\d(?:,\d{{3}})+(?!\d|,\d|\s?{_UNIT})|\b(?:million|billion)"
)
_NO_PRICE = re.compile(
    r"(?i)^\W*\d+(?:\.\d+)*[.)]?\s+(?=[^\W\d])"
    r"|\b\d{1,4}[a-z]?(?-i: (?=[A-ZÄÖÜ][a-zäöüß]+ (?:Street|Road|Lane|Row|Avenue|Square|Way)\b))"
    rf"|\d[\d.,]*\s?{_UNIT}"
    r"|\b[\w./]*\d[\w./]*-[\w./-]+|\b(?-i:[A-Z]{1,4})-\d[\w./-]*|\b(?!rs)[^\W\d_]{1,2}\d+\b|\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d\d\b"
    rf"|\d{{1,2}}\.?\s*(?:de )?{MONTH}(?!\w)|\b{MONTH}\s+\d{{1,2}}\b"
    r"|(?:\d+\s*(?:a|to|bis|à|[-–])\s*)?\d+\.?\s*(?:a\.?m|p\.?m|h|uhr|hours?|horas?|heures?|stunden?|min(?:ute)?s?|seconds?|minuten?|days?|tagen?|jours?|días?|weeks?|months?|years?"
    r"|monate?n?|mois|meses|jahre?n?|ans|años?)\b"
    r"|\b(?:aged?|im alter von|âgée?s? de) \d+(?: (?:and|or|to) \d+)?"
    r"|\d[\d.,]*\s?(?:%|°|(?:per ?cent|degrees?"
    r"|(?:milli|centi|deci|kilo)?(?:gram(?:me|m)?|met(?:re|er)|lit(?:re|er))s?)\b)"
)
"""Numbers that are no amounts of money: identifiers, times, lengths of time, weights."""
_LISTED = re.compile(r"(?i)\b\d+(?:, \d+)*,? (?:and|or|und|oder|et|ou|y|o) \d+\b")
"""Numbers in a list, as of the sizes of packs: "20, 50 and 100"."""
_COUNTED = re.compile(
    r"(?<!for )\b(?:\d+(?:,| or| and| to| oder| und| ou| et| o| y) )*\d+ "
    r"(?!(?:plus|less|is|was|as|this|his|us|crowns|pesos|rupees|roubles|rubles|zlotys|dinars|guineas"
    r"|shillings|guilders|marks|reais|bucks|tokens|credits|points)\b)[a-z]{2,}s\b"
)
"""A number of things, in a text that speaks of no cost: "24 tablets", "20 or 50 tablets"."""

_WITH_CENTS = re.compile(r"(?<![\w.,])\d+(?:[., ]\d{3})*[.,]\d\d(?![\d.])")
_CLOCK = re.compile(
    r"(?i)\b(?:from|until|till|at|by|between|and|to|um|von|bis|ab|à|de|a las?|las?|y) \d{1,2}\.[0-5]\d(?!\d)"
    r"(?= (?:from|until|till|to|and|bis|y|à|a)\b|[.,;]|$)"
)
"""A time of day that is written as an amount is: "from 7.50 until 10.15"."""
_DAYS = re.compile(
    rf"(?i)\b\d{{1,2}}(?:\.|st|nd|rd|th)?\s*(?:and|und|et|y|to|bis|au?|[-–&])\s*"
    rf"(?=\d{{1,2}}(?:\.|st|nd|rd|th)?\s*(?:de )?{MONTH}(?!\w))"
)
"""The first of two days: "17 and 18 January"."""
_ASKS_PAID = re.compile(
    r"(?i)^\W*(?:how much (?:did|have|has) [^?]* (?:pay|paid|spen[dt])"
    r"|combien (?:ai|as|a|avons|avez|ont)[ -][^?]* pa(?:yé|ye)"
    r"|wie ?viel [^?]*\b(?:bezahlt|gezahlt|ausgegeben)|cuánto (?:he|has|ha|hemos|han|pag\w+|gast\w+))\b"
)
_PAID = re.compile(r"(?i)\b(?:paid|pays?|spen[dt]|bezahl\w*|gezahlt|pay(?:é\w*|e\w*)|pag\w+|gast\w+)\b")
_PAYS_FOR = re.compile(
    r"(?i)^\W*how much (?:did|do|does|has|have|will) (?P<who>[^?]+?) (?:pay|paid|get|got|receive|received"
    r"|spend|spent)(?: back)? (?:for|on) (?:(?:the|an?|our|your|my|his|her|their) )?"
    r"(?P<what>[^\W\d_]+(?: [^\W\d_]+)?)\W*$"
)
_PAID_OR_COST = re.compile(
    rf"{_PAID.pattern}|\b(?:costs?|prices?|invoices?|bills?|fees?|charg\w+|spent|budgets?|total)\b"
)
_ASKS_COUNT = re.compile(
    r"(?i)^\W*(?:how many |wie ?viele |combien d(?:e |['’])|cuánt[oa]s )"
    r"(?!euros?|pounds?|dollars?|francs?|cents?|pence|franken)"
)
_MONEY_NAMED = re.compile(
    r"(?i)[(\[]\s*(?:in )?(?:€|\$|£|eur|usd|gbp|chf|euros?|pounds?|dollars?|francs?|franken)\s*[)\]]"
)

_NAMES_MONEY = re.compile(
    r"(?i)\b(?:prices?|costs?|money|preise?|koste\w*|geld|prix|coûte\w*|argent|precios?|cuesta\w*|dinero)\b"
)
_MONEY_COLUMN = re.compile(
    r"(?i)[€$£]|\b(?:prices?|costs?|amounts?|fees?|charges?|rates?|totals?|subtotals?|rents?|premiums?|wages?|salar\w+|fares?"
    r"|tickets?|spent|budgets?|\w*preise?s?|\w*kosten|\w*betrag|\w*geb[uü]hr\w*|prix|co[uû]ts?|montants?|tarifs?|precios?|costes?"
    r"|importes?|tarifas?|eur|usd|gbp|chf|nok|sek|dkk|euros?|pounds?|dollars?|per|pro|day|night|week|month|weekend)\b"
)


def asks_price(question: str) -> bool:
    """Return whether a question asks what something costs, and for nothing else that "how much" may mean, nor who or
    when: "Who helps with the cost?"."""
    if asked_kind(question) in ("name", "time", "cause"):
        return False
    names_price = re.search(
        rf"(?i)\b(?:costs?|prices?|koste\w*|coûte\w*|cuesta\w*)\b|{_EARNS}|{_CHARGES}|{_HAS_COST}", question
    )
    is_asked = names_price is not None and _ASKS_PRICE.search(question) is not None
    return is_asked or _ASKS_FEE.match(question) is not None or ASKS_HIGH_AMOUNT.search(question) is not None


def lacks_price(question: str, text: str) -> bool:
    """Return whether a question asks what something costs, and a text has no number that may be an amount of money."""
    speaks_of_cost = _PAID_OR_COST.search(text) is not None
    plain = text if speaks_of_cost else _CLOCK.sub(" ", text)
    asks = _ASKS_PRICE.search(question) or _ASKS_FEE.match(question) or ASKS_HIGH_AMOUNT.search(question)
    if not asks or _PRICE.search(plain) is not None:
        return False
    rest = _DAYS.sub("", plain)
    for date in reversed(find_dates(rest)):
        rest = rest[: date.start] + rest[date.end :]
    rest = _NO_PRICE.sub("", rest)
    if not speaks_of_cost:
        rest = _LISTED.sub("", _COUNTED.sub("", rest))
    for number in re.findall(r"\d+", question):
        # The number of a model that is asked about is not its price.
        rest = re.sub(rf"(?<!\d){number}(?!\d)", "", rest)
    return re.search(r"\d", rest) is None


def lacks_price_column(question: str, header: str, row: str) -> bool:
    """Return whether a question asks for a price or a cost by these words, and a row, whose cells are plain numbers,
    has neither a column nor a cell that may hold money."""
    if not (_NAMES_MONEY.search(question) or ASKS_HIGH_AMOUNT.search(question)):
        return False
    return not _MONEY_COLUMN.search(f"{header}\n{row}") and not _WITH_CENTS.search(row)


def lacks_payment(question: str, text: str) -> bool:
    """Return whether a question asks what somebody paid, and a text has neither a number nor a word of paying."""
    return _ASKS_PAID.search(question) is not None and not re.search(r"\d", text) and not _PAID.search(text)


def is_of_another_payment(question: str, around: str) -> bool:
    """Return whether a question asks what somebody paid or got for something, and a text, with what stands over it,
    does not speak of that thing; or neither of whoever paid nor of paying."""
    match = _PAYS_FOR.match(question)
    if match is None:
        return False
    known = content_words(around)
    what, who = content_words(match["what"]), content_words(match["who"])
    if what and not is_said(what[-1], known):
        return True
    return bool(who) and not any(is_said(word, known) for word in who) and _PAID_OR_COST.search(around) is None


def counts_no_money(question: str, header: str, text: str) -> bool:
    """Return whether a question asks how many of something there are, and a line gives but one number, in a column of
    money."""
    if not _ASKS_COUNT.search(question) or _MONEY_NAMED.search(f"{header}\n{text}") is None:
        return False
    return len(re.findall(r"\d+(?:[.,]\d+)*", text)) == 1
