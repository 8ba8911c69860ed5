"""Joins the halves of words that are broken at a line's end, and keeps the hyphens of compounds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

_COMPOUNDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LETTERS = re.compile(r"[^\W\d_]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


KEEPS_HYPHEN = _words("""
all anti four full five high left low long one part real right second short single six so tax twelve two year eight
seven nine ten first double then zero near above higher lower longer highest lowest lead fully wholly newly state
government risk cost energy company context beta fixed ill end open post semi stand follow cash time day
""")
"""First parts that make real compounds before a word of the document."""

ALWAYS_KEEPS_HYPHEN = _words("""
non self well multi cross half vice mid third three twenty thirty forty fifty sixty seventy eighty ninety quasi ultra
""")
"""First parts that do so before any longer half."""

IN_WORDS = _words("house depth kind line person use process demand")
"""Second parts after "in" that make a compound; before most others it opens a word ("in-come")."""

KEEPS_HYPHEN_BEFORE_WORD = _words("co off on bio intra")
"""First parts that make compounds and stand at the beginning of many other words ("co-lumn")."""

OPENS_WORDS = _words("""
re un in dis de sub con inter out im pro pre trans en up super com ex st for ad counter di per al par be as at an or
is am im em ab ac the man car bar air ear her men ten pan pen den sea sur mar hand hyper micro ma se ca da do mo no la
le sun war key under over down fore every any some with there here forth whole copy law news wild eye foot head
main may mean lea con port ref rep can other
""")
"""Words that begin many others, or only look like a word: they and a second half are one word."""

ENDS_WORDS = _words("""
ing ers able ion ally ment ions less led ton ted ive ter son ian est ping age ages ies ring way ways ship ships men man
ding king ate ability wood hip als ward wards ner red tion tions der field per ant ent ming town house stone over les
port ports board boards med sting ger ware her den work net sing ham ties let lets ford head set ics tone mark lin
hood ends bed land lands uses ron res nes form forms lock tin tel ins room name vision away houses tor sons sen more
lies star card position positions weight verse sets don des ards rated power and ten ones sed pose posed poses phone
phones fish cast books backs ana aging wise era site core base tar row play mate link table stream oral fall thing take
press owed load hold craft cent burn ain ace ever yard wear wall view master lying gen under tract tons some rain
ore mission marks dies coming west the eating stock act front case bar try rest names its ill acts time times side
sides line lines back down point book light list test top hand space maker word ground file writer fully full will
claim print mail cover rent sure sent tended tend tends ears late come keeper writing holder holders taking
standing payment payments system rates stated date dates cation ration nation section sections location payer payers
teen
""")
"""Words that end many others ("under-standing", "tax-payer"), or only look like a word."""

KEEPS_HYPHEN_BEFORE = _words("""
based related like free wide term date owned specific driven up off in bearing looking size sized class quality level
rate cost weighted backed linked oriented friendly old long held made to making benefit adjusted effective efficient
intensive sensitive neutral known only year day month week hour minute style induced associated producing powered
controlled speaking language scale rich type season stage generation party containing dependent branded approved
resistant century length sharing through tier channel value positive operated facing high guided saving income four
five six seven eight nine one two three training funded covered selling member generated dimensional control assisted
sponsored risk general aware unit supported protected independent handed enabled duty access paying limited fuel
managed established binding volume price period negative lived focused centered solving critical threatening averse
fired ready building profit raising keeping fashioned reaching treated defined denominated secured insured executed
situated placed current outstanding mandated called ended reviewed
être même mêmes vous nous là ci
""")
"""Second parts that make real compounds, kept where the first part is a word of the document."""

FRENCH_PRONOUNS = _words("moi toi lui elle soi nous vous eux elles cela")
"""They and "même" are one compound."""

FRENCH_SUBJECTS = _words("il ils elle elles on")
"""After a verb that ends with "t" or "d" they ask ("doit-il"); no syllable of French begins after such a letter."""

FRENCH_PLACES = _words("dessus dessous delà devant dehors dedans")
"""After "au", "par", "là" and "ci" they make compounds."""

FRENCH_TENS = _words("vingt trente quarante cinquante soixante quatre dix")
FRENCH_NUMBERS = _words("""
vingt vingts dix deux trois quatre cinq six sept huit neuf onze douze treize quatorze quinze seize
""")

FRENCH_WITH_SOUS = _words("""
cription criptions crire crit crits crite crites cripteur cripteurs traire trait traite traits traction tractions signé
signée signés signées
""")
"""Second halves of the words in which "sous" is no first part of a compound."""

GERMAN_ADJECTIVE = re.compile(r"\w{3,}(?:isch|lich)(?:e|en|er|es|em)?")
"""Two adjectives that stand side by side have a hyphen between them ("deutsch-französisch")."""

SUSPENDED_BEFORE = _words("und oder sowie bzw and or et ou och og eller")
"""Before these a hyphen stands for what follows later: "import- and export duties"."""

_ENGLISH = _words("the of and to is that for with")
_OTHERS = tuple(
    _words(words)
    for words in (
        "der die und das ist mit für von",
        "och att det som är på för med",
        "og det som er på for til med",
        "het een van en dat met voor zijn",
        "le les des est une pour dans qui",
        "el los las que una por con para",
        "il che della di per una con sono",
        "ja on ei oli että se joka mutta",
    )
)
"""Frequent words of languages that write compounds as one word, or have other ones."""

MIN_PART = 3
"""The letters of each half of what is taken for a compound of two words that the document has."""

MIN_BREAKS = 4
"""Of so many words at lines' ends some would stand whole elsewhere if the program broke words."""


