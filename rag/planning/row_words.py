"""Knows the words by which questions ask for rows of a table, in English, German, French and Spanish."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from rag.text import content_words
from rag.words.folding import fold

MAX_ENDING = 3
"""Letters that the stem of a word may lack; more are no ending, as in the German Mitglied."""


def terms(text: str) -> list[str]:
    """Return the words of a question or of cells in the form in which they are compared, in order."""
    return [term for token in text.split() for term in _terms_of(token)]


@lru_cache(maxsize=1 << 16)
def _terms_of(token: str) -> tuple[str, ...]:
    found = content_words(token)
    plain = fold(token.strip("\"'“”„«»()[]¿?¡!.,;:"))
    if len(found) == 1 and plain.isalpha() and len(plain) - len(found[0]) > MAX_ENDING:
        return (plain,)
    return tuple(found)


How = Literal["often", "most", "least", "average", "sum", "count", "list", "share", "value"]

Measure = tuple[Literal["most", "least"], str]
"""Whether the largest or the smallest is meant, and a pattern for the name of its column; "" for any."""

PRICE = (
    r"price|cost|costs|amount|fee|rent|preis|kosten|betrag|gebühr|miete|prix|coût|montant|tarif|loyer|precio|coste"
    r"|costo|importe|tarifa|cuota|alquiler"
)
TIME = (
    r"year|date|since|day|built|from|start(?:ed)?|joined|hired|entry|member since|opened|jahr|datum|seit|baujahr|beginn"
    r"|eintritt(?:sjahr|sdatum)?|einstellung|année|date|depuis|début|entrée|embauche|adhésion|año|fecha|desde|inicio"
    r"|ingreso|alta"
)
_AGE = r"age|alter|âge|edad"
_BIRTH = r"birth|born|geburt\w*|geboren|naissance|né|nacimiento"
BIRTH = re.compile(rf"(?i)\b(?:{_BIRTH})")
COMPOUND_HEADS = (
    "preis",
    "kosten",
    "betrag",
    "gewicht",
    "gebühr",
    "miete",
    "länge",
    "dauer",
    "höhe",
    "tiefe",
    "datum",
    "jahr",
)
"""German words that end compounds: Einzelpreis is a price."""
_LENGTH = (
    r"length|distance|km|kilomet\w+|kilomèt\w+|kilómet\w+|miles|strecke|duration|days|hours|minutes|weeks|länge|dauer|tage|stunden|minuten|longueur|durée|heures|duración|longitud"
    r"|horas"
)
_TAKES = (
    r"lieferzeit|lieferfrist|dauer|delivery(?: time)?|lead time|duration|délai(?: de livraison)?|plazo(?: de entrega)?"
)
_SPEED = r"speed|knots|km/h|geschwindigkeit|vitesse|velocidad"
_DEPTH = r"depth|tiefe|profondeur|profundidad"
WEIGHT = "weight|mass|gewicht|poids|peso"
_HEIGHT = "height|höhe|größe|hauteur|taille|altura"
_SIZE = r"size|area|floor space|fläche|\w*fläche|größe|surface|superficie|taille|tamaño|sq ?m|sq ?ft|m²|qm|hectares?|ha"
_LARGE = (
    r"highest|largest|biggest|greatest|most|höchste[nrsm]?|größte[nrsm]?|meiste[n]?|(?:le|la|les) plus|plus (?:haute?"
    r"|grande?|élevée?)|mayor|más (?:alt[oa]|grande)"
)
_SMALL = (
    r"lowest|smallest|least|fewest|niedrigste[nrsm]?|kleinste[nrsm]?|wenigste[n]?|geringste[nrsm]?|(?:le|la|les) moins"
    r"|plus (?:basse?|petite?|faible)|menor|más (?:baj[oa]|pequeñ[oa])"
)


@lru_cache(maxsize=64)
def measure_pattern(measure: str) -> re.Pattern[str]:
    """Return what finds the name of a column that is of a measure, also as the end of a German compound."""
    heads = [word for word in COMPOUND_HEADS if word in measure.split("|")]
    compound = rf"|[^\W\d_](?:{'|'.join(heads)})(?![^\W\d_])" if heads else ""
    return re.compile(rf"(?i)(?<![^\W\d_])(?:{measure})(?![^\W\d_]){compound}")


SUPERLATIVES: tuple[tuple[str, tuple[Measure, ...]], ...] = (
    (
        r"least expensive|cheapest|günstigste[nrsm]?|billigste[nrsm]?|(?:le |la |les )?moins ch(?:er|ère)s?"
        r"|más barat[oa]s?"
        r"|menos car[oa]s?",
        (("least", PRICE),),
    ),
    (
        r"most expensive|dearest|priciest|teuerste[nrsm]?|(?:le |la |les )?plus ch(?:er|ère)s?|más car[oa]s?",
        (("most", PRICE),),
    ),
    (
        r"newest|latest|most recent(?:ly)?|neu(?:e)?ste[nrsm]?|(?:le |la )?plus récente?|más reciente|más nuev[oa]",
        (("most", TIME),),
    ),
    (r"youngest|jüngste[nrsm]?|(?:le |la )?plus jeune|más joven", (("least", _AGE), ("most", _BIRTH), ("most", TIME))),
    (
        r"oldest|earliest|älteste[nrsm]?|früheste[nrsm]?|(?:le |la )?plus (?:ancienne?|âgée?|vieille|vieux)"
        r"|más antigu[oa]"
        r"|más viej[oa]|mayor de edad",
        (("most", _AGE), ("least", _BIRTH), ("least", TIME)),
    ),
    (r"heaviest|schwerste[nrsm]?|(?:le |la )?plus lourde?|más pesad[oa]", (("most", WEIGHT),)),
    (r"lightest|leichteste[nrsm]?|(?:le |la )?plus légère?|más liger[oa]", (("least", WEIGHT),)),
    (r"tallest", (("most", _HEIGHT),)),
    (r"longest|längste[nrsm]?|(?:le |la )?plus longue?|más larg[oa]", (("most", _LENGTH),)),
    (r"shortest|kürzeste[nrsm]?|(?:le |la )?plus courte?|más cort[oa]", (("least", _LENGTH),)),
    (r"fastest|quickest|(?:am )?schnellste[nrsm]?|(?:le |la )?plus rapide"
    r"|más rápid[oa]", (("most", _SPEED), ("least", _TAKES))),
    (r"deepest|tiefste[nrsm]?|(?:le |la )?plus profonde?|más profund[oa]", (("most", _DEPTH),)),
    (
        r"largest|biggest|größte[nrsm]?|(?:le |la |les )?plus grande?s?|más grandes?",
        (("most", _SIZE), ("most", "")),
    ),
    (
        r"smallest|kleinste[nrsm]?|(?:le |la |les )?plus petite?s?|más pequeñ[oa]s?",
        (("least", _SIZE), ("least", "")),
    ),
    (_LARGE, (("most", ""),)),
    (_SMALL, (("least", ""),)),
)  # fmt: skip
TENURE: tuple[tuple[str, tuple[Measure, ...]], ...] = (
    (r"longest|am längsten|le plus longtemps|(?:más|mayor) tiempo|más antigüedad", (("least", TIME),)),
    (
        r"most recently|last|latest|zuletzt|als letzte[rs]?|am kürzesten|en dernier|le plus récemment|más recientemente"
        r"|(?:el |la )?últim[oa]|en último lugar",
        (("most", TIME),),
    ),
    (
        r"first|earliest|zuerst|als erste[rs]?|am frühesten|en premier|(?:el |la )?primer[oa]|en primer lugar",
        (("least", TIME),),
    ),
)
"""Superlatives of those who joined: longest means earliest."""
JOINS = re.compile(
    r"(?i)\b(?:start(?:ed)?|joined|join|hired|works?|worked|working|employed|served|taught|been here|been with us"
    r"|here|hier|ici|aquí|chez nous"
    r"|came|dabei|arbeitet|beschäftigt|angestellt|eingetreten|angefangen|begonnen"
    r"|eingestellt|arrivée?|entrée?|travaille|commencé|embauchée?|inscrite?|trabaja\w*|empezó|entró|ingresó"
    r"|lleva)\b"
)
MEMBER = re.compile(r"(?i)\b(?:member|mitglied|membre|soci[oa]|miembro|customer|kunde|kundin)\b")
"""What somebody has been for long: a word of the table, other than the verbs for joining it."""
MOST_OFTEN = re.compile(
    r"(?i)\b(?:most (?:often|frequently|times)|(?:am )?(?:häufigsten|öftesten|meisten mal)|le plus (?:souvent|de fois)"
    r"|más (?:veces|a menudo|frecuentemente))\b"
)
"""What a column holds most often is asked for."""
ADDS_UP = re.compile(r"(?i)\b(?:(?:the )?most|die meisten?|am meisten|le plus|la plus grande partie|más)\b")
"""The most in all, of those who have several rows; the highest is one row."""
ASKS_WHO = re.compile(r"(?i)^\W*(?:who|wer|qui|quién(?:es)?)\b")
ASKS_ONE = re.compile(
    r"(?i)^\W*(?:(?:in|on|at|auf|bei|an|dans|à|en) )?(?:which|what|what['’]?s|who|where|welche[rsnm]?|was|wer"
    r"|quel(?:le)?s?|qui|qué|quién(?:es)?|cuál(?:es)?|name|tell me)\b"
)
AVERAGE = re.compile(
    r"(?i)\b(?:average|mean|durchschnittlich\w*|durchschnitts?\w*|mittelwert|moyenn?e?s?|promedio|medi[oa])\b"
)
SUM = re.compile(
    r"(?i)\b(?:in total|total|totals|sum|altogether|(?:all )?together|combined|in all|insgesamt|summe|gesamt\w*"
    r"|zusammen"
    r"|au total|en tout|totale|somme|ensemble|en total|en conjunto|suma|sumad[oa]s|junt[oa]s)\b"
)
SPENT = re.compile(
    r"(?i)^\W*(?:how much\b.*\bspen[dt]|wie ?viel\b.*\bausgegeben|combien\b.*\bdépensé|cuánto\b.*\bgast(?:amos"
    r"|aron|ado|ó))\b"
)
"""What was spent on something is the sum of all that was."""
ASKS_NUMBER = re.compile(
    r"(?i)^\W*(?:what|how (?:much|many|high|long|old)|calculate|compute|wie (?:viele?|hoch|lange?|alt)|was|welche[rsn]?"
    r"|berechne|quel(?:le)?s?|combien|à combien|cuál|cuánt[oa]s?|qué|the |der |die |das |average|mean|total|sum"
    r"|durchschnitt\w*|summe|gesamt\w*|somme|moyenne|suma|promedio)"
)
SHARE = re.compile(
    r"(?i)\b(?:percentage|per ?cent|share|proportion|fraction|prozent\w*|anteil|pourcentage|proportion|porcentaje"
    r"|proporción)\b"
)
COUNT = re.compile(
    r"(?i)^\W*(?:how many(?: of)?(?: the| our)?|count (?:all )?(?:the )?"
    r"|(?:what is )?(?:the )?number of(?: all)?(?: the)?"
    r"|wie ?viele|(?:die )?anzahl (?:der|aller|von)|combien (?:de|d['’])|combien y a-t-il (?:de|d['’])"
    r"|(?:le )?nombre (?:de|d['’]|des)"
    r"|cu[aá]nt[oa]s|(?:el )?número de) ?(?P<noun>[^?]+)"
)  # fmt: skip
LIST = re.compile(
    r"(?i)^\W*(?:please )?(?:list|name|enumerate|show(?: me)?|give me(?: a list of)?|nenne|liste?|zeige?|listez"
    r"|montre[rz]?"
    r"|lista|enumera|muestra)(?: (?:all|every|alle[rn]?|toutes|tous|todos|todas))?(?: (?:of|von))?"
    r"(?: (?:the|our|die|der|les|los|las))? (?P<noun>[^?]+)"
)
WHICH = re.compile(
    r"(?i)^\W*(?:which|what|welche|quel(?:le)?s|qu[eé]|cu[aá]les)(?: of the| der| des| de los| de las)?"
    r" (?!(?:is|are|was|were|does|do|did|has|have|can|must|ist|sind|war|est|sont|es|son|fue)\b)(?P<noun>[^\W\d_]\S*)"
)
VALUE = re.compile(
    r"(?i)^\W*(?:what (?:is|was) (?:the )?(?:total )?value of|how much (?:is|are) .+ worth|what (?:is|are) .+ worth"
    r"|wie viel (?:ist|sind) .+ wert|was (?:ist|sind) .+ wert|welchen (?:gesamt)?wert haben?"
    r"|wie hoch ist der (?:gesamt)?wert"
    r"|quelle est la valeur(?: totale)?|combien valent?|cuál es el valor(?: total)?|cuánto valen?)\b"
)
VALUE_NAME = re.compile(r"(?i)\b(?:value|worth|wert|valeur|valor|total|gesamt\w*|importe)\b")
QUANTITY = re.compile(
    r"(?i)\b(?:qty|quantity|number|count|stock|pieces|units|boards|copies|menge|anzahl|stück|bestand|quantité|nombre"
    r"|cantidad|existencias|unidades)\b"
)
UNIT_PRICE = re.compile(
    r"(?i)(?:price|cost|preis|prix|coût|precio|coste)\b.*\b(?:per|each|unit|je|pro|stück|par|unitaire|unitario|por)\b"
    r"|\bunit (?:price|cost)|stückpreis|einzelpreis|preis|price|prix|precio"
)
NOT = re.compile(
    r"(?i)\b(?:not|never|nicht|noch nicht|keine?n?|ne|pas|no|aún no|todavía no)\b|n['’](?=[aeiou])|\w+n['’]t\b"
    r"|\bunpaid\b"
)
DUE_ON_ONE = re.compile(
    r"(?i)\btotal(?: amount| sum)? (?:due|payable|to pay|owed|outstanding)\b[^?]*\b(?:on|of|for|in)"
    r" (?:the |our |your |this )?(?:invoice|bill|order|receipt|quotation|quote|offer|statement)\b"
)
"""What one paper says is due in all, with tax and carriage: it states that, and its rows do not make it."""
NO_ROWS = re.compile(
    r"(?i)\b(?:must|may|might|should|shall|can(?:not)?|could|allowed|darf|dürfen|muss|müssen|soll(?:en|te|ten)?|kann"
    r"|können|peut|peuvent|doit|doivent|faut|puede[n]?|debe[n]?|why|warum|pourquoi|por qué|difference|compared?"
    r"|than|change[ds]?|rise|rose|increased?|growth|unterschied"
    r"|stieg|steigt|gestiegen|différence|diferencia)\b"
)
WORK = re.compile(r"(?i)\b(?:works?|working|employ\w*|staff|arbeite\w*|beschäftig\w*|travaill\w*|emplo\w+|trabaj\w*)\b")
STAFF = re.compile(
    r"(?i)\b(?:staff|employees?|personnel|team|payroll|role|position|job|salary|wage|rate|department|started|hired"
    r"|mitarbeiter\w*|personal|stelle|abteilung|gehalt|lohn|funktion|employés?|personnel|poste|salaire|service|empleados?"
    r"|personal|puesto|sueldo|salario|departamento|cargo)\b"
)
PRICE_ASKED = re.compile(
    r"(?i)^\W*(?:how much\b.*\b(?:cost|pay|paid|spend|spent|price|charge|earn|owe)|what (?:do|does"
    r"|did)\b.*\b(?:cost|spend|pay)"
    r"|wie ?viel\b.*\b(?:ausgegeben|gezahlt|bezahlt)|combien\b.*\b(?:dépensé|payé)|cuánto\b.*\b(?:gast\w+|pag\w+)"
    r"|(?:was|wie ?viel) koste\w*|combien (?:coûte|coûtent)|cuánto cuesta\w*)"
)
PRICES = re.compile(rf"(?i)\b(?:{PRICE}|total|value|wert|valeur|valor|eur|usd|gbp|chf)\b|[$€£]")
BUILT = frozenset(
    terms(
        "built made bought purchased acquired published born joined hired started expires due older newer gebaut"
        " gekauft"
        " angeschafft erschienen geboren eingetreten beigetreten eingestellt älter neuer jünger construit construite"
        " construits achetés publiés nés construido construidos comprados publicados nacidos"
    )
)
"""Words for the day or year that a column holds: they need not stand in the table."""

ROWS_CALLED = tuple(
    (re.compile(rf"(?i)^\W*(?:{column})\b"), frozenset(terms(words)))
    for column, words in (
        (r"title|titel|titre|título", "books book works films bücher buch livres livre libros libro obras"),
        (
            r"article|item|product|artikel|produkt|ware|article|produit|artículo|producto",
            "articles items products goods things artikel produkte waren sachen articles produits artículos productos",
        ),
        (
            r"employee|mitarbeiter(?:in)?|employée?|empleado",
            " ".join(["employees staff people mitarbeiter leute gens"]),
        ),
    )
)
"""What the first column is called -> words for its rows."""
FULL_NAME = re.compile(
    r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|M|Mme|Sr|Sra)\.? )?[A-ZÀ-Ý][\w'’-]+(?: [A-ZÀ-Ý][\w'’-]+)*"
)
PERSON_NAME = re.compile(
    r"(?i)\b(?:(?:sur|first|last|vor|nach)?name|nom|prénom|nombre|apellidos?|employee|person|mitarbeiter(?:in)?|employé)\b"
)
PERSON_COLUMN = re.compile(
    r"(?i)\b(?:(?:sur|first|last|vor|nach)?name|nom|prénom|nombre|employee|person|driver|fahrer(?:in)?|conducteur|conductor|member"
    r"|mitglied|membre|miembro|socio|who|wer|qui|quién|customer|kunde|client|cliente|teacher|lehrer|player|spieler|reader|leser"
    r"|volunteer|helfer|tenant|mieter|patient|author|autor|worker|mitarbeiter(?:in)?|user|borrower|guest|gast|visitor)\b"
)
"""Columns of persons."""
SPENDS = re.compile(r"(?i)\b(?:spen[dt]|paid|cost|ausgegeben|bezahlt|gekostet|dépensé|payé|coûté|gast\w+|pagad\w+)\b")
AMOUNT = re.compile(r"(?i)\b(?:amount|total|betrag|summe|montant|total|importe|cantidad)\b|betrag\b")
"""The column of what was paid or received: where a table has one, a sum over its rows is over that."""
EXPENSES = frozenset(
    terms(
        "expense expenses expenditure spending spent outgoings costs ausgabe ausgaben kosten dépense"
        " dépenses gasto gastos"
    )
)
INCOME = frozenset(
    terms("income receipts earnings revenue takings einnahme einnahmen einkünfte recettes revenus ingreso ingresos")
)
"""Words for what was paid, and for what was received: a sheet of one is not meant by a question for the other."""
EARNS = re.compile(
    r"(?i)\b(?:earn(?:ed)?|receive[ds]?|took in|take in|eingenommen|bekommen|erhalten|gagné|encaissé|reçu"
    r"|ingresa\w+|cobra\w+)\b"
)
TABLES = frozenset(
    terms(
        "sheet sheets table spreadsheet list workbook tabelle blatt liste tableau feuille tabla hoja lista"
        " accounts account"
    )
)
"""Words for a table as a whole, which need not stand in it."""
YES = frozenset({"yes", "y", "ja", "oui", "si", "x", "✓", "✔", "true", "paid", "bezahlt", "paye", "pagado"})
NO = frozenset(
    {"", "no", "n", "nein", "non", "-", "—", "false", "not paid", "unpaid", "open", "offen", "unbezahlt", "impaye"}
)
"""What the cells of a column that answers yes or no hold, folded."""

PERSONS = frozenset(
    terms(
        "people persons employees staff colleagues members workers personen mitarbeiter leute menschen mitglieder"
        " personnes gens employés salariés membres personas gente empleados miembros trabajadores"
    )
)
THINGS = frozenset(terms("entries rows items records lines things einträge zeilen entrées lignes entradas filas"))
FORMS = frozenset(
    terms(
        "documents document candidates candidate applicants applicant firms firm companies company suppliers"
        " bidders providers"
        " tenants flats apartments houses people persons offers offer quotes bills bill invoices contracts leases"
        " forms sheets"
        " dokumente bewerber kandidaten firma firmen anbieter mieter wohnungen personen angebote angebot"
        " rechnungen verträge"
        " vertrag documents candidats candidat entreprises sociétés fournisseurs locataires appartements personnes"
        " offres devis"
        " factures contrats contrat candidatos candidato empresas proveedores inquilinos pisos personas ofertas"
        " presupuestos"
        " facturas contratos contrato job post"
    )
)
"""Words for what documents of one form stand for."""
LOGS = frozenset(
    terms("book books log logs register registers diary list record records buch bücher liste register journal cahier")
)
"""What a log is called besides what it is a log of."""
OWNERS = frozenset(
    terms(
        "club company firm business school library clinic practice shop store office association organisation"
        " organization museum hotel restaurant verein firma betrieb schule bibliothek bücherei klinik praxis laden"
        " geschäft büro entreprise société école bibliothèque clinique magasin association empresa escuela colegio"
        " biblioteca clínica tienda asociación"
    )
)
"""Whose documents they are: "how many boats has the club" means all boats."""
VERBS = frozenset(
    terms(
        "speak speaks spoke speaking sprechen spricht parlent parle hablan habla ask asks apply applies applied"
        " applying bewerben"
        " beworben postulent postule want wants give gives gibt geben donne donnent da dan allow allowed agree"
        " state states liefert"
        " liefern bietet bieten offers offer deliver delivers"
        " drive drives drove driven travel travelled fahren fährt gefahren conduit parcouru parcourus recorrido"
        " condujo buy buys bought"
        " gekauft kaufen acheté achetés comprado compramos sold verkauft vendu vendido lasted dauerte visited"
        " besucht visité"
        " spend spends spent ausgegeben dépensé dépensés gastamos gastaron gastado gastó take takes took use uses"
        " visit get gets receive nimmt nehmen nutzen fährt prennent prend utilisent"
        " toman usa vienen"
        " vient viennent kommen kommt stammen provienen come comes teach teaches taught unterrichten enseignent enseñan"
        " work works working worked live lives belong belongs sit sits stand lie come comes go goes exist own owns"
        " earn earns verdienen verdient gagnent gagne ganan gana employ employs sell sells offer offers rent"
        " rents lend teach attend cost costs pay pays arbeiten arbeitet"
        " wohnen wohnt gehören gehört sitzen stehen liegen besitzt verkauft kosten kostet travaillent travaille"
        " habitent"
        " appartiennent coûtent coûte vendons trabajan trabaja viven pertenecen cuestan cuesta tenemos"
        " registered listed went go gone ging gingen geflossen allé allés fue fueron"
        " recorded stock today happen happened occur occurred took place reported logged noted entered passiert"
        " geschehen eingetragen stattgefunden vorgekommen lieu produits produit ocurrieron hubo"
    )
)
"""What is said of rows, and need not stand in the table."""
ASKING = frozenset(
    terms(
        "which what whats what's who list all name show give tell many much average mean total sum altogether combine"
        " count number there calculate compute durchschnitt insgesamt viele gibt es value wie hoch ist der die das"
        " war were have has"
        " zusammen together ensemble juntos juntas whole entire ganze ganzen ganzer entier entière todo toda"
        " anzahl nombre número promedio moyenne moyen media medio somme suma"
        " summe durchschnittlich durchschnittliche durchschnittlicher durchschnittliches gesamt insgesamt worth dem am"
        " liste nenne zeige auf listez montrez lista muestra enumera percentage percent proportion fraction prozent"
        " avons nous avez vous ont fait anteil pourcentage porcentaje proporción hay y-a-t-il at least most"
    )
)
"""Words of such a question that name neither a row nor a column."""


def names_several(name: str, question: str) -> bool:
    """Return whether a column is called by the plural that a question counts: each row tells of several ("Seats"), and
    is not one of them."""
    words = re.findall(r"[^\W\d_]+", name.casefold())
    return any(word.endswith("s") and not word.endswith("ss") and word in question.casefold().split() for word in words)
