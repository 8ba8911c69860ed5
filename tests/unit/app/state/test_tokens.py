"""Tokens: what they open, that only their hashes are kept, and the commands that make and end them."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from typer.testing import CliRunner, Result

from app.cli.main import cli
from app.service.lock import own_index
from app.state.tokens import Identity, Role, TokenStore
from rag.errors import ConfigurationError, NotFoundError, StoreError

Command = Callable[..., Result]


class Clock:
    """A time that tests set."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "service.sqlite"


@pytest.fixture
def store(file: Path, clock: Clock) -> Iterator[TokenStore]:
    store = TokenStore(file, now=clock)
    yield store
    store.close()


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """`lectern tokens ...` on a home of the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(cli, ["tokens", *arguments, "--home", str(tmp_path / "home")])

    return run


# --- identities ---


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_do_what_those_before_it_may(role: Role) -> None:
    order = [Role.READ, Role.WRITE, Role.ADMIN]
    allowed = [other for other in order if Identity("x", role).may(other, "a")]
    assert allowed == order[: order.index(role) + 1]


def test_a_limited_identity_sees_its_own_collections_only() -> None:
    identity = Identity("x", Role.ADMIN, frozenset({"a"}))
    assert identity.sees("a")
    assert identity.may(Role.ADMIN, "a")
    assert not identity.sees("b")
    assert not identity.may(Role.READ, "b")


def test_only_an_identity_for_all_collections_administers_what_belongs_to_none() -> None:
    assert Identity("x", Role.ADMIN).may(Role.ADMIN)
    assert not Identity("x", Role.ADMIN, frozenset({"a"})).may(Role.ADMIN)
    assert Identity("x", Role.ADMIN, frozenset({"a"})).may(Role.READ)


def test_an_identity_for_no_collection_sees_none() -> None:
    assert not Identity("x", Role.READ, frozenset()).sees("a")


# --- the store ---


def test_a_new_store_is_empty_there_is_no_default_token(store: TokenStore) -> None:
    assert store.is_empty()
    assert not store.has_valid()
    assert store.list_tokens() == []
    for guess in ("", "admin", "lt_", "lectern", "password"):
        assert store.find(guess) is None


def test_a_token_is_found_by_its_secret_with_all_its_rights(store: TokenStore) -> None:
    secret = store.add("laptop", role=Role.WRITE, collections=["b", "a", "a"])
    found = store.find(secret)
    assert found is not None
    assert found.identity == Identity("laptop", Role.WRITE, frozenset({"a", "b"}))
    assert (found.state, found.created_at, found.expires_at) == ("valid", "2026-01-01T00:00:00+00:00", "")


def test_a_token_for_all_collections_is_not_one_for_none(store: TokenStore) -> None:
    everything, nothing = store.find(store.add("all")), store.find(store.add("none", collections=[]))
    assert everything is not None
    assert nothing is not None
    assert (everything.identity.collections, nothing.identity.collections) == (None, frozenset())


def test_a_secret_is_long_random_and_recognisable(store: TokenStore) -> None:
    secrets = {store.add(f"token {number}") for number in range(20)}
    assert len(secrets) == 20
    assert all(re.fullmatch(r"lt_[A-Za-z0-9_-]{43}", secret) for secret in secrets)


@pytest.mark.parametrize(
    "change", [lambda s: s[:-1], lambda s: s + "x", str.upper, lambda s: s[3:], lambda s: "\udcff" + s]
)
def test_a_secret_counts_only_as_it_is(store: TokenStore, change: Callable[[str], str]) -> None:
    assert store.find(change(store.add("laptop"))) is None


def test_the_secret_is_nowhere_in_the_files(store: TokenStore, file: Path) -> None:
    secret = store.add("laptop")
    kept = b"".join(path.read_bytes() for path in file.parent.iterdir())
    assert b"laptop" in kept
    assert secret.encode() not in kept
    assert secret.removeprefix("lt_").encode() not in kept


def test_a_token_expires(store: TokenStore, clock: Clock) -> None:
    secret = store.add("guest", days=2)
    clock.now += timedelta(days=2, seconds=-1)
    assert [token.state for token in store.list_tokens()] == ["valid"]
    clock.now += timedelta(seconds=1)
    found = store.find(secret)
    assert found is not None
    assert found.state == "expired"
    assert not store.has_valid()
    assert not store.is_empty()


def test_a_revoked_token_stays_on_record(store: TokenStore, clock: Clock) -> None:
    secret = store.add("laptop")
    store.revoke("laptop")
    clock.now += timedelta(days=1)
    store.revoke("laptop")
    found = store.find(secret)
    assert found is not None
    assert (found.state, found.revoked_at) == ("revoked", "2026-01-01T00:00:00+00:00")
    assert not store.is_empty()


def test_a_forgotten_token_leaves_nothing(store: TokenStore) -> None:
    secret = store.add("laptop")
    store.revoke("laptop", forget=True)
    assert store.find(secret) is None
    assert store.is_empty()


def test_revoking_an_unknown_token_says_so(store: TokenStore) -> None:
    for forget in (False, True):
        with pytest.raises(NotFoundError, match="no token 'x'"):
            store.revoke("x", forget=forget)


def test_a_name_is_taken_until_its_token_is_over(store: TokenStore, clock: Clock) -> None:
    first = store.add("laptop")
    with pytest.raises(ConfigurationError, match="already"):
        store.add("laptop")
    store.revoke("laptop")
    second = store.add("laptop", days=1)
    clock.now += timedelta(days=1)
    third = store.add("laptop")
    assert [store.find(secret) is None for secret in (first, second, third)] == [True, True, False]


@pytest.mark.parametrize("name", ["", " x", "anonymous", "a\nb", "a/b", "x" * 65, "\x1b[31m", "é"])
def test_a_name_that_could_mislead_is_refused(store: TokenStore, name: str) -> None:
    with pytest.raises(ConfigurationError, match="not a valid name"):
        store.add(name)


@pytest.mark.parametrize("days", [0, -1, 1e9, float("nan")])
def test_a_token_must_last_a_while_and_not_for_ages(store: TokenStore, days: float) -> None:
    with pytest.raises(ConfigurationError, match="cannot last"):
        store.add("x", days=days)


def test_a_collection_needs_a_name(store: TokenStore) -> None:
    with pytest.raises(ConfigurationError, match="without a name"):
        store.add("x", collections=["a", ""])


def test_the_last_use_is_written_down_once_a_minute(store: TokenStore, clock: Clock) -> None:
    secret = store.add("laptop")

    def use() -> str:
        token = store.find(secret)
        assert token is not None
        store.note_use(token)
        return store.list_tokens()[0].last_used_at

    assert use() == "2026-01-01T00:00:00+00:00"
    clock.now += timedelta(seconds=59)
    assert use() == "2026-01-01T00:00:00+00:00"
    clock.now += timedelta(seconds=1)
    assert use() == "2026-01-01T00:01:00+00:00"


def test_another_process_sees_changes_at_once(store: TokenStore, file: Path, clock: Clock) -> None:
    other = TokenStore(file, now=clock)
    secret = other.add("laptop")
    found = store.find(secret)
    assert found is not None
    assert found.state == "valid"
    other.revoke("laptop")
    found = store.find(secret)
    assert found is not None
    assert found.state == "revoked"
    other.close()


def test_tables_of_others_in_the_file_are_left_alone(file: Path) -> None:
    file.parent.mkdir()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 7")
        connection.execute("CREATE TABLE jobs (id TEXT)")
        connection.execute("INSERT INTO jobs VALUES ('nightly')")
    store = TokenStore(file)
    store.add("laptop")
    store.close()
    assert connection.execute("SELECT id FROM jobs").fetchall() == [("nightly",)]
    assert connection.execute("PRAGMA user_version").fetchone() == (7,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_many_may_open_a_new_file_at_once(file: Path) -> None:
    together, failures = Barrier(8), []

    def open_and_add(number: int) -> None:
        together.wait()
        try:
            store = TokenStore(file)
            store.add(f"token {number}")
            store.close()
        except Exception as error:
            failures.append(error)

    threads = [Thread(target=open_and_add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store = TokenStore(file)
    assert failures == []
    assert len(store.list_tokens()) == 8
    store.close()


def test_a_damaged_file_is_named(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match=r"service\.sqlite"):
        TokenStore(file)


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(StoreError, match="home"):
        TokenStore(tmp_path / "home" / "service.sqlite")


# --- the commands ---


def test_a_token_is_shown_once_and_works(command: Command, file: Path) -> None:
    made = command("add", "laptop", "--role", "write", "--collection", "a", "-c", "b", "--days", "30")
    assert made.exit_code == 0, made.output
    secret = made.stdout.strip()
    store = TokenStore(file)
    found = store.find(secret)
    store.close()
    assert found is not None
    assert found.identity == Identity("laptop", Role.WRITE, frozenset({"a", "b"}))
    assert found.expires_at
    listed = command("list")
    assert "laptop" in listed.stdout
    assert secret not in listed.output


def test_a_token_reads_all_collections_for_ever_unless_told_otherwise(command: Command) -> None:
    made = json.loads(command("add", "laptop", "--json").stdout)
    assert made.pop("token").startswith("lt_")
    assert made.pop("created_at")
    assert made == {
        "name": "laptop",
        "role": "read",
        "collections": None,
        "expires_at": "",
        "last_used_at": "",
        "revoked_at": "",
        "state": "valid",
    }


def test_tokens_are_listed_revoked_and_forgotten(command: Command) -> None:
    assert "There is no token" in command("list").stdout
    command("add", "laptop")
    assert json.loads(command("revoke", "laptop", "--json").stdout) == {"revoked": ["laptop"]}
    [token] = json.loads(command("list", "--json").stdout)["tokens"]
    assert (token["name"], token["state"]) == ("laptop", "revoked")
    assert command("revoke", "laptop", "--forget").exit_code == 0
    assert json.loads(command("list", "--json").stdout) == {"tokens": []}


def test_mistakes_are_answered_with_what_to_do(command: Command) -> None:
    command("add", "laptop")
    taken, unknown = command("add", "laptop"), command("revoke", "phone", "--json")
    assert (taken.exit_code, unknown.exit_code) == (2, 2)
    assert "lectern tokens revoke laptop" in taken.output
    assert json.loads(unknown.stdout)["error"]["remedy"] == "`lectern tokens list` lists them."
    assert command("add", "x", "--role", "owner").exit_code == 2
    assert command("add", "x", "--days", "0").exit_code == 2


def test_tokens_are_made_while_another_process_owns_the_index(command: Command, tmp_path: Path) -> None:
    with own_index(tmp_path / "home", "serve", wait_seconds=0):
        assert command("add", "laptop").exit_code == 0
        assert command("list").exit_code == 0
        assert command("revoke", "laptop").exit_code == 0
