"""Computes the cost of an answer of a paid LLM, from the price table beside this file."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path

from rag.types import Usage

TABLE = Path(__file__).with_name("prices.json")
TOKENS_PER_PRICE = 1_000_000
DATED = re.compile(r"(-\d{8}|-\d{4}-\d{2}-\d{2}|-\d{3,4}|-latest|-preview(-\d{2}-\d{2,4})?)*")
"""Endings that pin a version of a model. Anything else after a model's name makes it another model."""


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices in USD per million tokens, (input, output), by "PROVIDER:MODEL"."""

    as_of: str
    prices: dict[str, tuple[float, float]]

    def find(self, model_name: str) -> tuple[float, float] | None:
        """Return the price of the longest listed name that `model_name` is or is a dated version of."""
        fitting = [name for name in self.prices if _is_version_of(model_name, name)]
        return self.prices[max(fitting, key=len)] if fitting else None


def cost_usd(model_name: str, usage: Usage, *, is_local: bool) -> float | None:
    """Return what `usage` of "PROVIDER:MODEL" costs in USD: 0.0 for a local model, None when the price is not known."""
    if is_local:
        return 0.0
    price = load_prices().find(model_name)
    if price is None:
        return None
    return (usage.prompt_tokens * price[0] + usage.completion_tokens * price[1]) / TOKENS_PER_PRICE


@functools.cache
def load_prices() -> PriceTable:
    """Return the table as shipped."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    return PriceTable(
        table["as_of"],
        {
            f"{provider}:{model}": (float(price[0]), float(price[1]))
            for provider, models in table["models"].items()
            for model, price in models.items()
        },
    )


def _is_version_of(model_name: str, listed: str) -> bool:
    return model_name.startswith(listed) and DATED.fullmatch(model_name[len(listed) :]) is not None
