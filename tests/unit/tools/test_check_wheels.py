"""Which wheels an index must have, told by its answers."""

from __future__ import annotations

from typing import Any

from tools.check_wheels import SYSTEMS, list_missing_wheels


def page(*files: str, requires_python: str = ">=3.9") -> dict[str, Any]:
    return {"files": [{"filename": file, "requires-python": requires_python} for file in files]}


def missing(*files: str, requires_python: str = ">=3.9") -> str:
    return "".join(list_missing_wheels({"a": "1.0"}, {"a": page(*files, requires_python=requires_python)}))


def test_a_wheel_of_pure_python_is_for_every_system() -> None:
    assert missing("a-1.0-py3-none-any.whl") == ""


def test_a_stable_binary_interface_is_for_every_later_python() -> None:
    platforms = ("manylinux_2_28_x86_64", "manylinux_2_28_aarch64", "macosx_11_0_arm64")
    assert missing(*(f"a-1.0-cp310-abi3-{platform}.whl" for platform in platforms)) == ""


def test_what_is_missing_is_named_by_python_and_machine() -> None:
    found = missing("a-1.0-cp311-abi3-manylinux_2_28_x86_64.whl", "a-1.0-cp311-abi3-macosx_11_0_arm64.whl")
    assert "a 1.0 has no wheel for CPython 3.11 on Linux aarch64, CPython 3.12 on Linux aarch64" in found
    assert "x86_64" not in found
    assert "macOS" not in found


def test_source_alone_another_version_and_an_old_macos_do_not_count() -> None:
    files = ("a-1.0.tar.gz", "a-1.1-py3-none-any.whl", "a-1.0-cp314-cp314-macosx_15_0_arm64.whl")
    assert missing(*files).count("CPython") == len(SYSTEMS)


def test_a_wheel_that_wants_a_newer_patch_of_python_than_people_have_does_not_fit() -> None:
    found = missing("a-1.0-py3-none-any.whl", requires_python=">=3.11.5")
    assert "CPython 3.11 on Linux x86_64" in found
    assert "3.12" not in found
