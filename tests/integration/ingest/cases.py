"""What the index must hold of the documents in `tests/data/cases`, which were written after faults of such systems."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Case:
    """Each line of `together` stands in one chunk with its header, part for part; nothing of `nowhere` stands
    anywhere."""

    name: str
    together: tuple[tuple[str, ...], ...]
    nowhere: tuple[str, ...] = ()


def make_text_files(folder: Path) -> None:
    """Write texts under names that a checkout cannot hold on every system."""
    folder.mkdir(parents=True)
    for name, text in {
        "README": "Pump: start with the red key\n",
        "codes.tsv": "code\tmeaning\nE41\tgate jammed\n",
        "gate.log": "2025-02-02 03:14 gate 4 jammed by ice\n",
        "gates.json": '[{"gate": "north", "keeper": "Rita Sohn"}]\n',
        "gates.xml": "<gates><gate><name>north</name><keeper>Rita Sohn</keeper></gate></gates>\n",
        "page.mht": "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n"
        "<p>The spare key hangs behind the clock.</p>\n--b--\n",
        "ramp.txt ": "Draft\n\nThe ramp is 30 metres long.\n",
        "ramp.txt.bak": "Old\n\nThe ramp was 20 metres long.\n",
        "weir.rst": "Title\n=====\n\nThe weir opens at 6.\n",
    }.items():
        (folder / name).write_text(text, encoding="utf-8")


def make_links(folder: Path) -> None:
    """Write one document under four names."""
    (folder / "real").mkdir(parents=True)
    (folder / "real" / "slip.txt").write_text("Slip rules\n\nThe slip is closed on Mondays.\n", encoding="utf-8")
    (folder / "hard.txt").hardlink_to(folder / "real" / "slip.txt")
    (folder / "current.txt").symlink_to("real/slip.txt")
    (folder / "alias").symlink_to("real")


CASES = (
    Case(
        "01-docx-auto-numbered-clauses",
        (
            ("4 Use", "4.2 Fuel may not be stored on deck."),
            ("6 Ending", "6.1 Either side may end the licence with ninety days of notice."),
            ("5 Repairs", "5.2 The owner repairs the quay wall."),
        ),
    ),
    Case(
        "02-docx-tracked-insertions",
        (
            ("yearly price is 3,450 crowns, payable in March",),
            ("answers alarms within five hours, also on Sundays",),
        ),
        ("2,900", "is crowns"),
    ),
    Case("04-docx-text-box", (("Gannet Cave", "Tuesday to Sunday, 9:30 to 16:15. Tickets cost 7 crowns."),)),
    Case(
        "05-docx-footnotes",
        (("eleven valleys [note 1] between", "[note 1] The Ossel valley was left out because its bridge had been"),),
        ("valleys1",),
    ),
    Case(
        "07-xlsx-number-formats",
        (
            ("Rates", "Interest rate | Fee | Account", "Cooper loan | 7.25% | 1,250.50 kr | 0071203 |"),
            ("Daily closing time | Hours worked", "| 16:45 | 37:30"),
            ("Weaver loan | 4.50% | 980.00 kr | 0004417 |", "2023-11-12", "| 15:05 | 8:00"),
        ),
        ("0.0725", "1250.5", "| 71203", "1.5625"),
    ),
    Case(
        "08-xlsx-meaning-in-sheet-names",
        (
            ("Cedar House", "Monthly rent | 990"),
            ("Birch House", "Caretaker | Quist"),
            ("Elm House", "Caretaker | Sato"),
        ),
    ),
    Case(
        "10-xlsx-merged-row-labels",
        (
            ("Ship | Watch | Officer | Cabin", "Tern | Third | Fitch | 5C"),
            ("Petrel | Second | Boyd | 2B",),
            ("Skua | Second | Hume | 7B",),
        ),
    ),
    Case(
        "11-csv-with-thirty-columns",
        (
            ("Station: Dun Skerry", "Inspector: Reed"),
            ("Station: Eel Bank", "Annual cost: 6440"),
            ("Station: Gull Stack", "Nearest doctor: Dr Gray"),
            ("Station: Corr Point", "Stairs: 94"),
        ),
    ),
    Case(
        "13-xlsx-hidden-sheet-and-comment",
        (
            ("Prices", "Article | Price", "Fender F3 | 29"),
            ("Stock", "Article | Pieces | Shelf", "Cleat 200 | 32 | R3"),
            ("Fender F3 | 9", "only sold to members until July"),
            ("Old prices (hidden sheet)", "Fender F3 | 11"),
        ),
    ),
    Case(
        "14-txt-legacy-encodings",
        (
            ("Gebühr für das Öffnen der Schleuse beträgt künftig 48 Euro",),
            ("café du phare est fermé le lundi",),
            ("灯台の鍵は港の事務所にあります",),
            ("Klíče má paní Dvořáková",),
            ("letzte Fähre fährt um 21:40 Uhr ab Brücke 3",),
            ("Билет стоит сорок рублей",),
            ("Kapit\N{REPLACEMENT CHARACTER}n: Herr König",),
        ),
        ("Ã",),
    ),
    Case(
        "16-html-structures",
        (
            ("Crane fee: 85 crowns an hour",),
            ("E-18 shore power lost",),
            ("Speed in knots Night", "Outer | 6 | 4"),
            ("Can I leave my boat over winter?", "on land, for 240 crowns"),
            ("Office phone", "0555 210 774"),
            ("4. Call on channel 12.", "5. Wait for the light."),
            ("price 30 ¹ crowns",),
            ("the fuel jetty lies north of the crane",),
        ),
        ("301 crowns", "30¹"),
    ),
    Case(
        "17-eml-parts-lost",
        (
            ("Message inside: Crane inspection", "The crane is closed until 9 April."),
            ("Slipway drawings", "winch must be replaced before 20 March", "Cc: Board <board@quay.example>"),
            ("Invoice for the dredger", "comes to 18,240 crowns"),
            ("minutes.txt", "the pontoon is leased to the rowing club"),
            ("Das Löschboot liegt ab sofort an Brücke 7",),
        ),
    ),
    Case(
        "19-search-part-number-spelling",
        (
            ("Part number HX-2041: bilge pump", "Shelf 4"),
            ("KR 77/B: bow shackle", "Shelf 1"),
            ("DIN 934-M10: hex nut",),
            ("HX-2410: fuel filter",),
        ),
    ),
    Case("20-search-arabic-and-hebrew-marks", (("الثَّامِنَةِ",), ("أربعون", "الإدارة"), ("תְּשַׁע",))),
    Case(
        "22-pdf-superscript-note-marks",
        (("single ticket costs 32 crowns",), ("carried 41,500 passengers",), ("Motorcycle 65",)),
        ("321", "582", "20233", "41,5004", "1405", "652"),
    ),
    Case(
        "23-pdf-wrapped-table-cells",
        (
            ("Read the level gauge and write the value into the book in the hut Lock keeper on duty twice a day",),
            ("Inspect the chains of the lower gate for worn links Diver from the harbour company once a year",),
            ("bearings of the upper gate and wipe off what is left Mechanic of the northern district",),
        ),
    ),
    Case(
        "25-pdf-fake-bold-and-spaced-letters",
        (("SATURDAY 14 JUNE",), ("Entry costs 9 crowns for adults",)),
        ("LLaanntteerrnn", "J U N E"),
    ),
    Case(
        "26-pdf-double-spaced-draft",
        (
            ("unless one side gives notice in writing eighteen months before it ends",),
            ("against fire and storm for at least 400,000 crowns",),
            ("the rent for that time is halved",),
            ("no more than two and a half per cent",),
        ),
    ),
    Case(
        "28-pptx-charts-groups-diagrams",
        (
            ("Landings by kind", "Tonnes in 2024", "Cod | 187"),
            ("Who decides", "Harbour master: closes the bay in storms"),
            ("Steps of a licence", "Inspection within fourteen days"),
            ("slip at Oban Cove is shut until autumn",),
        ),
    ),
    Case(
        "29-rtf-code-pages-and-tables",
        (
            ("The toll is 5€ for cars",),
            ("Gate | Keeper", "South gate | Rita Sohn"),
            ("Ключ у сторожа",),
            ("鍵は事務所にある",),
            ("fee for lorries is 19 crowns",),
        ),
    ),
    Case(
        "31-copies-crowd-out",
        (
            ("letters", "From April the weekly charge in the east basin goes up to 92 crowns"),
            ("archive / 2019", "fee for a week in the east basin is 77 crowns"),
        ),
    ),
    Case(
        "32-pdf-contents-page-outranks-content",
        (
            ("4 Payment of overtime for pilots", "paid at one and a half times the normal rate"),
            ("3 Boarding ladders and their inspection", "looked at every third month by the boatswain"),
            ("7 Accidents and how to report them", "written down on the yellow sheet"),
            ("2 Radio procedure in fog", "every six minutes on channel 13"),
        ),
    ),
    Case(
        "34-question-kinds",
        (
            ("The blue crane lifts 12 tonnes",),
            ("Minutes of 13 May 2024", "chose Ingrid Falk as chair"),
            ("must not enter the paint shop",),
            ("Freitags bleibt es geschlossen",),
        ),
    ),
    Case("35-edit-keeps-size-and-time", (("The berth costs 62 crowns a night.",),)),
    Case(
        "37-text-files-with-other-extensions",
        (
            ("Pump: start with the red key",),
            ("code | meaning", "E41 | gate jammed"),
            ("2025-02-02 03:14 gate 4 jammed by ice",),
            ("gate: north", "keeper: Rita Sohn"),
            ("name: north", "keeper: Rita Sohn"),
            ("The spare key hangs behind the clock.",),
            ("The ramp is 30 metres long.",),
            ("The ramp was 20 metres long.",),
            ("The weir opens at 6.",),
        ),
    ),
    Case("38-symlinked-copies", (("The slip is closed on Mondays.",),)),
    Case(
        "40-names-made-of-signs",
        (("Ole Finn writes C#.",), ("Mara Teal writes C++.",), ("Rune Aske writes F#.",), ("Pia Dorn writes C.",)),
    ),
    Case(
        "41-docx-page-breaks-nested-tables",
        (
            ("Bell", "weighs 61 kilograms"),
            ("Part | Supplier", "Chain | Halyard & Sons | 0555 8841"),
            ("Sum: 1,417 crowns",),
            ("A = πr²",),
            ("Order by 19 October at the latest.",),
        ),
    ),
    Case(
        "43-pdf-sideways-table-between-text",
        (
            ("Day First high Second high First low Second low", "Wednesday 4.39 4.51 0.48 0.44"),
            ("above chart datum, which was fixed in 1931 by the survey",),
        ),
    ),
    Case(
        "44-pdf-forms-radio-checkbox-dropdown",
        (
            ("Length in metres 11.4",),
            ("Berth wanted East basin",),
            ("Winter storage: yes, ashore",),
            ("Fuel: Petrol",),
        ),
    ),
    Case(
        "46-pdf-margin-notes-beside-text",
        (
            ("unless the lamp on the mole is lit, save when the harbour master gives leave in writing",),
            ("pays forty crowns to the chest of the guild",),
        ),
    ),
    Case(
        "47-small-table-right-row",
        (
            ("Service | Fee | Unit", "Sauna | 12 | hour"),
            ("Gate | Keeper | Phone", "South gate | Rita Sohn | 555 0120"),
        ),
    ),
    Case(
        "49-german-dates-cut-in-two",
        (
            ("beginnt am 1. April 2022 und endet am 31. Dezember 2027",),
            ("bis zum 30. Juni des Vorjahres",),
            ("fand am 28. März 2022 statt",),
        ),
    ),
    Case(
        "50-clause-number-lookup",
        (
            ("4.2 The following holds: (a) The tenant cuts the hedge each week. (b) The landlord repairs the gate",),
            ("7.3 The following holds: (a) The tenant feeds no gulls each week.",),
        ),
    ),
    Case("52-pictures-as-documents", (("rope 24 mm", "412 crowns on 7 July"),)),
    Case(
        "53-html-page-inside-form",
        (
            ("leaves Corr Point at 23:35 and arrives at Dun Skerry at 01:10",),
            ("buoy 14 lies sixty metres north of the old crane",),
            ("moor free of charge on Thursdays",),
        ),
    ),
)
