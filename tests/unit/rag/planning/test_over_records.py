"""Documents of one form, and rows of alike tables, are records over which questions are answered."""

from __future__ import annotations

import pytest

from rag.planning.record_reading import read_records
from rag.types import Answer, DocumentProfile, Verdict
from tests.unit.rag.planning.shelf import Shelf, assert_says, told_over_documents

REPAIRS = Shelf(
    {
        "job-1.md": ["Repair slip 301\n\nCustomer: Ada Lund\nBicycle: Tourer\nMechanic: Tom Orr\nReceived: 04/03/2024\n"
                     "Price: £60.00\nCollected: yes\nResult: mended"],
        "job-2.md": ["Repair slip 302\n\n| Customer | Ben Kray |\n| Bicycle | Racer |\n| Mechanic | Ida Falk |\n"
                     "| Received | 18/03/2024 |\n| Price | £145.50 |\n| Collected | no |\n| Result | mended |"],
        "job-3.md": ["Repair slip 303\n\nCustomer: Ada Lund\nBicycle: Folder\nMechanic: Tom Orr\nReceived: 02/04/2024\n"
                     "Collected: yes\nResult: not mended"],
        "job-4.md": ["Repair slip 304\n\nOn 21 April 2024 the customer Cleo Hart brought us a Tourer. The mechanic Ida "
                     "Falk mended it, and the price was £88.00. Mrs Hart has not collected it."],
        "job-5.md": ["Repair slip 305\n\nCustomer: Dan Moss\nBicycle: Racer\nMechanic: Tom Orr\nReceived: 29/04/2024\n"
                     "Price: £35.00\nCollected: yes\nResult: mended"],
        "hours.md": ["We are open from Tuesday to Saturday."],
    },
    {path: DocumentProfile("en") for path in ("job-1.md", "job-2.md", "job-3.md", "job-4.md", "job-5.md")},
)  # fmt: skip
BASKETS = Shelf(
    {
        f"slip-{at}.md": [
            f"Slip {at}\n\nCustomer: Ada Lund\nCity bicycle: {kind}\nReceived: 04/03/2024\nSpace: {15 + at} m²\n"
            f"Price: £{60 + at}.00\nIt has a basket."
        ]
        for at, kind in enumerate(("Tourer", "Racer", "Folder"))
    }
)
MEALS = Shelf(
    {
        f"meals_2024-0{month}.csv": [
            "School | Lunches | Cost EUR\n" + "\n".join(f"{school} | {count} | {3 * count}" for school, count in of_it)
        ]
        for month, of_it in (
            (1, (("Ahornweg", 210), ("Birkenhof", 180), ("Talblick", 95))),
            (2, (("Ahornweg", 190), ("Birkenhof", 200), ("Talblick", 90))),
            (3, (("Ahornweg", 170), ("Birkenhof", 160), ("Talblick", 120))),
        )
    }
)
APPLICANTS = Shelf(
    {
        "cv-aaker.md": ["Curriculum vitae\n\nName: Nils Aaker\nDate of birth: 3 May 1971\nExperience: 22 years\n"
                        "Languages: English, Norwegian\nSalary: £61,000\nSigned: yes"],
        "cv-marsh.md": ["Hugo Marsh\n\nDate of birth: 19/11/1982\nExperience: 14 years\nLanguages: English, French\n"
                        "Salary: £48,000\nNotice period: 3 months\nSigned: yes"],
        "cv-vidal.md": ["Curriculum vitae\n\nName: Rosa Vidal\nDate of birth: 30 July 1996\nExperience: 4 years\n"
                        "Languages: Spanish, French\nSalary: £33,500\nNotice period: 1 month\nSigned: not signed"],
    },
    {path: DocumentProfile("en") for path in ("cv-aaker.md", "cv-marsh.md", "cv-vidal.md")},
)  # fmt: skip
LEASES = Shelf(
    {
        f"miete-{at}.md": [
            f"Mietvertrag\n\nMieter: {name}\nWohnung: {flat}\nMietbeginn: {begin}\nWohnfläche: {size} m²\n"
            f"Kaltmiete: {rent},00 EUR\nHaustiere: {pets}"
        ]
        for at, (name, flat, begin, size, rent, pets) in enumerate(
            (
                ("Ute Brand", "Am Ring 2, EG", "01.03.2019", 54, 480, "erlaubt"),
                ("Ole Simon", "Am Ring 2, 1. OG", "01.08.2022", 70, 640, "nicht erlaubt"),
                ("Eva Kunz", "Seeweg 9", "15.02.2022", 41, 395, "nicht erlaubt"),
                ("Max Thor", "Seeweg 11", "01.01.2024", 88, 910, "erlaubt"),
            )
        )
    },
    {f"miete-{at}.md": DocumentProfile("de", "contract") for at in range(4)},
)


