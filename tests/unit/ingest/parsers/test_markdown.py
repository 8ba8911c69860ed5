"""Lines of a Markdown file that stand for themselves stay lines."""

from __future__ import annotations

from ingest.parsers.markdown import read_markdown


def test_lines_with_labels_stay_lines_and_other_lines_are_one_sentence() -> None:
    source = (
        "**Lost property:** room 12\n**Office hours:** Monday to Thursday\nHead teacher: Ms Alvarado\n\n"
        "A sentence goes on\nover the end of its line: it does.\n"
    )
    labels, sentence = read_markdown(source).items
    assert [line.strip() for line in labels.text.split("\n")] == [
        "Lost property: room 12",
        "Office hours: Monday to Thursday",
        "Head teacher: Ms Alvarado",
    ]
    assert sentence.text == "A sentence goes on over the end of its line: it does."


def test_code_that_looks_like_labels_is_left_as_it_is() -> None:
    (code,) = read_markdown("```\nHost: a\nPort: 5\n```\n").items
    assert code.text == "Host: a\nPort: 5"
