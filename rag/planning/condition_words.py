"""Knows the words by which questions bound documents, in English, German, French and Spanish."""

from __future__ import annotations

import re

from rag.planning.amount_bounds import OPENS_BOUND

_NOT = r"(?:(?P<no>(?:do(?:es)?|did|are|is|were|was)(?: not|n['’]t)|not|never|nicht|ne|n['’]|no)\s*)?"
WORD = (
    r"(?:the |das |die |le |la |l['’]|el |la )?(?:exact )?(?:words?|phrases?|terms?|names?|expressions?|wort"
    r"|wörter|begriff|ausdruck|namen?|mots?|termes?|expression|palabras?|términos?|nombre)"
)

_STILL = r"(?:still|yet|already|all|noch|bereits|schon|encore|déjà|toujours|aún|todavía|ya)"
UNPAID_BEFORE = r"unpaid|open|outstanding|overdue|offenen?|unbezahlten?|überfälligen?"
PAID_BEFORE = r"paid|settled|bezahlten?|beglichenen?"
"""Words before the word for documents that say whether they are paid."""

VERBS: dict[str, str] = {
    "mention": (
        r"(?:mention|refer to|cite|quote)(?:s|ed|ing)?(?: to)?|(?:talk|speak)(?:s|ing)? (?:about|of)"
        r"|sprechen (?:von|über)|contain(?:s|ing)?|(?:include|have|has|use|hold|with"
        r"|name)s?(?= (?:the )?"
        r"(?:exact )?(?:words?|phrases?|terms?|names?|expressions?)\b|\s*[\"“])|erwähnen|erwähnt|enthalten|enthält"
        r"|nennen|mit dem wort|mentionnent|citent|contiennent"
        r"|évoquent|comportent|mencionan|citan|contienen|nombran"
    ),
    "about": (
        r"(?:talk|speak|are|is)? ?about|concern(?:s|ing)?|deal(?:s|ing)? with|regarding|handeln von|handelt von|über"
        r"|betreffen|zum thema|parlent d(?:e|u|es)|parlent d['’]|portent sur|concernent|traitent d(?:e|u|es)|sur"
        r"|au sujet d(?:e|u|es)"
        r"|hablan de|tratan (?:de|sobre)|sobre|acerca de"
    ),
    "signed": (
        r"(?:are |is |were |was |been )?signed by|bear(?:s)? the signature of|(?:sind "
        r"|wurden )?von(?= .+ (?:unterschrieben|unterzeichnet))"
        r"|(?:sont |ont été )?sign[ée]e?s par|(?:están |fueron )?firmad[oa]s por"
    ),
    "ends": (
        r"(?:will )?(?:end|expire|run out|terminate|lapse|finish)s?|(?:are|is) due|ending|expiring|enden|endet"
        r"|ablaufen|laufen"
        r"|auslaufen|se terminent|expirent|finissent|prennent fin|arrivent à échéance|terminan|vencen|acaban|expiran"
    ),
    "unpaid": (
        rf"(?:{_STILL} )*(?:unpaid|open|outstanding|overdue|owed|not (?:yet )?(?:been )?paid"
        rf"|haven['’]t (?:yet )?been paid|offen"
        r"|unbezahlt|überfällig|(?:noch )?nicht (?:bezahlt|beglichen)|impayées?|non (?:payées?|réglées?)"
        r"|pas (?:encore )?(?:été )?(?:payées?|réglées?)|impagad[ao]s|sin pagar|pendientes?(?: de pago)?"
        r"|no (?:se han |han sido |están |estan |fueron )?pagad[ao]s"
        r"|(?:ne sont |n['’]ont )pas (?:encore )?(?:été )?(?:payées?|réglées?)"
        r"|(?:(?:have |do )?(?:we|i|they) (?:still )?(?:have )?not|(?:have|do)n['’]t (?:we|i|they)"
        r"|(?:we|i|they) (?:still )?haven['’]t) (?:yet )?(?:paid|settled|pay)(?: for)?(?: yet| so far)?"
        r"|(?:haben )?wir (?:noch )?nicht (?:bezahlt|beglichen)(?: haben)?"
        r"|(?:nous )?n['’]avons(?:-nous)? pas (?:encore )?(?:payées?|réglées?)"
        r"|(?:todavía |aún )?no hemos (?:pagado|abonado)(?: todavía| aún)?)"
    ),
    "paid": rf"(?:{_STILL} )*(?:paid|settled|bezahlt|beglichen|payées?|réglées?|acquittées?|pagad[ao]s)",
    "chaired": r"with the chair of",
    "present": r"with the presence of",
    "absent": r"with the absence of",
    "starts": (
        r"(?:will )?(?:start|begin|commence|take effect)s?|starting|beginning|beginnen|anfangen|commencent|débutent"
        r"|empiezan|comienzan"
    ),
}
VERB_STARTS = {name: re.compile(rf"(?i)(?<!\w){_NOT}(?P<verb>{verb})(?!\w)") for name, verb in VERBS.items()}
PREPOSITIONAL = re.compile(
    r"(?i)(?:(?P<language>(?:written )?in (?:english|german|french|spanish|italian|dutch)|auf (?:deutsch|englisch"
    r"|französisch|spanisch)"
    r"|en (?:anglais|allemand|français|espagnol|inglés|alemán|francés|español))(?!\w)"
    r"|(?P<folder>(?:in|from|under|aus|im|dans|en) (?:the |dem |le |la |el )?(?:folder|directory|ordner|verzeichnis"
    r"|dossier|carpeta) )"
    r"|(?P<pages>(?:(?:with|have|has|having|are|is|of|mit|de|con) )?(?:(?P<more>more than|longer than|over|mehr als"
    r"|länger als|plus de|más de)"
    r"|(?P<fewer>fewer than|less than|shorter than|under|weniger als|moins de|menos de)|(?P<least>at least"
    r"|mindestens|au moins|al menos))"
    r" (?P<number>\d{1,5}) (?:pages?|seiten|páginas)(?!\w))"
    rf"|(?P<amount>(?:(?:with|of|for|have|has|having|are|is|were|was|come to|cost|mit|sind|liegen|lagen|kosten|haben"
    rf"|von|sont|coûtent|de|d['’]|avec|son|están|cuestan|con|por) )?(?:(?:a |an |einem |einen |un )?"
    rf"(?:total|amount|value|sum|betrag|gesamtbetrag|montant|importe)s? )?(?:(?:of|von|de|d['’]) ?)?"
    rf"(?={OPENS_BOUND}\s))"
    r"|(?P<currency>(?:(?:made out |paid |payable |written )?(?:in|en) )(?:euros?|eur|€|(?:us )?dollars?|usd"
    r"|\$|pounds?|gbp"
    r"|£|(?:swiss )?francs?|chf|kronor|kroner|sek|nok|dkk|yen|jpy|livres|francos?|dólares|libras)(?!\w))"
    r"|(?P<dated>(?:dated|written|sent|made|issued|datiert|datés?|datées?|fechad[oa]s)?\s*(?:in|on|of|from|before"
    r"|after|since|until|between|by"
    r"|vom|von|aus|vor|nach|seit|bis|zwischen|im|du|de|d['’]|avant|après|depuis|entre|antes del?|después del?|desde"
    r"|hasta|del)\s)"
    r"|(?P<addressee>(?:(?:billed|addressed|sent|made out|written|issued|went|go) (?:to|for)"
    r"|(?:gingen|gehen) an|(?:adressée?s?|envoyée?s?) à|(?:dirigid[oa]s|enviad[oa]s) a|to|an|à|para)\s+)"
    r"|(?P<organisation>(?:from|by|with|of|von|de|par|del?|por) ))"
)
LANGUAGES = {
    "en": "english englisch anglais inglés", "de": "german deutsch allemand alemán",
    "fr": "french französisch français francés", "es": "spanish spanisch espagnol español",
    "it": "italian", "nl": "dutch",
}  # fmt: skip
