"""Turns calendar files and business cards (iCalendar, RFC 5545; vCard, RFC 6350) into ParsedDocuments."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.cleanup import clean_text, one_line
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.text import decode, read_text
from ingest.titles import choose_title
from rag.errors import ParseError
from rag.types import BlockKind, ParsedDocument

_KINDS = {"VEVENT": "Event", "VTODO": "Task", "VJOURNAL": "Note", "VCARD": "Name"}
_NAMES = {
    **{"DTSTART": "Start", "DTEND": "End", "DUE": "Due", "DURATION": "Duration", "LOCATION": "Place"},
    **{"RRULE": "Repeats", "RDATE": "Also on", "EXDATE": "Not on", "RECURRENCE-ID": "In place of"},
    **{"TEL": "Phone", "EMAIL": "E-mail", "ADR": "Address", "ORG": "Organisation", "TITLE": "Position"},
    **{"BDAY": "Birthday", "URL": "URL", "GEO": "Coordinates"},
}
_DATES = frozenset(("DTSTART", "DTEND", "DUE", "RDATE", "EXDATE", "RECURRENCE-ID", "BDAY", "COMPLETED"))
_LEFT_OUT = frozenset(
    (
        *("UID", "DTSTAMP", "PRODID", "VERSION", "SEQUENCE", "CREATED", "LAST-MODIFIED", "REV", "TRANSP", "CLASS"),
        *("PHOTO", "LOGO", "SOUND", "KEY", "N", "ATTACH", "CALSCALE", "METHOD", "ACTION", "TRIGGER"),
    )
)
"""What says nothing to people; N is the name that FN says in order."""

_LINE = re.compile(
    r"(?:[\w-]+\.)?([\w-]+)((?:;[\w-]+(?:=(?:\"[^\"]*\"|[^\";:])*)?)*):(.*)",
    re.DOTALL,
)
_PARAMETER = re.compile(r";([\w-]+)=(\"[^\"]*\"|[^;]*)")
_PLACES = {"HOME": "Home", "WORK": "Work"}
_LINES = {"FAX": "fax", "CELL": "mobile phone", "PAGER": "pager"}
"""What a card says of a number or an address (RFC 6350, 5.6 and 6.4.1)."""
_TYPED = frozenset(("TEL", "EMAIL", "ADR", "URL"))

_FREQUENCIES = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_WEEKDAYS = {
    **{"MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday"},
    **{"SA": "Saturday", "SU": "Sunday"},
}
_ORDINALS = {"": "", "1": "first ", "2": "second ", "3": "third ", "4": "fourth ", "5": "fifth ", "-1": "last "}
_BY_DAY = re.compile(r"(-?\d?)([A-Z]{2})")
_SPAN = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_SPAN_UNITS = ("week", "day", "hour", "minute", "second")

_ESCAPED = re.compile(r"\\([\\;,nN])")
_WHEN = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?(\d\d))?(Z?))?")


@dataclass(slots=True)
class _CalendarEntry:
    """An event, a task or a person: its name and what is said about it, line by line."""

    kind: str
    name: str = ""
    lines: list[str] = field(default_factory=list)


def parse_calendar(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a calendar file or business cards: each entry is a paragraph. Raises ParseError where there is none."""
    source, warning = read_text(path)
    builder = TextBuilder(options.max_characters, path.name)
    if not write_calendar(builder, source):
        raise ParseError(f"{path.name} has no entries in it.", "Export it again, or remove it.")
    return ParsedDocument(
        title=choose_title("", "", path.name),
        file_type=path.suffix.lower().lstrip(".") or "ics",
        pages=builder.pages(),
        warnings=(warning,) if warning else (),
    )


def write_calendar(builder: TextBuilder, source: str) -> bool:
    """Write the entries of a calendar's source; returns whether there are any."""
    found = False
    for entry in _read_entries(source):
        name = f"{_KINDS[entry.kind]}: {entry.name}" if entry.name else _KINDS[entry.kind]
        builder.add(BlockKind.PARAGRAPH, clean_text("\n".join([name, *entry.lines])))
        found = True
    return found


def _read_entries(source: str) -> Iterator[_CalendarEntry]:
    """Yield the entries; what stands in alarms and time zones is no part of them."""
    entry: _CalendarEntry | None = None
    inner = 0
    for line in _unfold(source):
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        name, value = match[1].upper(), match[3].strip()
        if name == "BEGIN":
            if value.upper() in _KINDS:
                entry = _CalendarEntry(value.upper())
            inner = inner + 1 if entry is not None and value.upper() not in _KINDS else 0
        elif name == "END":
            if entry is not None and value.upper() == entry.kind:
                yield entry
                entry = None
            inner = max(inner - 1, 0)
        elif entry is not None and not inner:
            parameters = {key.upper(): given.strip('"') for key, given in _PARAMETER.findall(match[2])}
            _take(entry, name, parameters, value, _types(match[2]))
    if entry is not None:  # The file is cut off.
        yield entry


