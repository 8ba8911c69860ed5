"""Keeps a look-up from answering for many: one line of one document is not what a list, a sum or a record asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.pipeline import EXTRACTIVE
from rag.planning import row_words
from rag.planning.compare_query import read_comparison
from rag.planning.document_nouns import NOUN, is_plural
from rag.planning.group_words import asks_for_groups, says_each
from rag.planning.record_kin import is_kin
from rag.planning.wording import Wording
from rag.prompt import REFUSAL
from rag.questions.constraints import is_negated
from rag.text import content_words, words_of
from rag.types import Answer, Citation, Source
from rag.words.folding import fold
from rag.words.number_words import NUMBER_WORDS

How = Literal[
    "list", "count", "count of some", "sum", "share", "difference", "most", "compare", "who", "each", "lacking"
]

MAX_CHARACTERS = 200
"""Of a question; a longer one tells a story."""

_BETWEEN = r"(?:(?:of )?(?:the|our|my|these|all|der|die|meine[rn]?|unsere[rn]?|les|des|nos|mes|l[oa]s|mis) )*"
_IS = (
    r"(?!(?:is|are|was|were|do|does|did|has|have|can|must|ist|sind|war|est|sont|es|son|fue|other|andere[nr]?|autres"
    r"|otr[oa]s)\b)"
)
_THING = rf"(?P<noun>{NOUN}|[^\W\d_][\w-]+)(?=[\s?.,]|$)"
_ASKS_WHICH = (
    r"(?:and |und |et |y )?(?:(?:in|at|on|for|by|from|bei|in|an|auf|dans|à|de|en|a) )?"
    r"(?:which|what|welche[nr]?|quel(?:le)?s|qu[eé]|cu[aá]les)(?: of| von| de)?"
)
_TELLS = (
    r"(?:please )?(?:list|show(?: me)?|name|give me(?: a list of)?|nenne|liste|zeige?|listez|montre[rz]?|lista|muestra"
    r"|enumera)(?: (?:all|every|alle|tous|toutes|todos|todas))?(?: (?:of|von))?"
)
_IN = "(?:(?:at|in|on|for|bei|an|à|dans|en) )?"
_HOW_MANY = rf"{_IN}(?:how many|wie ?viele|combien d(?:e |['’])|cu[aá]nt[oa]s)(?: of| von| de)?"
_WHICH = re.compile(rf"(?i)^\W*{_ASKS_WHICH} {_BETWEEN}{_IS}{_THING}")
ASKED_LIST = re.compile(rf"(?i)^\W*(?:{_ASKS_WHICH}|{_TELLS}) {_BETWEEN}{_IS}{_THING}")
"""What asks which things there are, or tells to list them."""
_WHICH_OF_NAME = re.compile(r"(?i)^\W*which [a-z-]+ (?:[a-z-]+ )?(?P<noun>[a-z-]+s) (?:are|were|have|do|did)\b")
"""Asks for several things that two words name: "Which work orders are not closed yet?"."""
ASKED_COUNT = re.compile(rf"(?i)^\W*{_HOW_MANY} ?{_BETWEEN}{_THING}")
"""What asks how many of some things there are."""
_COUNTS = re.compile(rf"(?i)^\W*{_HOW_MANY} ?{_BETWEEN}(?P<noun>{NOUN})(?!\w)")
_NUMBER = rf"(?=(?: a)? (?:[£$€]?\d|(?:a|one|ein\w*|une?|una?|half|{'|'.join(NUMBER_WORDS)})\b))"
_OF_SOME = re.compile(
    r"(?i)(?<!\w)(?:(?:more than|less than|fewer than|at least|at most|over|under|above|below|mehr als|weniger als"
    r"|mindestens|höchstens|über|unter|plus d['’e]|moins d['’e]|au moins|au plus|más de|menos de|al menos|como máximo)"
    rf"{_NUMBER}"
    r"|(?:since|after|before|seit|nach|vor|depuis|après|avant|desde|después de|antes de)(?!\w))"
)
"""What bounds which of some things are counted."""
_TIMES = re.compile(
    r"(?i)(?:minutes?|hours?|days?|weeks?|months?|years?|minuten?|stunden?|tagen?|wochen?|monaten?|jahren?|heures?|jours?"
    r"|semaines?|mois|ans|années?|minutos?|horas?|días|semanas?|meses|años)$"
)
_DIFFERS = re.compile(
    r"(?i)^\W*(?:(?:by )?how (?:much|many)\b.*\b(?:more|less|fewer|further|\w{2,}er)\b.*\bthan\b"
    r"|by (?:how (?:much|many)|what)\b.*\b(?:differ\w*|exceeds?)\b|how many times (?:as|more|larger|higher)\b"
    r"|(?:is|are|was|were|does|do|did) .*\b(?:more|less|fewer|\w{2,}er)\b.*\bthan (?:the|that|those)\b"
    r"|um wie ?viel\b|wie ?viel\w*\b.*\b(?:mehr|weniger|\w{2,}er)\b.*\bals\b|wie ?viel\w* ?mal\b"
    r"|(?:de )?combien\b.*\b(?:plus|moins)\b.*\bqu[e'’]|combien de fois (?:plus|moins)\b"
    r"|cu[aá]nt[oa]s?\b.*\b(?:más|menos)\b.*\bque\b|cu[aá]ntas veces (?:más|menos)\b)"
)
_WHICH_OF_TWO = re.compile(
    r"(?i)^\W*(?:who|which|what|wer|welche[rsn]?|qui|quel(?:le)?|lequel|laquelle|qui[eé]n|cu[aá]l|qu[eé])\b.*"
    r"\b(?:more|less|fewer|mehr|weniger|plus|moins|más|menos|(?!under|number|\w+ember|october)\w{2,}er)\b"
    r"[^,]*, (?P<first>[^,]+) (?:or|oder|ou|o) (?P<second>[^,]+?)\W*$"
)
_EITHER = re.compile(
    r"(?i)^\W*(?:is|are|was|were|did|does|do|has|ist|sind|war|waren|hat|est|était|es|era|fue) (?P<first>[^,]+?)"
    r" (?:or|oder|ou|o) (?P<second>[^,]+?) (?:the )?(?:(?:more|less|plus|moins|más|menos) \w+"
    r"|(?!under|number|\w+ember|october|other)\w{2,}er)\W*$"
)
_BETWEEN_TWO = re.compile(
    r"(?i)(?<!\w)(?:difference|unterschied|différence|diferencia) (?:between|in|zwischen|entre|de)\b.*(?<!\w)"
    r"(?:amounts?|rents?|prices?|costs?|fees?|totals?|weights?|miete\w*|preis\w*|kosten|loyers?|prix|montants?|alquiler\w*|precios?)(?!\w)"
)
"""Asks by how much one figure differs from another."""
_DIFFERENT = re.compile(
    r"(?i)(?<!\w)(?:than|more|less|fewer|difference|times|twice|als|mehr|weniger|unterschied|doppelt|mal|plus|moins"
    r"|écart|différence|fois|double|más|menos|diferencia|veces|doble)(?!\w)"
)
_SHARE = re.compile(
    r"(?i)^\W*(?:by |in |to |um |zu |de |à |en )?(?:quelle (?:est la )?part|(?:what|which|how many|how much|wie ?viele?"
    r"|welche[rnms]?|quel(?:le)?s?|combien d[e'’]|qu[eé]|cu[aá]l(?: es el)?) ?(?:is |was |ist |war |est )?"
    r"(?:the |der |die |la |le |el )?(?:share|percentage|percent|per cent|proportion|fraction|anteil\w*|prozent\w*"
    r"|pourcentage|porcentaje|proporción|por ciento))(?!\w)"
)
_A_SHARE = re.compile(
    r"(?i)%|(?<!\w)(?:per ?cent|percentage|prozent|pour ?cent|por ciento|half|halves|thirds?|quarters?"
    r"|(?:fif|six|seven|eigh|nin|ten)ths?"
    r"|hälfte|(?:drit|vier|fünf|sechs|ach|zehn)tel|moitié|tiers|quarts?|mitad|tercios?|cuartos?|majority|mehrheit|majorité|mayoría)(?!\w)"
)
_WHAT = re.compile(r"(?i)^\W*(?:and )?what\b")
_VERB = re.compile(r"(?i)(?:do|does|did|are|were|is|was|has|have|had|can|may|must|should|will)\b")
"""Behind "what" and a noun; without one the noun is a verb: "What starts first?"."""
_PLURAL = re.compile(r"(?i)(?:s|x|en|er|e|people|children|men|women)$")
_GERMAN_PLURAL = re.compile(r"(?i)\W*(?:\w+ )?welche[nr]? \S+ (?:sind|haben|werden|wurden|hatten|waren|[a-zäöü]+en)\b")
_SINGULAR = re.compile(r"(?i)(?:ss|us|is)$")
_IS_ANY = re.compile(
    r"(?i)^\W*(?:(?:is|are|was|were) (?:there )?(?:any\w*|someone|somebody|something)"
    r"|gibt es (?:\w+ )?(?:ein|irgend|jemand|etwas)\w*|y a-t-il (?:un|quelqu|des)\w*|est-ce qu['’]il y a (?:un|des)\w*"
    r"|hay (?:alg[uú]n\w*|alguien|algo))\b"
)
"""Whether there is any that is so: of what is not so, a line that says that one is so tells nothing."""
_WHICH_ONE = re.compile(
    r"(?i)^\W*(?:\w+ )?(?:which|what|welche[rnms]?|quel(?:le)?s?|qu[eé]|cu[aá]l(?:es)?) (?P<noun>[^\W\d_]+)"
)
_SUM = re.compile(
    r"(?i)\b(?:what do .+ come to|add(?:s|ed)? up to|in total|the (?:total|sum|average|mean)|altogether"
    r"|(?:all |both )?(?:\w+ )?together|in all|combined|on average|average"
    r"|insgesamt|zusammen|summe|gesamt\w*|im (?:durchschnitt|schnitt|mittel)|durchschnitt\w*|au total|en tout|la somme"
    r"|ensemble|en moyenne|moyenne|en total|en conjunto|sum(?:a|an)|junt[oa]s|de media|promedio)\b"
)
_SUPERLATIVES = "|".join(words for words, _ in row_words.SUPERLATIVES)
_MOST = re.compile(
    rf"(?i)(?<!\w)(?:nearest|closest|farthest|nächste[nrms]?|(?:tarda|dura|cuesta|pesa|gana|paga|mide|vale)n? más"
    rf"|(?:coûte|dure|pèse|gagne|paie|prend)(?:nt)? le plus|{_SUPERLATIVES})(?!\w)"
)
_WHO_NOT = re.compile(
    r"(?i)\W*(?:who (?:(?:is|are|was|were|has|have|had|did|does|do|can|could) (?:not|no)\b"
    r"|(?:isn|aren|wasn|weren|hasn|haven"
    r"|didn|doesn|can)['’]?t)|wer (?:\w+ )?(?:nicht|kein\w*)\b|qui (?:n['’]|ne )|qui[eé]n(?:es)? no )"
)
"""Who is not so: that is told only of all."""
_WHO = re.compile(
    rf"{_WHO_NOT.pattern}|\W*(?:who (?:has|have|had|holds|owns) (?:an?|any)|wer (?:hat|hatte|besitzt) eine?n?"
    r"|qui (?:a|ont|possède) une?|qui[eé]n(?:es)? (?:tienen?|posee) una?"
    r"|what (?:was|were|did (?:we|you|they)) (?:bought|sold|buy|sell|ordered|order|paid for) (?:in|on|during)"
    r"|was (?:wurde|haben wir) (?:in|im|am) .*(?:gekauft|verkauft|bestellt)"
    r"|qu['’](?:a-t-on|avons-nous) (?:acheté|vendu|commandé) en"
    r"|qué (?:se (?:compró|vendió)|compramos|vendimos) en)(?!\w)"
)
"""Who has such a thing, or what was bought in a year: several people and things may."""
_REPEATS = re.compile(
    r"(?i)^\W*(?:who|which|wer|welche[rnms]?|qui|quel(?:le)?s?|qui[eé]n(?:es)?|qu[eé])\b.*(?<!\w)(?:more than (?:one"
    r"|once|twice)|twice or more|several times|at least twice|repeatedly|mehr als ein\w*|mehrmals|mehrfach"
    r"|plus d['’]une?|plusieurs fois|más de un[oa]?|varias veces)(?!\w)"
)
"""Who or what more than once: that is told only of all."""
_LACKING = re.compile(
    r"(?i)^\W*(?:(?:in|on|for|of|bei|in|auf|dans|pour|en) )?(?:which|whose|welche[rnms]?|wessen|quel(?:le)?s?|qu[eé]"
    r"|cu[aá]l(?:es)?)\b(?!.*\b(?:if|wenn|falls|si)\b).*(?<!\w)(?:ha(?:s|ve) no|lacks?"
    r"|(?:say|state|give|mention)s? (?:nothing|no word)"
    r"|do(?:es)?(?: not|n['’]t) (?:state|give|name|mention|have|show|say|include|specify|list|contain)"
    r"|(?:is|are) missing"
    r"|(?:hat|haben|nennt|nennen|enthält|enthalten) kein\w*|fehlt|fehlen|(?:sagt|sagen) nichts"
    r"|n['’](?:a|ont|indique\w*) pas|ne (?:dit|disent|mentionne\w*|précise\w*) (?:pas|rien)"
    r"|no (?:tienen?|indican?|mencionan?|dicen?)|faltan?)(?!\w)"
)
"""Which of several does not state something: that is told of all of them only."""
_OF = r"(?:of|von|de|in|im) (?:(?:the|our|der|dem|la|les|los|las|el) )?|(?:der|des|du|del|d['’])\s?"
_LABELLED = re.compile(r"[^.:;\n]{2,40}: [^.;\n]{1,60}")
"""A label with its value, which says something of one thing."""
_JOINT = re.compile(r"(?i)[,;]| (?:and|or|und|oder|sowie|et|ou|y|o|e) ")


@dataclass(frozen=True, slots=True)
class SeveralAsked:
    """That a question asks for several things: all of a list, their number or sum, or the most of them."""

    how: How
    noun: str = ""
    items: tuple[str, ...] = ()
    """What is compared."""


def read_several(question: str) -> SeveralAsked | None:
    """Return what a question in English, German, French or Spanish asks of several things; None for any other."""
    text = " ".join(question.split())
    if len(text) > MAX_CHARACTERS:
        return None
    if (mark := asks_for_groups(text)) is not None and not mark.is_rate:
        return SeveralAsked("each", mark.words[0] if mark.words else "")
    if match := _COUNTS.match(text):
        return SeveralAsked("count", match["noun"])
    if (match := ASKED_COUNT.match(text)) and not _TIMES.search(match["noun"]) and _OF_SOME.search(text, match.end()):
        return SeveralAsked("count of some", match["noun"])
    if match := _WHICH_OF_TWO.match(text) or _EITHER.match(text):
        return SeveralAsked("compare", items=(match["first"], match["second"]))
    if _DIFFERS.match(text) or _BETWEEN_TWO.search(text):
        return SeveralAsked("difference")
    if _SHARE.match(text):
        return SeveralAsked("share")
    if (comparison := read_comparison(text)) is not None and comparison.subject:
        return SeveralAsked("compare", items=comparison.items)
    if _WHO.match(text) or _REPEATS.match(text):
        return SeveralAsked("who")
    if row_words.ASKS_ONE.match(text) and _MOST.search(text):
        one = _WHICH_ONE.match(text)
        return SeveralAsked("most", one["noun"] if one else "")
    if row_words.ASKS_NUMBER.match(text) and _SUM.search(text):
        return SeveralAsked("sum")
    if (match := _WHICH.match(text)) and is_plural_in(match["noun"], text):
        return SeveralAsked("list", match["noun"])
    if match := _WHICH_OF_NAME.match(text):
        return SeveralAsked("list", match["noun"])
    if _asks_whether_any_is_not(text):
        return SeveralAsked("who")
    return SeveralAsked("lacking") if _LACKING.match(text) else None


def hold_back(question: str, answer: Answer) -> Answer:
    """Return a look-up's answer in quotes; a refusal that says why where it asks for several and they hold one."""
    asked = read_several(question)
    if asked is None or answer.refused or answer.llm != EXTRACTIVE or not answer.citations:
        return answer
    if asked.how == "compare":
        is_whole = _names_each(asked, answer)
    elif asked.how == "each":
        is_whole = says_each(asked.noun, answer.citations[0].quote)
    elif asked.how == "lacking":
        is_whole = is_negated(answer.citations[0].quote)
    elif asked.how == "who":
        is_whole = _is_only_one(question, answer)
    elif asked.how in _SAID_BY:
        is_whole = any(_SAID_BY[asked.how].search(citation.quote) for citation in answer.citations[:1])
    else:
        is_whole = _speaks_alone(question, asked, answer) or (
            _holds_all(asked, answer) and not (asked.how == "sum" and _is_total_of_one(question, asked, answer))
        )
    if is_whole:
        return answer
    reason = Wording(question).say(f"several {_TOLD_AS.get(asked.how, asked.how)}")
    return replace(
        answer,
        text=REFUSAL,
        refused=True,
        citations=(),
        sentences=(),
        verdict=None,
        probability=0.0,
        notices=(*answer.notices, reason),
    )


