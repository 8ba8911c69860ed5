"""Finds its way in XML whose namespaces differ from writer to writer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from lxml import etree  # type: ignore[import-untyped]

from ingest.parsers.open_xml import XmlElement


def iterate(stream: IO[bytes], *names: str) -> Iterator[XmlElement]:
    """Yield the elements of these names as the stream is read; what is yielded should be let go of with `drop`."""
    tags = [f"{{*}}{name}" for name in names]
    events = etree.iterparse(
        stream, events=("end",), tag=tags, recover=True, resolve_entities=False, no_network=True, huge_tree=False
    )
    for _, element in events:
        yield element


def drop(element: XmlElement) -> None:
    """Let go of an element that was read, and of those before it."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def local_name(element: XmlElement) -> str:
    """Return an element's name without its namespace; "" of a comment."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: XmlElement, name: str) -> str:
    """Return the value of the attribute of this name in whatever namespace, or ""."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""


def descendants(element: XmlElement, name: str) -> Iterator[XmlElement]:
    """Yield the elements of a name below another, without the fallbacks that repeat what programs of today show."""
    for found in element.iter(f"{{*}}{name}"):
        if not any(local_name(above) == "Fallback" for above in found.iterancestors()):
            yield found
