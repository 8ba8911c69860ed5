"""Reads what installed packages say of their licences, and sorts it into families."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

STATED_ELSEWHERE = {
    "axe-playwright-python": "MIT AND MPL-2.0",
    "odfpy": "Apache-2.0 OR GPL-2.0-or-later OR LGPL-2.1-or-later",
    "pypandoc-binary": "MIT AND GPL-2.0-or-later",
    "pypdfium2": "BSD-3-Clause AND Apache-2.0",
    "torch": "BSD-3-Clause",
}
"""Licences in the files of packages whose metadata say less, something ambiguous or too much for a line."""

PERMISSIVE = "permissive"
WEAK = "weak copyleft"
STRONG = "strong copyleft"
UNKNOWN = "unknown"
_STRICTNESS = (PERMISSIVE, WEAK, STRONG, UNKNOWN)

# In this order: LGPL holds GPL.
_FAMILIES = (
    (WEAK, re.compile(r"mozilla|\bmpl|lgpl|lesser general public|\bepl\b", re.IGNORECASE)),
    (
        STRONG,
        re.compile(
            r"agpl|affero|\bgpl|general public licen[cs]e|sspl|server side public|\bbusl|commons clause"
            r"|non-?commercial",
            re.IGNORECASE,
        ),
    ),
    (
        PERMISSIVE,
        re.compile(
            r"apache|\bmit\b|bsd|\bisc\b|psf|python software foundation|python-2\.0|zlib|unlicense|cc0|hpnd|cnri"
            r"|boost|\bbsl-1",
            re.IGNORECASE,
        ),
    ),
)


def find_licence(name: str) -> str:
    """Return what an installed package says of its licence, on one line; "" when it says nothing or is not
    installed."""
    if name in STATED_ELSEWHERE:
        return STATED_ELSEWHERE[name]
    try:
        found: Distribution = distribution(name)
    except PackageNotFoundError:
        return ""
    stated = [found.metadata.get("License-Expression"), _classified(found), found.metadata.get("License")]
    return next((text.strip().splitlines()[0][:200] for text in stated if text and text.strip()), "")


def _classified(found: Distribution) -> str:
    prefix = "License :: OSI Approved :: "
    classifiers = found.metadata.get_all("Classifier") or []
    return "; ".join(line.removeprefix(prefix) for line in classifiers if line.startswith(prefix))


def find_family(licence: str) -> str:
    """Return the family of a licence. Of licences joined by OR the mildest counts, of those joined by AND the
    strictest."""
    flat = licence.replace("(", " ").replace(")", " ") if re.search(r"\s(?:AND|OR)\s", licence) else licence
    strictest = 0 if flat.strip() else len(_STRICTNESS) - 1
    for joined in re.split(r"\s+AND\s+|;", flat):
        choices = [
            _STRICTNESS.index(_name_family(choice)) for choice in re.split(r"\s+OR\s+", joined) if choice.strip()
        ]
        strictest = max(strictest, min(choices, default=0))
    return _STRICTNESS[strictest]


def _name_family(licence: str) -> str:
    return next((family for family, pattern in _FAMILIES if pattern.search(licence)), UNKNOWN)
