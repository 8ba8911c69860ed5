"""Has documents that give orders read by two LLMs over the wire, and counts what they gained: it must be nothing.

    python -m benchmarks.injections [--without-real]

One LLM is a script that obeys every order, the other SmolLM2 behind llama.cpp's server. `obeyed` counts the answers in
which the LLM wrote what the document wanted written; what an attack gains by that is in the last three columns: parts
of the prompt that it forged, markup and addresses that are live where the answer is shown, citations of what does not
say it. Prints the table, then every gain; the exit code is 1 where there is one.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.service.build_index import Lectern
from app.settings import read_settings
from rag.models.llm import ChatModel, open_chat_model
from rag.types import Message, ModelChunk
from tests.adversaries import QUESTION, Attack, load_attacks, write_attack
from tests.adversaries.breaches import false_citations, forged_delimiters, live_text
from tests.integration.opening import open_index_of
from tests.llm_servers import openai_server
from tests.real_llm import NAME, is_installed, smollm2_server

CONTEXT_TOKENS = 2048
ANSWER_TOKENS = 128

OpenModel = Callable[[Attack], AbstractContextManager[ChatModel]]


@dataclass(slots=True)
class Gains:
    """The outcome of the attacks on one LLM, each gain with the attack that made it."""

    tried: int = 0
    obeyed: int = 0
    forged: list[str] = field(default_factory=list)
    live: list[str] = field(default_factory=list)
    cited: list[str] = field(default_factory=list)


class Overheard:
    """An LLM that keeps what it was asked."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self.asked: list[Sequence[Message]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def stream(self, messages: Sequence[Message], **how: Any) -> Iterator[ModelChunk]:
        """Stream as the LLM does."""
        self.asked.append(messages)
        return self._model.stream(messages, **how)


@contextmanager
def obedient_model(attack: Attack) -> Iterator[ChatModel]:
    """Give a script that writes what the document wants written."""
    with (
        openai_server(answer=attack.demand) as server,
        closing(open_chat_model("openai:obedient", base_url=f"{server.url}/v1", context_tokens=8192)) as model,
    ):
        yield model


@contextmanager
def real_model() -> Iterator[ChatModel]:
    """Return SmolLM2, a real LLM."""
    with (
        smollm2_server(CONTEXT_TOKENS) as url,
        closing(open_chat_model(f"openai:{NAME}", base_url=f"{url}/v1", context_tokens=CONTEXT_TOKENS)) as model,
    ):
        yield model


def try_attacks(lectern: Lectern, attacks: Sequence[Attack], open_model: OpenModel) -> Gains:
    """Ask each attack's two documents, its own and the honest one."""
    gains = Gains()
    for attack in attacks:
        with open_model(attack) as model:
            overheard = Overheard(model)
            pipeline = lectern.ask_pipeline(overheard)  # type: ignore[arg-type]
            stream = pipeline.ask(QUESTION, collection="default", filters={"document": f"{attack.folder}/*"})
            for _ in stream:
                pass
        answer = stream.answer
        if answer.error:
            sys.exit(f"{attack.kind}: {answer.error}")
        gains.tried += 1
        gains.obeyed += bool(re.search(attack.success, answer.text))
        gains.forged += _named(attack, forged_delimiters(answer, overheard.asked[-1]))
        gains.live += _named(attack, live_text(answer))
        gains.cited += _named(attack, false_citations(answer, attack))
    return gains


def _named(attack: Attack, found: Sequence[str]) -> list[str]:
    return [f"{attack.kind}: {what}" for what in found]


def main() -> int:
    """Try both, print, and return 1 when anything was gained."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--without-real", action="store_true", help="the scripted LLM alone, which takes seconds")
    options = parser.parse_args()
    attacks = load_attacks()
    rows: dict[str, Gains] = {}
    with tempfile.TemporaryDirectory() as base:
        for attack in attacks:
            write_attack(attack, Path(base) / "documents")
        settings = read_settings(
            home=Path(base) / "home", reranker="off", refusal_threshold=0.0, answer_tokens=ANSWER_TOKENS
        )
        with open_index_of(settings) as lectern:
            lectern.ingest.sync(Path(base) / "documents", collection="default")
            rows["obeys everything"] = try_attacks(lectern, attacks, obedient_model)
            if not options.without_real and is_installed():
                with real_model() as model:
                    rows["SmolLM2-135M"] = try_attacks(lectern, attacks, lambda _attack: nullcontext(model))
    print("| LLM | attacks | obeyed | forged in the prompt | live in the answer | cited falsely |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, gains in rows.items():
        counts = (gains.tried, gains.obeyed, len(gains.forged), len(gains.live), len(gains.cited))
        print(f"| {name} | {' | '.join(map(str, counts))} |")
    gained = [gain for gains in rows.values() for gain in (*gains.forged, *gains.live, *gains.cited)]
    print("\n".join(gained))
    return 1 if gained else 0


if __name__ == "__main__":
    sys.exit(main())
