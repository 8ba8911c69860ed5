"""Web pages and Markdown come out with all their text, whatever tags stand around it."""

from __future__ import annotations

from pathlib import Path

import lxml.html  # type: ignore[import-untyped]
import pytest
from lxml.builder import E  # type: ignore[import-untyped]

from rag.types import BlockKind
from tests.unit.ingest.parsers.reading import all_text, blocks, of_kind, parse


def write_page(path: Path, *parts: str, title: str = "Harbour") -> Path:
    body = lxml.html.fromstring(f"<body>{''.join(parts)}</body>")
    page = E.html(E.head(E.title(title)), body)
    path.write_bytes(lxml.html.tostring(page, doctype="<!doctype html>", encoding="utf-8"))
    return path


def read(folder: Path, page: str) -> list[str]:
    return blocks(parse(write_page(folder / "a.html", page)).pages[0])


MENU = (
    '<nav><ul><li><a href="/">Home</a></li><li><a href="/b">Berths</a></li><li><a href="/c">Contact</a></li></ul></nav>'
)


@pytest.mark.parametrize(
    "part",
    [
        "<form><p>Members moor free on Thursdays.</p></form>",
        "<details><summary>Who?</summary>Members moor free on Thursdays.</details>",
        "<figure><img src='x'><figcaption>Members moor free on Thursdays.</figcaption></figure>",
        "<table><caption>Members moor free on Thursdays.</caption><tr><td>1</td></tr></table>",
        "<main><h1>Fees</h1></main><div><p>Members moor free on Thursdays.</p></div>",
        "<header><h1>Fees</h1><p>Members moor free on Thursdays.</p></header><main><p>Text.</p></main>",
        "<footer>Members moor free on Thursdays.</footer>",
        "<nav><p>Members moor free on Thursdays.</p></nav>",
        "<textarea>Members moor free on Thursdays.</textarea>",
        "<label>Note <input value='Members moor free on Thursdays.'></label>",
        "<fieldset><legend>Members moor free on Thursdays.</legend></fieldset>",
        "<x-card><span>Members moor free on Thursdays.</span></x-card>",
        "<button>Members moor free on Thursdays.</button>",
        "<img src='x' alt='Members moor free on Thursdays.'>",
        "Members <b>moor</b> free <i>on</i> <a href='x'>Thursdays</a>.",
    ],
)
def test_no_tag_makes_text_vanish(tmp_path: Path, part: str) -> None:
    text = all_text(parse(write_page(tmp_path / "a.html", part)))
    assert text.count("Members moor free on Thursdays.") == 1


def test_menus_and_cookie_banners_are_set_aside_and_said(tmp_path: Path) -> None:
    banner = '<div class="cookie-consent"><p>We use cookies to follow you.</p><button>Accept</button></div>'
    body = "<p>" + "The crane is closed on Mondays and open on all other days of the week. " * 3 + "</p>"
    document = parse(write_page(tmp_path / "a.html", MENU, banner, body))
    page = document.pages[0]
    assert of_kind(page, BlockKind.FURNITURE) == [
        "• Home",
        "• Berths",
        "• Contact",
        "We use cookies to follow you.",
        "Accept",
    ]
    assert document.warnings == ("Menus and banners are not searched: 13 words.",)


def test_a_page_that_is_a_menu_is_read(tmp_path: Path) -> None:
    assert of_kind(parse(write_page(tmp_path / "a.html", MENU)).pages[0], BlockKind.FURNITURE) == []


def test_a_list_of_links_in_an_article_is_no_menu(tmp_path: Path) -> None:
    links = "".join(f"<li><a href='{n}'>Rules of basin {n}</a></li>" for n in range(6))
    page = parse(write_page(tmp_path / "a.html", f"<article><p>See these.</p><ul>{links}</ul></article>")).pages[0]
    assert of_kind(page, BlockKind.FURNITURE) == []


def test_scripts_and_hidden_elements_are_not_read_and_the_latter_said(tmp_path: Path) -> None:
    document = parse(
        write_page(
            tmp_path / "a.html", "<script>var x = 'code';</script><p>Text.</p><p style='display: none'>Secret code</p>"
        )
    )
    assert all_text(document) == "Text."
    assert document.warnings == ("Hidden elements of the page were not read: 2 words.",)


