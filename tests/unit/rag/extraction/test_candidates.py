"""What a document labels is found in lines, forms, tables and sentences; where it says two things it is in doubt."""

from __future__ import annotations

import pytest

from rag.extraction.candidates import decide, find_candidates
from rag.extraction.columns import Column, ColumnKind
from rag.extraction.fields import find_field, normal_label
from rag.extraction.suggest import load_suggestions, suggest_columns
from rag.extraction.values import Conventions
from rag.types import DocumentInfo, DocumentProfile, Source, Span

NUMBER = Column("Invoice number", "What is the invoice number?")
DUE = Column("Due", "When is payment due?", ColumnKind.DATE)
TOTAL = Column("Total", "What is the total amount?", ColumnKind.NUMBER)
SUPPLIER = Column("Supplier", "Who is the supplier?")
CUSTOMER = Column("Customer", "Who is the customer?")
END = Column("End", "When does the contract end?", ColumnKind.DATE)
START = Column("Start", "When does the contract start?", ColumnKind.DATE)
LAW = Column("Law", "Which law governs the agreement?")
PARTIES = Column("Parties", "Who are the parties?", ColumnKind.LIST)
NOTICE = Column("Notice", "What is the notice period?", ColumnKind.NUMBER, "days")
SENDER = Column("Sender", "Who wrote the letter?")
RECIPIENT = Column("Recipient", "To whom is the letter addressed?")

COLUMNS_AND_ITEMS = """\
Issued | Payment due | Order
2 May 2024 | 16 May 2024 | PO-1
Item | Qty | Price
Rope | 1 | 3.00"""


def read(text: str, column: Column) -> tuple[str, str] | None:
    """The value that a document's labels give a column, and what speaks against it."""
    document = DocumentInfo(1, "a.txt", "/", "a", "txt", "indexed", pages=1)
    source = Source(1, document, "", text, (Span(0, 0, len(text)),), 0.0)
    decision = decide(find_candidates(column, [source], Conventions.of(text)))
    return (decision.candidate.value.text, decision.doubt) if decision else None


@pytest.mark.parametrize(
    ("text", "column", "value"),
    [
        ("Invoice No: INV-7/24   Date: 2 May 2024", NUMBER, "INV-7/24"),
        ("Invoice # 2024-0012 Date 2 May 2024", NUMBER, "2024-0012"),
        ("Rechnungsnr.\tRE 24/24", NUMBER, "RE 24/24"),
        ("| Invoice number | F24.7 |", NUMBER, "F24.7"),
        (COLUMNS_AND_ITEMS, DUE, "2024-05-16"),
        ("Please pay by 16 May 2024 at the latest.", DUE, "2024-05-16"),
        ("Subtotal | | 10.00\nVAT 20 % | | 2.00\nTotal due | | 12.00", TOTAL, "12"),
        ("Total excl. VAT\t10,00\t€\nTotal incl. VAT\t12,00\t€", TOTAL, "12"),
        ("To: Pemberton Homes plc Date: 14/11/2023", CUSTOMER, "Pemberton Homes plc"),
        ("Billed to: Delphi Foods LLC Invoice ID: NGA-00417 Total: 3.00", CUSTOMER, "Delphi Foods LLC"),
        ("Billed to: Delphi Foods LLC Invoice ID: NGA-00417 Total: 3.00", NUMBER, "NGA-00417"),
        ("by and between Corvid, Inc., a Delaware corporation, and Banner LLC.", PARTIES, "Corvid, Inc.; Banner LLC"),
        ("VAT @ 20% £4.00", Column("VAT", "How much is the VAT?", ColumnKind.NUMBER), "4"),
        ("Bill to:\nBrandt GmbH\nHafenstr. 7", CUSTOMER, "Brandt GmbH"),
        ("This lease ends on 31 May 2025.", END, "2025-05-31"),
        ("It runs from 1. June 2024 to 31. May 2025.", START, "2024-06-01"),
        ("It runs from 1. June 2024 to 31. May 2025.", END, "2025-05-31"),
        ("governed by and construed in accordance\nwith the laws of the State of New York.", LAW, "State of New York"),
        ("This agreement is made between A & B Ltd (“us”) and Brandt GmbH (“you”).", PARTIES, "A & B Ltd; Brandt GmbH"),
        ("between\nA Ltd, 12 Mill Lane, Leeds,\nand\nB Inc., 3 Quay.", PARTIES, "A Ltd; B Inc."),
        ("with thirty (30) days' written notice", NOTICE, "30"),
        ("From: Ann Orde <ann@example.org>\n\nDear Bob,", SENDER, "Ann Orde"),
        ("Dear Ms Ruiz,\n\nYours sincerely,\n\nPeter Vance\nHarbour office", SENDER, "Peter Vance"),
        ("Dear Ms Ruiz,\n\nYours sincerely,\n\nPeter Vance", RECIPIENT, "Ms Ruiz"),
    ],
)  # fmt: skip
def test_a_labelled_value_is_found_without_doubt(text: str, column: Column, value: str) -> None:
    assert read(text, column) == (value, "")


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("Customer number: 4711", NUMBER),
        ("Subtotal: 10.00", TOTAL),
        ("Delivery date: 2 May 2024", DUE),
        ("Order No: 7 Delivery Date: 2 May 2024", Column("Date", "What is the date?", ColumnKind.DATE)),
        ("The contract begins on 1 June 2024.", END),
        ("The notice period is 60 days.", Column("Term", "How long is the term?", ColumnKind.NUMBER, "months")),
    ],
)
def test_what_is_labelled_as_something_else_is_not_taken(text: str, column: Column) -> None:
    assert read(text, column) is None