def is_plural_in(noun: str, text: str) -> bool:
    """Return whether the noun of a question for things is in the plural, as its ending or the words beside it tell."""
    if ASKED_COUNT.match(text):
        return True
    if _WHAT.match(text) and not _VERB.match(text[text.casefold().find(noun.casefold()) + len(noun) :].strip()):
        return False
    if re.match(r"(?i)\W*(?:\w+ )?(?:quel(?:le)?s|cu[aá]les)\b", text):
        return True
    if re.match(r"(?i)\W*(?:\w+ )?qu[eé]\b", text) or re.match(r"(?i)\W*(?:\w+ )?(?:which|what)\b", text):
        return (noun.casefold().endswith("s") and not _SINGULAR.search(noun)) or noun.casefold() in _PEOPLE
    return is_plural(noun) or (_PLURAL.search(noun) is not None and _GERMAN_PLURAL.match(text) is not None)


_SAID_BY = {"difference": _DIFFERENT, "share": _A_SHARE, "count of some": _OF_SOME}
"""What a quote says that answers for several by itself."""
_TOLD_AS = {"count of some": "count", "difference": "compare", "share": "sum", "each": "count", "lacking": "list"}
"""Which reason is told in place of one of their own."""
_PEOPLE = frozenset({"people", "children", "men", "women"})


