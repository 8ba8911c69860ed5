"""Says what was computed in the language of the question, with numbers written as that language writes them."""

from __future__ import annotations

from decimal import Decimal

from rag.planning.quantities import MAX_DECIMALS, Quantity, write_number
from rag.text import words_of
from rag.words.folding import fold
from rag.words.language import guess_language
from rag.words.stop_words import STOP_WORDS

_TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "count": "{count} rows of {where}: {listed}.",
        "count one": "{count} row of {where}: {listed}.",
        "extreme most": "{named}: {column} {cell}, the largest of {count} rows of {where}.",
        "extreme least": "{named}: {column} {cell}, the smallest of {count} rows of {where}.",
        "sum": "Sum of {what} = {formula} = {result}. {marks}",
        "average": "Average of {what} = {formula} = {result}. {marks}",
        "column": "{column} over {count} rows of {where}",
        "row": "{row} in {where}",
        "share": "{part} of {count} rows of {where} = {result}. {marks}",
        "value": "{column} × {price} of {where} = {formula} = {result}.",
        "totals sum": "Sum of the totals of {of_all} {subject}{formula} = {result}.",
        "totals average": "Average of the totals of {of_all} {subject}{formula} = {result}.",
        "totals most": "{named} is the largest of {of_all} {subject}: {result}.",
        "totals least": "{named} is the smallest of {of_all} {subject}: {result}.",
        "only": "only {part} of {count}",
        "documents share": "{part} of {count} {noun}, counted by documents: {result}.",
        "word count": "“{word}” occurs {times} times, in {count} of {all} documents.",
        "word count one": "“{word}” occurs once, in {count} of {all} documents.",
        "difference": "Difference",
        "ratio": "Ratio",
        "change": "Change",
    },
    "de": {
        "count": "{count} Zeilen von {where}: {listed}.",
        "count one": "{count} Zeile von {where}: {listed}.",
        "extreme most": "{named}: {column} {cell}, am größten unter {count} Zeilen von {where}.",
        "extreme least": "{named}: {column} {cell}, am kleinsten unter {count} Zeilen von {where}.",
        "sum": "Summe von {what} = {formula} = {result}. {marks}",
        "average": "Durchschnitt von {what} = {formula} = {result}. {marks}",
        "column": "{column} über {count} Zeilen von {where}",
        "row": "{row} in {where}",
        "share": "{part} von {count} Zeilen von {where} = {result}. {marks}",
        "value": "{column} × {price} von {where} = {formula} = {result}.",
        "totals sum": "Summe der Gesamtbeträge von {of_all} {subject}{formula} = {result}.",
        "totals average": "Durchschnitt der Gesamtbeträge von {of_all} {subject}{formula} = {result}.",
        "totals most": "{named}: der höchste Betrag von {of_all} {subject}: {result}.",
        "totals least": "{named}: der niedrigste Betrag von {of_all} {subject}: {result}.",
        "only": "nur {part} von {count}",
        "documents share": "{part} von {count} {noun}, nach Dokumenten gezählt: {result}.",
        "word count": "„{word}“ kommt {times}-mal vor, in {count} von {all} Dokumenten.",
        "word count one": "„{word}“ kommt einmal vor, in {count} von {all} Dokumenten.",
        "difference": "Unterschied",
        "ratio": "Verhältnis",
        "change": "Veränderung",
    },
    "fr": {
        "count": "{count} lignes de {where} : {listed}.",
        "count one": "{count} ligne de {where} : {listed}.",
        "extreme most": "{named} : {column} {cell}, le plus grand de {count} lignes de {where}.",
        "extreme least": "{named} : {column} {cell}, le plus petit de {count} lignes de {where}.",
        "sum": "Somme de {what} = {formula} = {result}. {marks}",
        "average": "Moyenne de {what} = {formula} = {result}. {marks}",
        "column": "{column} sur {count} lignes de {where}",
        "row": "{row} dans {where}",
        "share": "{part} de {count} lignes de {where} = {result}. {marks}",
        "value": "{column} × {price} de {where} = {formula} = {result}.",
        "totals sum": "Somme des totaux de {of_all} {subject}{formula} = {result}.",
        "totals average": "Moyenne des totaux de {of_all} {subject}{formula} = {result}.",
        "totals most": "{named} : le montant le plus élevé de {of_all} {subject} : {result}.",
        "totals least": "{named} : le montant le plus bas de {of_all} {subject} : {result}.",
        "only": "seulement {part} sur {count}",
        "documents share": "{part} sur {count} {noun}, comptés par documents : {result}.",
        "word count": "« {word} » apparaît {times} fois, dans {count} des {all} documents.",
        "word count one": "« {word} » apparaît une fois, dans {count} des {all} documents.",
        "difference": "Différence",
        "ratio": "Rapport",
        "change": "Évolution",
    },
    "es": {
        "count": "{count} filas de {where}: {listed}.",
        "count one": "{count} fila de {where}: {listed}.",
        "extreme most": "{named}: {column} {cell}, el mayor de {count} filas de {where}.",
        "extreme least": "{named}: {column} {cell}, el menor de {count} filas de {where}.",
        "sum": "Suma de {what} = {formula} = {result}. {marks}",
        "average": "Promedio de {what} = {formula} = {result}. {marks}",
        "column": "{column} en {count} filas de {where}",
        "row": "{row} en {where}",
        "share": "{part} de {count} filas de {where} = {result}. {marks}",
        "value": "{column} × {price} de {where} = {formula} = {result}.",
        "totals sum": "Suma de los totales de {of_all} {subject}{formula} = {result}.",
        "totals average": "Promedio de los totales de {of_all} {subject}{formula} = {result}.",
        "totals most": "{named}: el importe más alto de {of_all} {subject}: {result}.",
        "totals least": "{named}: el importe más bajo de {of_all} {subject}: {result}.",
        "only": "solo {part} de {count}",
        "documents share": "{part} de {count} {noun}, contados por documentos: {result}.",
        "word count": "«{word}» aparece {times} veces, en {count} de {all} documentos.",
        "word count one": "«{word}» aparece una vez, en {count} de {all} documentos.",
        "difference": "Diferencia",
        "ratio": "Proporción",
        "change": "Variación",
    },
}
_MARKS = {"de": (".", ","), "es": (".", ","), "fr": ("\u202f", ",")}
"""Language -> what parts thousands, and the mark of decimals; English writes 1,234.5."""