def _unfold(source: str) -> list[str]:
    """Return the lines; one that begins with a blank, or follows "=" in quoted-printable, goes on from the last."""
    text = re.sub(r"\r\n?", "\n", source)
    text = re.sub(r"\n[ \t]", "", text)
    lines: list[str] = []
    for line in text.split("\n"):
        if lines and lines[-1].endswith("=") and "QUOTED-PRINTABLE" in lines[-1].upper():
            lines[-1] += f"\n{line}"
        else:
            lines.append(line)
    return lines


def _types(parameters: str) -> frozenset[str]:
    """Return the types of a number or an address: TYPE=WORK,FAX, or WORK alone in cards of version 2.1."""
    given = [part.partition("=") for part in parameters.upper().split(";") if part]
    return frozenset(
        word
        for key, sign, words in given
        if key == "TYPE" or not sign
        for word in (words if sign else key).replace('"', "").split(",")
    )


def _take(
    entry: _CalendarEntry, name: str, parameters: dict[str, str], value: str, types: frozenset[str] = frozenset()
) -> None:
    if "QUOTED-PRINTABLE" in (parameters.get("ENCODING") or "").upper():
        value = decode(quopri.decodestring(value.encode("utf-8", "replace")))[0]
    text = _ESCAPED.sub(lambda escaped: "\n" if escaped[1] in "nN" else escaped[1], value)
    if name in ("SUMMARY", "FN"):
        entry.name = one_line(text)
        return
    if name in _LEFT_OUT or name.startswith("X-") or not text.strip():
        return
    if name in _DATES:
        text = ", ".join(_when(day, parameters.get("TZID", "")) for day in text.split(","))
    elif name in ("ADR", "ORG"):
        text = ", ".join(filter(None, (part.strip() for part in text.split(";"))))
    elif name == "DURATION":
        text = _duration(text)
    elif name == "RRULE":
        text = _repetition(text)
    elif parameters.get("CN"):
        text = f"{parameters['CN']} <{re.sub('^mailto:', '', text, flags=re.IGNORECASE)}>"
    entry.lines.append(f"{_label(name, types)}: {text.strip()}")


def _label(name: str, types: frozenset[str]) -> str:
    """Return what a line says, with the sort of a number or an address: "Work fax"."""
    label = _NAMES.get(name, name.capitalize().replace("-", " "))
    if name not in _TYPED:
        return label
    place = next((word for given, word in _PLACES.items() if given in types), "")
    label = next((word for given, word in _LINES.items() if given in types), label) if name == "TEL" else label
    return f"{place} {label[0].lower()}{label[1:]}" if place and name != "URL" else f"{label[0].upper()}{label[1:]}"


def _duration(text: str) -> str:
    """Return an ISO 8601 span of time in words; one of another form as it is."""
    match = _SPAN.fullmatch(text.strip())
    parts = [
        f"{int(count)} {unit}{'' if int(count) == 1 else 's'}"
        for count, unit in zip(match.groups() if match else (), _SPAN_UNITS, strict=False)
        if count and int(count)
    ]
    return " ".join(parts) or text


def _repetition(text: str) -> str:
    """Return a rule of repetition in words ("every week on Tuesday, 12 times"); one that says more as it is."""
    rule = dict(part.split("=", 1) for part in text.upper().split(";") if "=" in part)
    unit = _FREQUENCIES.get(rule.pop("FREQ", ""), "")
    interval, count, until = rule.pop("INTERVAL", "1"), rule.pop("COUNT", ""), rule.pop("UNTIL", "")
    days = [_BY_DAY.fullmatch(day) for day in filter(None, rule.pop("BYDAY", "").split(","))]
    rule.pop("WKST", None)
    if not unit or rule or not all(day and day[1] in _ORDINALS and day[2] in _WEEKDAYS for day in days):
        return text
    named = " and ".join(f"{_ORDINALS[day[1]]}{_WEEKDAYS[day[2]]}" for day in days if day)
    words = f"every {unit}" if interval == "1" else f"every {interval} {unit}s"
    words += f" on {named}" if named else ""
    words += f", {count} times" if count else ""
    return words + (f", until {_when(until, '')}" if until else "")


def _when(text: str, zone: str) -> str:
    """Return a day or a time in ISO 8601, with its time zone."""
    match = _WHEN.match(text.strip())
    if match is None:
        return text
    day = f"{match[1]}-{match[2]}-{match[3]}"
    if match[4] is None:
        return day
    seconds = f":{match[6]}" if match[6] not in (None, "00") else ""
    place = " UTC" if match[7] else f" ({zone})" if zone else ""
    return f"{day} {match[4]}:{match[5]}{seconds}{place}"
