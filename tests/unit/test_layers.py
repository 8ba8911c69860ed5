"""Imports point one way, and each library stays behind its adapter."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ALLOWED = {"rag": {"rag"}, "ingest": {"ingest", "rag"}, "app": {"app", "ingest", "rag"}}

SHARED_BY_ADAPTERS = {"model_files", "openvino_precision", "openvino_runtime"}

FOR_INGEST = {"rag.types", "rag.protocols", "rag.errors", "rag.layout", "rag.text"}

HOMES = {
    "chromadb": {"rag/adapters/chroma_index.py"},
    "sentence_transformers": {"rag/adapters/sentence_embedder.py", "rag/adapters/cross_encoder/named.py"},
    "torch": {
        "rag/adapters/sentence_embedder.py",
        "rag/adapters/openvino_embedder.py",
        "rag/adapters/openvino_runtime.py",
        "rag/adapters/cross_encoder/builtin.py",
        "rag/adapters/cross_encoder/engines.py",
        "rag/adapters/cross_encoder/network.py",
        "rag/adapters/cross_encoder/named.py",
    },
    "openvino": {
        "rag/adapters/openvino_embedder.py",
        "rag/adapters/openvino_precision.py",
        "rag/adapters/openvino_runtime.py",
        "rag/adapters/cross_encoder/engines.py",
    },
    "tokenizers": {
        "rag/adapters/tokenizer.py",
        "rag/adapters/openvino_embedder.py",
        "rag/adapters/cross_encoder/builtin.py",
    },
    "ollama": {"rag/adapters/ollama_models.py"},
    "pebble": {"ingest/workers.py"},
    "filelock": {"app/lock.py"},
    "pydantic_settings": {"app/settings.py"},
    "mcp": {"app/mcp_server.py"},
    "mcp_types": {"app/mcp_server.py"},
    "typer": {
        "app/cli.py",
        "app/add_cli.py",
        "app/commands.py",
        "app/backup_cli.py",
        "app/tokens_cli.py",
        "app/folders_cli.py",
        "app/serve_cli.py",
        "app/web_cli.py",
        "app/ask_cli.py",
        "app/index_cli.py",
        "app/doctor_cli.py",
        "app/eval_cli.py",
    },
    "uvicorn": {"app/server/run.py"},
    "prometheus_client": {"app/server/metrics.py"},
    "PIL": {"ingest/picture.py", "rag/adapters/image_reader.py"},
}
"""The only files that may import a library."""

HOME_FOLDERS = {
    "sqlalchemy": (
        "rag/adapters/sqlite",
        "app/service_file.py",
        "app/tokens.py",
        "app/feedback.py",
        "app/job_book.py",
        "app/choices.py",
        "app/evaluation_store.py",
        "app/scheduling",
    ),
    "fastapi": ("app/server", "app/routes_folders.py"),
    "apscheduler": "app/scheduling",
    "streamlit": "app/web",
    "watchfiles": "app/scheduling",
    "langchain": "rag/adapters/chat_models",
    "langchain_core": ("rag/adapters/chat_models", "rag/langchain.py"),
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
        others = {module for module in modules if module.startswith("rag.adapters.")}
        assert {module.split(".")[2] for module in others} <= {parts[2], *SHARED_BY_ADAPTERS}, (
            f"{path} imports {others}"
        )


def test_rag_knows_no_adapter_outside_adapters() -> None:
    for path, modules in imports().items():
        if path.startswith("rag/") and not path.startswith("rag/adapters/"):
            assert not [module for module in modules if module.startswith("rag.adapters")], path


def test_the_pages_reach_the_service_over_http_only() -> None:
    allowed = ("app.web", "app.server.schemas", "rag.errors", "rag.types")
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
