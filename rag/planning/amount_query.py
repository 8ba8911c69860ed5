"""Reads questions about a figure that each of some documents states: the highest rent, the total of all premiums."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.planning.amount_words import AmountField, find_field, price_field, with_required
from rag.planning.document_nouns import HAVE_TOTALS, INSURANCES, NOUN, is_plural, plural_of
from rag.planning.document_query import DocumentQuery, every_document, read_document_query
from rag.planning.rate_query import find_period
from rag.planning.totals_query import AggregateQuery, How
from rag.words.folding import fold

MAX_CHARACTERS = 200

_MOST = (
    r"(?:the )?(?:highest|largest|biggest|greatest|longest|dearest|most expensive|maximum|most)"
    r"|(?:am )?(?:höchste[nrsm]?"
    r"|größte[nrsm]?|längste[nrsm]?|teuerste[nrsm]?|meiste[nr]?)|(?:(?:le|la|les) )?plus (?:élevée?s?|haute?s?"
    r"|grande?s?"
    r"|longue?s?|ch(?:er|ère)s?|grosse?s?)|(?:(?:el|la|los|las) )?más (?:alt[oa]s?|elevad[oa]s?|grandes?|larg[oa]s?"
    r"|car[oa]s?)"
    r"|mayor"
)
_LEAST = (
    r"(?:the )?(?:lowest|smallest|shortest|cheapest|least expensive|minimum|least)|(?:am )?(?:niedrigste[nrsm]?"
    r"|kleinste[nrsm]?|kürzeste[nrsm]?|günstigste[nrsm]?|billigste[nrsm]?|geringste[nrsm]?|wenigsten)"
    r"|(?:(?:le|la|les) )?(?:plus (?:basse?s?|petite?s?|courte?s?|faibles?)|moins (?:élevée?s?|ch(?:er|ère)s?))"
    r"|(?:(?:el|la|los|las) )?más (?:baj[oa]s?|pequeñ[oa]s?|cort[oa]s?|barat[oa]s?)|menor"
)
_AVERAGE = (
    r"on average|average|mean|im durchschnitt|durchschnittlich\w*|mittlere[nrsm]?|durchschnitt|mittelwert|en moyenne"
    r"|moyenn?e?s?|de media|promedio|medi[oa]s?"
)
_SUM = (
    r"in total|in all|altogether|(?:all )?together|combined|total|overall|sum|add(?:s|ed)? up(?: to)?|insgesamt"
    r"|zusammen(?:gerechnet)?|gesamte?[nrsm]?|summe|au total|en tout|ensemble|totale?s?|totaux|somme|en total"
    r"|en conjunto"
    r"|sumad[oa]s?|suman?|junt[oa]s?"
)
_EACH = (
    r"each|every|respective|list(?: all)?|tabulate|table of|jeweils|jede[nrsm]?|liste|nenne|chaque|listez|liste des"
    r"|cada|lista(?:r)?|enumera"
)
_WORDS: tuple[tuple[How, str], ...] = (
    ("most", _MOST),
    ("least", _LEAST),
    ("average", _AVERAGE),
    ("sum", _SUM),
    ("each", _EACH),
)
SUMS = re.compile(rf"(?i)(?:{_SUM}|total|all|in)")
HOWS = tuple((how, re.compile(rf"(?i)(?<![^\W\d_])(?:{words})(?![^\W\d_])")) for how, words in _WORDS)
COMPOUND = re.compile(r"(?i)(?<![^\W\d_])(gesamt|durchschnitts|höchst|mindest)-?(?=[^\W\d_]{4,})")
OPENED = {"gesamt": "gesamte ", "durchschnitts": "durchschnittliche ", "höchst": "höchste ", "mindest": "niedrigste "}
BY_PRICE = re.compile(
    r"(?i)most expensive|dearest|cheapest|least expensive|teuerst|günstigst|billigst|(?:plus|moins) ch(?:er|ère)"
    r"|más (?:car|barat)[oa]"
)
_PAYS = re.compile(r"(?i)\b(?:pay|paid|spend|cost|zahlen|bezahlen|kosten|payons|coûtent|pagamos|cuestan)\b")
_NOUNS = re.compile(rf"(?i)(?<![^\W\d_])(?:{NOUN})(?![^\W\d_])")
_ASKS_WHICH = re.compile(
    r"(?i)^\W*(?:in |bei |an |dans |à |en )?(?:which|what|welche[rsnm]?|quel(?:le)?s?|qu[eé]|cu[aá]l(?:es)?)"
    r"(?: of (?:the|our|my)| der| des| de (?:los|las|nos))?\s+(?P<noun>[^\W\d_][\w-]*)"
)
_GLUE_WORDS = """
two three four five six seven eight nine ten both zwei drei vier fünf sechs sieben acht neun zehn beiden deux trois
quatre cinq sept huit neuf dix dos tres cuatro cinco siete ocho nueve diez ambos what what's which is was are were the
of for over across in from under on at all every our my your we us do does did pay paid pays paying spend spent
receive get earn earns owe have has had been a an one it they state states stated stating give gives charge charges
charged ask asks asking cost costs how much high long big many me tell calculate compute show please can you come
comes to amount amounts up and that with by be there altogether asked agreed named set out amongst among value sum
each any per ist sind war waren wie hoch lang groß viel die der das den dem des aller alle allen alles von für über im
aus wir zahlen bezahlen zahlt hat haben welche welcher welches welchem welchen berechne ergeben machen betragen
beträgt kosten unsere unserer unserem unseren unser man wird am ein eine einen es bitte zu mit sich belaufen auf
gezahlt verlangt nennt steht jede jeder jedes jedem jeden pro je quel quelle quels quelles est sont le la les l de du
d tous toutes tout nos notre pour sur dans combien nous payons paie t il elle coûte coûtent ont au aux en s élève
élèvent à calcule calculez c que qu y ce un une par font prévoit demande indique payé versons chaque cuál cuáles son
el los las del todos todas nuestros nuestras nuestro nuestra por para cuánto cuánta pagamos cada tiene tienen qué
asciende ascienden calcula hay se paga cuestan cuesta entre una
"""
GLUE = frozenset(fold(word) for word in _GLUE_WORDS.split())
"""Words that only join a figure and the documents that state it."""
_PERSONS_AND_THINGS = re.compile(
    r"(?i)(?:tenants?|landlords?|lessees?|flats?|apartments?|houses?|units?|propert(?:y|ies)|rooms?|offices?|shops?"
    r"|buildings?|garages?|cars?|vehicles?|vans?|employees?|staff|people|persons?|workers?|insurers?|suppliers?|providers?"
    r"|compan(?:y|ies)|firms?|clubs?|customers?|members?|"
    r"mieter|wohnung(?:en)?|häuser|haus|büros?|räume?|mitarbeiter(?:in|innen)?|angestellte[nr]?|firmen?|anbieter|"
    r"locataires?|appartements?|logements?|locaux|bureaux?|employée?s?|salariée?s?|sociétés?|fournisseurs?|"
    r"inquilin[oa]s?|pisos?|casas?|locales|oficinas?|emplead[oa]s?|empresas?|proveedor(?:es)?)"
)


_OF_ANYTHING = frozenset({"price", "cost", "budget", "term", "area", "warranty", "contribution"})
"""Figures that a single text may have many of: without a word for documents or things one of them is looked up."""


def read_amount_query(text: str) -> AggregateQuery | None:
    """Return what a question asks of a figure that documents state; None where it asks for anything else.

    Whether there are such documents, they tell themselves where the question does not name them.
    """
    text = " ".join(text.split()).strip(" ?!.¿¡")
    if len(text) > MAX_CHARACTERS:
        return None
    opened = COMPOUND.sub(lambda match: OPENED[match[1].casefold()], text)
    found = next(((how, match) for how, pattern in HOWS if (match := pattern.search(opened))), None)
    how: How = found[0] if found else "each"
    match = found[1] if found else None
    rest = f"{opened[: match.start()]} {opened[match.end() :]}" if match else opened
    # A rental agreement is a document, and no rent.
    named = find_field(_NOUNS.sub(lambda noun: "_" * len(noun[0]) if " " in noun[0] else noun[0], rest))
    if named is None and match is not None and BY_PRICE.search(match[0]):
        return _query(f"\N{BULLET} {rest}", price_field(""), how, is_told=True)
    if named is None and how == "sum" and match is not None and _PAYS.search(rest):
        period = find_period(rest)
        left = f"{rest[: period[0]]} {rest[period[1] :]}" if period else rest
        field = replace(price_field(""), period=period[2] if period else "")
        query = _query(" ".join(f"\N{BULLET} {left}".split()), field, how, is_told=True)
        return query if query is not None and query.is_sure else None
    if named is None:
        return None
    start, end, field = named
    word = re.search(r"([^\W\d_]{3,}) +$", rest[:start])
    if word and fold(word[1]) not in GLUE and not _PERSONS_AND_THINGS.fullmatch(word[1]):
        start, field = with_required(rest, start, end, field)
    rest = f"{rest[:start]} \N{BULLET} {rest[end:]}"
    if (period := find_period(rest)) is not None:
        first, last, name = period
        rest, field = f"{rest[:first]} {rest[last:]}", replace(field, period=field.period or name)
    if how == "sum" and field.measured == "time":
        return None
    return _query(" ".join(rest.split()), field, how, is_told=match is not None)


def _query(rest: str, field: AmountField, how: How, *, is_told: bool) -> AggregateQuery | None:
    """Return the query for what stands beside a figure's name: glue, and the documents that state it."""
    asks_which = _ASKS_WHICH.match(rest)
    nouns = list(_NOUNS.finditer(rest))
    for noun in nouns:
        before, after = rest[: noun.start()], rest[noun.end() :]
        if not _is_glue(before):
            continue
        is_asked = asks_which is not None and noun.start() == asks_which.start("noun")
        is_every = (
            re.search(r"(?i)\b(?:each|every|any|jede[nrsm]?|chaque|cada)\W*$", f"{before}") is not None or how == "each"
        )
        if not (is_plural(noun[0]) or is_asked or (is_every and is_told)):
            return None
        documents = _documents(noun[0], _without_glue(after), field)
        if documents is None or (not is_told and not is_plural(noun[0])):
            return None
        if documents.sort.kinds and documents.sort.kinds <= HAVE_TOTALS and field.group in ("price", "cost"):
            return AggregateQuery(documents, how)
        return AggregateQuery(documents, how, field)
    if nouns or not is_told or how == "each":
        return None
    words = re.findall(r"[^\W_]+", rest)
    others = [word for word in words if fold(word) not in GLUE]
    thing = others[0] if len(others) == 1 and _PERSONS_AND_THINGS.fullmatch(others[0]) else ""
    if len(others) > bool(thing) or (field.group in _OF_ANYTHING and not thing):
        return None
    return AggregateQuery(every_document(), how, field, is_sure=False, thing=thing)


def _documents(noun: str, rest: str, field: AmountField) -> DocumentQuery | None:
    """Return the documents that a question means; None where more is said of them than rules can read."""
    documents = read_document_query(f"list all {noun if is_plural(noun) else plural_of(noun)} {rest}".strip())
    if documents is None or any(condition.kind == "read" for condition in documents.conditions):
        return None
    if field.group in ("premium", "excess", "sum insured") and documents.sort.kinds == {"policy"}:
        # Policies with a premium insure somebody; others are rules.
        return replace(documents, sort=INSURANCES)
    return documents


def _is_glue(text: str) -> bool:
    return all(fold(word) in GLUE for word in re.findall(r"[^\W_]+", text))


def _without_glue(text: str) -> str:
    """Return what stands behind the word for documents, without the words at its end that only join the figure."""
    words = text.replace("\N{BULLET}", " \N{BULLET} ").split()
    if "\N{BULLET}" in words:
        at = words.index("\N{BULLET}")
        behind = words[at + 1 :]
        words = words[:at]
        while words and fold(words[-1].strip("'’,")) in GLUE:
            words.pop()
        words = [*words, *behind]
    while words and fold(words[-1]) in GLUE:
        words.pop()
    return " ".join(words)