def test_two_totals_that_differ_are_in_doubt_and_a_grand_total_decides() -> None:
    assert read("Total: 10.00\n\nAmount due: 4.00", TOTAL) == ("10", "The document also says “4”.")
    assert read("Total: 10.00\n\nGrand total: 12.00", TOTAL) == ("12", "")


def test_several_values_behind_one_label_are_in_doubt() -> None:
    found = read("Notice: during probation one week, thereafter 30 days", NOTICE)
    assert found is not None
    assert found[1] == "Behind “Notice” stand several: 7, 30."


def test_an_ambiguous_date_is_in_doubt() -> None:
    assert read("Due date: 03/04/2024", DUE) == ("2024-04-03", "03/04/2024 can be 2024-04-03 or 2024-03-04.")


def test_a_name_at_the_head_is_the_supplier_for_sure_only_where_it_stands_again() -> None:
    once = read("Harlow Tools Ltd\n\nINVOICE\n\nRope 3.00", SUPPLIER)
    assert once is not None
    assert once[0] == "Harlow Tools Ltd"
    assert once[1]
    assert read("Harlow Tools Ltd\n\nINVOICE\n\nPayable to Harlow Tools Ltd.", SUPPLIER) == ("Harlow Tools Ltd", "")


@pytest.mark.parametrize(
    ("column", "field"),
    [
        (Column("Invoice date", "What is the date of the invoice?", ColumnKind.DATE), "invoice_date"),
        (Column("invoice_no", "What is the number of the invoice?"), "invoice_number"),
        (Column("x", "How much is the total?", ColumnKind.NUMBER), "total"),
        (Column("Net", "Amount before VAT", ColumnKind.NUMBER), "net"),
        (Column("x", "Amount before VAT and shipping", ColumnKind.NUMBER), None),
        (Column("x", "When was it issued?", ColumnKind.DATE), "invoice_date"),
        (Column("Pages", "What is the total number of pages?", ColumnKind.NUMBER), None),
        (Column("Date", "When was the boiler repaired?", ColumnKind.DATE), None),
    ],
)
def test_a_question_asks_for_a_known_field_or_for_none(column: Column, field: str | None) -> None:
    found = find_field(column)
    assert (found.name if found else None) == field


def test_a_label_has_one_form() -> None:
    assert (
        normal_label("Invoice No.:")
        == normal_label("invoice #")
        == normal_label(" INVOICE  number")
        == "invoice number"
    )


def test_columns_are_suggested_by_the_kind_of_most_documents() -> None:
    def document(number: int, kind: str) -> DocumentInfo:
        return DocumentInfo(number, "a", "/", "a", "txt", "indexed", profile=DocumentProfile(kind=kind))

    kind, columns = suggest_columns([document(1, "contract"), document(2, "contract"), document(3, "letter")])
    assert kind == "contract"
    assert columns == load_suggestions()["contract"]
    assert suggest_columns([document(1, "log")])[0] == ""
