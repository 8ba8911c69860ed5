"""Streamlit as its own program, which loads what the pages need once it runs: the first visitor waits less."""

from __future__ import annotations

import sys
import threading
import time
from importlib import import_module

from streamlit import runtime
from streamlit.web.cli import main

NEEDED = ("app.client.http", "app.api.schemas.evaluations", "pandas", "altair")
"""The modules that take longest to load, those of the page Ask first."""

POLL_SECONDS = 0.05


def load() -> None:
    """Load a module ahead of time. A failure is ignored here: the page that needs the module reports it."""
    while not runtime.exists():
        time.sleep(POLL_SECONDS)
    for name in NEEDED:
        try:
            import_module(name)
        except ImportError:
            return


if __name__ == "__main__":
    threading.Thread(target=load, name="loading", daemon=True).start()
    sys.exit(main(prog_name="streamlit"))
