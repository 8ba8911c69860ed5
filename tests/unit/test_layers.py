"""Imports point one way, and each library stays in its own room."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ALLOWED = {"rag": {"rag"}, "ingest": {"ingest", "rag"}, "app": {"app", "ingest", "rag"}}

FOR_INGEST = {
    "rag.types",
    "rag.protocols",
    "rag.errors",
    "rag.words.language",
    "rag.page_layout",
    "rag.text",
    "rag.words.dates",
    "rag.urls",
    "rag.handover",
    "rag.tracing",
    "rag.work_context",
}
"""What `ingest` may take from `rag`: types, seams and pure helpers."""


HOMES = {
    "altair": "app/web",
    "chromadb": ("rag/storage/vectors.py", "rag/storage/vectors_server.py"),
    "cronsim": "app/schedule/times.py",
    "fastapi": "app/api",
    "filelock": ("app/service/lock.py", "app/state/private_file.py", "rag/models/llm/hub.py"),
    "httpx": (
        "rag/models/llm",
        "ingest/sources/fetch.py",
        "app/client",
        "app/cli/web.py",
        "rag/storage/vectors_server.py",
    ),
    "httpx_sse": "app/client",
    "jsonschema": "rag/structured/form.py",
    "langchain": "rag/models/llm",
    "langchain_core": ("rag/models/llm", "app/integrations/langchain.py"),
    "lxml": "ingest/parsers",
    "mcp": "app/integrations",
    "mcp_types": "app/integrations",
    "ollama": "rag/models/llm",
    "opentelemetry": "app/telemetry",
    "openvino": "rag/models",
    "pebble": "ingest/sandbox",
    "PIL": (
        "ingest/figures.py",
        "ingest/office_figures.py",
        "ingest/page_image.py",
        "ingest/question_image.py",
        "ingest/parsers/pictures.py",
    ),
    "prometheus_client": "app/api",
    "pydantic_settings": "app/settings.py",
    "pypdf": "ingest/parsers",
    "pypdfium2": "ingest/parsers",
    "ray": "ingest/cluster",
    "sentence_transformers": "rag/models",
    "sqlalchemy": ("rag/storage/catalogue", "app/state"),
    "streamlit": "app/web",
    "tokenizers": "rag/models",
    "torch": "rag/models",
    "transformers": "rag/models",
    "typer": "app/cli",
    "tzlocal": "app/schedule/times.py",
    "unstructured": "ingest/parsers",
    "uvicorn": "app/api",
    "watchfiles": "app/schedule",
    "xllamacpp": "rag/models/llm/llama_process.py",
}
"""The only folders or files that may import a library."""


@cache
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
                    found[path].update({node.module, *(f"{node.module}.{name.name}" for name in node.names)})
    return found


def test_imports_point_from_app_to_ingest_to_rag() -> None:
    for path, modules in imports().items():
        own = path.split("/")[0]
        ours = {module.split(".")[0] for module in modules} & set(ALLOWED)
        assert ours <= ALLOWED[own], f"{path} imports {ours - ALLOWED[own]}"


def test_no_module_imports_itself_by_way_of_others() -> None:
    paths = [path for path in imports() if not path.endswith("/__init__.py")]
    names = {path: path.removesuffix(".py").replace("/", ".") for path in paths}
    ours = set(names.values())
    graph = {name: (imports()[path] & ours) - {name} for path, name in names.items()}
    TopologicalSorter(graph).prepare()  # Raises CycleError, which names the modules of a circle.


def test_ingest_takes_only_types_seams_and_pure_helpers_from_rag() -> None:
    for path, modules in imports().items():
        if path.startswith("ingest/"):
            taken = {module for module in modules if module.startswith("rag.") and module.count(".") == 1}
            taken |= {module for module in modules if module.startswith(("rag.models", "rag.storage"))}
            assert taken <= FOR_INGEST, f"{path} imports {taken - FOR_INGEST}"


def test_rag_reaches_its_parts_through_protocols_only() -> None:
    for path, modules in imports().items():
        if path.startswith("rag/") and not path.startswith(("rag/models/", "rag/storage/")):
            assert not [module for module in modules if module.startswith(("rag.models", "rag.storage"))], path


def test_models_and_storage_do_not_know_each_other() -> None:
    for path, modules in imports().items():
        if path.startswith("rag/models/"):
            assert not [module for module in modules if module.startswith("rag.storage")], path
        if path.startswith("rag/storage/"):
            assert not [module for module in modules if module.startswith("rag.models")], path


def test_the_pages_reach_the_service_over_http_only() -> None:
    client = ("app.client.connection", "app.client.errors", "app.client.http")
    allowed = (
        "app.web",
        "app.api.schemas",
        *client,
        "rag.citations.marked_text",
        "rag.errors",
        "rag.images",
        "rag.types",
    )
    for path, modules in imports().items():
        if path.startswith("app/web/"):
            ours = {module for module in modules if module.split(".")[0] in ALLOWED and module != "app"}
            assert all(module.startswith(allowed) for module in ours), f"{path} imports {ours}"


def test_each_library_is_imported_in_its_own_room_only() -> None:
    for path, modules in imports().items():
        for module in {module.split(".")[0] for module in modules} & set(HOMES):
            assert path.startswith(HOMES[module]), f"{path} imports {module}"


FOR_RAY = {f"ingest/cluster/{name}.py" for name in ("actors", "driver", "node", "sending")}
"""Run by the driver of a Ray cluster and on its nodes, in processes of their own."""


def test_nothing_imports_ray_in_the_process_that_syncs() -> None:
    modules_for_ray = {path.removesuffix(".py").replace("/", ".") for path in FOR_RAY} | {"ray"}
    for path, modules in imports().items():
        if path not in FOR_RAY:
            assert not modules & modules_for_ray, f"{path} imports {modules & modules_for_ray}"


PARTS = ("rag.models", "rag.storage", "ingest.sandbox", "ingest.pipeline", "ingest.sources", "app.state", "app.service")
"""Where the classes are that the product is put together of."""

BUILT = ("Store", "Service", "Queue", "Executor", "Pipeline", "Reader", "Writer", "Vectors", "Embedder", "Sandbox")
"""Endings of the names of parts, as opposed to values."""


def test_only_the_composition_root_makes_parts() -> None:
    for file in sorted((ROOT / "app").rglob("*.py")):
        path = file.relative_to(ROOT).as_posix()
        if path.startswith("app/service/build_"):
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        named = {
            name.asname or name.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PARTS)
            for name in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in named:
                assert not node.func.id.endswith((*BUILT, "Uploads", "Links", "Fetcher")), f"{path}: {node.func.id}"