def _by_stop_words(question: str) -> str:
    """Return the language to which a word of a question belongs that no other has; "" for none or for two."""
    words = {fold(word) for word in words_of(question)}
    known = {code: words & STOP_WORDS[code] for code in _TEXTS}
    own = [code for code, mine in known.items() if mine - set().union(*(known[one] for one in known if one != code))]
    return own[0] if len(own) == 1 else ""


class Wording:
    """Words and numbers in the language of a question; in English where it is none that is known."""

    def __init__(self, question: str) -> None:
        language = guess_language(question) or _by_stop_words(question)
        self.language = language if language in _TEXTS else "en"

    def say(self, text: str, **values: object) -> str:
        """Return a text with what stands in its braces."""
        return _TEXTS[self.language][text].format(**values).strip()

    def number(self, value: Decimal | int, decimals: int = MAX_DECIMALS) -> str:
        """Return a number with separators of thousands, rounded half up."""
        written = write_number(Decimal(value), decimals)
        if self.language not in _MARKS:
            return written
        thousands, mark = _MARKS[self.language]
        whole, _, rest = written.partition(".")
        return whole.replace(",", thousands) + (f"{mark}{rest}" if rest else "")

    def amount(self, quantity: Quantity) -> str:
        """Return a number with its unit."""
        number = self.number(quantity.value / quantity.scale)
        return str(quantity).replace(write_number(quantity.value / quantity.scale), number, 1)
