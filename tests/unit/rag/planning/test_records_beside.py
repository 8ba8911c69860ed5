"""What documents beside the records state counts as not decided, and what only looks like a value is none."""

from __future__ import annotations

import pytest

from rag.planning.thing_query import read_things
from rag.types import Answer, DocumentProfile, Verdict
from tests.unit.rag.planning.shelf import Shelf, told_over_documents

SHIFTS = Shelf(
    {
        "shift-1.md": ["Shift report\n\nHelper: Ada Lund\nDate: 1 June 2024\nHours worked: 4\nBaskets packed: 42"],
        "shift-2.md": ["Shift report\n\nHelper: Tom Orr\nDate: 11 June 2024\nHours worked: 3.5\nBaskets packed: 28"],
        "shift-3.md": ["Shift report\n\nHelper: Ada Lund\nDate: 13 June 2024\nHours worked: 3\nBaskets packed: 60"],
        "mail.md": ["Hello Jan,\n\nthat was a day! I stayed for five hours instead of three and packed 55\nbaskets. "
                    "By four o'clock nothing was left.\n\nHetty"],
    },
    {"mail.md": DocumentProfile("en", kind="e-mail")},
)  # fmt: skip
MINUTES = Shelf(
    {
        "meeting-1.md": ["Meeting\n\nDate: 2 September 2024\nChair: Nadia\nPresent: Nadia, Imke, Rolf"],
        "meeting-2.md": ["Meeting\n\nDate: 9 September 2024\nChair: Imke\nPresent: Nadia, Imke, Rolf"],
        "meeting-3.md": ["Meeting\n\nDate: 16 September 2024\nChair: Nadia\nPresent: Nadia, Rolf"],
        "meeting-4.md": ["Meeting of 30 September 2024. All of us were there, Imke in the chair.\n\nRolf showed two "
                         "designs. Nadia told us about the fair."],
    }
)  # fmt: skip
FEES = {
    "plan-1.md": "Decision\n\nApplication no.: BP-1107\nSite: Mill Lane\nFee paid: £206",
    "plan-2.md": "Decision\n\nApplication no.: BP-1119\nSite: Orchard Close\nFee paid: £258",
    "plan-3.md": "Decision\n\nApplication no.: BP-1141\nSite: Quay Row\nFee paid: £96",
}
BILLS = Shelf(
    {
        f"bill-{at}.md": [f"Factura\n\nFactura n.º: F-88{at}\nCliente: {who}\nTotal: {sum_} €\nEstado: {state}\n{more}"]
        for at, (who, sum_, state, more) in enumerate(
            (
                ("Lucía Bermejo", 103, "Pagada con tarjeta", ""),
                ("Joaquín Rey", 203, "Pendiente", "Observaciones: Quiere pagar a plazos"),
                ("Nuria Castells", 58, "Pagada en efectivo", ""),
                ("Ana Prado", 77, "Pagada con tarjeta", ""),
            )
        )
    },
    {f"bill-{at}.md": DocumentProfile("es") for at in range(4)},
)


def told(question: str, shelf: Shelf) -> Answer:
    answer = told_over_documents(question, shelf)
    assert isinstance(answer, Answer), answer
    return answer


def test_a_sum_says_that_a_mail_beside_the_forms_states_as_much() -> None:
    answer = told("How many baskets were packed in all?", SHIFTS)
    assert "42 + 28 + 60 = 130" in answer.text
    assert "only 3 of 4" in answer.text
    assert "mail.md" in answer.text
    assert answer.verdict is Verdict.PARTLY


def test_hours_of_somebody_are_added_up_and_not_counted() -> None:
    assert "4 + 3 = 7" in told("How many hours did Ada Lund spend on shifts in total?", SHIFTS).text


def test_a_name_behind_the_word_of_a_field_is_its_value_and_a_name_elsewhere_is_none() -> None:
    answer = told("Which meetings were chaired by Imke?", MINUTES)
    assert "meeting-2.md" in answer.text
    assert "meeting-4.md" in answer.text
    assert "meeting-1.md" not in answer.text
    answer = told("Which meetings were chaired by Nadia?", MINUTES)
    assert "meeting-4.md" not in answer.text.partition("not decided")[0]


@pytest.mark.parametrize(
    ("letter", "result"),
    [
        ("BP-1113, High Street\n\nDear Mr Bell, the fee of £206 cannot be paid back.", "only 3 of 4"),
        ("Dear Mr Dacre, thank you for the fee of £206 for BP-1107.", "the 3 documents"),
    ],
    ids=["of its own", "a remark"],
)
def test_a_letter_with_a_number_of_its_own_repeats_no_figure(letter: str, result: str) -> None:
    texts = {path: [text] for path, text in {**FEES, "letter.md": letter}.items()}
    shelf = Shelf(texts, {"letter.md": DocumentProfile("en", kind="letter")})
    assert result in told("What do all the fees come to in total?", shelf).text


def test_what_is_not_so_is_told_by_a_field_of_states() -> None:
    answer = told("¿Qué facturas están sin pagar?", BILLS)
    assert "bill-1.md" in answer.text
    assert "bill-0.md" not in answer.text


def test_words_beside_a_name_are_the_topic_where_every_document_has_the_name() -> None:
    things = read_things("In which towns was Orla ill?")
    assert things is not None
    assert things.topic is not None
    assert things.topic.without_names().words == ("ill",)
