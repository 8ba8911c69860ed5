"""Finds the clauses, rules and items of them that a text names by their numbers, and the lines that stand in one.

Written forms that mean the same are equal: Rule 7(2)(b), rule 7.2.b, § 7 Abs. 2 lit. b, and item (b) of Rule 7(2).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.text import is_table_row
from rag.words.folding import fold, fold_signs
from rag.words.stop_words import STOP_WORDS

EVERY_STOP_WORD = frozenset(word for words in STOP_WORDS.values() for word in map(fold, words))

_SAYING = frozenset(
    fold(
        "say says state states read reads rule rules provide provides text content laid lay lays written stand stands"
        " stated stipulated stipulate stipulates mean means contain contains words wording require requires"
        " steht sagt regelt lautet bestimmt inhalt dit stipule prévoit règle dispose contenu"
        " dice establece regula dispone contenido s"
    ).split()
)
"""Words of a question that asks nothing but what a clause says."""

REACH = 60
"""Characters before a number among which the words that tell of a clause are looked for."""

LONG_NUMBER = 4
"""Characters of a number behind "rule" from which on it is a year or the like, where it has no dots."""

_BEFORE_CLAUSE = (EVERY_STOP_WORD | _SAYING) - {"on", "at", "than", "over", "am", "par", "als"}
"""Words before "3.2 of the agreement"; behind those left out stands a day, an amount or the like."""

_WORD = (
    r"section|clause|art(?:icle|ikel|[ií]culo|\.)|para(?:graph|graf)?\.?|sec\.|ziff(?:er|\.)|abs(?:atz|\.)?|punkt"
    r"|klausel|cl[áa]usula"
)
_LOOSE_WORD = r"rules?|regulations?|reg\.|bye?-?laws?|regel|règle|regla"
"""Words for a clause that often stand before other numbers as well."""
_NO = r"(?:(?:no\b\.?|nr\b\.?|number\b|nummer\b|n[°º])\s*)?"
_VALUE = r"(?:\d{1,2}|[ivx]{1,6}|[a-z]{1,2})"
_BRACKETED = rf"\s*\({_VALUE}\)"
_BARE_VALUE = r"(?:\d{1,2}|[ivx]{1,6}|aa|bb|cc|dd|ee|[a-z])"
_PART_WORD = (
    r"(?:(?:unter)?abs(?:atz|\.)|nr\b\.?|nummer|no\b\.?|lit\b\.?|litera|let(?:ter|tre|ra)|buchst(?:abe|\.)"
    r"|alin[ée]a|al\.|para(?:graphe?|graf|\.)|p[áa]rrafo|sub-?(?:paragraph|section|clause|rule)|item|point|punkt"
    r"|ziff(?:er|\.)|apartado|apdo\.|inciso|n[úu]m(?:ero|\.)|numéro|n[°º])"
)
_PART = (
    rf"(?:{_BRACKETED}|,?\s+\d{{1,2}}(?=\s?\([a-z]|\.[a-z]\b|\s+lit\b)|,?\s*{_PART_WORD}\s*\(?{_BARE_VALUE}\b\)?|,?\s*\b[a-z]\)|\.?[a-z]\b"
    r"|\s[a-z]\b(?=\s*(?:[?.,;:)]|$)|\s+(?:says?|states?|means?|provides?|requires?|of|in|des|der|du)\b))"
)
_NUMBER = r"\d+(?:\.\d+)*"
_NOT_BEFORE = r"(?<![\w.,/€£$-])(?<![€£$] )"
_CLAUSE = re.compile(
    rf"(?:§+|\b(?:{_WORD}|(?P<loose>{_LOOSE_WORD})|(?P<item>items?)))\s*{_NO}(?P<marked>{_NUMBER})"
    rf"(?P<marked_parts>{_PART}*)"
    rf"|{_NOT_BEFORE}(?P<bare>{_NUMBER})(?P<bare_parts>(?:{_BRACKETED}|\.[a-z]\b)*)(?![\w%]|[.,/:-]\d|\s?[€£$%])",
    re.IGNORECASE,
)
_PART_OF = re.compile(
    rf"(?P<part>\b{_PART_WORD}\s*\(?{_BARE_VALUE}\b\)?(?:,?\s*{_PART_WORD}\s*\(?{_BARE_VALUE}\b\)?)?|(?:\b\d{{1,2}})?(?:\s?\({_BARE_VALUE}\))+|\b\d{{1,2}}\.[a-z]"
    r"|\b[a-z]\))"
    r"\s+(?:of|in|von|des|der|de(?: la)?|del|de l')\s*(?:the\s+)?$",
    re.IGNORECASE,
)
"""Names a part before the clause: "item (b) of", "point b) de l'"."""
_LETTER_BEHIND_DOTS = re.compile(r"\s*\((?:[a-z]{1,2}|[ivx]{1,6})\)", re.IGNORECASE)
_SHORT = re.compile(r"\d{1,3}(?:\.\d{1,3})*")
_DOCUMENT = (
    r"(?:agreement|contract|lease|rules?|regulations?|statutes?|bye?-?laws?|policy|terms(?: (?:and|&) conditions)?"
    r"|conditions|constitution|charter|code|treaty|act|licen[cs]e|guidelines?|deed|\w*vertrag(?:e?s)?|\w*satzung"
    r"|\w*ordnung|agb|contrat|accord|bail|statuts|règlement|conditions|contrato|acuerdo|convenio|estatutos|reglamento)"
)
_OF = (
    r"(?:of|in|under|des|der|von|im|du|de(?: la| l'| los| las)?|dans (?:le|la|l')|del|en el)\s*"
    r"(?:(?:the|this|our|your)\b)?\s*"
)
_OF_DOCUMENT = re.compile(rf"\s+{_OF}(?:[\w-]+\s+){{0,2}}?{_DOCUMENT}\b", re.IGNORECASE)
_OF_SOME_DOCUMENT = re.compile(rf"\b{_OF}{_DOCUMENT}\b", re.IGNORECASE)
_SAYS_BEFORE = re.compile(
    r"(?:\b(?:sagt|regelt|bestimmt|steht (?:in|unter)|dit|prévoit|stipule|dispose|dice|establece|dispone|regula)"
    r"(?: (?:le|la|el))?|\b(?:laid down|written|stated|stipulated) (?:in|under|by))\s*$",
    re.IGNORECASE,
)
_ENDS = re.compile(r"\W*$")
_DOES_BEFORE = re.compile(r"\b(?:does|did)\s*$", re.IGNORECASE)
_SAYS_BEHIND = re.compile(
    r"\s+(?:say|require|provide|state|stipulate|mean|read|lay down|contain|demand|prescribe|regulate|cover)\b",
    re.IGNORECASE,
)
_WORD_BEFORE = re.compile(r"([^\W\d_]+)\W*$")

_OPENS_CLAUSE = re.compile(
    rf"[^\w§]*(?:(?P<word>§+|section|clause|art(?:icle|ikel|[ií]culo)?\.?|para(?:graph|graf)?\.?|sec\.|ziff(?:er|\.)|punkt"
    rf"|klausel|cl[áa]usula|{_LOOSE_WORD}|(?P<item>item))\s*{_NO})?(?P<number>{_NUMBER})"
    r"(?P<letter>(?:(?(word)\.?|\.)[a-z])(?=[\s.:)]|$))?\.?(?:(?=[\s)]|\s*\(|(?<=\.)$)|(?(word)(?=:|$)|(?!)))"
    rf"(?P<parts>(?:{_BRACKETED})*)",
    re.IGNORECASE,
)
_OPENS_PARTS = re.compile(
    rf"(?P<parts>\s*\(\d{{1,2}}\)(?:{_BRACKETED})*|\W{{0,3}}\(?{_VALUE}\)(?:{_BRACKETED})*)(?=\s)", re.IGNORECASE
)
_OPENS_DOTTED_LETTER = re.compile(r"\W{0,3}(?P<letter>[a-z])\.(?=\s)")
_BEGINS_SMALL = re.compile(r"\s+[a-zäöüéàèí]")
_ROMANS = (
    *("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"),
    *("xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii", "xviii", "xix", "xx"),
)


@dataclass(frozen=True, slots=True)
class NamedClause:
    """A clause that a text names at `start` to `end`: its number with its parts ("7.2b"), and how it is written."""

    value: str
    written: str
    start: int
    end: int


def find_clauses(text: str) -> list[NamedClause]:
    """Return the clauses that a text names by their numbers, in its order; the signs of the text must be folded."""
    found: list[NamedClause] = []
    for match in _CLAUSE.finditer(text):
        start, end = match.span()
        before = text[max(0, start - REACH) : start]
        number, parts = match["marked"] or match["bare"], match["marked_parts"] or match["bare_parts"] or ""
        steps = [*number.split("."), *_steps(parts)]
        if match["marked"] and (part := _PART_OF.search(before)):
            start -= len(before) - part.start()
            steps += _steps_in(re.sub(rf"(?i){_PART_WORD}", "", part["part"]))
            found = [clause for clause in found if clause.end <= start]
        clause = NamedClause(_joined(steps), text[start:end].strip(), start, end)
        if match["bare"]:
            is_named = _is_named_barely(text, match)
        elif match["item"]:
            is_named = len(steps) > 1
        elif match["loose"]:
            rest = f"{text[:start]} {text[end:]}"
            # "Regulation 2016/679" and "the rules 2024" are named by a year.
            is_named = not (number.isdigit() and len(number) >= LONG_NUMBER) and (
                len(steps) > 1 or says_nothing_else(rest)
            )
        else:
            is_named = True
        if is_named:
            found.append(clause)
    return found


def _is_named_barely(text: str, match: re.Match[str]) -> bool:
    """Return whether a number without a word before it is a clause: 4.2(b), 7(2)(b), "3.2 of the agreement", "What does
    3.2 say?"."""
    parts = match["bare_parts"]
    if ("." in match["bare"] and _LETTER_BEHIND_DOTS.match(parts)) or parts.count("(") > 1:
        return True
    if not _SHORT.fullmatch(match["bare"]) or not ("." in match["bare"] or parts):
        return False
    before = text[max(0, match.start() - REACH) : match.start()]
    of_document = _OF_DOCUMENT.match(text, match.end())
    end = of_document.end() if of_document else match.end()
    if _DOES_BEFORE.search(before) and _SAYS_BEHIND.match(text, end):
        return True
    if _SAYS_BEFORE.search(before) and _ENDS.match(text, end):
        return True
    word = _WORD_BEFORE.search(before)
    return of_document is not None and (word is None or fold(word[1]) in _BEFORE_CLAUSE)