@dataclass(frozen=True, slots=True)
class DocumentWords:
    """The lower-case words of a document, hyphenated ones whole, and how it breaks lines."""

    words: AbstractSet[str] = frozenset()
    breaks_words: bool = True
    """False if lines end within words at hyphens only that the words have anyway."""

    @property
    def is_english(self) -> bool:
        """Return whether the document is in English and hardly in any other language."""
        others = max(len(language & self.words) for language in _OTHERS)
        return len(_ENGLISH & self.words) >= 3 and others < 6


def find_words(texts: Iterable[str], broken: Iterable[tuple[str, str]] = ()) -> DocumentWords:
    """Return the words of the texts; `broken` has the halves of the words at lines' ends."""
    words = frozenset(_COMPOUNDS.findall(" ".join(texts).lower()))
    parts = [(_tail(first).lower(), _head(second)) for first, second in broken]
    halves = [(tail, head) for tail, head in parts if _LETTERS.fullmatch(tail) and _LETTERS.fullmatch(head)]
    halves = [(tail, head) for tail, head in halves if head.islower()]
    is_broken = any(f"{tail}{head}" in words or not {tail, head} & words for tail, head in halves)
    return DocumentWords(words, breaks_words=is_broken or len(halves) < MIN_BREAKS)


def join_broken(first: str, second: str, document: DocumentWords) -> str:
    """Return the two halves of a word broken at a line's end, with the hyphen kept or dropped.

    A spelling seen elsewhere in the document decides, else whether both halves are words and how such words are
    written.
    """
    tail, head = _tail(first), _head(second)
    if not (_LETTERS.fullmatch(tail.rpartition("-")[2]) and _LETTERS.match(head) and head[0].islower()):
        return f"{first}-{second}"
    if f"{tail}-{head}".lower() in document.words:
        return f"{first}-{second}"
    if f"{tail}{head}".lower() in document.words:
        return first + second
    if head in SUSPENDED_BEFORE:
        return f"{first}- {second}"
    keeps = "-" in tail or "-" in head or len(tail) < 2 or tail.isupper() or not document.breaks_words
    return f"{first}-{second}" if keeps or _is_compound(tail.lower(), head.lower(), document) else first + second


def _is_compound(tail: str, head: str, document: DocumentWords) -> bool:
    """Return whether two halves are a compound with a hyphen, going by their parts."""
    words = document.words
    if not document.is_english and (_is_french_compound(tail, head) or _is_german_compound(tail, head)):
        return True
    is_word = head in words or head in KEEPS_HYPHEN_BEFORE
    if tail in ALWAYS_KEEPS_HYPHEN:
        return is_word or len(head) > MIN_PART
    if tail in KEEPS_HYPHEN and is_word:
        return True
    is_likely = tail in words or (document.is_english and min(len(tail), len(head)) > MIN_PART)
    if head in KEEPS_HYPHEN_BEFORE and is_likely:
        return len(tail) >= MIN_PART and tail not in OPENS_WORDS
    if tail == "co" and len(head) > MIN_PART + 1:
        return True
    if not document.is_english or head not in words:
        return False
    if tail in KEEPS_HYPHEN_BEFORE_WORD:
        return len(head) > MIN_PART
    if (tail == "re" and head[0] == "e") or (tail == "in" and head in IN_WORDS):
        return True
    is_long = min(len(tail), len(head)) >= MIN_PART
    return is_long and tail in words and tail not in OPENS_WORDS and head not in ENDS_WORDS


def _is_french_compound(tail: str, head: str) -> bool:
    if tail in FRENCH_PRONOUNS and head in ("même", "mêmes"):
        return True
    if head in FRENCH_SUBJECTS and len(tail) >= MIN_PART and tail[-1] in "td":
        return True
    if tail in ("au", "par", "là", "ci") and head in FRENCH_PLACES:
        return True
    if tail in FRENCH_TENS and head in FRENCH_NUMBERS:
        return True
    return tail == "sous" and len(head) > MIN_PART and head not in FRENCH_WITH_SOUS


def _is_german_compound(tail: str, head: str) -> bool:
    return (tail == "deutsch" or tail.endswith("isch")) and GERMAN_ADJECTIVE.fullmatch(head) is not None


def _tail(first: str) -> str:
    return re.split(r"[^\w-]", first)[-1]


def _head(second: str) -> str:
    match = re.match(r"[\w-]+", second)
    return match.group() if match else ""