def test_raised_runs_are_words_of_their_own(tmp_path: Path) -> None:
    page = parse(
        write_page(tmp_path / "a.html", "<p>costs 32<sup>1</sup> crowns, 4 m<sup>2</sup> of H<sub>2</sub>O</p>")
    ).pages[0]
    assert blocks(page) == ["costs 32 ¹ crowns, 4 m² of H2O"]
    styled = "costs 32<span style='vertical-align: super'>1</span> crowns, H<i class='x subscript'>2</i>O"
    assert read(tmp_path, f"<p>{styled}</p>") == ["costs 32 ¹ crowns, H2O"]


def test_terms_stand_with_what_they_mean_and_items_with_their_numbers(tmp_path: Path) -> None:
    page = parse(
        write_page(
            tmp_path / "a.html",
            "<dl><dt>Berth</dt><dd>11 crowns</dd><dt>Crane</dt><dd>85 crowns</dd><dd>90 on Sundays</dd></dl>"
            "<ol start='4'><li>Call.</li><li>Wait.</li></ol>",
        )
    ).pages[0]
    assert blocks(page) == ["Berth: 11 crowns", "Crane: 85 crowns", "Crane: 90 on Sundays", "4. Call.", "5. Wait."]
    (tmp_path / "open.html").write_text("<dl><dt>Ash<dd>2.5 %<dt>Lime<dt>Clay<dd>both 10 %</dl>")
    assert blocks(parse(tmp_path / "open.html").pages[0]) == ["Ash: 2.5 %", "Lime, Clay: both 10 %"]


def test_spans_of_tables_repeat_and_heads_join(tmp_path: Path) -> None:
    table = (
        "<table><tr><th rowspan=2>Zone</th><th colspan=2>Speed</th></tr><tr><th>Day</th><th>Night</th></tr>"
        "<tr><td rowspan=2>Inner</td><td>3</td><td>2</td></tr><tr><td>5</td><td>4</td></tr></table>"
    )
    page = parse(write_page(tmp_path / "a.html", table)).pages[0]
    assert blocks(page) == ["Zone | Speed Day | Speed Night", "Inner | 3 | 2", "Inner | 5 | 4"]
    assert of_kind(page, BlockKind.TABLE_HEAD) == ["Zone | Speed Day | Speed Night"]


def test_values_of_a_wide_table_carry_their_column(tmp_path: Path) -> None:
    head = "".join(f"<th>Measure number {number}</th>" for number in range(20))
    row = "".join(f"<td>v{number}</td>" for number in range(20))
    found = blocks(parse(write_page(tmp_path / "a.html", f"<table><tr>{head}</tr><tr>{row}</tr></table>")).pages[0])
    assert sum("Measure number 17: v17" in block for block in found) == 1
    assert all(block.startswith("Measure number 0: v0") for block in found)


def test_a_page_nested_beyond_all_measure_still_gives_its_words(tmp_path: Path) -> None:
    (tmp_path / "deep.html").write_text("<div>" * 100_000 + "words" + "</div>" * 100_000)
    assert all_text(parse(tmp_path / "deep.html")) == "words"


# --- Markdown ---


def test_tags_that_html_does_not_know_are_text_in_markdown(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "Run `tide <port>` as <user> on <host>, with <b>care</b>.\n\n<config>\nvalue\n</config>\n"
    )
    assert blocks(parse(tmp_path / "a.md").pages[0]) == [
        "Run tide <port> as <user> on <host>, with care.",
        "<config> value </config>",
    ]


def test_front_matter_gives_properties_and_its_fields_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "---\ntitle: Rules of the quay\nauthor: Ines\ndate: 2024-04-03\nowner: Tom\n---\n\n# Fees\n\nText.\n"
    )
    document = parse(tmp_path / "a.md")
    assert (document.title, document.author, document.created) == ("Rules of the quay", "Ines", "2024-04-03")
    assert "owner: Tom" in all_text(document)


def test_code_tables_notes_and_lists_of_markdown_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "# Gates\n\n| Gate | Keeper |\n|---|---|\n| North | Lamm |\n\n```sh\nopen --gate\n  north\n```\n\n"
        "Open daily.[^1]\n\n[^1]: Sundays\n\n3. Ring.\n"
    )
    assert blocks(parse(tmp_path / "a.md").pages[0]) == [
        "Gates",
        "Gate | Keeper",
        "North | Lamm",
        "open --gate\nnorth",
        "Open daily. [note 1]",
        "[note 1] Sundays",
        "3. Ring.",
    ]


