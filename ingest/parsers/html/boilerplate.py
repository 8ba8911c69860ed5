"""Tells navigation and banners of a web page by what they are: many short links, or words about cookies."""

from __future__ import annotations

import re

from ingest.parsers.open_xml import XmlElement

MIN_LINKS = 3
LINK_SHARE = 0.7
"""So much of a menu's text are links; of the text of an article much less."""

MAX_LINK = 45
"""Characters of a link of a menu on average; headlines of other articles are longer, and are read."""

MAX_BANNER = 1_500
"""Characters of a cookie banner."""

_MENU_TAGS = frozenset({"nav", "menu", "header", "footer", "aside"})
_MENU_ROLES = frozenset({"navigation", "menu", "menubar", "tablist", "banner", "contentinfo", "toolbar"})
_CONTAINERS = frozenset({"div", "ul", "ol", "section", "form", "p", "table", "dialog", "td"}) | _MENU_TAGS
_MENU_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navi|navbar|navigation|menu|menue|submenu|breadcrumbs?|footer|header|sidebar|pagination|pager|"
    r"social|share|sharing|toolbar|skip|sitemap|tabs|lang(?:uage)?s?|topbar|metanav)(?:[\s_-]|$)",
    re.IGNORECASE,
)
_BANNER_NAMES = re.compile(
    r"cookie|consent|gdpr|dsgvo|onetrust|cmp-|didomi|usercentrics|privacy-?(?:banner|notice)", re.IGNORECASE
)
_BANNER_WORDS = re.compile(r"cookie|consent|einwillig|zustimm|datenschutz|gdpr|rgpd|tracking", re.IGNORECASE)


def is_boilerplate(element: XmlElement, tag: str) -> bool:
    """Return whether an element holds nothing but a menu, or asks for consent to cookies."""
    if tag not in _CONTAINERS:
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if _BANNER_NAMES.search(names) or element.get("aria-modal") == "true":
        text = _text(element)
        if len(text) <= MAX_BANNER and _BANNER_WORDS.search(text):
            return True
    is_named = tag in _MENU_TAGS or element.get("role") in _MENU_ROLES or _MENU_NAMES.search(names) is not None
    is_navigation = tag == "nav" or element.get("role") == "navigation"
    return is_named and _is_menu(element, 1 if is_navigation else MIN_LINKS)


def _is_menu(element: XmlElement, least: int) -> bool:
    """Return whether nearly all of an element's text are short links, at `least` so many."""
    text = _text(element)
    links = [words for link in element.iter("a", "button") if (words := _text(link))]
    linked = sum(map(len, links))
    return len(links) >= least and linked >= LINK_SHARE * len(text) and linked <= MAX_LINK * len(links)


def _text(element: XmlElement) -> str:
    parts = (part for part in element.itertext() if isinstance(part, str))
    return " ".join("".join(parts).split())
