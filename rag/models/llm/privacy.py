"""Keeps prompts from going anywhere but to the model's own address."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

TRACING_VARIABLES = (
    "LANGSMITH_TRACING",
    "LANGSMITH_TRACING_V2",
    "LANGCHAIN_TRACING_V2",
    "LANGCHAIN_TRACING",
    "LANGCHAIN_HANDLER",
    "LANGSMITH_GATEWAY",
)
"""Each of these turns a trace or LangSmith's gateway on, or makes LangChain refuse to run."""


def disable_tracing() -> None:
    """Switch LangSmith's tracing and gateway off for this process, whatever the environment says."""
    for name in TRACING_VARIABLES:
        os.environ.pop(name, None)
    # Lets the Anthropic client's OpenTelemetry spans, which could carry prompts, not start.
    os.environ["ANTHROPIC_OPEN_TELEMETRY"] = "false"
    import langsmith

    langsmith.configure(enabled=False)


def reach_directly(url: str) -> None:
    """Keep requests to a loopback URL from being sent to the proxy that the environment names."""
    host = urlsplit(url).hostname or ""
    for name in ("NO_PROXY", "no_proxy"):
        excluded = [entry for entry in os.environ.get(name, "").split(",") if entry]
        if host not in excluded and "*" not in excluded:
            os.environ[name] = ",".join([*excluded, host])
