"""Reads the diagrams of Office files (SmartArt): the text of their points, from the outermost to the innermost."""

from __future__ import annotations

import re
from collections import defaultdict

from ingest.cleanup import one_line
from ingest.parsers.flow import FlowItem, paragraph
from ingest.parsers.open_xml import DGM, A, Package, XmlElement

SHOWN = frozenset({"", "node", "asst", "doc"})
"""The types of points that are a diagram's own; others say how it is drawn."""


def diagram_items(package: Package, part: str) -> list[FlowItem]:
    """Return the points of a diagram's data, each a paragraph, those that belong to another after it."""
    root = package.xml(part)
    if root is None:
        return []
    points = {point.get("modelId") or "": point for point in root.iter(f"{DGM}pt")}
    shown = {key: point for key, point in points.items() if (point.get("type") or "") in SHOWN}
    children: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for link in root.iter(f"{DGM}cxn"):
        if (link.get("type") or "parOf") == "parOf" and link.get("destId") in shown:
            order = link.get("srcOrd") or "0"
            children[link.get("srcId") or ""].append(
                (int(order) if re.fullmatch(r"\d{1,9}", order) else 0, link.get("destId") or "")
            )
    below = {key for links in children.values() for _, key in links}
    items: list[FlowItem] = []
    seen: set[str] = set()
    waiting = [key for key in reversed(shown) if key not in below] or list(reversed(shown))
    while waiting:
        key = waiting.pop()
        if key in seen:
            continue
        seen.add(key)
        items += _text_items(points[key]) if key in points else []
        waiting += [child for _, child in sorted(children[key], reverse=True)]
    for key in shown:
        if key not in seen:  # links in a circle
            items += _text_items(points[key])
    return items


def _text_items(point: XmlElement) -> list[FlowItem]:
    lines = ["".join(text.text or "" for text in line.iter(f"{A}t")) for line in point.iter(f"{A}p")]
    return [paragraph(text) for text in map(one_line, lines) if text]