def _steps(parts: str) -> list[str]:
    """Return what the parts behind the number of a clause are: of "Abs. 2 lit. b" 2 and b."""
    return [re.findall(r"\d+|[^\W\d_]+", part)[-1].casefold() for part in re.findall(rf"(?i){_PART}", parts)]


def _joined(steps: Sequence[str]) -> str:
    """Return the steps to a clause as one word: 7, 2 and b are 7.2b."""
    joined = ""
    for step in steps:
        joined += f".{step}" if joined and joined[-1].isdigit() == step[0].isdigit() else step
    return joined


def without_clauses(text: str) -> str:
    """Return a text with blanks for the clauses that it names."""
    for clause in find_clauses(text):
        text = text[: clause.start] + " " * (clause.end - clause.start) + text[clause.end :]
    return text


def without_document(text: str) -> str:
    """Return a text with blanks for the words that say in what the clauses stand: "of the agreement"."""
    return _OF_SOME_DOCUMENT.sub(lambda match: " " * len(match[0]), text)


def says_nothing_else(rest: str) -> bool:
    """Return whether a question without the clauses that it names asks nothing but what they say."""
    words = re.findall(r"[^\W\d_]+", fold(without_document(rest)))
    return all(word in _SAYING or word in EVERY_STOP_WORD for word in words)


