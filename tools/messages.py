"""Brings the catalogues of the page's texts up to date (`app/web/locale`), with GNU gettext's programs.

python -m tools.messages          # takes in texts that are new or changed, and drops those that are gone
python -m tools.messages fr it    # these languages; one that is new is begun

A translator fills in the .po files; what is read is the .mo file beside each, which this writes.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
from importlib import import_module
from pathlib import Path

from app.web.catalogues import DOMAIN, LOCALE, Plural, messages

MODULES = (
    "app.web.texts",
    "app.web.admin_texts",
    "app.web.collection_texts",
    "app.web.search.texts",
    "app.web.tables.texts",
)

HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Content-Transfer-Encoding: 8bit\\n"\n"Language: {code}\\n"\n"Plural-Forms: {plural}\\n"\n'
)

PLURALS = {"fr": "nplurals=2; plural=n > 1;"}
"""Of languages whose plural does not begin at two."""

DEFAULT_PLURAL = "nplurals=2; plural=n != 1;"


def template(code: str) -> str:
    """Return all English texts as an empty catalogue."""
    parts = [HEADER.format(code=code, plural=PLURALS.get(code, DEFAULT_PLURAL))]
    for module in MODULES:
        import_module(module)
        parts += [_entry(context, text) for context, text in messages(module)]
    return "\n".join(parts)


def update(folder: Path) -> None:
    """Write a language's catalogue anew: the .po file and, of what is translated there, the .mo file."""
    written = folder / f"{DOMAIN}.po"
    with tempfile.TemporaryDirectory() as made:
        empty = Path(made) / f"{DOMAIN}.pot"
        empty.write_text(template(folder.parent.name), encoding="utf-8")
        if written.exists():
            # A translation of words that were other ones is asked for anew, not guessed.
            options = ["--quiet", "--update", "--backup=none", "--no-fuzzy-matching", "--width=118"]
            subprocess.run(["msgmerge", *options, written, empty], check=True)
            subprocess.run(["msgattrib", "--no-obsolete", "--width=118", "-o", written, written], check=True)
        else:
            written.parent.mkdir(parents=True)
            written.write_bytes(empty.read_bytes())
    compile_catalogue(written, written.with_suffix(".mo"))


def compile_catalogue(source: Path, target: Path) -> None:
    """Write the .mo file of a .po file; the same on every machine."""
    options = ["--check-format", "--no-hash", "--endianness=little"]
    subprocess.run(["msgfmt", *options, "-o", target, source], check=True)


def main() -> None:
    """Update the languages that are named, or all."""
    parser = argparse.ArgumentParser(prog="tools.messages", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("codes", nargs="*", type=_language, metavar="CODE", help="a language, such as fr or pt_BR")
    codes = parser.parse_args().codes or sorted(path.name for path in LOCALE.iterdir())
    for code in codes:
        update(LOCALE / code / "LC_MESSAGES")


def _language(code: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", code):
        raise argparse.ArgumentTypeError(f"{code} is no code of a language.")
    return code


def _entry(context: str, text: str) -> str:
    lines = [f"msgctxt {_quoted(context)}"]
    if isinstance(text, Plural):
        lines += [f"msgid {_quoted(text.one)}", f"msgid_plural {_quoted(text)}", 'msgstr[0] ""', 'msgstr[1] ""']
    else:
        lines += [f"msgid {_quoted(text)}", 'msgstr ""']
    return "\n".join([*(["#, python-brace-format"] if "{" in text else []), *lines, ""])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


if __name__ == "__main__":
    main()
