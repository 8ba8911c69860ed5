"""Names the control words that stand for characters, and those that say where the text of their group goes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ingest.parsers.rtf.state import Destination

CHARACTERS = MappingProxyType(
    {
        **{"tab": "\t", "line": "\n", "softline": "\n", "column": "\n", "lbr": "\n", "emdash": "—", "endash": "–"},
        **{"bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "emspace": " "},
        **{"enspace": " ", "qmspace": " ", "zwj": "\u200d", "zwnj": "\u200c", "~": "\xa0", "_": "-", "{": "{"},
        **{"}": "}", "\\": "\\", "zwbo": "", "zwnbo": "", "ltrmark": "", "rtlmark": "", "-": "", ":": ""},
    }
)
SKIPPED = frozenset(
    (
        *("colortbl", "generator", "themedata", "colorschememapping", "datastore", "latentstyles", "listtable"),
        *("listoverridetable", "rsidtbl", "xmlnstbl", "mmathPr", "nonshppict", "objdata", "objclass", "objname"),
        *("filetbl", "revtbl", "pgdsctbl", "bkmkstart", "bkmkend", "atrfstart", "atrfend", "atnid", "atndate"),
        *("atnref", "atnparent", "atntime", "shprslt", "pgptbl", "protusertbl", "userprops", "falt", "panose"),
        *("fontemb", "fontfile", "template", "private", "nonesttables", "pn", "datafield", "xe", "tc", "rxe", "txe"),
        *("docvar", "blipuid", "passwordhash", "wgrffmtfilter", "ftnsep", "ftnsepc", "ftncn", "aftnsep"),
        *("aftnsepc", "aftncn", "mmathPict", "ffname", "ffdeftext", "ffformat", "ffhelptext", "ffstattext"),
        *("ffentrymcr", "ffexitmcr", "background", "operator", "company", "manager", "category", "keywords"),
        *("comment", "doccomm", "hlinkbase", "revtim", "printim", "buptim", "subject", "listname", "listpicture"),
    )
)
STORIES = MappingProxyType(
    {
        **dict.fromkeys(("header", "headerl", "headerr", "headerf"), "header"),
        **dict.fromkeys(("footer", "footerl", "footerr", "footerf"), "footer"),
        **dict.fromkeys(("shptxt", "dptxbxtext"), "box"),
        **{"footnote": "footnote", "annotation": "annotation", "title": "title", "author": "author"},
    }
)
DESTINATIONS: Mapping[str, Destination] = MappingProxyType(
    {
        "fonttbl": Destination.FONTS,
        "stylesheet": Destination.STYLES,
        "listtext": Destination.LIST_TEXT,
        "pntext": Destination.LIST_TEXT,
        "fldinst": Destination.CODE,
        "atnauthor": Destination.AUTHOR,
        "sn": Destination.SHAPE_NAME,
        "sv": Destination.SHAPE_VALUE,
        "ffl": Destination.FORM_ENTRY,
        "creatim": Destination.DATE,
        "pict": Destination.NOTHING,
        "picprop": Destination.NOTHING,
        "sp": Destination.NOTHING,
    }
)
TRANSPARENT = frozenset(
    (
        *("shppict", "shpinst", "do", "nesttableprops", "moMath", "moMathPara", "formfield", "shpgrp"),
        *("dptxbx", "result", "fldrslt", "ud", "pntxta", "pntxtb"),
    )
)
"""Groups that older readers pass over, with text in them all the same."""
