"""Numbers that are written as words, in English, German, French and Spanish."""

from __future__ import annotations

_FROM_ONE = (
    # "one", "un" and the like are articles more often than numbers.
    "- two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
    " nineteen twenty",
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth",
    "- zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn"
    " neunzehn zwanzig",
    "ersten zweiten dritten vierten fünften sechsten siebten achten neunten zehnten elften zwölften",
    "erste zweite dritte vierte fünfte sechste siebte achte neunte zehnte elfte zwölfte",
    "- deux trois quatre cinq - sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf"
    " vingt",
    "premier deuxième troisième quatrième cinquième sixième septième huitième neuvième dixième onzième douzième",
    "- dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho"
    " diecinueve veinte",
    "primer segundo tercer cuarto quinto sexto séptimo octavo noveno décimo",
)
_TENS = (
    "- - thirty forty fifty sixty seventy eighty ninety hundred",
    "- - dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert",
    "- - trente quarante cinquante soixante - - - cent",
    "- - treinta cuarenta cincuenta sesenta setenta ochenta noventa cien",
)
NUMBER_WORDS = {
    word: value * factor
    for factor, lists in ((1, _FROM_ONE), (10, _TENS))
    for words in lists
    for value, word in enumerate(words.split(), 1)
    if word != "-"
}
"""Folded to lower case -> the number."""
