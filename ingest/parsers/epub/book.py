"""Opens an EPUB: which of its files are the book, in which order, and what they link to."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml import etree, html  # type: ignore[import-untyped]

from ingest.parsers.open_xml import DAMAGED, Package, XmlElement
from ingest.parsers.raised import apply_style_sheet
from ingest.parsers.text import decode

CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
PAGES = (".xhtml", ".html", ".htm", ".xml")
MAX_SPINE = 20_000


@dataclass(frozen=True, slots=True)
class Chapter:
    """A file of the book in reading order."""

    part: str
    is_contents: bool = False


class EpubBook:
    """An open e-book. Parts that are named but missing or broken are listed in `unreadable`."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self.unreadable: list[str] = []
        self._pages: dict[str, XmlElement | None] = {}
        self._ids: dict[str, dict[str, XmlElement]] = {}
        self._sheets: dict[str, str] = {}
        self.chapters = self._find_chapters()

    def _find_chapters(self) -> list[Chapter]:
        part = self._package_part()
        root = self._package.xml(part) if part else None
        if root is None:
            names = sorted(name for name in self._package.parts() if name.lower().endswith(PAGES[:3]))
            return [Chapter(name) for name in names if not name.startswith(("META-INF/", "__MACOSX/"))]
        folder = posixpath.dirname(part)
        manifest: dict[str, Chapter] = {}
        for item in _named(root, "item"):
            kind = item.get("media-type") or ""
            target = resolve(folder, item.get("href") or "")[0]
            if "html" in kind or "dtbook" in kind or target.lower().endswith(PAGES[:3]):
                is_contents = "nav" in (item.get("properties") or "").split()
                manifest[item.get("id") or ""] = Chapter(target, is_contents)
        guide = {
            resolve(folder, reference.get("href") or "")[0]
            for reference in _named(root, "reference")
            if (reference.get("type") or "").lower() == "toc"
        }
        spine = _named(root, "itemref")
        ordered = [itemref for itemref in spine if itemref.get("linear") != "no"]
        ordered += [itemref for itemref in spine if itemref.get("linear") == "no"]
        chapters = [manifest[key] for itemref in ordered if (key := itemref.get("idref") or "") in manifest]
        found = dict.fromkeys(chapters or manifest.values())
        return [Chapter(chapter.part, chapter.is_contents or chapter.part in guide) for chapter in found][:MAX_SPINE]

    def _package_part(self) -> str:
        """Return the name of the file that lists the others."""
        container = self._package.xml(CONTAINER)
        for file in _named(container, "rootfile") if container is not None else ():
            name = resolve("", file.get("full-path") or "")[0]
            if name in self._package:
                return name
        return next((name for name in self._package.parts() if name.lower().endswith(".opf")), "")

    @property
    def is_protected(self) -> bool:
        """Return whether its text is encrypted; fonts often are, which does no harm."""
        root = self._package.xml(ENCRYPTION)
        if root is None:
            return False
        encrypted = {resolve("", reference.get("URI") or "")[0] for reference in _named(root, "CipherReference")}
        return any(chapter.part in encrypted for chapter in self.chapters)

    def page(self, part: str) -> XmlElement | None:
        """Return the root of one of the book's files; None where there is none."""
        if part not in self._pages:
            self._pages[part] = self._parse(part)
        return self._pages[part]

    def _parse(self, part: str) -> XmlElement | None:
        try:
            source = decode(self._package.read(part))[0] if part in self._package else ""
            # the declaration names an encoding that decoded text has no longer
            source = source[source.find("?>") + 2 :] if source.lstrip()[:5] == "<?xml" else source
            parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
            root = html.document_fromstring(source, parser=parser)
            apply_style_sheet(root, self._style_sheet(part, root))
            return root
        except (*DAMAGED, etree.LxmlError):
            self.unreadable.append(part)
            return None

    def _style_sheet(self, part: str, root: XmlElement) -> str:
        """Return the style sheets of a page, its own and those that it links to."""
        sheets = ["".join(style.itertext()) for style in root.iter("style")]
        for link in root.iter("link"):
            name = resolve(posixpath.dirname(part), link.get("href") or "")[0]
            if "stylesheet" in (link.get("rel") or "").lower() and name in self._package:
                if name not in self._sheets:
                    self._sheets[name] = decode(self._package.read(name))[0]
                sheets.append(self._sheets[name])
        return "\n".join(sheets)

    def target(self, part: str, link: str) -> XmlElement | None:
        """Return the element that a link in a file points to within the book, or None."""
        name, fragment = resolve(posixpath.dirname(part), link) if not link.startswith("#") else (part, link[1:])
        if not fragment or not name or name not in self._package:
            return None
        if name not in self._ids:
            root = self.page(name)
            found = root.iter() if root is not None else ()
            self._ids[name] = {element.get("id") or element.get("name") or "": element for element in found}
        return self._ids[name].get(unquote(fragment))


def resolve(folder: str, link: str) -> tuple[str, str]:
    """Return the name of the part that a link from a folder of the archive points to, and its fragment; ("", "")
    outside."""
    try:
        address = urlsplit(link)
    except ValueError:
        return "", ""
    if address.scheme or address.netloc:
        return "", ""
    path = posixpath.normpath(posixpath.join("/", folder, unquote(address.path))) if address.path else ""
    return path.lstrip("/"), address.fragment


def _named(root: XmlElement, name: str) -> list[XmlElement]:
    """Return the elements of a name, whatever their name space."""
    return [
        element for element in root.iter() if isinstance(element.tag, str) and etree.QName(element).localname == name
    ]
