"""Every installed package is needed, and what is left out is not there."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.paths import CHECKOUT
from tools.check_licences import list_refused
from tools.dependencies import LOCKS, WITHOUT_IMPORT, find_imports
from tools.installing.pip_runner import read_pins
from tools.left_out import CAME_ALONG, LEFT_OUT
from tools.licences import PERMISSIVE, STRONG, UNKNOWN, WEAK, find_family

LOCKED = {name for lock in LOCKS for name in read_pins(CHECKOUT / lock)}


def test_what_is_left_out_is_neither_locked_nor_installed_so_that_the_tests_run_without_it() -> None:
    assert not LOCKED & (LEFT_OUT.keys() | CAME_ALONG)
    for_tests = read_pins(CHECKOUT / "requirements-dev.lock").keys()
    installed = {str(canonicalize_name(each.metadata["Name"])) for each in distributions()}
    assert ((LEFT_OUT.keys() | CAME_ALONG) - for_tests) & installed == set()


def test_every_direct_dependency_is_imported_by_a_line_of_the_product() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = {str(canonicalize_name(Requirement(line).name)) for line in project["dependencies"]}
    assert direct - find_imports().keys() == WITHOUT_IMPORT.keys()


def test_every_direct_dependency_has_a_lower_and_an_upper_bound() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    unbounded = [line for line in project["dependencies"] if not re.search(r"==|>=.*,<", line)]
    assert unbounded == []


def test_the_table_names_every_locked_package() -> None:
    table = (CHECKOUT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert [name for name in sorted(LOCKED) if f"| {name} |" not in table] == [], "run `python -m tools.dependencies`"


@pytest.mark.parametrize(
    ("licence", "family"),
    [
        ("MIT", PERMISSIVE),
        ("Apache License, Version 2.0", PERMISSIVE),
        ("BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0", PERMISSIVE),
        ("Apache-2.0 OR GPL-2.0-or-later", PERMISSIVE),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", WEAK),
        ("GNU Library or Lesser General Public License (LGPL)", WEAK),
        ("GNU Affero General Public License v3", STRONG),
        ("MIT AND GPL-2.0-or-later", STRONG),
        ("Server Side Public License", STRONG),
        ("Dual Licensed - GNU AFFERO GPL 3.0 or Artifex Commercial License", STRONG),
        ("", UNKNOWN),
        ("as is", UNKNOWN),
    ],
)
def test_a_licence_is_of_one_family(licence: str, family: str) -> None:
    assert find_family(licence) == family


def test_a_package_under_the_agpl_or_of_no_stated_licence_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    stated = {"a": "MIT", "b": "AGPL-3.0-only", "c": ""}
    monkeypatch.setattr("tools.check_licences.find_licence", stated.__getitem__)
    refused = list(list_refused(stated))
    assert [line.split(":")[0] for line in refused] == ["b", "c"]
    assert "its licence (AGPL-3.0-only) is strong copyleft" in refused[0]
