"""Makes invoices, contracts and letters with known fields, in several layouts, wordings and formats."""

from __future__ import annotations

import html
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

import docx
import xlsxwriter
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

SEED = 20261128

Block = str | Sequence[Sequence[str]]
"""A paragraph, which is a heading where it begins with "# ", or the rows of a table or form."""

COMPANIES = (
    "Harlow Tools Ltd",
    "Brandt Maschinenbau GmbH",
    "Osprey Marine Supplies Inc.",
    "Calder & Finch LLP",
    "Tamsin Orde Ltd",
    "Nordlys Fiskeri AS",
    "Vermeer Logistics B.V.",
    "Pellworm Fähren AG",
    "Quayside Catering Limited",
    "Ridley Print Co.",
    "Solent Rope Works Ltd",
    "Atelier Dubreuil SARL",
    "Kestrel Software LLC",
    "Marlow Dairy Corp.",
    "Hallstatt Salz GmbH",
)
PEOPLE = (
    "Ingrid Solheim",
    "Peter Vance",
    "Amara Okafor",
    "Lucas Brandt",
    "Joan Whitfield",
    "Mateo Ruiz",
    "Clara Jensen",
    "Tobias Lang",
    "Fiona Macrae",
    "Henry Aldous",
)
STREETS = (
    "12 Mill Lane, Leeds LS1 4AP",
    "Hafenstraße 7, 20457 Hamburg",
    "48 Quay Road, Bristol BS1 6TY",
    "3 Rue du Port, 29200 Brest",
)
GOODS = (
    "Rope 12 mm",
    "Deck paint",
    "Hammer",
    "Oil filter",
    "Catering for 40",
    "Software licence",
    "Printing of leaflets",
    "Hinges",
)
LAWS = ("England and Wales", "Germany", "the State of New York", "Norway", "the Netherlands", "Scotland")
SUBJECTS = (
    "Repair of the boiler in block C",
    "Your application for a berth",
    "Change of opening hours",
    "Complaint about delivery 4471",
    "Renewal of the parking permit",
    "Invitation to the annual meeting",
    "Water meter reading",
    "Noise during the harbour works",
)
NUMBER_WORDS = {
    1: "one",
    2: "two",
    3: "three",
    5: "five",
    6: "six",
    12: "twelve",
    24: "twenty-four",
    36: "thirty-six",
    30: "thirty",
    60: "sixty",
    90: "ninety",
}

INVOICE_COLUMNS = (
    {"name": "Invoice number", "question": "What is the invoice number?"},
    {"name": "Invoice date", "question": "What is the date of the invoice?", "kind": "date"},
    {"name": "Due", "question": "When is payment due?", "kind": "date"},
    {"name": "Supplier", "question": "Who is the supplier?"},
    {"name": "Customer", "question": "Who is the customer?"},
    {"name": "Total", "question": "What is the total amount to pay?", "kind": "number"},
    {"name": "Order", "question": "What is the purchase order number?"},
    {"name": "Delivery weight", "question": "What did the delivery weigh?", "kind": "number", "unit": "kg"},
    {"name": "Contact person", "question": "Who is the contact person for questions?"},
)
CONTRACT_COLUMNS = (
    {"name": "Parties", "question": "Who are the parties to the contract?", "kind": "list"},
    {"name": "Start", "question": "When does the contract start?", "kind": "date"},
    {"name": "End", "question": "When does the contract end?", "kind": "date"},
    {"name": "Term", "question": "How long is the term of the contract?", "kind": "number", "unit": "months"},
    {"name": "Notice", "question": "What is the notice period?", "kind": "number", "unit": "days"},
    {"name": "Law", "question": "Which law governs the contract?"},
    {"name": "Renews", "question": "Does the contract renew automatically?", "kind": "yes/no"},
    {"name": "Fee", "question": "How much is the monthly fee?", "kind": "number"},
    {"name": "Deposit", "question": "How much is the security deposit?", "kind": "number"},
)
LETTER_COLUMNS = (
    {"name": "Sender", "question": "Who wrote the letter?"},
    {"name": "Recipient", "question": "To whom is the letter addressed?"},
    {"name": "Date", "question": "When was the letter written?", "kind": "date"},
    {"name": "Subject", "question": "What is the subject of the letter?"},
    {"name": "Reply by", "question": "By when is a reply expected?", "kind": "date"},
    {"name": "Telephone", "question": "What is the telephone number?"},
)