def units_in_clause(units: Sequence[str], value: str, written: str, context: str) -> list[bool]:
    """Return for each unit of a text whether it stands in a clause, which goes on to the next number, or in a part of
    it, which goes on to the next part.

    `context` is what stands over all units. Where lines such as "Rule 7" open the clauses, numbered lines below them
    may be their parts, or clauses themselves: the first is tried before the second.
    """
    asked = tuple(re.findall(r"\d+|[a-z]+", value))
    with_items = bool(re.match(r"(?i)items?\b", written))
    for is_nested in (True, False):
        walk = _Walk(is_nested, with_items)
        walk.begin(context)
        places = [walk.step(fold_signs(unit), asked) for unit in units]
        met = [place[: len(asked)] == asked for place in places]
        if any(met):
            return met
        if asked[-1].isalpha() and len(asked) > 1:
            # "Clause 4 (b)" may be the only (b) of clause 4, in one of its paragraphs.
            found = [_to_letter(place, asked) for place in places]
            if len(set(found) - {()}) == 1:
                return [bool(place) for place in found]
    return [False] * len(units)


def _to_letter(place: tuple[str, ...], asked: tuple[str, ...]) -> tuple[str, ...]:
    """Return the place down to the letter that is asked for, where only paragraphs stand between it and its clause."""
    *number, letter = asked
    if list(place[: len(number)]) != number or letter not in place[len(number) :]:
        return ()
    end = place.index(letter, len(number)) + 1
    return place[:end] if all(step.isdigit() for step in place[len(number) : end - 1]) else ()


