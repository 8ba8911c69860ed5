"""Makes broken and hostile files out of good ones, the same for the same seed.

Every archive and markup file that can point to another file points to the canary: its words must turn up nowhere.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.torture_formats import format_bombs

ARCHIVES = frozenset({".docx", ".pptx", ".xlsx", ".odt", ".epub", ".ods", ".odp"})
DEEP = 100_000
MANY_MEMBERS = 60_000
CANARY = "the canary of Orlick sang at midnight"


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file to be tried: what was done, its name with extension, its bytes."""

    kind: str
    name: str
    content: bytes


def mutate_files(seeds: Sequence[Path], count: int, seed: int) -> Iterator[MadeFile]:
    """Yield `count` files, each a good one damaged in one way, all ways in turn."""
    chance = random.Random(seed)
    ways = list(_WAYS.items())
    for number in range(count):
        source = seeds[chance.randrange(len(seeds))]
        kind, way = ways[number % len(ways)]
        suffix = source.suffix.lower()
        if kind == "swapped extension":
            suffix = chance.choice([other.suffix.lower() for other in seeds if other.suffix != source.suffix])
        content = way(chance, source.read_bytes(), source.suffix.lower())
        yield MadeFile(kind, f"{number:05}-{kind.replace(' ', '-')}{suffix}", content)


def _truncate(chance: random.Random, content: bytes, _suffix: str) -> bytes:
    return content[: chance.randrange(len(content))]


def _flip_bits(chance: random.Random, content: bytes, _suffix: str) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 10, 100))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _blank_part(chance: random.Random, content: bytes, _suffix: str) -> bytes:
    start = chance.randrange(len(content))
    length = min(chance.choice((16, 512, 8192)), len(content) - start)
    return content[:start] + bytes(length) + content[start + length :]


def _repeat_part(chance: random.Random, content: bytes, _suffix: str) -> bytes:
    start, end = sorted((chance.randrange(len(content)), chance.randrange(len(content))))
    return content[:end] + content[start:end] * chance.choice((1, 3)) + content[end:]


def _leave_alone(_chance: random.Random, content: bytes, _suffix: str) -> bytes:
    return content


def _damage_member(chance: random.Random, content: bytes, suffix: str) -> bytes:
    """Damage a part of an archive and pack it again, so that the damage is met by the parser and not by unzip."""
    if suffix not in ARCHIVES:
        return _flip_bits(chance, content, suffix)
    way = chance.choice((_truncate, _flip_bits, _repeat_part))
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        victim = chance.choice([member.filename for member in source.infolist() if member.file_size])
        for member in source.infolist():
            part = source.read(member)
            target.writestr(member.filename, way(chance, part, "") if member.filename == victim else part)
    return packed.getvalue()


_WAYS: dict[str, Callable[[random.Random, bytes, str], bytes]] = {
    "truncated": _truncate,
    "bits flipped": _flip_bits,
    "part blanked": _blank_part,
    "part repeated": _repeat_part,
    "swapped extension": _leave_alone,
    "member damaged": _damage_member,
}


# --- bombs ---