@dataclass(frozen=True, slots=True)
class Made:
    """A document with its true cells by column name; a text that may be one of several is a tuple, "" is not there."""

    name: str
    kind: str
    truth: dict[str, str | tuple[str, ...]]


def make_documents(folder: Path, count: int, *, seed: int = SEED) -> list[Made]:
    """Write `count` documents, a third of each kind, in turn in each format."""
    draw = random.Random(seed)
    makers = (_make_invoice, _make_contract, _make_letter)
    made = []
    for number in range(count):
        maker = makers[number % len(makers)]
        blocks, truth, kind = maker(draw, number)
        form = number // len(makers)
        formats = ("pdf", "docx", "html", "txt", "eml" if kind == "letter" else "xlsx" if kind == "invoice" else "md")
        name = f"{kind}-{number:03}.{formats[form % len(formats)]}"
        _write(folder / name, blocks, truth, draw)
        made.append(Made(name, kind, truth))
    return made


# --- the documents ---

Document = tuple[list[Block], dict[str, str | tuple[str, ...]], str]


def _make_invoice(draw: random.Random, number: int) -> Document:
    supplier, customer = draw.sample(COMPANIES, 2)
    code = draw.choice((f"INV-2024-{number:04}", f"{240000 + number}", f"RE {number}/24", f"F24.{number:05}"))
    day = date(2024, 1, 3) + timedelta(days=draw.randint(0, 330))
    due = day + timedelta(days=draw.choice((14, 30, 45)))
    net = draw.randint(4_000, 900_000) / 100
    tax = round(net * 0.2, 2)
    currency, sign = draw.choice((("EUR", "€"), ("GBP", "£"), ("USD", "$")))
    total = round(net + tax, 2)
    order = f"PO-{draw.randint(1000, 9999)}" if draw.random() < 0.6 else ""
    weight = draw.randint(5, 900) if draw.random() < 0.4 else 0
    contact = draw.choice(PEOPLE) if draw.random() < 0.5 else ""
    write_day, money = _date_writer(draw), _money_writer(draw, currency, sign)
    truth: dict[str, str | tuple[str, ...]] = {
        "Invoice number": code,
        "Invoice date": day.isoformat(),
        "Due": due.isoformat(),
        "Supplier": supplier,
        "Customer": customer,
        "Total": f"{total:.2f}".rstrip("0").rstrip("."),
        "Order": order,
        "Delivery weight": str(weight or ""),
        "Contact person": contact,
    }
    items = [
        ["Description", "Qty", "Amount"],
        *([good, str(draw.randint(1, 40)), money(net / 2)] for good in draw.sample(GOODS, 2)),
    ]
    extra = [f"Weight of the delivery: {weight} kg."] if weight else []
    extra += (
        [f"Questions about this invoice are answered by {contact}, telephone 0117 496 0{number:03}."] if contact else []
    )
    match draw.randrange(4):
        case 0:
            form = [["Invoice No.", code], ["Invoice date", write_day(day)], ["Due date", write_day(due)]]
            form += [["Your order", order]] if order else []
            blocks: list[Block] = [
                supplier,
                draw.choice(STREETS),
                "# INVOICE",
                form,
                f"Bill to: {customer}",
                items,
                [["Subtotal", money(net)], ["VAT 20%", money(tax)], ["Total", money(total)]],
            ]
        case 1:
            head = [f"Invoice number: {code}", f"Date: {write_day(day)}"] + ([f"PO number: {order}"] if order else [])
            blocks = [
                "# Tax invoice",
                *head,
                f"Supplier: {supplier}",
                f"Customer: {customer}",
                items,
                f"Net amount: {money(net)}",
                f"VAT: {money(tax)}",
                f"Total amount due: {money(total)}",
                f"Please pay by {write_day(due)} to the account given below.",
            ]
        case 2:
            blocks = [
                f"# Invoice {code}",
                f"From: {supplier}",
                f"To: {customer}",
                [["Issued", "Payment due", "Purchase order"], [write_day(day), write_day(due), order or "-"]],
                items,
                [["Net", money(net)], ["Tax", money(tax)], ["Grand total", money(total)]],
                f"Thank you for your business. {supplier} is registered in the trade register.",
            ]
        case _:
            ordered = f" Your purchase order number was {order}." if order else ""
            blocks = [
                f"{supplier}\n{draw.choice(STREETS)}",
                "# Invoice",
                f"Invoice No: {code}\nInvoice date: {write_day(day)}",
                f"Invoiced to: {customer}",
                f"For goods delivered last month we charge the following.{ordered}",
                items,
                [["Total excl. VAT", money(net)], ["VAT", money(tax)], ["Total incl. VAT", money(total)]],
                f"Payment is due on {write_day(due)}. Payable to {supplier}.",
            ]
    return [*blocks, *extra], truth, "invoice"


