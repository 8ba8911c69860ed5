"""Writes an answer with its proofs as one HTML file that needs nothing else, can be printed, and runs no script."""

from __future__ import annotations

import base64
import re
from html import escape

from app.web import language, texts
from app.web.ask.shared_answer import ProofPage, SharedAnswer
from app.web.ask.shared_blocks import render_html

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"

STYLE = """
body { font: 16px/1.55 system-ui, sans-serif; color: #1b1b1b; background: #fff; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; margin: 1.5rem 0 0.4rem; }
.details { color: #555; font-size: 0.9rem; margin: 0.2rem 0; }
.answer { border-left: 3px solid #1f6f78; padding-left: 1rem; }
blockquote { margin: 0.5rem 0; padding: 0.2rem 0.8rem; border-left: 3px solid #e0b400; white-space: pre-line; }
.doubt { color: #a40; font-weight: 600; }
table { border-collapse: collapse; } th, td { border: 1px solid #bbb; padding: 0.2rem 0.5rem; text-align: start; }
img { width: 100%; border: 1px solid #ccc; }
section { break-inside: avoid; }
@media print { body { margin: 0; max-width: none; } a { color: inherit; text-decoration: none; } img { max-height: 22cm; width: auto; max-width: 100%; } }
"""  # noqa: E501


def shared_html(answer: SharedAnswer) -> str:
    """Return the file's text."""
    details = "".join(f'<p class="details" dir="auto">{escape(line)}</p>' for line in answer.details)
    note = (
        f'<p dir="auto"><b>{escape(texts.ANSWER_WORDS["note"])}:</b> {escape(answer.note)}</p>' if answer.note else ""
    )
    proofs = "".join(map(_proof, answer.proofs))
    heading = f"<h2>{escape(texts.SHARE_PROOFS)}</h2>" if proofs else ""
    return (
        f'<!doctype html><html lang="{language.current()}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{escape(answer.question[:200])}</title><style>{STYLE}</style></head><body>"
        f'<h1 dir="auto">{escape(answer.question)}</h1>{details}'
        f'<div class="answer" dir="auto">{_text(answer)}</div>{note}{heading}{proofs}'
        f'<p class="details">{escape(texts.SHARE_FOOT)}</p></body></html>'
    )


def _text(answer: SharedAnswer) -> str:
    """Return the answer's text as HTML, in which each number leads to its proof below."""
    known = {number for proof in answer.proofs for number in proof.numbers}

    def link(marker: re.Match[str]) -> str:
        number = int(marker[1])
        return f'<a href="#proof-{number}">[{number}]</a>' if number in known else marker[0]

    return re.sub(r"\[(\d{1,3})\]", link, render_html(answer.text))


def _proof(proof: ProofPage) -> str:
    anchors = "".join(f'<a id="proof-{number}"></a>' for number in proof.numbers)
    numbers = " ".join(f"[{number}]" for number in proof.numbers)
    quotes = "".join(
        f'<blockquote dir="auto">{escape(quote.quote)}</blockquote>'
        + ("" if quote.supported else f'<p class="doubt">{escape(texts.EXPORT_UNSUPPORTED)}</p>')
        for quote in proof.quotes
    )
    alt = escape(texts.PROOF_ALT.format(document=proof.document, page=proof.place))
    address = base64.b64encode(proof.picture).decode()
    picture = f'<img alt="{alt}" src="data:image/png;base64,{address}">' if proof.picture else ""
    named = escape(f"{numbers} {proof.place} ({proof.document})")
    return f'<section>{anchors}<h3 dir="auto">{named}</h3>{quotes}{picture}</section>'