def make_bombs(seeds: Sequence[Path], canary: Path, *, large: int = 1 << 24) -> Iterator[MadeFile]:
    """Yield files made to use up memory, time or disk, or to have another file read; the `large` ones of so many
    bytes."""
    archives = [path for path in seeds if path.suffix.lower() in _MAIN_PARTS]
    for path in archives:
        suffix = path.suffix.lower()
        for kind, entities, reference in _entity_attacks(canary):
            yield MadeFile(kind, f"{kind}{suffix}".replace(" ", "-"), _with_entities(path, entities, reference))
        yield MadeFile("zip bomb", f"zip-bomb{suffix}", _with_member(path, "bomb.xml", bytes(80 << 20)))
        yield MadeFile("climbing names", f"climbing-names{suffix}", _with_member(path, "../../climbed.txt", b"up"))
    if archives:
        suffix = archives[0].suffix.lower()
        yield MadeFile("many members", f"many-members{suffix}", _many_members(archives[0]))
    address = canary.as_uri()
    nested = b"<div>" * DEEP + b"words" + b"</div>" * DEEP
    yield MadeFile("deep nesting", "deep.html", b"<html><body>" + nested + b"</body></html>")
    yield MadeFile("deep nesting", "deep.md", b"> " * DEEP + b"words")
    yield MadeFile("deep nesting", "deep.rtf", b"{\\rtf1 " + b"{" * DEEP + b"words" + b"}" * DEEP + b"}")
    yield MadeFile("one line", "line.csv", b"word," * (large // 5))
    yield MadeFile("one word", "word.txt", b"x" * large)
    yield MadeFile("deep nesting", "parts.eml", _nested_mail(2_000))
    yield MadeFile(
        "other file",
        "includes.html",
        f'<html><body><p>words here</p><iframe src="{address}"></iframe><img src="{address}">'
        f'<link rel="import" href="{address}"><object data="{address}"></object></body></html>'.encode(),
    )
    yield MadeFile("other file", "includes.md", f'words here\n\n![]({address})\n\n--8<-- "{canary}"\n'.encode())
    included = str(canary).replace("/", "\\\\")
    field = f'{{\\field{{\\*\\fldinst INCLUDETEXT "{included}"}}{{\\fldrslt words}}}}'
    yield MadeFile("other file", "includes.rtf", b"{\\rtf1 " + field.encode() + b" here}")
    yield from _pdf_bombs(large)
    yield from (MadeFile(*made) for made in format_bombs(large))


def _entity_attacks(canary: Path) -> Iterator[tuple[str, str, str]]:
    laughs = '<!ENTITY a0 "ha ">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    yield "entity bomb", laughs, "&a9;"
    yield "external entity", f'<!ENTITY x SYSTEM "{canary.as_uri()}">', "&x;"
    yield "external markup", f'<!ENTITY % x SYSTEM "{canary.as_uri()}"> %x;', ""


_MAIN_PARTS = {
    ".docx": ("word/document.xml", "</w:t>"),
    ".pptx": ("ppt/slides/slide1.xml", "</a:t>"),
    ".xlsx": ("xl/sharedStrings.xml", "</t>"),
    ".odt": ("content.xml", "</text:p>"),
    ".epub": ("html", "</p>"),
}
"""The ending of the name of the part with an archive's text, and the tag that closes a piece of text in it."""


def _with_entities(path: Path, entities: str, reference: str) -> bytes:
    """Return the archive with entities declared in its main part, and one used in the first text of it."""
    part, closing = _MAIN_PARTS[path.suffix.lower()]
    packed = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            content = source.read(member)
            if member.filename.endswith(part):
                content = _declare(content.decode(), entities, closing, reference).encode()
            target.writestr(member, content)
    return packed.getvalue()


def _declare(text: str, entities: str, closing: str, reference: str) -> str:
    body = text[text.index("?>") + 2 :] if text.startswith("<?xml") else text
    if "<!DOCTYPE" in body:
        body = body[body.index("<!DOCTYPE") :].partition(">")[2]
    root = body[body.index("<") + 1 :].split(">", 1)[0].split()[0]
    start, _, end = body.partition(closing)
    return f'<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE {root} [{entities}]>{start}{reference}{closing}{end}'


def _with_member(path: Path, name: str, content: bytes) -> bytes:
    packed = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def _many_members(path: Path) -> bytes:
    packed = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(packed, "a") as archive:
        for number in range(MANY_MEMBERS):
            archive.writestr(f"{number}", b"")
    return packed.getvalue()


def _nested_mail(depth: int) -> bytes:
    opened = "".join(
        f'Content-Type: multipart/mixed; boundary="b{number}"\r\n\r\n--b{number}\r\n' for number in range(depth)
    )
    return f"From: a@b.example\r\nSubject: Nested\r\nMIME-Version: 1.0\r\n{opened}\r\nwords".encode()


def _pdf_bombs(large: int) -> Iterator[MadeFile]:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R>>"
    flood = b"BT /F1 12 Tf " + b"(words) Tj " * (large // 11) + b"ET"
    yield MadeFile("endless pages", "loop.pdf", _pdf(b"<</Type/Pages/Kids[2 0 R]/Count 1>>", page, b""))
    yield MadeFile("endless pages", "count.pdf", _pdf(b"<</Type/Pages/Kids[3 0 R]/Count 2000000000>>", page, b""))
    yield MadeFile("flood of words", "flood.pdf", _pdf(b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, flood))
    huge = page.replace(b"612 792", b"9999999999 9999999999")
    yield MadeFile("huge page", "huge.pdf", _pdf(b"<</Type/Pages/Kids[3 0 R]/Count 1>>", huge, b"0 0 m 9 9 l S"))
    picture = b"q 612 0 0 792 0 0 cm BI /W 60000 /H 60000 /CS /RGB /BPC 8 ID " + b"\x80" * 1000 + b" EI Q"
    yield MadeFile("huge picture", "picture.pdf", _pdf(b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, picture))
    forms = b"/Fm Do " * 100
    yield MadeFile("endless pages", "deep.pdf", _pdf(b"[" * DEEP + b"]" * DEEP, page, forms))


def _pdf(pages: bytes, page: bytes, content: bytes) -> bytes:
    """Return a PDF of one page without a cross-reference table, which readers make up for."""
    parts = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        pages,
        page,
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
    )
    objects = b"".join(b"%d 0 obj%sendobj\n" % (number, part) for number, part in enumerate(parts, 1))
    return b"%PDF-1.7\n" + objects + b"trailer<</Root 1 0 R>>\n%%EOF\n"