@pytest.mark.parametrize(
    ("question", "shelf", "said", "not_said"),
    [
        ("Who is the youngest applicant?", APPLICANTS, ("Rosa Vidal",), ("Hugo Marsh",)),
        ("Which candidates speak French?", APPLICANTS, ("cv-marsh", "Rosa Vidal"), ("Nils Aaker",)),
        ("Which applicants were born before 1985?", APPLICANTS, ("Nils Aaker", "cv-marsh"), ("Rosa Vidal",)),
        ("Who has more than 10 years of experience?", APPLICANTS, ("Nils Aaker", "cv-marsh"), ("Vidal",)),
        ("Which of the applicants have not signed?", APPLICANTS, ("Rosa Vidal",), ("Nils Aaker",)),
        ("Which CV says nothing about the notice period?", APPLICANTS, ("Nils Aaker",), ("Rosa Vidal",)),
        ("Which repairs were not collected?", REPAIRS, ("job-2.md", "job-4.md"), ("job-1.md", "job-5.md")),
        ("Which slip does not state a price?", REPAIRS, ("job-3.md",), ("job-4.md",)),
        ("Which customers brought a bicycle more than once?", REPAIRS, ("Ada Lund",), ("Dan Moss",)),
        ("Who is the customer of the Folder?", REPAIRS, ("Ada Lund",), ("Ben Kray",)),
        ("How many slips are by Tom Orr?", REPAIRS, ("3 of 5",), ("job-2.md",)),
        ("Which repairs cost less than £70?", REPAIRS, ("job-1.md", "job-5.md"), ("job-4.md (", "job-2.md (")),
        ("What is the average price of the repairs?", REPAIRS, ("only 4 of 5", "82.13"), ()),
        ("Which repair was the most expensive?", REPAIRS, ("job-2.md", "145.50"), ("job-4.md",)),
        ("How many bicycles were received in April 2024?", REPAIRS, ("3 of 5",), ("job-1.md",)),
        ("By how much is the price of slip 302 higher than that of slip 304?", REPAIRS, ("57.50",), ()),
        ("How many lunches did Talblick have in total?", MEALS, ("305",), ()),
        ("Which school had the most lunches in February 2024?", MEALS, ("Birkenhof",), ("Ahornweg",)),
        ("In which month did Ahornweg have the fewest lunches?", MEALS, ("2024-03",), ("2024-01",)),
        ("What share of the lunches in January was from Ahornweg?", MEALS, ("43.3%",), ()),
        ("How many more lunches were there in January than in March for Birkenhof?", MEALS, ("20",), ()),
        ("Welche Mieter dürfen Haustiere halten?", LEASES, ("Ute Brand", "Max Thor"), ("Eva Kunz",)),
        ("Welche Wohnungen sind größer als 60 m²?", LEASES, ("Am Ring 2, 1. OG", "Seeweg 11"), ("Seeweg 9",)),
        ("Wer wohnt im Seeweg?", LEASES, ("Eva Kunz", "Max Thor"), ("Ute Brand",)),
        ("Welche Verträge haben 2022 begonnen?", LEASES, ("Ole Simon", "Eva Kunz"), ("Max Thor",)),
        ("Welches Mietverhältnis besteht am längsten?", LEASES, ("Ute Brand",), ("Ole Simon",)),
    ],
)  # fmt: skip
def test_records_answer_by_their_fields(
    question: str, shelf: Shelf, said: tuple[str, ...], not_said: tuple[str, ...]
) -> None:
    assert_says(told_over_documents(question, shelf), said, not_said)


@pytest.mark.parametrize(
    ("question", "shelf"),
    [
        ("Which repairs were paid by card?", REPAIRS),
        ("How many applicants were invited last year?", APPLICANTS),
        ("What does Nils Aaker earn?", APPLICANTS),
        ("Which repairs need a helmet?", REPAIRS),
        ("Which one has the largest basket?", BASKETS),
        ("Welche Mieter haben eine Haftpflichtversicherung?", LEASES),
        ("How many breakfasts did Talblick have in total?", MEALS),
    ],
)
def test_a_word_that_names_nothing_of_the_records_leaves_the_question_to_other_modes(
    question: str, shelf: Shelf
) -> None:
    assert isinstance(told_over_documents(question, shelf), str)


def test_what_not_every_record_states_is_partly_supported_and_names_the_others() -> None:
    answer = told_over_documents("What is the average price of the repairs?", REPAIRS)
    assert isinstance(answer, Answer)
    assert answer.verdict is Verdict.PARTLY
    assert "job-3.md" in answer.text
    assert answer.table is not None
    assert [row.cells[0].text for row in answer.table.undecided] == ["job-3.md"]


