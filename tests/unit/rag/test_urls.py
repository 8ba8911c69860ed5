"""Addresses of servers."""

from __future__ import annotations

import pytest

from rag.urls import is_loopback, is_usable, without_credentials


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "http://127.0.0.1:8000/v1", "http://127.9.9.9", "http://[::1]:80"]
)
def test_this_machine_is_recognised(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url",
    ["http://localhost.evil.com", "http://127.0.0.1@evil.com", "http://192.168.0.2", "http://0.0.0.0", "x", "http://["],
)
def test_another_machine_is_never_taken_for_this_one(url: str) -> None:
    assert not is_loopback(url)


def test_only_http_addresses_with_a_host_are_usable() -> None:
    assert is_usable("https://host:1/v1")
    assert not any(
        map(is_usable, ("host:1", "http://", "ftp://host", "http://host:99999", "http://host:0", "http://["))
    )


def test_a_password_is_taken_out_even_when_it_holds_an_at_sign() -> None:
    assert without_credentials("http://me:p@ss@host:1/v1") == "http://host:1/v1"
