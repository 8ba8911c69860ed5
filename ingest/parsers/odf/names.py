"""Names the name spaces of OpenDocument."""

from __future__ import annotations

_ODF = "urn:oasis:names:tc:opendocument:xmlns"
OFFICE = f"{{{_ODF}:office:1.0}}"
TEXT = f"{{{_ODF}:text:1.0}}"
TABLE = f"{{{_ODF}:table:1.0}}"
DRAW = f"{{{_ODF}:drawing:1.0}}"
STYLE = f"{{{_ODF}:style:1.0}}"
FO = f"{{{_ODF}:xsl-fo-compatible:1.0}}"
SVG = f"{{{_ODF}:svg-compatible:1.0}}"
CHART = f"{{{_ODF}:chart:1.0}}"
PRESENTATION = f"{{{_ODF}:presentation:1.0}}"
MANIFEST = f"{{{_ODF}:manifest:1.0}}"
FIELD = "{urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0}"
DC = "{http://purl.org/dc/elements/1.1/}"
XLINK = "{http://www.w3.org/1999/xlink}"
