"""Prints which file of a package pip would install, and what that needs, as JSON; downloads no package.

    .venv/bin/python tools/installing/offer.py torch==2.13.0 [options of pip install]

Run by the environment's own Python. pip has no public command for this question (`--dry-run` downloads the file, half
a gigabyte), so its package finder is asked, with all that its configuration says; the metadata is read from the index
or from the end of the file (HTTP range requests). Where that fails, the public command is run after all.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from email.parser import Parser
from typing import Any
from urllib.parse import unquote, urlsplit


def find(requirement: str, options: list[str]) -> dict[str, Any] | None:
    """Return the file's name, version and requirements; None where the index has nothing that fits."""
    from pip._internal.commands import create_command
    from pip._vendor.packaging.requirements import Requirement

    command: Any = create_command("install")
    parsed, _ = command.parse_args([*options, requirement])
    wanted = Requirement(requirement)
    with command.main_context():
        session = command.get_default_session(parsed)
        finder = command._build_package_finder(options=parsed, session=session)
        best = finder.find_best_candidate(wanted.name, wanted.specifier).best_candidate
        if best is None:
            return None
        return {
            "file": unquote(urlsplit(best.link.url).path.rsplit("/", 1)[-1]),
            "version": str(best.version),
            "requires": _needed_here(_read_requirements(wanted.name, best.link, session)),
        }


def _read_requirements(name: str, link: Any, session: Any) -> list[str]:
    if link.is_file:
        with zipfile.ZipFile(link.file_path) as wheel:
            metadata = next(entry for entry in wheel.namelist() if entry.endswith(".dist-info/METADATA"))
            return _stated(wheel.read(metadata).decode())
    if (metadata_link := getattr(link, "metadata_link", lambda: None)()) is not None:
        response = session.get(metadata_link.url_without_fragment)
        response.raise_for_status()
        return _stated(response.text)
    from pip._internal.network.lazy_wheel import dist_from_wheel_url

    distribution = dist_from_wheel_url(name, link.url_without_fragment, session)
    return [str(requirement) for requirement in distribution.iter_dependencies()]


def _stated(metadata: str) -> list[str]:
    return Parser().parsestr(metadata, headersonly=True).get_all("Requires-Dist") or []


def _needed_here(requirements: list[str]) -> list[str]:
    """Return the requirements whose markers hold on this machine."""
    from pip._vendor.packaging.requirements import Requirement

    parsed = [Requirement(line) for line in requirements]
    return [str(each) for each in parsed if each.marker is None or each.marker.evaluate({"extra": ""})]


def ask_publicly(requirement: str, options: list[str]) -> dict[str, Any] | None:
    """Return the same by `pip install --dry-run`, which downloads the file."""
    report = ("--dry-run", "--no-deps", "--ignore-installed", "--quiet", "--report", "-")
    command = [sys.executable, "-m", "pip", "install", *report, *options, requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        if "No matching distribution" in done.stderr:
            return None
        raise RuntimeError(done.stderr.strip())
    install = json.loads(done.stdout)["install"][0]
    return {
        "file": unquote(urlsplit(install["download_info"]["url"]).path.rsplit("/", 1)[-1]),
        "version": install["metadata"]["version"],
        "requires": _needed_here(install["metadata"].get("requires_dist", [])),
    }


def main(requirement: str, *options: str) -> int:
    """Print the answer; returns the exit code, 1 with a line on stderr where the index cannot be asked."""
    try:
        answer = find(requirement, list(options))
    except Exception as error:  # pip's inside may change with any version of it, and so what it raises.
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        try:
            answer = ask_publicly(requirement, list(options))
        except (RuntimeError, OSError, ValueError, LookupError) as failure:
            sys.stderr.write(f"{failure}\n")
            return 1
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
