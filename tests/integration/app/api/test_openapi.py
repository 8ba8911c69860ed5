"""The OpenAPI document is kept: whatever Schemathesis asks, the real server answers as the document says."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.serving import Served, serving

CONFIGURATION = """
# So that not all that is asked for is unknown.
[dictionaries]
collections = { values = ["default"] }
documents = { values = [1] }

[parameters]
"path.name" = { dictionary = "collections", probability = 0.7 }
"path.id" = { dictionary = "documents", probability = 0.7 }
"body.collection" = { dictionary = "collections", probability = 0.7 }

# That a route has no other methods is FastAPI's to say, the same for all.
[phases.coverage]
unexpected-methods = ["trace"]

# What no schema says, such as the folders that may be synced, may still be refused, and with the status for it.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "401", "403", "404", "409", "415"]

[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429", "5xx"]

# No Ollama runs here, no address leads anywhere, one evaluation is measured at a time, few models are fetched at once.
[[operations]]
include-path-regex = "^/models|/links$|/evaluations$|^/v1/(chat|responses)|^/ask"
checks.not_a_server_error.expected-statuses = ["2xx", "4xx", "502", "503"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "4xx", "502", "503"]

# Jobs have ids of their own.
[[operations]]
include-path = "/jobs/{id}"
parameters = { "path.id" = "20260102030405-1" }

# A question without a word, which is none, is told apart from a wrong name.
[[operations]]
include-path = ["/search", "/ask", "/v1/chat/completions", "/v1/responses"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "404", "422"]

# The others need it.
[[operations]]
include-name = "DELETE /collections/{name}"
parameters = { "path.name" = "spare" }

[[operations]]
include-name = "PATCH /collections/{name}"
parameters = { "path.name" = "spare" }
"""

EXAMPLES = 2
"""Drawn for each operation, beside those in the document."""

PHASES = "examples,coverage,fuzzing" if os.environ.get("LECTERN_TEST_OPENAPI") == "all" else "examples,fuzzing"
"""Values at the limits of every schema take two minutes; LECTERN_TEST_OPENAPI=all tries them too."""

RUN = (
    f"--phases={PHASES} --max-examples={EXAMPLES} --generation-deterministic --no-shrink --no-color "
    "--continue-on-failure --suppress-health-check=all --request-timeout=60 --warnings=off"
).split()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with one document; only folders in one place may be synced."""
    base = tmp_path_factory.mktemp("openapi")
    folder = base / "documents"
    folder.mkdir()
    (folder / "light.txt").write_text("The lamp flashes three times every twenty seconds.")
    with (
        nothing_to_fetch(),
        serving(base / "home", reranker="off", folder_roots=[folder], rate_per_minute=0, llm_retries=0) as running,
    ):
        running.sync(folder)
        while running.client.get("/readyz").status_code != 200:
            time.sleep(0.05)
        yield running


@contextmanager
def nothing_to_fetch() -> Iterator[None]:
    """Within it, no name has an address: what is tried here must not reach the internet."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.sources.fetch.resolve_name", lambda host, port: [])
        yield


def test_every_answer_is_one_that_the_document_names(served: Served, tmp_path: Path) -> None:
    configuration = tmp_path / "schemathesis.toml"
    configuration.write_text(CONFIGURATION)
    program = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration)]
    command = [*program, "run", f"{served.url}/openapi.json", *RUN]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
