"""Runs the page as a server of its own: Streamlit inside, with what Streamlit lacks for people around it.

    python -m app.web.start OPTIONS --service=ADDRESS [--restarted]

OPTIONS are those of Streamlit, by name, as JSON.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from importlib import import_module
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit import runtime

from app.web import originals, texts
from app.web.admin import receiving
from app.web.index_page import IndexPage

SCRIPT = Path(__file__).with_name("main.py")

NEEDED = ("app.client.http", "app.api.schemas.evaluations", "pandas", "altair")
"""The modules that take longest to load, those of the page Ask first; they are loaded once the page listens."""

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


def show_defect(defect: Exception) -> bool:
    """Draw a plain message in the place of Streamlit's box, which tells people nothing; the log has the whole."""
    st.error(f"{texts.DEFECT}\n\n{texts.DEFECT_REMEDY}", icon=":material/error:")
    st.button(texts.SERVICE_RETRY, icon=":material/refresh:", key="after a defect")
    return True


def main() -> None:
    """Serve the page until the process is told to end."""
    options = json.loads(sys.argv.pop(1))
    threading.Thread(target=load, name="loading", daemon=True).start()
    app = st.App(
        SCRIPT,
        routes=(*originals.ROUTES, *receiving.ROUTES),
        middleware=[Middleware(IndexPage)],
        on_script_error=show_defect,
    )
    app.run(config=options)


if __name__ == "__main__":
    main()