def _names_each(asked: SeveralAsked, answer: Answer) -> bool:
    """Return whether the quotes name each of the things that are compared, by a word that the others have not."""
    said = {word for citation in answer.citations for word in content_words(citation.quote)}
    words = [set(content_words(item)) for item in asked.items]
    shared = set.intersection(*words)
    return all(not own - shared or (own - shared) & said for own in words)


def _is_only_one(question: str, answer: Answer) -> bool:
    """Return whether the quotes are of all documents found that say what is asked of people or things: a quote of one
    says nothing of those of which something is not so."""
    if _WHO_NOT.match(question.strip()) or _asks_whether_any_is_not(question):
        return any(is_negated(citation.quote) for citation in answer.citations)
    words = set(content_words(question))
    cited = {citation.number for citation in answer.citations}
    held = {source.number: len(words & _words_of(source)) for source in answer.sources}
    quoted = {source.document.id for source in answer.sources if source.number in cited}
    enough = max((held[source.number] for source in answer.sources if source.number in cited), default=0)
    return not any(
        source.document.id not in quoted and held[source.number] >= max(1, enough - (enough > 2))
        for source in answer.sources
    )


def _words_of(source: Source) -> set[str]:
    names = re.sub(r"[-_/.]", " ", source.document.path)
    return set(content_words(f"{names}\n{source.document.title}\n{source.section}\n{source.text}"))