def _make_contract(draw: random.Random, number: int) -> Document:
    one, two = draw.sample(COMPANIES, 2)
    start = date(2024, draw.randint(1, 12), 1)
    months = draw.choice((6, 12, 24, 36))
    after = start.month - 1 + months
    end = date(start.year + after // 12, after % 12 + 1, 1) - timedelta(days=1)
    signed = start - timedelta(days=draw.randint(5, 25))
    notice, law = draw.choice((30, 60, 90)), draw.choice(LAWS)
    renews = draw.choice((True, False, None))
    fee = draw.randint(300, 9_000)
    deposit = draw.randint(1_000, 20_000) if draw.random() < 0.4 else 0
    write_day, money = _date_writer(draw, in_words=True), _money_writer(draw, "EUR", "€")
    gives_end, gives_term = (True, draw.random() < 0.6) if draw.random() < 0.6 else (False, True)
    truth: dict[str, str | tuple[str, ...]] = {
        "Parties": f"{one}; {two}",
        "Start": start.isoformat(),
        "End": end.isoformat() if gives_end else "",
        "Term": str(months) if gives_term else "",
        "Notice": str(notice),
        "Law": (law, law.removeprefix("the ")),
        "Renews": "" if renews is None else "yes" if renews else "no",
        "Fee": str(fee),
        "Deposit": str(deposit or ""),
    }
    span = draw.choice(
        (f"{months} months", f"{NUMBER_WORDS[months]} ({months}) months", f"{NUMBER_WORDS[months]} months")
    )
    renewal = {
        True: "It renews automatically for further periods of one year unless a party objects.",
        False: "The contract does not renew automatically.",
        None: "",
    }[renews]
    paid = f"The customer pays a monthly fee of {money(fee)}, due on the first working day."
    kept = f"A security deposit of {money(deposit)} is paid before the work begins." if deposit else ""
    noticed = draw.choice(
        (
            f"Either party may end the contract with {notice} days' written notice.",
            f"The notice period is {notice} days.",
            f"Notice of {NUMBER_WORDS[notice]} ({notice}) days must be given in writing.",
        )
    )
    match draw.randrange(4):
        case 0:
            ends = f" and ends on {write_day(end)}" if gives_end else ""
            lasts = f" It is concluded for a term of {span}." if gives_term else ""
            blocks: list[Block] = [
                "# Service agreement",
                f"This agreement is made on {write_day(signed)} between {one} (“the Provider”) "
                f"and {two} (“the Customer”).",
                "# 1 Services",
                "The provider maintains the equipment listed in annex A.",
                "# 2 Term",
                f"The contract begins on {write_day(start)}{ends}.{lasts} {renewal}",
                "# 3 Fees",
                f"{paid} {kept}",
                "# 4 Termination",
                noticed,
                "# 5 Law",
                f"This agreement is governed by the laws of {law}.",
            ]
        case 1:
            form = [["Commencement date", write_day(start)]] + ([["Expiry date", write_day(end)]] if gives_end else [])
            form += [["Initial term", span]] if gives_term else []
            form += [["Notice period", f"{notice} days"], ["Governing law", law], ["Monthly fee", money(fee)]]
            form += [["Security deposit", money(deposit)]] if deposit else []
            blocks = [
                "# Maintenance contract",
                f"between\n{one}, {STREETS[0]},\nand\n{two}, {STREETS[1]}.",
                "# Key terms",
                form,
                "# Clauses",
                renewal or "No further clauses.",
            ]
        case 2:
            until = f" and remains in force until {write_day(end)}" if gives_end else ""
            lasts = f" The term of this contract is {span}." if gives_term else ""
            blocks = [
                "# Lease of equipment",
                f"Parties: {one}; {two}",
                f"Dated {write_day(signed)}",
                f"The lease commences on {write_day(start)}{until}.{lasts}",
                paid,
                kept,
                noticed,
                renewal,
                f"The law of {law} applies to this contract and to disputes about it.",
            ]
        case _:
            runs = (
                f"This contract runs from {write_day(start)} to {write_day(end)}."
                if gives_end
                else f"This contract takes effect on {write_day(start)}."
            )
            lasts = f" Its duration is {span}." if gives_term else ""
            blocks = [
                "# Contract",
                f"entered into by and between {one}, having its office at {STREETS[2]}, "
                f"and {two}, having its office at {STREETS[3]}.",
                f"§ 1 {runs}{lasts} {renewal}",
                f"§ 2 {paid} {kept}",
                f"§ 3 {noticed}",
                f"§ 4 This contract shall be governed by and construed in accordance with the laws of {law}.",
                f"Signed on {write_day(signed)}",
            ]
    return [block for block in blocks if block], truth, "contract"


def _make_letter(draw: random.Random, number: int) -> Document:
    sender, recipient = draw.sample(PEOPLE, 2)
    company = draw.choice(COMPANIES)
    day = date(2024, 1, 3) + timedelta(days=draw.randint(0, 330))
    reply = day + timedelta(days=draw.randint(10, 40)) if draw.random() < 0.5 else None
    telephone = f"0117 496 0{100 + number}" if draw.random() < 0.5 else ""
    subject = draw.choice(SUBJECTS)
    write_day = _date_writer(draw, in_words=True)
    title = draw.choice(("Ms", "Mr", "Dr"))
    surname = recipient.split()[-1]
    truth: dict[str, str | tuple[str, ...]] = {
        "Sender": (sender, company),
        "Recipient": (recipient, f"{title} {surname}", f"{title}. {surname}"),
        "Date": day.isoformat(),
        "Subject": subject,
        "Reply by": reply.isoformat() if reply else "",
        "Telephone": telephone,
    }
    body = [
        "We write to you about the matter named above, which the board discussed on "
        f"{write_day(day - timedelta(days=9))}."
    ]
    body += [f"Please let us have your reply by {write_day(reply)}."] if reply else ["We ask for your understanding."]
    body += [f"Our telephone number is {telephone}."] if telephone else []
    closing = draw.choice(("Yours sincerely", "Kind regards", "With best regards", "Yours faithfully"))
    end = f"{closing},\n\n{sender}\n{company}"
    match draw.randrange(3):
        case 0:
            head: list[Block] = [
                f"{company}\n{draw.choice(STREETS)}",
                write_day(day),
                f"{title} {recipient}\n{draw.choice(STREETS)}",
                f"Re: {subject}",
            ]
        case 1:
            head = [company, f"Date: {write_day(day)}", f"Subject: {subject}"]
        case _:
            head = [f"Bristol, {write_day(day)}", f"To: {recipient}", f"Regarding: {subject}"]
    return [*head, f"Dear {title} {surname},", *body, end], truth, "letter"


def _date_writer(draw: random.Random, *, in_words: bool = False) -> Callable[[date], str]:
    words: list[Callable[[date], str]] = [
        lambda day: f"{day.day} {day:%B %Y}",
        lambda day: f"{day:%B} {day.day}, {day.year}",
        lambda day: f"{day.day}. {day:%B %Y}",
    ]
    figures: list[Callable[[date], str]] = [
        lambda day: day.isoformat(),
        lambda day: f"{day:%d.%m.%Y}",
        lambda day: f"{day:%d/%m/%Y}",
        lambda day: f"{day:%d-%b-%Y}",
    ]
    return draw.choice(words if in_words else words + figures)


def _money_writer(draw: random.Random, currency: str, sign: str) -> Callable[[float], str]:
    forms: list[Callable[[float], str]] = [
        lambda amount: f"{sign}{amount:,.2f}",
        lambda amount: f"{currency} {amount:,.2f}",
        lambda amount: f"{amount:,.2f} {currency}",
    ]
    if currency == "EUR":
        forms.append(lambda amount: f"{amount:,.2f} €".translate(str.maketrans(",.", ".,")))
    return draw.choice(forms)


# --- the formats ---


def _write(file: Path, blocks: Sequence[Block], truth: dict[str, str | tuple[str, ...]], draw: random.Random) -> None:
    writers: dict[str, Callable[[Path, Sequence[Block]], None]] = {
        "pdf": _write_pdf,
        "docx": _write_docx,
        "html": _write_html,
        "txt": _write_text,
        "md": _write_markdown,
        "xlsx": _write_xlsx,
    }
    if file.suffix == ".eml":
        _write_mail(file, blocks, truth)
    else:
        writers[file.suffix[1:]](file, blocks)


def _write_pdf(file: Path, blocks: Sequence[Block]) -> None:
    canvas = Canvas(str(file), pagesize=A4, invariant=True)
    at = 790.0

    def line(cells: Sequence[str], *, size: int = 10) -> None:
        nonlocal at
        if at < 60:
            canvas.showPage()
            at = 790.0
        canvas.setFont("Helvetica-Bold" if size > 10 else "Helvetica", size)
        for number, cell in enumerate(cells):
            canvas.drawString(60 + number * 480 / max(len(cells), 2), at, cell)
        at -= size + 4

    for block in blocks:
        if isinstance(block, str):
            size = 14 if block.startswith("# ") else 10
            for written in block.removeprefix("# ").split("\n"):
                for part in simpleSplit(written, "Helvetica", size, 470) or [""]:
                    line([part], size=size)
        else:
            for row in block:
                line(row)
        at -= 8
    canvas.save()


def _write_docx(file: Path, blocks: Sequence[Block]) -> None:
    document = docx.Document()
    for block in blocks:
        if isinstance(block, str):
            if block.startswith("# "):
                document.add_heading(block[2:], level=1)
            else:
                document.add_paragraph(block)
        else:
            table = document.add_table(rows=len(block), cols=len(block[0]))
            for row, cells in zip(table.rows, block, strict=True):
                for cell, text in zip(row.cells, cells, strict=True):
                    cell.text = text
    document.save(str(file))


def _write_html(file: Path, blocks: Sequence[Block]) -> None:
    parts = []
    for block in blocks:
        if isinstance(block, str):
            tag = "h1" if block.startswith("# ") else "p"
            parts.append(f"<{tag}>{html.escape(block.removeprefix('# ')).replace(chr(10), '<br>')}</{tag}>")
        else:
            rows = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in block)
            parts.append("<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>")
    file.write_text(f"<!doctype html><meta charset=utf-8><body>{''.join(parts)}</body>", encoding="utf-8")