def test_a_document_without_labels_is_a_record_by_its_sentences() -> None:
    documents = REPAIRS.documents
    (made,) = read_records(documents, REPAIRS.page_texts([one.id for one in documents]))
    record = next(one for one in made.records if one.document.path == "job-4.md")
    stated = {made.fields[at].name: cell.text for at, cell in record.cells.items()}
    assert stated["Price"] == "£88.00"
    assert stated["Received"] == "21 April 2024"
    assert stated["Customer"] == "Cleo Hart"
    assert all(cell.is_otherwise for cell in record.cells.values())
    assert "hours.md" not in [one.document.path for one in made.records]


LOANS = Shelf(
    {
        **{
            f"loan-{at}.md": [
                f"Loan file {at}\n\nBorrower: {name}\nAmount: €{amount}\nInterest rate: {rate} %\nHandled by: {by}"
            ]
            for at, name, amount, rate, by in (
                (1, "Ilse Kramer", "8,000", "6.6", "Ruth Cole"),
                (2, "Dara Nolan", "25,000", "4.8", "Sam Birch"),
                (3, "Ben Osei", "3,500", "7.9", "Ruth Cole"),
            )
        },
        **{
            f"loan-{at}.md": [
                f"Loan file {at}\n\n| Particular | Entry |\n| Sum lent | €{amount} |\n| Yearly interest | {rate} % |\n"
                f"| Looked after by | {by} |\n\nThe borrower {name} has been a member for years."
            ]
            for at, name, amount, rate, by in (
                (4, "Wei Zhang", "6,000", "6.2", "Sam Birch"),
                (5, "Tomas Varga", "15,000", "6.1", "Ruth Cole"),
                (6, "Ana Lopez", "11,000", "5.2", "Sam Birch"),
            )
        },
    },
    {f"loan-{at}.md": DocumentProfile("en") for at in range(1, 7)},
)


def test_documents_of_two_forms_are_records_of_one_kind() -> None:
    (made,) = read_records(LOANS.documents, LOANS.page_texts([one.id for one in LOANS.documents]))
    assert len(made.records) == 6
    names = [set(field.names) for field in made.fields]
    assert {"Amount", "Sum lent"} in names
    assert {"Interest rate", "Yearly interest"} in names
    assert not any("Particular" in of_it for of_it in names)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Which borrowers pay more than 6 per cent interest?", ("Ilse Kramer", "Ben Osei", "Wei Zhang", "Tomas Varga")),
        ("How many loans have an amount of more than ten thousand euros?", ("3 of 6",)),
    ],
)
def test_questions_are_answered_over_both_forms(question: str, said: tuple[str, ...]) -> None:
    answer = told_over_documents(question, LOANS)
    assert isinstance(answer, Answer), answer
    assert all(one in answer.text for one in said), answer.text


def test_a_sentence_that_names_several_values_leaves_none_of_them_out() -> None:
    forms = {
        f"cv-{name}.md": [
            f"Curriculum vitae\n\nName: {name}\nDate of birth: {day}\nExperience: {years} years\n"
            f"Languages: {language}\nSalary: £{salary},000"
        ]
        for name, day, years, language, salary in (
            ("Nils Aaker", "3 May 1971", 22, "English", 61),
            ("Hugo Marsh", "19 June 1982", 14, "French", 48),
            ("Rosa Vidal", "30 July 1996", 4, "Spanish", 33),
        )
    }
    told_in_sentences = (
        "Curriculum vitae\n\nMy name is Ana Reis, my date of birth is 4 April 1990. With 9 years of experience my "
        "salary is £40,000 today. The languages that I speak are English and French."
    )
    profiles = {path: DocumentProfile("en") for path in (*forms, "cv-reis.md")}
    answer = told_over_documents(
        "Which applicants speak French?", Shelf({**forms, "cv-reis.md": [told_in_sentences]}, profiles)
    )
    assert isinstance(answer, Answer), answer
    assert "Hugo Marsh" in answer.text
    assert "cv-reis.md" in answer.text
    assert "Rosa Vidal" not in answer.text


def test_documents_that_are_no_records_and_have_the_value_are_undecided() -> None:
    shelf = Shelf(
        {
            **dict(zip((one.path for one in APPLICANTS.documents), _texts_of(APPLICANTS), strict=True)),
            "orr.md": ["Tom Orr writes English and French and would start in May."],
            "moss.md": ["Dan Moss mends bicycles."],
        },
        {one.path: DocumentProfile("en") for one in APPLICANTS.documents},
    )
    answer = told_over_documents("Which applicants speak French?", shelf)
    assert isinstance(answer, Answer)
    assert "cv-marsh.md" in answer.text
    assert answer.table is not None
    assert [row.cells[0].text for row in answer.table.undecided] == ["orr.md"]
    assert answer.verdict is Verdict.PARTLY


def _texts_of(shelf: Shelf) -> list[list[str]]:
    pages = shelf.page_texts([one.id for one in shelf.documents])
    return [[page.text for page in pages[one.id]] for one in shelf.documents]
