"""Writes equations on one line as people type them: "A = πr^2", "a/b", "√(x + 1)", "∑_(i=1)^n x_i"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from ingest.parsers.open_xml import M, W, XmlElement

_ATOM = re.compile(r"-?[\w.,]+!?(?:[_^](?:\w+|\([^()]*\)))*'*|[^\w\s]")
_SCRIPT_END = re.compile(r"[_^]-?[\w.]+$")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_RELATIONS = frozenset("=<>≤≥≈≠≡→∈∝∼≅")
_ACCENTS = {"\u0302": "^", "\u0303": "~", "\u0305": "¯", "\u0307": "˙", "\u20d7": "→", "\u0308": "¨"}


def omml_text(element: XmlElement) -> str:
    """Return the text of an equation of Office (`m:oMath`, or any element in it)."""
    return re.sub(r"[^\S\n]+", " ", _space_relations(_children(element))).strip()


def _space_relations(text: str) -> str:
    """Return the text with spaces around "=" and its like, which equations are drawn with; within brackets it stays
    tight."""
    depth = 0
    found = []
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        found.append(f" {character} " if character in _RELATIONS and depth <= 0 else character)
    return "".join(found)


def _children(element: XmlElement | None) -> str:
    if element is None:
        return ""
    text = ""
    for child in element:
        part = _write(child)
        # "x^k a", as "x^ka" would be another power
        text += f" {part}" if part[:1].isalnum() and _SCRIPT_END.search(text[-12:]) else part
    return text


def _write(element: XmlElement) -> str:
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    if tag in (f"{M}t", f"{W}t"):
        return element.text or ""
    if tag in (f"{W}del", f"{W}moveFrom") or (tag.endswith("Pr") and tag.startswith(M)):
        return ""
    if tag in (f"{W}br", f"{M}br"):
        return " "
    writer = _WRITERS.get(tag.removeprefix(M)) if tag.startswith(M) else None
    return writer(element) if writer else _children(element)


def _part(element: XmlElement, name: str) -> str:
    return _children(element.find(f"{M}{name}")).strip()


def _property(element: XmlElement, properties: str, name: str, default: str) -> str:
    found = element.find(f"{M}{properties}/{M}{name}")
    if found is None:
        return default
    value = found.get(f"{M}val")
    return "" if value is None else str(value)


def group(text: str) -> str:
    """Return the text in brackets, unless it is a single number, word or bracket already."""
    if len(text) <= 1 or _ATOM.fullmatch(text) or _BRACKETED.fullmatch(text):
        return text
    return f"({text})"


def fraction(numerator: str, denominator: str) -> str:
    """Return a fraction on one line."""
    return f"{group(numerator)}/{group(denominator)}"


def scripts(base: str, lower: str, upper: str) -> str:
    """Return a base with what stands below and above it."""
    below = f"_{group(lower)}" if lower else ""
    above = "" if not upper else upper if set(upper) <= set("'′″‴") else f"^{group(upper)}"
    return f"{base}{below}{above}"


def root(radicand: str, degree: str) -> str:
    """Return a root on one line."""
    bracketed = radicand if _BRACKETED.fullmatch(radicand) else f"({radicand})" if len(radicand) > 1 else radicand
    return f"√{bracketed}" if degree in ("", "2") else f"{scripts('', '', degree)}√{bracketed}"


def _fraction(element: XmlElement) -> str:
    numerator, denominator = _part(element, "num"), _part(element, "den")
    if _property(element, "fPr", "type", "bar") == "noBar":
        return f"({numerator}; {denominator})"
    return fraction(numerator, denominator)


def _n_ary(element: XmlElement) -> str:
    sign = _property(element, "naryPr", "chr", "∫")
    return f"{scripts(sign, _part(element, 'sub'), _part(element, 'sup'))} {_part(element, 'e')}"


def _delimited(element: XmlElement) -> str:
    opening = _property(element, "dPr", "begChr", "(")
    closing = _property(element, "dPr", "endChr", ")")
    between = _property(element, "dPr", "sepChr", "|")
    return opening + between.join(_children(part).strip() for part in element.findall(f"{M}e")) + closing


def _function(element: XmlElement) -> str:
    return f"{_part(element, 'fName')} {_part(element, 'e')}"


def _matrix(element: XmlElement) -> str:
    rows = (", ".join(_children(cell).strip() for cell in row.findall(f"{M}e")) for row in element.findall(f"{M}mr"))
    return "; ".join(rows)


def _lines(element: XmlElement) -> str:
    return "; ".join(_children(line).strip() for line in element.findall(f"{M}e"))


def _accent(element: XmlElement) -> str:
    mark = _property(element, "accPr", "chr", "\u0302")
    base = _part(element, "e")
    return base + mark if len(base) == 1 else f"{group(base)}{_ACCENTS.get(mark, mark)}"


def _before(element: XmlElement) -> str:
    return f"{scripts('', _part(element, 'sub'), _part(element, 'sup'))}{_part(element, 'e')}"


_WRITERS: Mapping[str, Callable[[XmlElement], str]] = MappingProxyType(
    {
        "f": _fraction,
        "sSup": lambda element: scripts(_part(element, "e"), "", _part(element, "sup")),
        "sSub": lambda element: scripts(_part(element, "e"), _part(element, "sub"), ""),
        "sSubSup": lambda element: scripts(_part(element, "e"), _part(element, "sub"), _part(element, "sup")),
        "sPre": _before,
        "rad": lambda element: root(_part(element, "e"), _part(element, "deg")),
        "nary": _n_ary,
        "d": _delimited,
        "func": _function,
        "limLow": lambda element: scripts(_part(element, "e"), _part(element, "lim"), ""),
        "limUpp": lambda element: scripts(_part(element, "e"), "", _part(element, "lim")),
        "m": _matrix,
        "eqArr": _lines,
        "acc": _accent,
    }
)


# --- MathML ---


def mathml_text(element: XmlElement) -> str:
    """Return the text of a MathML formula (of OpenDocument, EPUB and HTML), whatever prefix its names have."""
    return re.sub(r"\s+", " ", _space_relations(_math(element))).strip()


def _math(element: XmlElement) -> str:
    if not isinstance(element.tag, str):
        return ""
    name = element.tag.rpartition("}")[2]
    if name in ("annotation", "annotation-xml", "mspace"):
        return " " if name == "mspace" else ""
    if name in ("mi", "mn", "mtext", "ms"):
        return "".join(element.itertext()).strip()
    if name == "mo":
        sign = "".join(element.itertext()).strip()
        return sign
    parts = [_math(child) for child in element if isinstance(child.tag, str)]
    writer = _MATHML.get(name)
    if writer is not None and len(parts) >= writer[0]:
        return writer[1]([part.strip() for part in parts])
    return "".join(parts)


_MATHML: Mapping[str, tuple[int, Callable[[list[str]], str]]] = MappingProxyType(
    {
        "mfrac": (2, lambda parts: fraction(parts[0], parts[1])),
        "msup": (2, lambda parts: scripts(parts[0], "", parts[1])),
        "msub": (2, lambda parts: scripts(parts[0], parts[1], "")),
        "msubsup": (3, lambda parts: scripts(parts[0], parts[1], parts[2])),
        "munder": (2, lambda parts: scripts(parts[0], parts[1], "")),
        "mover": (2, lambda parts: scripts(parts[0], "", parts[1])),
        "munderover": (3, lambda parts: scripts(parts[0], parts[1], parts[2])),
        "msqrt": (1, lambda parts: root("".join(parts), "")),
        "mroot": (2, lambda parts: root(parts[0], parts[1])),
        "mtable": (1, "; ".join),
        "mtr": (1, ", ".join),
    }
)
