"""Checks what stands over a sentence or a row: heads, headings, questions, what opens a list."""

from __future__ import annotations

from rag.types import DocumentInfo, Source, Span
from rag.units import Unit, units_of


def _units(text: str, section: str = "") -> dict[str, Unit]:
    document = DocumentInfo(1, "a.txt", "folder", "Title", "txt", "indexed")
    source = Source(1, document, section, text, (Span(0, 0, len(text)),), 1.0)
    return {unit.text: unit for unit in units_of(0, source, every=True)}


def test_a_question_in_the_text_stands_over_its_answer_and_no_further() -> None:
    units = _units("May I send dangerous goods?\n\nNo, these are excluded.\n\nThe office is at the pier.")
    assert units["No, these are excluded."].header == "May I send dangerous goods?"
    assert units["No, these are excluded."].is_telling
    assert (units["The office is at the pier."].header, units["The office is at the pier."].heading) == ("", "")


def test_what_opens_a_list_stands_over_each_of_its_items() -> None:
    opening = "3.2 The landlord may terminate without notice if:"
    units = _units(f"{opening}\n(a) the rent is two months in arrears,\n(b) the tenant sublets.\n\nThe end is near.")
    assert units[opening].is_heading
    assert [unit.header for text, unit in units.items() if text.startswith("(")] == [opening, opening]
    assert units["The end is near."].header == ""


def test_a_label_before_its_value_opens_no_list() -> None:
    assert not _units("Phone:\n0555 111 222")["Phone:"].is_heading


def test_numbered_lines_and_the_sections_names_are_headings() -> None:
    units = _units("4 Payment of overtime\n\nHours are paid.\n\nFines\n\nLate boats pay.", section="Rules > Fines")
    assert {text for text, unit in units.items() if unit.is_heading} == {"4 Payment of overtime", "Fines"}
    assert units["Hours are paid."].heading == "4 Payment of overtime"


def test_a_table_within_a_cell_has_its_own_head() -> None:
    units = _units("Part | Supplier\nChain | Firm | Phone\nChain | Halyard & Sons | 0555 8841")
    assert units["Chain | Halyard & Sons | 0555 8841"].header == "Chain | Firm | Phone"


def test_a_sentence_that_leans_on_the_one_before_it_is_read_with_it() -> None:
    units = _units("The maternity ward is upstairs. Its number is 4417. It opens at 8.\n\nThey are closed.")
    assert units["Its number is 4417."].leans_on == "The maternity ward is upstairs."
    assert units["It opens at 8."].leans_on == "The maternity ward is upstairs."
    assert units["They are closed."].leans_on == ""


def test_the_line_that_is_the_documents_title_answers_nothing() -> None:
    assert _units("Title\n\nThe ferry leaves at noon.")["Title"].is_heading


def test_a_head_with_nothing_over_the_labels_stands_over_rows_with_as_many_cells() -> None:
    units = _units("| North | South\nNovels | 8,410 | 8,795\nAudiobooks | 917 | 1,264")
    assert [units[row].header for row in ("Novels | 8,410 | 8,795", "Audiobooks | 917 | 1,264")] == [
        "| North | South"
    ] * 2