def _write_text(file: Path, blocks: Sequence[Block]) -> None:
    parts = []
    for block in blocks:
        if isinstance(block, str):
            parts.append(block.removeprefix("# "))
        else:
            widths = [max(map(len, column)) + 4 for column in zip(*block, strict=True)]
            parts.append(
                "\n".join(
                    "".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
                    for row in block
                )
            )
    file.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _write_markdown(file: Path, blocks: Sequence[Block]) -> None:
    parts = []
    for block in blocks:
        if isinstance(block, str):
            parts.append(block if block.startswith("# ") else block.replace("\n", "  \n"))
        else:
            head, *rows = [f"| {' | '.join(row)} |" for row in block]
            parts.append("\n".join((head, "|" + " --- |" * len(block[0]), *rows)))
    file.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _write_xlsx(file: Path, blocks: Sequence[Block]) -> None:
    with xlsxwriter.Workbook(str(file)) as workbook:
        sheet = workbook.add_worksheet("Invoice")
        at = 0
        for block in blocks:
            rows = [[line] for line in block.removeprefix("# ").split("\n")] if isinstance(block, str) else block
            for row in rows:
                for column, cell in enumerate(row):
                    sheet.write_string(at, column, cell)
                at += 1
            at += 1


def _write_mail(file: Path, blocks: Sequence[Block], truth: dict[str, str | tuple[str, ...]]) -> None:
    sender, recipient = truth["Sender"][0], truth["Recipient"][0]
    mail = EmailMessage()
    mail["From"] = f"{sender} <office@example.org>"
    mail["To"] = f"{recipient} <reader@example.org>"
    mail["Subject"] = str(truth["Subject"])
    mail["Date"] = f"{date.fromisoformat(str(truth['Date'])):%a, %d %b %Y} 09:12:00 +0000"
    greeting = next(
        number for number, block in enumerate(blocks) if isinstance(block, str) and block.startswith("Dear ")
    )
    mail.set_content("\n\n".join(block for block in blocks[greeting:] if isinstance(block, str)))
    file.write_bytes(bytes(mail))
