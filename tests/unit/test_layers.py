"""Imports point one way, and each library stays behind its adapter."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ALLOWED = {"rag": {"rag"}, "ingest": {"ingest", "rag"}, "app": {"app", "ingest", "rag"}}

SHARED_BY_ADAPTERS = {"model_files", "openvino_precision", "openvino_runtime"}

FOR_INGEST = {"rag.types", "rag.protocols", "rag.errors", "rag.page_layout", "rag.text"}

HOMES = {
    "chromadb": {"rag/storage/vectors.py"},
    "sentence_transformers": {"rag/models/embedder_torch.py", "rag/models/reranker/named.py"},
    "torch": {
        "rag/models/embedder_torch.py",
        "rag/models/embedder_openvino.py",
        "rag/models/openvino_runtime.py",
        "rag/models/reranker/builtin.py",
        "rag/models/reranker/engines.py",
        "rag/models/reranker/network.py",
        "rag/models/reranker/named.py",
    },
    "openvino": {
        "rag/models/embedder_openvino.py",
        "rag/models/openvino_precision.py",
        "rag/models/openvino_runtime.py",
        "rag/models/reranker/engines.py",
    },
    "tokenizers": {
        "rag/models/tokenizer.py",
        "rag/models/embedder_openvino.py",
        "rag/models/reranker/builtin.py",
    },
    "ollama": {"rag/models/llm/ollama_models.py"},
    "pebble": {"ingest/sandbox/workers.py"},
    "filelock": {"app/service/lock.py"},
    "pydantic_settings": {"app/settings.py"},
    "mcp": {"app/integrations/mcp_server.py"},
    "mcp_types": {"app/integrations/mcp_server.py"},
    "typer": {
        "app/cli/main.py",
        "app/cli/add.py",
        "app/cli/common.py",
        "app/cli/backup.py",
        "app/cli/tokens.py",
        "app/cli/folders.py",
        "app/cli/serve.py",
        "app/cli/web.py",
        "app/cli/ask.py",
        "app/cli/index.py",
        "app/cli/doctor.py",
        "app/cli/evaluate.py",
    },
    "uvicorn": {"app/api/server.py"},
    "prometheus_client": {"app/api/metrics.py"},
    "PIL": {"ingest/page_image.py", "ingest/question_image.py"},
}
"""The only files that may import a library."""

HOME_FOLDERS = {
    "sqlalchemy": (
        "rag/adapters/sqlite",
        "app/state/database.py",
        "app/state/tokens.py",
        "app/state/feedback.py",
        "app/state/sync_jobs.py",
        "app/state/overrides.py",
        "app/state/evaluations.py",
        "app/scheduling",
    ),
    "fastapi": ("app/server", "app/api/routes/folders.py"),
    "apscheduler": "app/scheduling",
    "streamlit": "app/web",
    "watchfiles": "app/scheduling",
    "langchain": "rag/adapters/chat_models",
    "langchain_core": ("rag/adapters/chat_models", "app/integrations/langchain.py"),
    "unstructured": "ingest/parsers",
    "pypdf": "ingest/parsers",
    "pypdfium2": "ingest/parsers",
}


def imports() -> dict[str, set[str]]:
    """The modules that each source file imports, by path."""
    found: dict[str, set[str]] = defaultdict(set)
    for package in ALLOWED:
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                path = file.relative_to(ROOT).as_posix()
                if isinstance(node, ast.Import):
                    found[path].update(name.name for name in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found[path].add(node.module)
    return found


def test_imports_point_from_app_to_ingest_to_rag() -> None:
    for path, modules in imports().items():
        own = path.split("/")[0]
        ours = {module.split(".")[0] for module in modules} & set(ALLOWED)
        assert ours <= ALLOWED[own], f"{path} imports {ours - ALLOWED[own]}"


def test_ingest_takes_only_types_seams_and_pure_helpers_from_rag() -> None:
    for path, modules in imports().items():
        if path.startswith("ingest/"):
            taken = {module for module in modules if module.startswith("rag")}
            assert taken <= FOR_INGEST, f"{path} imports {taken - FOR_INGEST}"


def test_no_adapter_imports_another() -> None:
    for path, modules in imports().items():
        parts = path.removesuffix(".py").split("/")
        if parts[:2] != ["rag", "adapters"] or len(parts) < 3:
            continue
        others = {module for module in modules if module.startswith("rag.models.")}
        assert {module.split(".")[2] for module in others} <= {parts[2], *SHARED_BY_ADAPTERS}, (
            f"{path} imports {others}"
        )


def test_rag_knows_no_adapter_outside_adapters() -> None:
    for path, modules in imports().items():
        if path.startswith("rag/") and not path.startswith("rag/adapters/"):
            assert not [module for module in modules if module.startswith("rag.models")], path


def test_the_pages_reach_the_service_over_http_only() -> None:
    allowed = ("app.web", "app.api.schemas", "rag.errors", "rag.types")
    for path, modules in imports().items():
        if path.startswith("app/web/"):
            ours = {module for module in modules if module.split(".")[0] in ALLOWED and module != "app"}
            assert all(module.startswith(allowed) for module in ours), f"{path} imports {ours}"


def test_each_library_is_imported_in_its_own_place_only() -> None:
    for path, modules in imports().items():
        for module in {module.split(".")[0] for module in modules}:
            if module in HOMES:
                assert path in HOMES[module], f"{path} imports {module}"
            if module in HOME_FOLDERS:
                assert path.startswith(HOME_FOLDERS[module]), f"{path} imports {module}"
