"""Knows the words by which questions ask over records, in English, German, French and Spanish."""

from __future__ import annotations

import re

from rag.planning.row_words import THINGS, VERBS, terms
from rag.planning.thing_query import LIGHT_WORDS
from rag.words.dates import MONTH_PATTERN
from rag.words.folding import fold
from rag.words.stop_words import RULED_STOP_WORDS

_PREPOSITION = r"(?:(?:in|at|on|for|from|by|to|of|bei|an|auf|für|von|zu|dans|à|de|pour|chez|sur|en|a|con) )?"
_THE = r"(?:(?:of )?(?:the|these|our|all|der|die|den|unserer?|les|des|nos|los|las|nuestros|nuestras) )*"
COUNTS = re.compile(
    rf"(?i)^\W*{_PREPOSITION}(?:how many(?: of)?|wie ?viele[nr]?(?: von)?|combien (?:de |d['’])"
    rf"|combien y a-t-il (?:de |d['’])"
    rf"|cu[aá]nt[oa]s(?: de)?) ?{_THE}"
)
WHICH = re.compile(
    rf"(?i)^\W*{_PREPOSITION}(?:which|what|welche[rsnm]?|quel(?:le)?s?|qu[eé]|cu[aá]l(?:es)?)(?: of| von| de)?"
    rf"(?: (?:is|are|was|were|ist|sind|war|waren|est|sont|était|es|son|fue|fueron)(?= (?:the|der|die|das|le|la|les"
    rf"|el|los|las)\b))?"
    rf" {_THE}(?:(?:le|la|el|das|dem) )?"
)
LISTS = re.compile(
    rf"(?i)^\W*(?:please )?(?:list|show(?: me)?|name|give me(?: a list of)?|nenne|liste|zeige?|listez|montre[rz]?"
    rf"|lista"
    rf"|muestra|enumera)(?: (?:all|every|alle|tous|toutes|todos|todas))?(?: (?:of|von))? {_THE}"
)
WHO = re.compile(
    r"(?i)^\W*(?:by |with |to |from |von |mit |par |à |por |a )?(?:who|whom|wer|wen|wem|qui|quién(?:es)?)\b"
)
WHOSE = re.compile(r"(?i)^\W*(?:whose|wessen)\b")
WHEN = re.compile(r"(?i)^\W*(?:when|wann|quand|cuándo)\b")
AMOUNT = re.compile(
    r"(?i)^\W*(?:how (?:much|high|long|old|large|big)|wie (?:viel|hoch|lange?|alt|groß)|combien|cuánto|calculate"
    r"|compute"
    r"|berechne|the (?:total|sum|average))\b"
)
REPEATED = re.compile(
    r"(?i)(?<!\w)(?:more than (?:once|one(?! of))|(?:at least )?twice|two or more|several times|multiple times"
    r"|repeatedly"
    r"|mehr als (?:einmal|eine[nrms]?|ein)|mehrmals|mehrfach|(?:mindestens )?zweimal|plus d['’]une?(?: fois)?"
    r"|(?:au moins )?deux fois"
    r"|plusieurs(?: fois)?|más de un[oa]?(?: vez)?|(?:al menos )?dos veces|varias(?: veces)?|varios)(?!\w)"
)
"""A value that several records have."""
MISSING = re.compile(
    r"(?i)(?<!\w)(?:(?:ha(?:s|ve)|with|there (?:is|are)) no|without(?: an?)?|lack(?:s|ing)?"
    r"|(?:say|state|give|mention)s? nothing (?:about|on|of)|says? no word (?:about|of)"
    r"|(?:sagt|sagen|steht|enthält) nichts (?:über|von|zu)|ne (?:dit|disent) rien (?:sur|de)"
    r"|no dicen? nada (?:de|sobre)"
    r"|do(?:es)?(?: not|n['’]t) (?:state|give|name|mention|have|show|say|include|specify|list|contain)|missing"
    r"|not (?:stated|given|specified|filled in)|fehl(?:t|en|te|ten)|ohne|keine?[nrms]?|nicht angegeben"
    r"|(?:n['’]|ne )(?:a|ont|contient|contiennent|mentionne(?:nt)?|indique(?:nt)?|précise(?:nt)?) pas (?:de |d['’]"
    r"|la |le |les )?"
    r"|sans|manque(?:nt)?|sin|faltan?|carecen? de|no (?:tienen?|indican?|mencionan?|consta))(?!\w)"
)
"""What a record does not state."""
NOT = re.compile(
    r"(?i)(?<!\w)(?:not|cannot|never|no|nicht|nie|ne|pas|jamais|aún no|todavía no|nunca)(?!\w)|(?<!\w)n['’](?=[aeéiou])"
    r"|n['’]t(?!\w)"
)
EXCEPT = re.compile(
    r"(?i)(?<!\w)(?:other than|except(?: for)?|apart from|besides|außer|sauf|autres? que|excepto|salvo"
    r"|distint[oa]s? de|aparte de)(?!\w)"
)
OWED = re.compile(
    r"(?i)(?<!\w)(?:(?:still )?(?:outstanding|owed|owing|due)|(?:noch )?offen|ausstehend|pendientes?)(?!\w)"
)
PAID_BEST = re.compile(
    r"(?i)(?<!\w)(?:(?:is |are )?(?:paid (?:the )?(?:best|most)|best[- ]paid|highest[- ]paid|pays (?:the )?(?:best"
    r"|most))"
    r"|(?:am )?bestbezahlte\w*|verdient am meisten|(?:la |le )?mieux payée?s?|mejor pagad[oa]s?)(?!\w)"
)
LAST = re.compile(
    r"(?i)(?<!\w)(?:the last(?! name)|comes? last|is (?:the )?(?:latest|last)|most recent|latest|newest|zuletzt"
    r"|(?:am )?spätesten?"
    r"|(?:der|die|das) (?:letzte|späteste)"
    r"|neueste[nrms]?|(?:la |le )?plus (?:récente?|tardive?)|en dernier|(?:la |el )?más (?:reciente|tarde)|(?:la "
    r"|el )?últim[oa])(?!\w)"
)
FIRST = re.compile(
    r"(?i)(?<!\w)(?:the first(?! (?:name|aid|floor))|comes? first|first$|earliest|oldest|zuerst|(?:am )?frühesten?"
    r"|(?:der|die|das) (?:erste|früheste)"
    r"|älteste[nrms]?"
    r"|(?:la |le )?plus (?:ancienne?|tôt|vieux|vieille)|en premier|(?:la |el )?más (?:antigu[oa]|temprano"
    r"|viej[oa])|(?:la |el )?primer[oa]?)(?!\w)"
)
THE_MOST = re.compile(
    r"(?i)(?<!\w)(?:die meisten?|am meisten|le plus(?: de| d['’])?|más(?! de\b)|the (?:strong|heavi|fast|deep|hott|warm"
    r"|steep|full|thick|loud)est|(?P<least>die wenigsten|am wenigsten|le moins(?: de| d['’])?|menos(?! de\b)"
    r"|the (?:weak|slow|cold|light|few|thinn)est))(?!\w)"
)
"""The most of something that is counted: "más días"."""
LONGEST = re.compile(
    r"(?i)(?<!\w)(?:(?:the )?longest|(?:am )?längsten?|(?:le |la )?plus longtemps|(?:le |la )?plus longue?"
    r"|más tiempo|más larg[oa])(?!\w)"
)
MONTHS_BETWEEN = re.compile(
    rf"(?i)(?<!\w)(?:(?:from|between|von|zwischen|de|entre|desde) )?(?P<first>{MONTH_PATTERN}) (?:to|until|till"
    rf"|through|and|bis|und|à|et|a|hasta|y) "
    rf"(?P<last>{MONTH_PATTERN})(?:,? (?:de |of )?(?P<year>(?:19|20)\d\d))?(?!\w)"
)
MONTH_ALONE = re.compile(
    rf"(?:(?<!\w)(?i:in|im|en|de|of|for|during|le|au mois de|el)\s+(?P<month>(?i:{MONTH_PATTERN}))(?!\w)"
    rf"|(?<!\w)(?P<before>[A-Z][a-zäéû]+)(?= (?:[Mm]eeting|[Ss]ession|[Rr]eading|[Ii]nvoice|[Rr]eport|[Mm]inutes)))"
)
MONTH_NOUNS = frozenset(terms("month months monat monate mois mes meses"))
TIMES = frozenset(terms("times time mal male fois vez veces"))
SIZE = re.compile(
    r"(?i)(?<!\w)(?:large|big|size|area|groß|größe|fläche|grand|surface|taille|grandes?|superficie|tamaño)(?!\w)"
)
SIZE_UNITS = frozenset({"m²", "m2", "sqm", "ft²", "ha"})
COST = frozenset(
    terms(
        "earn earns earned verdient verdienen gagne gagnent gana ganan cost costs costed price amount amounts"
        " money bill charge charged charges pay paid pays expensive bill bills kosten preis betrag"
        " coût coûts prix montant coste costes precio importe costó costaron cuesta cuestan costado gekostet coûté"
        " geld argent dinero verlangt verlangen"
    )
)
"""Words for an amount of money that is not called otherwise."""
KIND_WORDS = {
    "day": frozenset(terms("date dates day days when deadline datum termin frist jour délai échéance fecha día plazo")),
    "year": frozenset(terms("year years date jahr année an año")),
    "time": frozenset(
        terms(
            "time duration long dauer zeit temps durée duración tiempo minutes hours days minuten stunden tage"
            " heures jours horas días"
        )
    ),
    "money": COST,
}
"""Kind of a field -> words that may stand beside its name: the date of the next inspection."""
UNITS = {
    name: frozenset(terms(words))
    for name, words in {
        "m3": "cubic metre metres meter meters kubikmeter mètre mètres cube cubes metro metros cúbicos",
        "m2": "square metre metres meter meters quadratmeter mètre mètres carré carrés metro metros cuadrados",
        "kwh": "kilowatt hour hours kilowattstunden kilowattheures kilovatios hora horas",
        "kg": "kilo kilos kilogram kilograms kilogramm kilogrammes kilogramos",
        "km": "kilometre kilometres kilometer kilometers kilomètres kilómetros",
    }.items()
}
"""Unit in the name of a field -> the words that spell it out."""
_NEUTRAL = """
carry carries carried hold holds held go goes went run put place took take takes use used uses using consume consumed
consumption usage verbrauch verbraucht verbrauchte consommation consommé consumo consumió charge charged bill billed
settle
settled look looks looking base based issue issued issues state stated states suffer suffered happen happened occur
occurred
everybody everyone anybody person persons people belong written write writes wrote carry out add adds up come comes came
find found made make give gave given done did been get gets got live lives lived reading readings value values money
still
whole half total whose gesamt einzeln stattgefunden stattfand stattfinden dürfen halten besteht bestehen begonnen
beginnt beginnen anfangen
wohnt wohnen zahlt zahlen bezahlt gehört verdient verfasst geschrieben erstellt liegt liegen prévu prévue prévus
prévues écrit
écrite rédigé faut fallait il elle compter mettre faire eu lieu eue total sucedieron sucedió ocurrió ocurrieron hubo
tuvo
tuvieron estuvo estuvieron sufrió sufrieron corresponde corresponden suman suma escribió escribieron hizo hicieron quedó
different distinct verschiedene verschiedenen différents différentes distintos distintas bring brings brought order
orders ordered visit visits visited book booked buy buys bought sell sells sold hire hired
join joined enter entered appear appears appeared gebracht bestellt besucht gebucht gekauft acheté commandé visité
compró pidió visitó lleva llevó laufen läuft celle celui ceux celles was were earn earns earned begin begins began
started start concern concerns concerne concernent concernant betrifft betreffen porte portent commence commencent
empieza empiezan comienza comienzan
something somebody someone us our own owns owned fall falls fell worth counting offer offers offered angeboten anbieten
ofrece ofrecen tenemos avons haben fangen erst erhalten gemacht
durchgeführt bekommen faites faits effectué effectués effectuée effectuées réalisé réalisées hecho hecha hechas hechos
realizó realizado recibió machte machten entfallen entfällt fuhr fuhren drove driven covered travelled zurückgelegt
parcouru parcourus parcourue recorrió recorrieron gestellt veut veulent want wants
schon noch bereits actually really today now currently sent asks asked leaving aside owe owes owed
"""
NEUTRAL = frozenset(terms(_NEUTRAL)) | VERBS | THINGS | frozenset(terms(LIGHT_WORDS))
"""Stems of words that say of records no more than that they are so."""
CALLED = frozenset(
    terms(
        "document documents file files record records form forms sheet sheets entry entries one ones job jobs post"
        " posts position positions vacancy"
        " model models product products item items modell modelle produkt produkte modèle modèles"
        " produit produits modelo modelos producto productos"
        " vacancies advert adverts advertisement advertisements advertised dokument dokumente formular formulare"
        " blatt stelle stellen anzeige"
        " anzeigen document documents fiche fiches formulaire annonce annonces poste postes emploi emplois"
        " documento documentos ficha"
        " fichas puesto puestos anuncio anuncios oferta ofertas"
    )
)
"""Words that stand for any record."""
_BROAD = """
bill bills animal animals patient patients firm firms company companies supplier suppliers trader traders tenant
tenants building buildings house houses flat flats apartment apartments object objects piece pieces event events
meeting meetings trip trips course courses case cases incident incidents accident accidents customer customers client
clients child children vehicle vehicles farm farms association associations request requests application applications
intervention interventions job jobs visit visits property properties place places club clubs repair repairs treatment
treatments pet pets rechnung rechnungen tier tiere patienten firma firmen anbieter lieferant lieferanten handwerker
mieter gebäude haus häuser wohnung wohnungen objekt objekte sitzung sitzungen reise reisen kurs kurse fall fälle
unfall unfälle kunde kunden kind kinder fahrzeug fahrzeuge hof höfe verein vereine antrag anträge einsatz einsätze
termin termine reparatur reparaturen facture factures animaux entreprise entreprises société sociétés fournisseur
fournisseurs artisan artisans locataire locataires bâtiment bâtiments maison maisons logement logements appartement
appartements objet objets réunion réunions voyage voyages cours cas enfant enfants véhicule véhicules ferme fermes
demande demandes dossier dossiers réparation réparations factura facturas animales empresa empresas proveedor
proveedores inquilino inquilinos edificio edificios casa casas piso pisos vivienda viviendas objeto objetos reunión
reuniones viaje viajes curso cursos caso casos accidente accidentes cliente clientes niño niños vehículo vehículos
finca fincas asociación asociaciones solicitud solicitudes reparación reparaciones
"""
BROAD = frozenset(terms(_BROAD))
"""Words so broad that they stand for what documents of no common form are about."""
_STANDING = """
válido válidos vigentes gültiger anulado anulados valables
valid standing remaining current present available free leaving out left cancelled withdrawn void running gültige
gültig gültigen frei freie freien verfügbar stornierte stornierten übrig übrigen haben valable valables maintiennent
maintenue maintenues maintenu maintenus restantes disponible disponibles annulée annulées libre libres válida válidas
vigente vigentes anulada anuladas
"""
STANDING = frozenset(terms(_STANDING))
"""Words for what was not taken back: no condition, where those that were are left out."""
APPLICANTS = frozenset(
    terms(
        "applicant applicants candidate candidates bewerber bewerberin bewerberinnen kandidat kandidaten kandidatin"
        " candidat candidats candidate candidato candidata candidatos aspirante aspirantes"
    )
)
APPLICATIONS = frozenset(terms("cv curriculum vitae resume résumé lebenslauf application bewerbung candidature"))
"""What documents are called whose records are applicants."""
ORGANISATION_LABEL = re.compile(
    r"(?i)(?<!\w)(?:supplier|vendor|manufacturer|maker|brand|company|firm|publisher|laboratory|bank|insurer|carrier"
    r"|lieferant|hersteller|marke|firma|verlag|versicherung|spedition|fournisseur|fabricant|marque|société|éditeur"
    r"|transporteur|proveedor|fabricante|marca|empresa|editorial|transportista)(?!\w)"
)
"""Labels of those who supply or make something: of a person nothing is told by them."""
PERSON_LABEL = re.compile(
    r"(?i)\b(?:name|nom|nombre|client|customer|kunde|kundin|cliente|tenant|mieter|locataire|inquilin[oa]|author"
    r"|auteur|autor|patient|member|mitglied"
    r"|employee|mitarbeiter|trabajador\w*|worker|driver|fahrer|owner|person|guest|gast|teacher|lehrer|buyer|seller"
    r"|applicant|bewerber|student|pupil)"
)
NUMBER_WORDS = frozenset(
    fold(
        "two three four five six seven eight nine ten twelve zwei drei vier fünf sechs sieben acht deux trois quatre"
        " cinq sept huit dos tres cuatro cinco seis siete ocho"
    ).split()
)
_STOP = RULED_STOP_WORDS | frozenset(fold("per each every pro je par chaque por cada yet already noch").split())


def is_glue(token: str) -> bool:
    """Return whether a word as it is written only joins others."""
    return fold(token) in _STOP
