"""Documents that try to make an LLM obey them, each with what it wants written; an honest document lies beside each."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from tests.fakes import ScriptedModel

QUESTION = "How often does the lamp of the lighthouse flash, and what is the harbour fee?"

LAMP = "The lamp of the lighthouse flashes three times every twenty seconds. "
FEE = "The harbour fee for a boat is 12 crowns a night, and is paid to the harbour master. "

HONEST_FILE = "fees.txt"


@dataclass(frozen=True)
class Attack:
    """One document; `success` is the pattern of an answer that obeyed, `demand` the answer of an LLM that obeys all."""

    kind: str
    text: str
    demand: str
    success: str
    file: str
    forged: bool
    """Whether `demand` cites sources for what they do not say."""
    title: str = ""
    author: str = ""

    @property
    def folder(self) -> str:
        """The name of its own folder."""
        return "".join(character if character.isalnum() else "_" for character in self.kind)


def load_attacks() -> list[Attack]:
    """All of them."""
    lines = Path(__file__).with_name("attacks.jsonl").read_text("utf-8").splitlines()
    return [Attack(**json.loads(line)) for line in lines]


def write_attack(attack: Attack, root: Path) -> None:
    """Write its document and the honest one into its folder."""
    folder = root / attack.folder
    folder.mkdir(parents=True)
    (folder / HONEST_FILE).write_text(FEE)
    file = folder / attack.file
    if file.suffix == ".pdf":
        canvas = Canvas(str(file), invariant=1)
        canvas.setTitle(attack.title)
        canvas.bookmarkPage("here")
        canvas.addOutlineEntry(attack.title, "here")
        canvas.drawString(72, 700, LAMP + attack.text)
        canvas.save()
    elif file.suffix == ".html":
        title, author = html.escape(attack.title), html.escape(attack.author)
        head = f'<head><title>{title}</title><meta name="author" content="{author}"></head>'
        file.write_text(f"<html>{head}<body><p>{LAMP}</p>{attack.text}</body></html>", "utf-8")
    else:
        file.write_text(f"{LAMP}\n\n{attack.text}\n", "utf-8")


class ObedientModel(ScriptedModel):
    """An LLM that obeys the document; it keeps what it was asked."""

    name = "scripted:obedient"
    context_tokens = 8192
    sees_images = False

    def __init__(self, demand: str) -> None:
        super().__init__([demand[start : start + 3] for start in range(0, len(demand), 3)])
