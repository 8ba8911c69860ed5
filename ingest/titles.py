"""Chooses a document's title and makes file names searchable."""

from __future__ import annotations

import re
from pathlib import PurePath

MAX_TITLE = 200

_MEANINGLESS = re.compile(
    r"""(?ix) (?:
        untitled (?:[\s_-]*(?:document|presentation|spreadsheet)?[\s_-]*\d*)
      | (?:document|presentation|slide|sheet|page|book|workbook|new\ document|dokument|scan|image|doc|title|index
          |powerpoint\ presentation|pdf|print|template|layout|draft|chapter|cover|home|default|none|null|test)
        [\s_#-]*\d*
      | \(?(?:anonymous|unspecified)\)?
      | microsoft\s+(?:word|powerpoint|excel|office)\b.*
      | (?:powerpoint|word|excel)\s+(?:presentation|document)
      | \S+\.(?:docx?|pptx?|xlsx?|pdf|rtf|odt|indd|qxd|qxp|tex|dvi|ps|html?|txt|csv|md|tmp|fm|pub|wpd|eml|epub)
      | (?:[a-z]:[\\/]|/|file:|https?:).*
      | [\W\d_]+
      | united\ states(?:\ of\ america)?(?:\ securities\ and\ exchange\ commission.*)?
      | securities\ and\ exchange\ commission.*
      | (?:annual\ report\ on\ |quarterly\ report\ on\ )?form\ ?[\w-]{1,6} | press\ release | news\ release
      | annual\ report | quarterly\ report | memorandum | invoice | letter | report
      | table\ of\ contents | contents | agenda | abstract | page\ intentionally\ left\ blank
    )"""
)

_CAMEL = re.compile(r"(?<=[a-z\d])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_FORM = re.compile(r"\b(\d{1,2})-?([KkQq])\b")


def choose_title(metadata_title: str, first_heading: str, file_name: str) -> str:
    """Return the metadata's title when it says something, else the first heading, else the file name made readable."""
    for candidate in (metadata_title, first_heading):
        title = " ".join(candidate.split())
        if is_sensible(title):
            return title[:MAX_TITLE]
    return readable_name(file_name)


def is_sensible(title: str) -> bool:
    """Return whether a title tells documents apart: not "untitled", a path, a number, a program's name or gibberish."""
    if not 3 <= len(title) <= 300 or _MEANINGLESS.fullmatch(title):
        return False
    letters = sum(character.isalpha() for character in title)
    if letters < 3 or letters * 2 < len(title.replace(" ", "")):
        return False
    return not _is_gibberish(title)


def _is_gibberish(title: str) -> bool:
    """Return whether a title is one long token of mixed letters and digits, or of mostly unprintable characters."""
    if "\ufffd" in title or not title.isprintable():
        return True
    if " " in title:
        return False
    digits = sum(character.isdigit() for character in title)
    no_vowels = title.isascii() and not re.search(r"[aeiouyAEIOUY]", title)
    return (digits >= 4 and len(title) > 8) or (no_vowels and len(title) > 5) or "_" in title


def readable_name(file_name: str) -> str:
    """Return a file name without its extension, with separators and camel case made spaces."""
    stem = PurePath(_printable(file_name)).stem
    spaced = _CAMEL.sub(" ", re.sub(r"[_+\s]+|(?<![\d])-|-(?![\d])|(?<=\d)\.(?=\D)|(?<=\D)\.", " ", stem))
    return " ".join(spaced.split()) or _printable(file_name)


def folder_words(path: str, named: str) -> str:
    """Return the folders of a path as words, those that `named` holds already left out."""
    known = named.casefold()
    folders = [" ".join(re.split(r"[\W_]+", _printable(folder))).strip() for folder in PurePath(path).parts[:-1]]
    return " / ".join(folder for folder in folders if folder and folder.casefold() not in known)


def words_of_name(path: str | PurePath) -> str:
    """Return the searchable words of a file's name: as it is, split up, and forms such as 10K with and without hyphen.

    The words of its folders follow.
    """
    stem = PurePath(_printable(str(path))).stem
    words = [stem, *re.split(r"[\W_]+", stem), *readable_name(stem + ".x").split()]
    for digits, letter in _FORM.findall(stem.replace("_", " ")):
        words += [f"{digits}{letter}", f"{digits}-{letter}"]
    words += folder_words(str(path), "").replace(" / ", " ").split()
    seen: dict[str, str] = {}
    for word in words:
        if word:
            seen.setdefault(word.lower(), word)
    return " ".join(seen.values())


def _printable(name: str) -> str:
    """Return a name whose undecodable bytes and control characters are made spaces."""
    return "".join(character if character.isprintable() else " " for character in name)
