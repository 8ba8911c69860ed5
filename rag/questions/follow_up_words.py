"""Lists, for each of several languages, the words by which a question leans on those before it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rag.words.folding import fold


@dataclass(frozen=True, slots=True)
class LeaningWords:
    """Patterns and words of one language; words are folded."""

    opening: re.Pattern[str]
    """Begins a question that goes on with what was said."""
    pointing: re.Pattern[str]
    """Ends one that points to it."""
    impersonal: re.Pattern[str]
    """Holds a pronoun that stands for nothing ("it takes time to ...")."""
    pronouns: Mapping[str, int]
    """With so many content words before one, it stands for something in the question itself."""
    asking: frozenset[str]
    """Question words after which one word more is no subject: "who pays?"."""
    subjects: re.Pattern[str]
    """Shows that a question names what it is about, however short."""


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _folded(words: str) -> frozenset[str]:
    return frozenset(fold(words).split())


_NOTHING = re.compile(r"(?!)")

LEANING_WORDS = {
    "en": LeaningWords(
        opening=_compile(
            r"\W*(?:and|but|or|so|then|also|(?:what|how) about|(?:what|who|where) else|why not|tell me more"
            r"|more about)\b"
        ),
        pointing=_compile(
            r"\b(?:(?:which|that|this|another|other|first|second|last) ones?"
            r"|(?:of|like|than|about) (?:that|those|these|them)"
            r"|(?<!is )(?<!are )(?<!was )(?<!were )there)\W*$"
        ),
        impersonal=_compile(r"\bit\b.{1,60}?\b(?:to|that|if|when|for)\s+\w"),
        pronouns=dict.fromkeys(
            ("it", "they", "them", "he", "him", "she", "this", "these", "those", "ones", "itself"), 3
        )
        | dict.fromkeys(("its", "their", "theirs", "his", "her", "hers"), 2),
        asking=_folded("how which why when where who whose"),
        subjects=_NOTHING,
    ),
    "de": LeaningWords(
        opening=_compile(
            r"\W*(?:und|aber|oder|also|dann|auch|was ist mit|wie (?:ist|steht|sieht) es (?:mit|bei|um)"
            r"|wie ist das (?:mit|bei)|(?:was|wer|wo|wen) (?:noch|sonst)|warum nicht"
            r"|mehr (?:dazu|darüber)|erzähl(?:e|en sie)? mehr)\b"
        ),
        pointing=_compile(
            r"\b(?:(?:der|die|das|den|dem) (?:erste|zweite|dritte|letzte|andere|nächste)[nr]?|welche[rsn]?|dort"
            r"|davon|dafür|dazu|damit|darin|darauf|darüber|dagegen|das|dies)\W*$"
        ),
        impersonal=_compile(
            r"\b(?:gibt|geht|handelt|ist|war|braucht) es\b|\bes (?:gibt|geht|handelt|ist|war|braucht)\b"
        ),
        pronouns=dict.fromkeys(
            ("er", "sie", "es", "ihn", "ihm", "ihnen", "diese", "dieser", "dieses", "diesen", "diesem"), 3
        )
        | dict.fromkeys(("ihr", "ihre", "ihrem", "ihren", "ihrer", "sein", "seine", "seinem", "seinen", "seiner"), 2),
        asking=_folded("wie welche welcher welches warum wann wo wer wessen wieso wohin woher was"),
        subjects=re.compile(r"(?<=\s)(?!Sie\b|Ihre?[mnrs]?\b|Ihnen\b)[A-ZÄÖÜ]\w"),
    ),
    "fr": LeaningWords(
        opening=_compile(
            r"\W*(?:et|mais|ou bien|alors|puis|aussi|qu['’]en est-il|et pour|(?:quoi|qui|où) d['’]autre|pourquoi pas"
            r"|plus de détails)\b"
        ),
        pointing=_compile(
            r"\b(?:(?:le|la|les) (?:premi[eè]re?|deuxi[eè]me|second|seconde|derni[eè]re?|autre)s?"
            r"|lesquel(?:le)?s|lequel|laquelle|celui-ci|celle-ci|ceux-ci|celui-là|celle-là|cela|ça|là)\W*$"
        ),
        impersonal=_compile(r"\bil (?:y a|faut)\b|\bfaut-il\b|\by a-t-il\b|heure est-il\b"),
        pronouns=dict.fromkeys(("il", "elle", "ils", "elles"), 1)
        | dict.fromkeys(("lui", "cela", "celui", "celle", "ceux", "celles"), 3)
        | dict.fromkeys(("leur", "leurs", "son", "sa", "ses"), 1),
        asking=_folded("comment combien pourquoi quand où qui quel quelle quels quelles"),
        subjects=_compile(r"\b(?:les?|la|un|une|des|du|au|aux)\s\w|\b[ld]['’]\w|(?<=\s)(?-i:[A-ZÀ-Ý])\w"),
    ),
    "es": LeaningWords(
        opening=_compile(
            r"\W*(?:y|pero|o|entonces|también|tambien|luego|qu[ée] (?:hay de|tal|pasa con|más|mas)"
            r"|(?:qui[ée]n|d[óo]nde) m[áa]s|por qu[ée] no|m[áa]s sobre|cu[ée]nt[ae]me m[áa]s)\b"
        ),
        pointing=_compile(
            r"\b(?:(?:el|la|los|las) (?:primer[oa]?|segund[oa]|[úu]ltim[oa]|otr[oa])s?|cu[áa]les|all[íi]|ah[íi]"
            r"|de (?:ese|esa|eso|esos|esas|este|esta|esto|ello))\W*$"
        ),
        impersonal=_NOTHING,
        pronouns=dict.fromkeys(
            ("él", "ella", "ellos", "ellas", "esto", "eso", "ese", "esa", "esos", "esas", "este", "esta"), 3
        )
        | dict.fromkeys(("su", "sus"), 1),
        asking=_folded("cómo cuándo dónde quién quiénes cuánto cuánta cuántos cuántas cuál cuáles por"),
        subjects=_compile(r"\b(?:el|la|los|las|un|una|unos|unas|del|al)\s\w|(?<=\s)(?-i:[A-ZÀ-Ý])\w"),
    ),
}
"""ISO 639-1 code -> words."""
