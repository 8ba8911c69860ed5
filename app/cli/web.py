"""Runs `lectern web`: starts the page, and the service when none is running."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import httpx
import typer

from app.api.security.hosts import is_loopback
from app.cli import output
from app.cli.common import Home, reported
from app.cli.kept_service import KeptService, start, stop
from app.client.connection import Connection
from app.client.http import HttpClient
from app.settings import Settings, read_settings
from rag.errors import ConfigurationError, SignInError

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8501

SECRETS = (Path(".streamlit/secrets.toml"), Path.home() / ".streamlit" / "secrets.toml")
"""Where Streamlit looks for an identity provider."""

POLL_SECONDS = 0.1

LOOK_SECONDS = 0.5
"""Between two looks at the service behind the page."""

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")

ACCENT_LIGHT, ACCENT_DARK = "#1f6f78", "#6fb8c0"
"""The one colour of buttons, links and plots; a plot of several things has others behind it."""

OPTIONS: Mapping[str, Any] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "minimal",
    "global.disableWidgetStateDuplicationWarning": True,
    "logger.hideWelcomeMessage": True,
    "runner.magicEnabled": False,
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.showEmailPrompt": False,
    "server.xsrfCookieSameSite": "strict",
    "theme.light.primaryColor": ACCENT_LIGHT,
    "theme.dark.primaryColor": ACCENT_DARK,
    "theme.light.chartCategoricalColors": [ACCENT_LIGHT, "#b3541e", "#5b4b9a", "#8a7a12", "#a33a5e", "#4f6b2e"],
    "theme.dark.chartCategoricalColors": [ACCENT_DARK, "#e5a06f", "#b3a6e6", "#d8c766", "#e39ab3", "#a9c585"],
}
"""Nothing is told to anybody, no defect shows its insides, Streamlit advertises nothing, and other sites' pages can do
nothing here."""


def web(
    host: Annotated[str, typer.Option("--host", help="Where to listen; beyond this machine only with sign-in.")] = (
        DEFAULT_HOST
    ),
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = DEFAULT_PORT,
    service: Annotated[str, typer.Option("--service", help="Where the service answers; else it is found.")] = "",
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
    home: Home = None,
) -> None:
    """Open the web page, with the service behind it, until Ctrl-C or SIGTERM."""
    with reported(as_json=False):
        settings = read_settings(home=home)
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            with KeptService(settings, service) as kept:
                _check_who_gets_in(host, kept.address)
                with _running(_page_command(settings, host, port, kept)) as page:
                    url = f"http://{_reachable(host)}:{port}"
                    failure = f"The page did not start. Is the port {port} taken?"
                    _wait_until(lambda: _answers(f"{url}/_stcore/health"), page, failure)
                    output.messages.print(f"Lectern's page is at {url}. Ctrl-C ends it.")
                    if browser:
                        webbrowser.open(url)
                    while page.poll() is None:
                        kept.look_after()
                        time.sleep(LOOK_SECONDS)
                    raise ConfigurationError("The page has ended.", "The output above says why.")
        except KeyboardInterrupt:
            return


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _page_command(settings: Settings, host: str, port: int, kept: KeptService) -> list[str]:
    options: dict[str, Any] = {
        **OPTIONS,
        "server.address": host,
        "server.port": port,
        "server.maxUploadSize": settings.max_request_megabytes,
        "browser.serverAddress": _reachable(host),
    }
    if is_loopback(host):
        # Against pages of other sites whose name suddenly means this machine.
        options["server.allowedHosts"] = list(LOOPBACK_NAMES)
    told = [f"--service={kept.address}", *(["--restarted"] if kept.is_kept else [])]
    return [sys.executable, "-m", "app.web.start", json.dumps(options), *told]


def _check_who_gets_in(host: str, address: str) -> None:
    """Refuse to show the page to other machines without a sign-in: visitors act with the rights of the page."""
    if is_loopback(host) or any(file.is_file() and "[auth]" in file.read_text("utf-8") for file in SECRETS):
        return
    connection = Connection(address, unreachable_remedy="Start it, or leave --service out.")
    with closing(connection), suppress(SignInError):
        HttpClient(connection).list_collections()
        raise ConfigurationError(
            f"Listening on {host or 'all addresses'} would let other machines connect, and there is no sign-in.",
            "Make a token: `lectern tokens add NAME --role admin`, or listen on 127.0.0.1.",
        )


@contextmanager
def _running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Give a process that ends with the block."""
    process = start(command)
    try:
        yield process
    finally:
        stop(process)


def _wait_until(condition: Callable[[], bool], process: subprocess.Popen[bytes], failure: str) -> None:
    """Wait until the condition holds. Raises ConfigurationError once the process has ended."""
    while not condition():
        if process.poll() is not None:
            raise ConfigurationError(failure, "`lectern doctor` looks further.")
        time.sleep(POLL_SECONDS)


def _reachable(host: str) -> str:
    """Return the address at which this machine itself reaches a page that listens there."""
    if host in ("", "0.0.0.0", "::"):
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