def _speaks_alone(question: str, asked: SeveralAsked, answer: Answer) -> bool:
    """Return whether no document but the quoted ones says anything of what is asked."""
    quote = answer.citations[0].quote
    is_of_one = " | " in quote or (asked.how == "list" and _LABELLED.fullmatch(quote) is not None)
    if asked.how in ("list", "most") and len(answer.citations) == 1 and is_of_one:
        # The other rows of the table, or forms, may say as much.
        return False
    words = _topic(question, asked)
    said = {word for citation in answer.citations for word in content_words(citation.quote)}
    if not any(is_kin(word, other) for word in words for other in said):
        return False
    quoted = {source.document.id for source in answer.sources if source.number == answer.citations[0].number}
    others = {
        source.document.id
        for source in answer.sources
        if source.document.id not in quoted and _shares_kin(words, content_words(f"{source.section}\n{source.text}"))
    }
    return bool(words) and not others


def _asks_whether_any_is_not(question: str) -> bool:
    return _IS_ANY.match(question.strip()) is not None and is_negated(question)


def _shares_kin(words: set[str], others: Sequence[str]) -> bool:
    return any(is_kin(word, other) for word in words for other in set(others))


def _is_total_of_one(question: str, asked: SeveralAsked, answer: Answer) -> bool:
    """Return whether another document states a total of its own, and as much of what is asked of."""
    number = answer.citations[0].number
    quoted = next((source for source in answer.sources if source.number == number), None)
    held = _topic(question, asked) & _words_of(quoted) if quoted is not None else set()
    return quoted is not None and any(
        source.document.id != quoted.document.id and held <= _words_of(source) and row_words.SUM.search(source.text)
        for source in answer.sources
        if held
    )


