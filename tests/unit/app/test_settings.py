"""Where settings come from, which wins, and what a wrong one is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.settings import Settings, read_settings
from rag.errors import ConfigurationError


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working folder and no settings in the environment."""
    for name in list(os.environ):
        if name.startswith("LECTERN_") or name.endswith("_API_KEY"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_any_setting_there_is_no_llm_and_no_key() -> None:
    settings = read_settings()
    assert (settings.llm, settings.openai_api_key, settings.collection) == ("", None, "default")
    assert settings.ollama_url.startswith("http://127.0.0.1")
    assert settings.workers >= 1
    assert settings.home.is_absolute()


def test_the_command_line_wins_over_the_environment_that_over_the_env_file_that_over_toml(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bare / "lectern.toml").write_text('collection = "toml"\n')
    assert read_settings().collection == "toml"
    (bare / ".env").write_text("LECTERN_COLLECTION=dotenv\n")
    assert read_settings().collection == "dotenv"
    monkeypatch.setenv("LECTERN_COLLECTION", "environment")
    assert read_settings().collection == "environment"
    assert read_settings(collection="given").collection == "given"
    assert read_settings(collection=None).collection == "environment"


def test_lists_and_tables_are_read_from_toml_and_as_json_from_the_environment(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bare / "lectern.toml").write_text('ignore = ["*.bak"]\n[passwords]\n"*.pdf" = "secret"\n')
    settings = read_settings()
    assert (settings.ignore, settings.passwords) == (["*.bak"], {"*.pdf": "secret"})
    monkeypatch.setenv("LECTERN_IGNORE", '["a*", "b*"]')
    assert read_settings().ignore == ["a*", "b*"]


def test_a_home_with_a_tilde_or_relative_becomes_absolute(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(bare / "user"))
    assert read_settings(home=Path("~/index")).home == bare / "user" / "index"
    assert read_settings(home=Path("index")).home == bare / "index"


def test_keys_are_read_from_their_usual_names_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    settings = read_settings()
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "sk-very-secret"
    assert "sk-very-secret" not in f"{settings} {settings!r} {settings.model_dump()}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("workers", "0"),
        ("workers", "many"),
        ("refusal_threshold", "1.5"),
        ("answer_tokens", "-1"),
        ("source_chunks", "101"),
        ("llm_timeout_seconds", "0"),
        ("ocr", "perhaps"),
        ("ignore", "*.bak"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"LECTERN_{name.upper()}", value)
    with pytest.raises(ConfigurationError) as caught:
        read_settings()
    assert name in caught.value.reason
    assert caught.value.remedy


def test_a_wrong_list_in_the_environment_is_not_blamed_on_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTERN_IGNORE", "*.bak")
    with pytest.raises(ConfigurationError) as caught:
        read_settings()
    assert "lectern.toml" not in str(caught.value)
    assert "JSON" in caught.value.remedy


def test_the_value_of_a_wrong_secret_is_not_repeated(bare: Path) -> None:
    (bare / "lectern.toml").write_text('openai_api_key = ["sk-very-secret"]\n')
    with pytest.raises(ConfigurationError) as caught:
        read_settings()
    assert "openai_api_key" in caught.value.reason.lower()
    assert "sk-very-secret" not in str(caught.value)


@pytest.mark.parametrize("text", [b"collection = \n", b"\xff\xfe", b'collection = "a"\ncollection = "b"\n'])
def test_a_broken_settings_file_is_named(bare: Path, text: bytes) -> None:
    (bare / "lectern.toml").write_bytes(text)
    with pytest.raises(ConfigurationError, match=r"lectern\.toml"):
        read_settings()


def test_an_env_file_that_is_no_text_is_named(bare: Path) -> None:
    (bare / ".env").write_bytes(b"LECTERN_COLLECTION=caf\xe9\n")
    with pytest.raises(ConfigurationError, match=r"\.env"):
        read_settings()


def test_settings_of_other_programs_in_the_env_file_do_not_matter(bare: Path) -> None:
    (bare / ".env").write_text("DATABASE_URL=postgres://x\nCHROMA_SERVER_HOST=x\n")
    assert read_settings().collection == "default"


def test_every_setting_is_described() -> None:
    undescribed = [name for name, field in Settings.model_fields.items() if not field.description]
    assert [name for name in undescribed if not name.endswith("_api_key")] == []


def test_what_is_said_of_the_vision_of_an_llm_is_not_said_of_another() -> None:
    named = read_settings(llm="openai:mine", llm_sees_images=True)
    assert [named.for_llm(llm).llm_sees_images for llm in ("openai:mine", "ollama:other")] == [True, None]
    assert read_settings(llm="", llm_sees_images=True).for_llm("ollama:any").llm_sees_images is True
