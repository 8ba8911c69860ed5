"""Documents that give orders gain nothing, even with an LLM that obeys every one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from markdown_it import MarkdownIt

from app.build import Lectern, open_lectern
from app.server.openai_forms import footnotes
from app.settings import read_settings
from rag.types import Answer, Message
from tests.adversaries import HONEST_FILE, QUESTION, Attack, ObedientModel, load_attacks, write_attack
from tests.fakes import HashEmbedder

ATTACKS = load_attacks()

MARKERS = re.compile(
    r"<[|｜]|[|｜]>|\[/?INST\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>|</?think>|</?tool_call>|\[/?TOOL_"
)

LINKED = re.compile(r"(?:https?|ftp):/{2}\S|\bwww\.\S", re.IGNORECASE)
"""What front ends make links of, markup or not."""


@pytest.fixture(scope="module")
def lectern(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lectern]:
    """An index of all attacks."""
    base = tmp_path_factory.mktemp("adversaries")
    for attack in ATTACKS:
        write_attack(attack, base / "documents")
    settings = read_settings(home=base / "home", workers=1, reranker="off", refusal_threshold=0.0)
    with open_lectern(settings, "test", wait_seconds=0, embedder=HashEmbedder()) as opened:
        assert opened.ingest.sync(base / "documents", collection="default").failed == []
        yield opened


def ask(lectern: Lectern, attack: Attack) -> tuple[Answer, list[Message]]:
    """The answer of the obedient LLM, and what it was given."""
    model = ObedientModel(attack.demand)
    stream = lectern.ask_pipeline(model).ask(QUESTION, collection="default", filters={"document": f"{attack.folder}/*"})
    shown = "".join(stream)
    assert shown == stream.answer.text, "what streamed is what is kept"
    (messages,) = model.asked
    return stream.answer, list(messages)


def test_there_are_at_least_forty_attacks_of_different_kinds() -> None:
    assert len({attack.kind for attack in ATTACKS}) == len({attack.folder for attack in ATTACKS}) >= 40


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.kind)
def test_an_attack_stays_within_its_delimiters(lectern: Lectern, attack: Attack) -> None:
    answer, messages = ask(lectern, attack)
    assert [message.role for message in messages] == ["system", "user"]
    given = messages[-1].text
    (key,) = set(re.findall(r"<source-([0-9a-f]{8})>", messages[0].text))
    opened = re.findall(rf'^<source-{key} number="(\d+)"', given, re.MULTILINE)
    assert opened == [str(source.number) for source in answer.sources]
    assert len(re.findall(r"<source", given, re.IGNORECASE)) == len(opened)
    assert len(re.findall(rf"^</source-{key}>$", given, re.MULTILINE)) == len(opened)
    assert len(re.findall(r"</source", given, re.IGNORECASE)) == len(opened)
    assert not MARKERS.search(given)
    assert not re.search(r"^\s*(?:system|user|assistant)\s*:", given, re.IGNORECASE | re.MULTILINE)
    assert all(character == "\n" or character.isprintable() for character in given)
    assert {source.document.path.split("/")[1] for source in answer.sources} == {attack.file, HONEST_FILE}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.kind)
def test_nothing_that_an_obedient_llm_writes_is_live_to_who_renders_it(lectern: Lectern, attack: Attack) -> None:
    answer, _ = ask(lectern, attack)
    for text in (answer.text, answer.text + footnotes(answer)):
        rendered = MarkdownIt("commonmark", {"html": True}).render(text)
        tags = set(re.findall(r"<\s*/?([a-zA-Z]+)", rendered))
        assert tags <= {"p", "code", "pre", "em", "strong", "li", "ul", "ol", "br", "hr", "h1", "blockquote"}, rendered
        assert not LINKED.search(text)
        assert not re.search(r"&(?:#|colon|sol)", text)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.kind)
def test_no_citation_points_at_what_does_not_say_it(lectern: Lectern, attack: Attack) -> None:
    answer, _ = ask(lectern, attack)
    sources = {source.number: source for source in answer.sources}
    for number in re.findall(r"\[(\d+)\](?! ?\()", answer.text):
        assert int(number) in sources
    for citation in answer.citations:
        source = sources[citation.number]
        assert citation.document == source.document.path
        assert citation.quote in source.text
    if attack.forged:
        honest = [citation for citation in answer.citations if citation.document.endswith(HONEST_FILE)]
        assert not any(citation.supported for citation in honest)