def _topic(question: str, asked: SeveralAsked) -> set[str]:
    """Return the words of a question that are not those that ask, nor what is listed, nor a word for the most."""
    rest = question
    if asked.how in ("most", "sum"):
        rest = (_MOST if asked.how == "most" else _SUM).sub(" ", question)
    # What all the things are of is no topic: the parts of the yard.
    rest = re.sub(rf"(?i)(?<!\w){re.escape(asked.noun)} (?:{_OF})[^\W\d_]+", " ", rest) if asked.noun else rest
    return set(content_words(rest)) - set(content_words(asked.noun))


def _holds_all(asked: SeveralAsked, answer: Answer) -> bool:
    """Return whether the quotes list the things, count them, or say themselves what the sum or the most is."""
    quotes = [citation.quote for citation in answer.citations]
    if asked.how == "sum":
        # Amounts of several documents are parts, whatever one of them calls its own.
        is_of_one = len({citation.document for citation in answer.citations}) == 1
        return is_of_one and any(_SUM.search(quote) or row_words.SUM.search(quote) for quote in quotes)
    if asked.how == "most":
        return any(_MOST.search(quote) for quote in quotes)
    if asked.how == "count":
        return any(set(content_words(asked.noun)) & set(content_words(quote)) for quote in quotes[:1])
    return _enumerates(asked.noun, answer.citations[0])


def _enumerates(noun: str, citation: Citation) -> bool:
    """Return whether one place lists the things: it names them in the plural, or joins several under such a name."""
    said = {fold(word) for word in words_of(citation.quote)}
    return fold(noun) in said and _JOINT.search(citation.quote) is not None
