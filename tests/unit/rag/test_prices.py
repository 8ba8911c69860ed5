"""The price of an answer."""

from __future__ import annotations

from datetime import date

import pytest

from rag.prices import cost_usd, load_prices
from rag.types import Usage

MILLION = Usage(1_000_000, 1_000_000)


def test_a_local_model_costs_nothing() -> None:
    assert cost_usd("openai:gpt-4o", MILLION, is_local=True) == 0.0


def test_input_and_output_have_their_own_prices() -> None:
    assert cost_usd("openai:gpt-4o", Usage(1_000_000, 0), is_local=False) == 2.5
    assert cost_usd("openai:gpt-4o", Usage(0, 500_000), is_local=False) == 5.0


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("openai:gpt-4o-mini-2024-07-18", "openai:gpt-4o-mini"),
        ("openai:gpt-4-0613", "openai:gpt-4"),
        ("anthropic:claude-haiku-4-5-20251001", "anthropic:claude-haiku-4-5"),
        ("anthropic:claude-sonnet-4-5-latest", "anthropic:claude-sonnet-4-5"),
        ("google_genai:gemini-2.5-pro-preview-05-06", "google_genai:gemini-2.5-pro"),
    ],
)
def test_a_dated_name_costs_what_its_model_costs(name: str, base: str) -> None:
    assert cost_usd(name, MILLION, is_local=False) == cost_usd(base, MILLION, is_local=False) is not None


@pytest.mark.parametrize(
    "name",
    [
        "openai:gpt-5.9",
        "openai:gpt-4o-realtime",
        "openai:gpt-5-unheard-of",
        "anthropic:claude-opus-4-5-1",
        "openai:Qwen/Qwen3-8B",
        "ollama:llama3.2:3b",
        "google_genai:gpt-4o",
    ],
)
def test_a_model_that_is_not_listed_has_no_price_rather_than_a_neighbours(name: str) -> None:
    assert cost_usd(name, MILLION, is_local=False) is None


def test_the_table_is_dated_and_every_output_costs_at_least_its_input() -> None:
    table = load_prices()
    assert date.fromisoformat(table.as_of).year >= 2026
    assert all(0 < price[0] <= price[1] for price in table.prices.values())