def test_cells_of_markdown_beyond_the_named_columns_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("| Gate | Key |\n|---|:-:|\n| North | red | spare: 14 |\n| South \\| 2 | `a` |\n")
    assert blocks(parse(tmp_path / "a.md").pages[0]) == ["Gate | Key", "North | red | spare: 14", "South | 2 | a"]


def test_lists_are_numbered_as_browsers_number_them(tmp_path: Path) -> None:
    page = (
        "<ol start=3 type=a><li>Third<ol type=i><li>deep</li></ol></li><li value=7>Seventh</li></ol>"
        '<ol reversed><li>two</li><li>one</li></ol><ol style="list-style-type: upper-roman"><li>First</li></ol>'
    )
    assert read(tmp_path, page) == ["c. Third", "i. deep", "g. Seventh", "2. two", "1. one", "I. First"]


def test_labels_stand_beside_their_fields_and_boxes(tmp_path: Path) -> None:
    page = (
        '<form><label for=n>Name</label> <input id=n value="Dorada"><label>Length <input value="11.4"></label>'
        "<input type=checkbox checked id=c><label for=c>Winter</label><input type=radio><label>Diesel</label>"
        "<button>Send</button></form>"
    )
    assert read(tmp_path, page) == ["Name Dorada", "Length 11.4", "[x] Winter", "[ ] Diesel", "Send"]


def test_tables_of_other_elements_formulas_readings_and_drawings_keep_their_words_apart(tmp_path: Path) -> None:
    page = (
        "<div role=table><div role=row><span role=columnheader>Zone</span><span role=columnheader>Knots</span></div>"
        "<div role=row><span role=cell>Inner</span><span role=cell>3</span></div></div>"
        "<p>Share <math><mfrac><mn>1</mn><mn>2</mn></mfrac></math> of <ruby>漢<rt>kan</rt></ruby></p>"
        "<svg><title>Menu</title></svg><svg><text>Buoy 14</text><text>north</text></svg>"
        "<noscript>Call 555 0101.</noscript><noscript>Please enable JavaScript.</noscript>"
    )
    assert read(tmp_path, page) == [
        "Zone | Knots",
        "Inner | 3",
        "Share 1/2 of 漢(kan)",
        "[image: Buoy 14 north]",
        "Call 555 0101.",
    ]


SHEET = (
    "<style>/* Google */ .c2{vertical-align:super;font-size:6pt} @media all{span.low{vertical-align:sub}}"
    " .c5, p .up{color:red;vertical-align:4pt} td{vertical-align:top}</style>"
)


def test_runs_that_a_class_of_the_style_sheet_raises_stay_apart(tmp_path: Path) -> None:
    page = SHEET + (
        "<p><span>A kayak costs 18</span><span class='c2'>2</span><span> crowns for 12 m</span>"
        "<span class='x c5'>2</span><span>, CO</span><span class='low'>2</span>"
        " and 31<b class='low'>5</b>, 20<i class=up>7</i>.</p>"
    )
    assert read(tmp_path, page) == ["A kayak costs 18 ² crowns for 12 m², CO2 and 315, 20 ⁷."]


@pytest.mark.parametrize(
    "part",
    [
        '<div role="tabpanel" class="tab-pane" hidden>Low water is at 0.4 m.</div>',
        '<div class="accordion-body" style="display:none"><p>Low water is at 0.4 m.</p></div>',
        '<iframe srcdoc="<p>Low water is at 0.4 m.</p>"></iframe>',
        "<object data='tide.svg'>Low water is at 0.4 m.</object>",
    ],
)
def test_what_a_click_shows_and_what_a_page_within_the_page_says_is_read(tmp_path: Path, part: str) -> None:
    assert read(tmp_path, f"<p>Tides</p>{part}") == ["Tides", "Low water is at 0.4 m."]


def test_a_menu_of_two_links_is_a_menu(tmp_path: Path) -> None:
    page = parse(
        write_page(tmp_path / "a.html", "<nav><a href=/>Home</a><a href=/n>News</a></nav>", "<p>Tides. </p>" * 30)
    )
    assert of_kind(page.pages[0], BlockKind.FURNITURE) == ["HomeNews"]
