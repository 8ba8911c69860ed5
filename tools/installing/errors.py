"""The failure of an installation, and what pip's output says about its cause."""

from __future__ import annotations

import re
from collections.abc import Sequence

LOG_LINES = 400
"""The last lines of pip's output that are searched for a cause."""


class InstallationError(Exception):
    """Ends the installation; the text is one or two sentences for the person who runs it."""


def explain(output: Sequence[str]) -> str:
    """Return the cause of pip's failure and a remedy, from its output; else its own last error line."""
    text = "\n".join(output[-LOG_LINES:])
    for pattern, explanation in _CAUSES:
        if found := re.search(pattern, text, re.IGNORECASE | re.MULTILINE):
            return explanation.format(*found.groups())
    errors = [line.strip() for line in output if line.strip().lower().startswith("error")]
    return (errors or [line.strip() for line in output if line.strip()] or ["pip printed nothing"])[-1][:300]


_CAUSES = (
    (
        r"No space left on device|Errno 28",
        "The disk is full. Free some space (`df -h .` and `df -h /tmp` show where; TMPDIR=FOLDER moves the temporary "
        "files) and run the installation again.",
    ),
    (
        r"Cannot connect to proxy|ProxyError|Tunnel connection failed|407 Proxy Authentication",
        "The proxy does not let pip through. Check HTTPS_PROXY (http://USER:PASSWORD@HOST:PORT) and run the "
        "installation again.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError",
        "The package index shows a certificate that Python does not trust, as behind a proxy that opens TLS. Name your "
        "organisation's certificates (PIP_CERT=FILE.pem) and run the installation again.",
    ),
    (
        r"DO NOT MATCH THE HASHES[\s\S]*?^\s*([A-Za-z0-9._-]+==\S+|[A-Za-z0-9._-]+) from",
        "The index served another file for {0} than the lock file names, so it was not installed. If a mirror is "
        "configured, it may have damaged it: try `pip cache purge` or another index.",
    ),
    (
        r"(?:Failed building wheel for|Failed to build) '?([A-Za-z0-9._-]+)",
        "There is no ready-made build of {0} for this machine and it could not be compiled here. Install a compiler "
        "(Debian: `apt install build-essential python3-dev`) or use another Python from 3.11 to 3.14.",
    ),
    (
        r"(?:unable to execute|command) '?(?:\S*(?:gcc|cc|g\+\+|clang))'? ?(?:failed|: No such file)|Rust compiler",
        "A package has no ready-made build for this machine, and there is no compiler. Install one (Debian: `apt "
        "install build-essential python3-dev`) or use another Python from 3.11 to 3.14.",
    ),
    (
        r"Read-only file system|Errno 30",
        "The folder of the installation is read-only. Copy the checkout to a folder that you may write to.",
    ),
    (
        r"Permission denied|Errno 13",
        "Some file of the installation may not be written. It may belong to another user (after `sudo make`?): remove "
        ".venv as that user and run the installation again.",
    ),
    (
        r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|Read timed out|Connection (?:refused|reset)"
        r"|Temporary failure in name resolution|Max retries exceeded|ConnectionError",
        "The package index cannot be reached. Check the connection (or HTTPS_PROXY, PIP_INDEX_URL) and run the "
        "installation again: what is there already is kept.",
    ),
    (
        r"No matching distribution found for (\S+)",
        "The configured package index has no {0} for this Python and machine. Lectern needs 64-bit Linux or macOS and "
        "Python 3.11 to 3.14.",
    ),
)
