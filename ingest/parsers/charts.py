"""Reads the charts of Office files: title, axes, and the numbers behind the bars as rows of a table."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable

from ingest.cleanup import one_line
from ingest.parsers.flow import FlowItem, Item, paragraph
from ingest.parsers.open_xml import A, C, Package, XmlElement
from ingest.table_heads import join_cells
from rag.types import BlockKind

_CX = "{http://schemas.microsoft.com/office/drawing/2014/chartex}"
CHART_TAGS = (f"{C}chart", f"{_CX}chart")

MAX_POINTS = 10_000
"""More points than this are a curve, and no text."""

_DAY_ZERO = datetime.date(1899, 12, 30)


def chart_items(package: Package, part: str) -> list[FlowItem]:
    """Return the text of a chart part, and its data as a table: a row for each category, a column for each series."""
    root = package.xml(part)
    if root is None:
        return []
    return _newer_chart(root) if root.tag.startswith(_CX) else _chart(root)


def _chart(root: XmlElement) -> list[FlowItem]:
    title = _rich_text(root.find(f"{C}chart/{C}title"))
    axes = [_rich_text(axis) for axis in root.iterfind(f"{C}chart/{C}plotArea/*/{C}title")]
    items = chart_heading(title, axes)
    columns: list[tuple[str, dict[int, str]]] = []
    categories: dict[int, str] = {}
    for series in root.iterfind(f"{C}chart/{C}plotArea/*/{C}ser"):
        name = _series_name(series)
        labels = _points(series.find(f"{C}cat")) or _points(series.find(f"{C}xVal"))
        for place, label in labels.items():
            categories.setdefault(place, label)
        for tag in ("val", "yVal", "bubbleSize"):
            values = _points(series.find(f"{C}{tag}"))
            if values:
                columns.append((name if tag != "bubbleSize" else f"{name} size".strip(), values))
        items += [paragraph(text) for text in map(_rich_text, series.iterfind(f"{C}dLbls/{C}dLbl")) if text]
    return [*items, *_rows(categories, columns)]


def chart_heading(title: str, axes: Iterable[str]) -> list[FlowItem]:
    """Return the title of a chart and those of its axes, "" where there is none, as paragraphs."""
    named = ", ".join(filter(None, axes))
    return [paragraph(f"{word}: {text}") for word, text in (("Chart", title), ("Axes", named)) if text]


def _rows(categories: dict[int, str], columns: list[tuple[str, dict[int, str]]]) -> list[FlowItem]:
    places = sorted({place for _, values in columns for place in values} | set(categories))[:MAX_POINTS]
    head = ["", *(name for name, _ in columns)]
    rows = [[categories.get(place, ""), *(values.get(place, "") for _, values in columns)] for place in places]
    found = [Item(BlockKind.TABLE_ROW, join_cells(row)) for row in rows if any(row)]
    return [*([Item(BlockKind.TABLE_HEAD, join_cells(head))] if any(head) else []), *found]


def _rich_text(element: XmlElement | None) -> str:
    """Return the text of a title: typed in, or taken from a cell."""
    if element is None:
        return ""
    typed = ["".join(text.text or "" for text in line.iter(f"{A}t")) for line in element.iter(f"{A}p")]
    cached = [point.text or "" for point in element.iter(f"{C}v")]
    return one_line(" ".join(filter(None, typed)) or " ".join(cached))


def _series_name(series: XmlElement) -> str:
    element = series.find(f"{C}tx")
    return "" if element is None else one_line(" ".join(value.text or "" for value in element.iter(f"{C}v")))


def _points(element: XmlElement | None) -> dict[int, str]:
    """Return the cached values of a series by their places; labels of several levels are joined from the outermost
    on."""
    if element is None:
        return {}
    levels = element.findall(f".//{C}lvl")
    if levels:
        return _join_levels([_level_points(level, "") for level in reversed(levels)])
    number_format = element.findtext(f".//{C}formatCode") or ""
    cache = next((found for tag in _CACHES if (found := element.find(f".//{C}{tag}")) is not None), None)
    is_number = cache is not None and cache.tag.startswith(f"{C}num")
    return _level_points(cache, number_format if is_number else None)


_CACHES = ("numCache", "strCache", "numLit", "strLit")


def _level_points(cache: XmlElement | None, number_format: str | None) -> dict[int, str]:
    found: dict[int, str] = {}
    for point in cache.iterfind(f"{C}pt") if cache is not None else ():
        text = one_line(point.findtext(f"{C}v") or "")
        place = point.get("idx") or ""
        if text and re.fullmatch(r"\d{1,7}", place):
            own = point.get("formatCode") or number_format
            found[int(place)] = show_number(text, own) if own is not None else text
    return found


def _join_levels(levels: list[dict[int, str]]) -> dict[int, str]:
    """Join labels of several levels; outer ones stand at the first place that they cover only."""
    places = sorted(set().union(*levels))
    found = {}
    current = [""] * len(levels)
    for place in places:
        for number, level in enumerate(levels):
            if place in level:
                current[number] = level[place]
        found[place] = " ".join(filter(None, current))
    return found


def show_number(text: str, number_format: str) -> str:
    """Return a cached number as the chart shows it: percentages, thousands, decimals and dates by its format."""
    try:
        value = float(text)
    except ValueError:
        return text
    if not math.isfinite(value):
        return text
    pattern = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.', "", number_format.split(";")[0])
    if re.search(r"[ymd]", pattern, re.IGNORECASE) and "general" not in pattern.lower():
        return _date(value, pattern, text)
    decimals = re.search(r"\.([0#?]+)", pattern)
    places = len(decimals[1]) if decimals else 0
    grouping = "," if re.search(r"[#0],[#0]", pattern) else ""
    if "%" in pattern:
        return f"{value * 100:{grouping}.{places}f}%"
    if not re.search(r"[0#]", pattern) or "e" in pattern.lower():
        return f"{value:.15g}"
    if not decimals and not value.is_integer():
        return f"{value:{grouping}.15g}"  # what is rounded away on the axis stands in the data
    return f"{value:{grouping}.{places}f}"


def _date(value: float, pattern: str, text: str) -> str:
    if not 1 <= value < 2_958_466:
        return text
    day = _DAY_ZERO + datetime.timedelta(days=int(value))
    if "d" not in pattern.lower():
        return f"{day:%Y-%m}" if "m" in pattern.lower() else f"{day:%Y}"
    return day.isoformat()


def _newer_chart(root: XmlElement) -> list[FlowItem]:
    """Read a chart of the kinds that came later: waterfall, treemap, funnel, histogram."""
    title = root.find(f"{_CX}chart/{_CX}title")
    text = "" if title is None else _all_text(title)
    items = chart_heading(text, [])
    categories: dict[int, str] = {}
    columns: list[tuple[str, dict[int, str]]] = []
    names = [_all_text(series) for series in root.iter(f"{_CX}tx")]
    for data in root.iterfind(f"{_CX}chartData/{_CX}data"):
        for dimension in data.iterfind(f"{_CX}strDim"):
            levels = [_newer_points(level, None) for level in reversed(dimension.findall(f"{_CX}lvl"))]
            if levels:
                categories.update(_join_levels(levels))
        for dimension in data.iterfind(f"{_CX}numDim"):
            for level in dimension.iterfind(f"{_CX}lvl"):
                name = names[len(columns)] if len(columns) < len(names) else ""
                columns.append((name, _newer_points(level, level.get("formatCode") or "")))
    return [*items, *_rows(categories, columns)]


def _newer_points(level: XmlElement, number_format: str | None) -> dict[int, str]:
    found = {}
    for point in level.iterfind(f"{_CX}pt"):
        place = point.get("idx") or ""
        if re.fullmatch(r"\d{1,7}", place) and (text := one_line(point.text or "")):
            found[int(place)] = text if number_format is None else show_number(text, number_format)
    return found


def _all_text(element: XmlElement) -> str:
    parts: Iterable[XmlElement] = element.iter(f"{A}t", f"{_CX}v")
    return one_line(" ".join(part.text or "" for part in parts))