@dataclass(slots=True)
class _Walk:
    """Goes through the lines of a text and knows in which clause and which parts of it each stands."""

    is_nested: bool
    with_items: bool
    number: tuple[str, ...] = ()
    parts: list[tuple[str, str]] = field(default_factory=list)
    """The sort and the value of each part: ("paragraph", "2"), ("letter", "b")."""
    opened_by: str = ""
    """"word" where a word or § stands before the number, "bracket" where the number is in brackets, else "number"."""
    was_plain: bool = False
    """Whether plain numbers opened clauses before any word did."""

    def begin(self, context: str) -> None:
        """Begin in the last clause that a line of what stands over the text opens."""
        for line in re.split(r"\n| > ", context):
            match = _OPENS_CLAUSE.match(line)
            if match and (self.with_items or not match["item"]):
                self._open(match, line)
        self.was_plain = False

    def step(self, unit: str, asked: tuple[str, ...]) -> tuple[str, ...]:
        """Go to the next unit, and return the steps to where it stands: 7, 2, b; none for what stands in § 7a where
        § 7 is asked for.

        Of several lines, the first may lead in: "(2) In the meadow:" over "(b) ...". Behind a unit that ends
        with the title of a clause, that clause begins.
        """
        line, *others = unit.split("\n")
        self._begin_line(line)
        for other in others:
            if (parts := _OPENS_PARTS.match(other)) and ("(" in parts[0] or not parts[0].strip()[0].isdigit()):
                self._go_to(parts["parts"])
        place = (*self.number, *(value for _, value in self.parts))
        if asked == self.number and self.parts and self.parts[0][0] == "letter of the number":
            place = ()
        for other in others:
            opening = _OPENS_CLAUSE.match(other)
            if opening is None or opening["item"] or is_table_row(other):
                continue
            if "." in opening["number"] or (opening["word"] and not _BEGINS_SMALL.match(other, opening.end())):
                self._open(opening, other)
        return place

    def _begin_line(self, line: str) -> None:
        parts, opening, dotted = (it.match(line) for it in (_OPENS_PARTS, _OPENS_CLAUSE, _OPENS_DOTTED_LETTER))
        is_paragraph = parts is not None and line.lstrip().startswith("(") and self.opened_by not in ("", "bracket")
        if opening and opening["item"] and not self.with_items:
            opening = None
        if parts and is_paragraph:
            self._go_to(parts["parts"])
        elif opening:
            self._open(opening, line)
        elif parts and not _steps_in(parts["parts"])[0].isdigit():
            self._go_to(parts["parts"])
        elif dotted and self._follows("letter", dotted["letter"]):
            self._push("letter", dotted["letter"])

    def _open(self, match: re.Match[str], line: str) -> None:
        number, is_marked = tuple(match["number"].split(".")), match["word"] is not None
        if self.is_nested and self.opened_by == "word" and not is_marked and len(number) == 1:
            # Below "Rule 7", "2." is an item of it.
            if self._follows("item", number[0]):
                self._push("item", number[0])
                self._go_to(match["parts"])
            return
        opens_all = is_marked and not self.was_plain and not _BEGINS_SMALL.match(line, match.end())
        self.was_plain = self.was_plain or not is_marked
        in_brackets = line[: match.start("number")].endswith("(")
        self.opened_by = "word" if opens_all else "bracket" if in_brackets else "number"
        self.number, self.parts = number, []
        if match["letter"]:
            self._push("letter of the number" if is_marked else "letter", match["letter"].strip(".").casefold())
        self._go_to(match["parts"])

    def _go_to(self, parts: str) -> None:
        for step in _steps_in(parts):
            self._push("paragraph" if step.isdigit() else self._sort_of(step), step)

    def _push(self, sort: str, value: str) -> None:
        """Go to a part: what stood below the last part of its sort ends."""
        sorts = [one for one, _ in self.parts]
        self.parts = [*self.parts[: sorts.index(sort) if sort in sorts else len(sorts)], (sort, value.casefold())]

    def _follows(self, sort: str, value: str) -> bool:
        """Return whether a part is the first of its sort or the one behind the last."""
        last = dict(self.parts).get(sort)
        if value.isdigit():
            return int(value) == int(last or 0) + 1
        return value.casefold() == (chr(ord(last[-1]) + 1) if last else "a")

    def _sort_of(self, letters: str) -> str:
        """Return whether letters in brackets are a Roman number, a double letter or a letter, as (i) is behind (h)."""
        if letters in _ROMANS:
            at = _ROMANS.index(letters)
            continues = at > 0 and dict(self.parts).get("roman") == _ROMANS[at - 1]
            return "roman" if len(letters) > 1 or continues or not self._follows("letter", letters) else "letter"
        return "double letter" if len(set(letters)) < len(letters) else "letter"


def _steps_in(parts: str) -> list[str]:
    return re.findall(r"\d+|[a-z]+", parts.casefold())
