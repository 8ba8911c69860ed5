"""Offers an answer with its proofs as a file: a page to print, a PDF, a Word file, Markdown."""

from __future__ import annotations

import streamlit as st

from app.client.http import HttpClient
from app.web import language, texts
from app.web.ask.conversation import Turn
from app.web.ask.export import conversation_markdown
from app.web.ask.shared_answer import gather
from app.web.ask.shared_page import shared_html
from app.web.ask.shared_pdf import shared_pdf, unwritable
from app.web.ask.shared_word import shared_docx
from app.web.escape import plain

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

PDF_ICON = ":material/picture_as_pdf:"

CHARACTERS_SHOWN = 8


def offer_files(client: HttpClient, turn: Turn) -> None:
    """Draw the files that an answer can be had as; each is made when it is asked for."""
    st.dialog(texts.SHARE_TITLE)(_offer)(client, turn)


def _offer(client: HttpClient, turn: Turn) -> None:
    st.write(texts.SHARE_EXPLAINED)
    offers = (
        (texts.SHARE_PAGE, lambda: shared_html(gather(client, turn)), "answer.html", "text/html", ":material/print:"),
        (texts.SHARE_PDF, lambda: shared_pdf(gather(client, turn)), "answer.pdf", "application/pdf", PDF_ICON),
        (texts.SHARE_WORD, lambda: shared_docx(gather(client, turn)), "answer.docx", WORD, ":material/description:"),
        (
            texts.SHARE_MARKDOWN,
            lambda: conversation_markdown(turn.asked.collection, [turn]),
            "answer.md",
            "text/markdown",
            ":material/markdown:",
        ),
    )
    for label, make, name, mime, icon in offers:
        st.download_button(
            label,
            language.carry(make),
            file_name=name,
            mime=mime,
            icon=icon,
            on_click="ignore",
            width="stretch",
            key=f"share {name}",
        )
    if lacking := unwritable(f"{turn.asked.text}\n{conversation_markdown(turn.asked.collection, [turn])}"):
        st.caption(plain(texts.SHARE_PDF_LACKS.format(characters=" ".join(lacking[:CHARACTERS_SHOWN]))))
