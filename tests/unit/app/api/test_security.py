"""What the middleware lets through, what it answers otherwise, and what it writes down."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.api.problem_details import Problem
from app.api.security.audit import AuditLog
from app.api.security.body_limit import BodyLimit, BodyRefusedError
from app.api.security.hosts import AllowedHosts, check_origins, host_name, is_loopback, is_same_origin
from app.api.security.middleware import AccessMiddleware, require
from app.api.security.policy import AccessPolicy, check_bind
from app.api.security.rate_limit import MAX_BUCKETS, SharedThrottle, Throttle, network_of
from app.settings import Settings, read_settings
from app.state.tokens import Role, TokenStore
from rag.errors import ConfigurationError, ForbiddenError, LecternError, NotFoundError

SITE = "http://127.0.0.1:8321"
EVIL = "https://evil.example"
COLLECTIONS = ("contracts", "letters")


class Clock:
    """A time that tests set, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def who(request: Request) -> Response:
    identity = require(request, Role.READ)
    return JSONResponse(
        {"name": identity.name, "role": identity.role, "sees": sorted(filter(identity.sees, COLLECTIONS))}
    )


async def collection(request: Request) -> Response:
    name = request.path_params["name"]
    require(request, Role.READ if request.method == "GET" else Role.WRITE, name)
    if name not in COLLECTIONS:
        raise NotFoundError(f"There is no collection {name!r}.", "`GET /collections` lists those that you may use.")
    return JSONResponse({"collection": name})


async def administer(request: Request) -> Response:
    require(request, Role.ADMIN)
    return JSONResponse({})


async def read_all(request: Request) -> Response:
    require(request, Role.READ)
    return JSONResponse({"bytes": len(await request.body())})


async def own_headers(request: Request) -> Response:
    return PlainTextResponse("", headers={"Cache-Control": "private", "Content-Security-Policy": "default-src 'self'"})


async def health(request: Request) -> Response:
    return JSONResponse({"identity": getattr(request.state, "identity", None) is not None})


async def problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, LecternError)
    status = {NotFoundError: 404, ForbiddenError: 403}[type(error)]
    return JSONResponse(Problem(status, error.reason, error.remedy).to_json(), status)


APPLICATION = Starlette(
    routes=[
        Route("/who", who),
        Route("/collections/{name}", collection, methods=["GET", "POST"]),
        Route("/collections/{name}/documents", read_all, methods=["POST"]),
        Route("/admin", administer, methods=["POST"]),
        Route("/ask", read_all, methods=["POST"]),
        Route("/own", own_headers),
        Route("/healthz", health),
        Route("/readyz", health),
    ],
    exception_handlers={LecternError: problem},
)


class Server:
    """The application behind the middleware, called without a socket."""

    def __init__(self, settings: Settings, store: TokenStore, host: str) -> None:
        self.home = settings.home
        self.policy = AccessPolicy.of(settings, store, host=host)
        self._app = AccessMiddleware(APPLICATION, self.policy)

    def request(
        self, method: str, path: str, *, token: str = "", client: str = "127.0.0.1", site: str = SITE, **how: Any
    ) -> httpx.Response:
        headers = [*dict(how.pop("headers", {})).items()]
        if token:
            headers.append(("authorization", f"Bearer {token}"))

        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, client=(client, 1))
            async with httpx.AsyncClient(transport=transport, base_url=site) as http:
                return await http.request(method, path, headers=headers, **how)

        return asyncio.run(call())

    def get(self, path: str, **how: Any) -> httpx.Response:
        return self.request("GET", path, **how)

    def post(self, path: str, **how: Any) -> httpx.Response:
        return self.request("POST", path, **how)

    def audit(self) -> list[dict[str, Any]]:
        file = self.home / "audit.log"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


Serve = Callable[..., Server]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TokenStore]:
    store = TokenStore(tmp_path / "service.sqlite")
    yield store
    store.close()


@pytest.fixture
def serve(tmp_path: Path, store: TokenStore, monkeypatch: pytest.MonkeyPatch) -> Serve:
    """`serve(host=..., setting=...)` is a server; listens on 127.0.0.1 unless told otherwise."""
    monkeypatch.chdir(tmp_path)

    def start(host: str = "127.0.0.1", **settings: Any) -> Server:
        return Server(read_settings(home=tmp_path, **settings), store, host)

    return start


def assert_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """An error in the one form that all have."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "remedy"}
    assert body["status"] == status
    assert body["detail"]
    return body


# --- who needs a token ---


def test_on_this_machine_alone_nobody_needs_a_token_while_there_is_none(serve: Serve) -> None:
    server = serve()
    assert server.get("/who").json() == {"name": "anonymous", "role": "admin", "sees": ["contracts", "letters"]}
    assert server.post("/admin", token="whatever a chat front end sends").status_code == 200


@pytest.mark.parametrize("site", ["http://localhost:8321", "http://[::1]:8321", "http://127.0.0.2"])
def test_this_machine_has_several_names(serve: Serve, site: str) -> None:
    assert serve().get("/who", site=site).status_code == 200


def test_with_a_token_on_record_nobody_gets_in_without_one(serve: Serve, store: TokenStore) -> None:
    server = serve()
    secret = store.add("laptop", role=Role.WRITE)
    answer = server.get("/who")
    assert assert_problem(answer, 401)["detail"] == "This server asks for a token."
    assert answer.headers["www-authenticate"] == 'Bearer realm="lectern"'
    assert server.get("/who", token=secret).json()["name"] == "laptop"


def test_a_revoked_last_token_does_not_open_the_server_again_but_a_forgotten_one_does(
    serve: Serve, store: TokenStore
) -> None:
    server = serve()
    store.add("laptop")
    store.revoke("laptop")
    assert server.get("/who").status_code == 401
    store.revoke("laptop", forget=True)
    assert server.get("/who").status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.5", "lectern.example.org", "8.8.8.8"])
def test_a_wider_address_is_refused_without_a_valid_token(serve: Serve, store: TokenStore, host: str) -> None:
    with pytest.raises(ConfigurationError, match="no valid token") as caught:
        serve(host)
    assert "lectern tokens add" in caught.value.remedy
    store.add("laptop")
    check_bind(host, store)
    store.revoke("laptop")
    with pytest.raises(ConfigurationError, match="no valid token"):
        check_bind(host, store)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost", "::ffff:127.0.0.1"])
def test_loopback_addresses_need_no_token(store: TokenStore, host: str) -> None:
    check_bind(host, store)


def test_a_server_others_can_reach_never_lets_anybody_in_without_a_token(serve: Serve, store: TokenStore) -> None:
    store.add("laptop")
    server = serve("0.0.0.0")
    store.revoke("laptop", forget=True)
    assert store.is_empty()
    assert server.get("/who").status_code == 401


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
def test_what_comes_through_a_proxy_does_not_count_as_from_this_machine(serve: Serve, header: str) -> None:
    assert serve().get("/who", headers={header: "for=203.0.113.9"}).status_code == 401


def test_a_client_elsewhere_does_not_count_as_from_this_machine(serve: Serve) -> None:
    assert serve().get("/who", client="203.0.113.9").status_code == 401


def test_a_configured_name_does_not_count_as_this_machine(serve: Serve) -> None:
    server = serve(allowed_hosts=["search.example.org"])
    assert server.get("/who", site="http://search.example.org").status_code == 401
    assert server.get("/who").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_need_neither_a_token_nor_a_name(serve: Serve, store: TokenStore, path: str) -> None:
    store.add("laptop")
    server = serve("0.0.0.0")
    answer = server.get(path, site="http://10.2.3.4:8321", client="10.2.3.4")
    assert answer.json() == {"identity": False}
    assert server.post(path, site="http://10.2.3.4:8321").status_code == 421
    assert server.get(f"{path}/../who").status_code == 401


# --- tokens ---


def test_a_token_may_come_as_a_bearer_or_as_a_key(serve: Serve, store: TokenStore) -> None:
    server, secret = serve(), store.add("laptop")
    for headers in (
        {"Authorization": f"Bearer {secret}"},
        {"Authorization": f"bearer  {secret} "},
        {"X-API-Key": secret},
        {"Authorization": f"Bearer {secret}", "X-API-Key": secret},
        {"Authorization": "Basic eDp5", "X-API-Key": secret},
    ):
        assert server.get("/who", headers=headers).status_code == 200, headers


def test_what_is_no_token_is_none(serve: Serve, store: TokenStore) -> None:
    server, secret = serve(), store.add("laptop")
    for headers in (
        {"Authorization": secret},
        {"Authorization": f"Basic {secret}"},
        {"Authorization": "Bearer "},
        {"X-API-Key": ""},
        {"Cookie": f"token={secret}"},
        {"Authorization": f"Bearer {secret}", "X-API-Key": "another"},
    ):
        assert server.get("/who", headers=headers).status_code == 401, headers
    assert server.get(f"/who?token={secret}&api_key={secret}").status_code == 401


@pytest.mark.parametrize("guess", ["admin", "lt_", "lectern", "x" * 8000, "\x80\xff", "' OR 1=1 --"])
def test_an_unknown_token_is_refused(serve: Serve, store: TokenStore, guess: str) -> None:
    store.add("laptop")
    answer = serve().get("/who", headers={"Authorization": b"Bearer " + guess.encode("latin-1")})
    assert_problem(answer, 401)
    assert answer.headers["www-authenticate"] == 'Bearer realm="lectern", error="invalid_token"'
    assert answer.json()["detail"] == "This token is not valid here."


def test_a_revoked_token_ends_at_once_and_its_holder_is_told_why(serve: Serve, store: TokenStore) -> None:
    server, secret = serve(), store.add("laptop")
    assert server.get("/who", token=secret).status_code == 200
    store.revoke("laptop")
    assert assert_problem(server.get("/who", token=secret), 401)["detail"] == "The token 'laptop' is revoked."


def test_an_expired_token_is_refused(serve: Serve, store: TokenStore) -> None:
    secret = store.add("guest", days=1e-9)
    assert assert_problem(serve().get("/who", token=secret), 401)["detail"] == "The token 'guest' is expired."


def test_the_use_of_a_token_is_noted(serve: Serve, store: TokenStore) -> None:
    server, secret = serve(), store.add("laptop")
    server.get("/who", token=secret)
    assert store.list_tokens()[0].last_used_at


def test_tokens_that_cannot_be_read_let_nobody_in(serve: Serve, store: TokenStore, tmp_path: Path) -> None:
    server = serve()
    store.close()
    (tmp_path / "service.sqlite").write_bytes(b"damaged" * 1000)
    for leftover in tmp_path.glob("service.sqlite-*"):
        leftover.unlink()
    body = assert_problem(server.get("/who"), 503)
    assert str(tmp_path) not in json.dumps(body)


# --- roles and collections ---


def test_too_low_a_role_is_forbidden(serve: Serve, store: TokenStore) -> None:
    server, reader, writer = serve(), store.add("reader"), store.add("writer", role=Role.WRITE)
    assert server.get("/collections/letters", token=reader).status_code == 200
    refused = server.post("/collections/letters", token=reader)
    assert refused.status_code == 403
    assert "'write'" in refused.json()["detail"]
    assert server.post("/collections/letters", token=writer).status_code == 200
    assert server.post("/admin", token=writer).status_code == 403


def test_a_collection_without_a_right_to_it_is_answered_like_one_that_does_not_exist(
    serve: Serve, store: TokenStore
) -> None:
    server = serve()
    secret = store.add("limited", role=Role.ADMIN, collections=["letters", "planned"])
    assert server.get("/who", token=secret).json()["sees"] == ["letters"]
    assert server.post("/collections/letters", token=secret).status_code == 200
    for method in ("GET", "POST"):
        hidden = server.request(method, "/collections/contracts", token=secret)
        unknown = server.request(method, "/collections/nowhere", token=secret)
        planned = server.request(method, "/collections/planned", token=secret)
        assert (hidden.status_code, unknown.status_code, planned.status_code) == (404, 404, 404)
        assert hidden.text.replace("contracts", "X") == unknown.text.replace("nowhere", "X")
        assert hidden.text.replace("contracts", "X") == planned.text.replace("planned", "X")
        assert dict(hidden.headers) == dict(unknown.headers) | {"content-length": hidden.headers["content-length"]}
    assert "for all collections" in server.post("/admin", token=secret).json()["detail"]


def test_a_role_is_not_asked_before_the_right_to_the_collection(serve: Serve, store: TokenStore) -> None:
    secret = store.add("limited", collections=["letters"])
    assert serve().post("/collections/contracts", token=secret).status_code == 404


def test_a_route_the_middleware_did_not_see_lets_nobody_in() -> None:
    with pytest.raises(ForbiddenError):
        require(Request({"type": "http", "state": {}}), Role.READ)


# --- pages in a browser ---


@pytest.mark.parametrize(
    "site",
    [
        EVIL,
        "http://127.0.0.1.evil.example:8321",
        "http://localhost.evil.example",
        "http://evil.localhost:8321",
        "http://0.0.0.0:8321",
        "http://192.168.1.5:8321",
        "http://[fe80::1]:8321",
    ],
)
def test_a_name_made_to_mean_this_machine_gets_no_answer(serve: Serve, site: str) -> None:
    assert "allowed_hosts" in assert_problem(serve().get("/who", site=site), 421)["remedy"]


@pytest.mark.parametrize(
    "host", ["", "a b", "localhost:8321:1", "user@localhost", "localhost/x", "[::1", "localhost,evil"]
)
def test_a_malformed_host_gets_no_answer(serve: Serve, host: str) -> None:
    assert_problem(serve().get("/who", headers={"Host": host}), 421)


def test_configured_names_and_the_address_listened_on_are_answered(serve: Serve, store: TokenStore) -> None:
    secret = store.add("laptop")
    server = serve("192.168.1.5", allowed_hosts=["Search.example.org", "*.lan.example"])
    for site, status in {
        "http://192.168.1.5:8321": 200,
        "https://search.example.org": 200,
        "http://a.b.lan.example:1": 200,
        "http://localhost": 200,
        "http://lan.example": 421,
        "http://evillan.example": 421,
        "http://192.168.1.6": 421,
    }.items():
        assert server.get("/who", site=site, token=secret).status_code == status, site


@pytest.mark.parametrize("origin", [EVIL, "null", "http://localhost:3000", "http://127.0.0.1", "file://", "", "x"])
def test_a_page_of_another_origin_changes_nothing(serve: Serve, origin: str) -> None:
    server = serve()
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert_problem(server.request(method, "/admin", headers={"Origin": origin}), 403)
    assert server.audit() == []


def test_a_page_of_another_site_that_hides_its_origin_changes_nothing(serve: Serve) -> None:
    assert_problem(serve().post("/admin", headers={"Sec-Fetch-Site": "cross-site"}), 403)


def test_our_own_page_may_change_things_also_behind_a_proxy_with_tls(serve: Serve, store: TokenStore) -> None:
    secret = store.add("laptop", role=Role.ADMIN)
    server = serve(allowed_hosts=["search.example.org"])
    assert server.post("/admin", token=secret, headers={"Origin": SITE}).status_code == 200
    site = "http://search.example.org"
    answer = server.post("/admin", site=site, token=secret, headers={"Origin": "https://search.example.org"})
    assert answer.status_code == 200


def preflight(server: Server, origin: str) -> httpx.Response:
    return server.request("OPTIONS", "/ask", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})


def cors(answer: httpx.Response) -> set[str]:
    return {name for name in answer.headers if name.startswith("access-control")}


def test_other_origins_are_told_nothing_unless_one_is_configured(serve: Serve) -> None:
    server = serve()
    assert_problem(preflight(server, EVIL), 403)
    for answer in (preflight(server, EVIL), preflight(server, SITE), server.get("/who", headers={"Origin": EVIL})):
        assert "access-control-allow-origin" not in answer.headers


def test_a_configured_origin_may_use_the_api_and_no_other(serve: Serve, store: TokenStore) -> None:
    secret = store.add("laptop")
    server = serve(allowed_origins=["https://chat.example.org"])
    allowed = preflight(server, "https://chat.example.org")
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "https://chat.example.org"
    assert "authorization" in allowed.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in allowed.headers
    answer = server.post("/ask", token=secret, headers={"Origin": "https://chat.example.org"})
    assert (answer.status_code, answer.headers["vary"]) == (200, "Origin")
    assert answer.headers["access-control-allow-origin"] == "https://chat.example.org"
    refused = server.post("/ask", headers={"Origin": "https://chat.example.org"})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "https://chat.example.org"
    assert preflight(server, "https://chat.example.org.evil.example").status_code == 403
    assert cors(server.get("/who", token=secret, headers={"Origin": EVIL})) == set()


@pytest.mark.parametrize(
    "origin", ["*", "chat.example.org", "https://a.b/", "https://*.a.b", "null", "ftp://a", "https://"]
)
def test_an_origin_that_is_none_is_named_at_the_start(serve: Serve, origin: str) -> None:
    with pytest.raises(ConfigurationError, match="allowed_origins"):
        serve(allowed_origins=[origin])


@pytest.mark.parametrize("host", ["*", "", "http://a.b", "a.b:80", "a b", "*.*.a"])
def test_a_host_that_is_none_is_named_at_the_start(serve: Serve, host: str) -> None:
    with pytest.raises(ConfigurationError, match="allowed_hosts"):
        serve(allowed_hosts=[host])


@pytest.mark.parametrize("path", ["/who", "/healthz", "/nowhere", "/collections/nowhere"])
def test_every_answer_has_the_security_headers(serve: Serve, store: TokenStore, path: str) -> None:
    server = serve()
    answers = [server.get(path), server.get(path, site=EVIL), server.post("/admin", headers={"Origin": EVIL})]
    store.add("laptop")
    answers.append(server.get(path))
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_route_may_bring_its_own_headers(serve: Serve) -> None:
    headers = serve().get("/own").headers
    assert (headers["cache-control"], headers["content-security-policy"]) == ("private", "default-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"


def test_there_are_no_web_sockets(serve: Serve) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(AccessMiddleware(APPLICATION, serve().policy)({"type": "websocket", "path": "/who"}, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


# --- how much ---


def test_who_comes_too_often_is_told_when_to_come_again(serve: Serve, store: TokenStore) -> None:
    first, second = store.add("first"), store.add("second")
    server = serve(rate_per_minute=2)
    assert [server.get("/who", token=first).status_code for _ in range(3)] == [200, 200, 429]
    refused = server.get("/who", token=first, client="203.0.113.9")
    assert_problem(refused, 429)
    assert 1 <= int(refused.headers["retry-after"]) <= 30
    assert server.get("/who", token=second).status_code == 200
    assert server.get("/healthz").status_code == 200


def test_without_tokens_addresses_are_counted(serve: Serve) -> None:
    server = serve(rate_per_minute=1)
    assert [server.get("/who").status_code, server.get("/who").status_code] == [200, 429]
    assert server.get("/who", client="127.0.0.2").status_code == 200


def test_no_rate_means_any_number(serve: Serve) -> None:
    server = serve(rate_per_minute=0)
    assert {server.get("/who").status_code for _ in range(20)} == {200}


def test_who_guesses_tokens_is_slowed_down_much_sooner(serve: Serve, store: TokenStore) -> None:
    server, secret = serve(), store.add("laptop")
    guesses = [server.get("/who", token=f"lt_{number}", client="203.0.113.9") for number in range(12)]
    assert [answer.status_code for answer in guesses] == [401] * 10 + [429] * 2
    assert int(guesses[-1].headers["retry-after"]) >= 1
    assert server.get("/who", token="lt_x", client="203.0.113.8").status_code == 401
    # Whoever shares the address with the guesser and knows a token is not locked out.
    assert server.get("/who", token=secret, client="203.0.113.9").status_code == 200
    assert len([line for line in server.audit() if line["event"] == "refused"]) == 11


def test_who_shows_no_token_is_counted_too(serve: Serve, store: TokenStore) -> None:
    store.add("laptop")
    server = serve(rate_per_minute=2)
    assert [server.get("/who").status_code for _ in range(3)] == [401, 401, 429]


def test_a_bucket_fills_up_again_and_no_further() -> None:
    clock = Clock()
    throttle = Throttle(2, clock=clock)
    assert [throttle.wait_seconds("a") for _ in range(3)] == [0, 0, 30]
    clock.now = 29
    assert throttle.wait_seconds("a") == pytest.approx(1)
    clock.now = 30
    assert throttle.wait_seconds("a") == 0
    clock.now = 10_000
    assert [throttle.wait_seconds("a") for _ in range(3)] == [0, 0, 30]


def test_buckets_are_bounded_and_the_longest_unseen_go_first() -> None:
    throttle = Throttle(1, clock=Clock())
    throttle.wait_seconds("guesser")
    for number in range(MAX_BUCKETS - 1):
        throttle.wait_seconds(str(number))
    assert throttle.wait_seconds("guesser") > 0
    throttle.wait_seconds("one more")
    assert throttle.wait_seconds("guesser") > 0
    assert throttle.wait_seconds("0") == 0


def test_servers_that_share_a_limit_draw_turns_from_one_bucket() -> None:
    drawn: list[tuple[str, int]] = []
    left = 300

    def draw(key: str, per_minute: int, wanted: int) -> tuple[int, float]:
        nonlocal left
        drawn.append((key, wanted))
        granted = min(wanted, left)
        left -= granted
        return granted, 0.0 if granted else 7.0

    servers = [SharedThrottle("caller", 300, draw) for _ in range(2)]
    taken = [server.wait_seconds("token laptop") for _ in range(152) for server in servers]
    assert (taken.count(0.0), taken[-4:]) == (300, [7.0] * 4)
    # A second's worth at a time: no request waits for the database while there is some left.
    assert drawn[0] == ("caller token laptop", 5)
    assert len(drawn) == 60 + 4
    assert SharedThrottle("caller", 0, draw).wait_seconds("anybody") == 0.0
    assert len(drawn) == 64


def test_addresses_that_one_subscriber_owns_count_as_one() -> None:
    assert network_of("2001:db8:1:2::9") == network_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::9") != network_of("2001:db8:1:2::9")
    assert network_of("::ffff:203.0.113.9") == network_of("203.0.113.9") == "203.0.113.9"
    assert network_of("") == ""


def chunked(*pieces: bytes) -> AsyncIterator[bytes]:
    async def stream() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return stream()


def test_a_body_within_the_limit_arrives_whole(serve: Serve) -> None:
    server = serve(max_request_megabytes=1)
    assert server.post("/ask", content=b"x" * (1 << 20)).json() == {"bytes": 1 << 20}
    assert server.post("/ask", content=chunked(b"x" * (1 << 19), b"y" * (1 << 19))).json() == {"bytes": 1 << 20}


def test_a_body_that_is_said_to_be_too_long_is_refused_unread(serve: Serve) -> None:
    answer = serve(max_request_megabytes=1).post("/ask", content=b"x" * ((1 << 20) + 1))
    assert "1 MB" in assert_problem(answer, 413)["detail"]


def test_a_body_that_turns_out_too_long_is_refused(serve: Serve) -> None:
    answer = serve(max_request_megabytes=1).post("/ask", content=chunked(b"x" * (1 << 20), b"y"))
    assert_problem(answer, 413)
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(("length", "status"), [("9" * 5000, 413), ("-1", 400), ("1e3", 400), ("٣", 400)])
def test_a_length_that_is_none_is_refused(serve: Serve, length: str, status: int) -> None:
    assert_problem(serve().post("/ask", headers={"Content-Length": length.encode()}), status)


def test_only_uploads_may_be_as_long_as_a_file_and_questions_as_their_images(serve: Serve) -> None:
    server = serve(max_request_megabytes=17)
    nine, seventeen = b"x" * (9 << 20), b"x" * (17 << 20)
    assert server.post("/collections/letters/documents", content=seventeen).json() == {"bytes": 17 << 20}
    assert server.post("/ask", content=nine).json() == {"bytes": 9 << 20}
    assert "16 MB" in assert_problem(server.post("/ask", content=seventeen), 413)["detail"]
    assert "8 MB" in assert_problem(server.post("/search", content=nine), 413)["detail"]


def exchange(
    application: Callable[..., Any], events: list[dict[str, Any]], *, patience: float = 30.0
) -> tuple[list[dict[str, Any]], BaseException | None]:
    """Runs an application on a body that comes in these events and then stops; returns what it sent and raised."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if events:
            return events.pop(0)
        return await asyncio.get_running_loop().create_future()

    async def send(message: Any) -> None:
        sent.append(message)

    async def run() -> BaseException | None:
        limited = BodyLimit(receive, send, max_bytes=3, patience_seconds=patience)
        try:
            await limited.run(application)
        except Exception as error:
            return error
        return None

    return sent, asyncio.run(run())


def piece(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_request_that_stops_half_way_is_answered_and_let_go() -> None:
    async def application(receive: Any, send: Any) -> None:
        while True:
            await receive()

    sent, error = exchange(application, [piece(b"x")], patience=0.01)
    assert error is None
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]


def test_waiting_for_the_client_to_leave_has_no_limit() -> None:
    async def application(receive: Any, send: Any) -> None:
        assert (await receive())["more_body"] is False
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(receive(), 0.05)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    sent, error = exchange(application, [piece(b"x", more=False)], patience=0.01)
    assert error is None
    assert [message["status"] for message in sent] == [200]


def test_whatever_a_framework_makes_of_a_refused_body_the_answer_is_413() -> None:
    async def takes_it_for_malformed(receive: Any, send: Any) -> None:
        try:
            await receive()
        except BodyRefusedError:
            await send({"type": "http.response.start", "status": 400, "headers": []})
            await send({"type": "http.response.body", "body": b"malformed"})

    async def fails_otherwise(receive: Any, send: Any) -> None:
        try:
            await receive()
        except BodyRefusedError as error:
            raise RuntimeError from error

    for application in (takes_it_for_malformed, fails_otherwise):
        sent, error = exchange(application, [piece(b"long")])
        assert error is None
        assert [message.get("status") for message in sent] == [413, None]


def test_an_answer_that_has_begun_is_cut_off_when_the_body_turns_out_too_long() -> None:
    async def application(receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await receive()

    sent, error = exchange(application, [piece(b"long")])
    assert isinstance(error, BodyRefusedError)
    assert [message.get("status") for message in sent] == [200]


def test_errors_of_the_application_are_its_own() -> None:
    async def application(receive: Any, send: Any) -> None:
        raise ZeroDivisionError

    sent, error = exchange(application, [])
    assert isinstance(error, ZeroDivisionError)
    assert sent == []


# --- the audit log ---


def test_first_logins_failed_logins_and_writes_are_written_down(serve: Serve, store: TokenStore) -> None:
    server, secret = serve(), store.add("laptop", role=Role.WRITE)
    for _ in range(2):
        server.get("/who", token=secret)
    server.get("/who", token=secret, client="203.0.113.9")
    server.post("/collections/letters", token=secret)
    server.post("/admin", token=secret)
    server.post("/ask", token=secret)
    server.get("/who", token="wrong")
    store.revoke("laptop")
    server.get("/who", token=secret)
    lines = server.audit()
    parts = {"time", "event", "identity", "method", "path", "status", "address", "request"}
    assert all(set(line) == parts for line in lines)
    assert [(line["event"], line["identity"], line["path"], line["status"], line["address"]) for line in lines] == [
        ("login", "laptop", "/who", 200, "127.0.0.1"),
        ("login", "laptop", "/who", 200, "203.0.113.9"),
        ("write", "laptop", "/collections/letters", 200, "127.0.0.1"),
        ("write", "laptop", "/admin", 403, "127.0.0.1"),
        ("refused", "", "/who", 401, "127.0.0.1"),
        ("refused", "laptop", "/who", 401, "127.0.0.1"),
    ]


def test_writes_without_a_token_are_written_down_too(serve: Serve) -> None:
    server = serve()
    server.post("/admin")
    assert [(line["event"], line["identity"]) for line in server.audit()] == [("write", "anonymous")]


def test_the_audit_log_holds_no_secret_no_question_and_no_body(serve: Serve, store: TokenStore) -> None:
    server, secret = serve(), store.add("laptop", role=Role.ADMIN)
    server.post("/admin?q=my+question", token=secret, content=b"my body")
    server.get("/who?q=my+question", token="my guess")
    text = (server.home / "audit.log").read_text()
    assert len(server.audit()) == 3
    assert all(private not in text for private in (secret, secret[3:], "question", "my body", "my guess"))


def test_a_path_cannot_forge_a_line(serve: Serve, store: TokenStore) -> None:
    server, secret = serve(), store.add("laptop", role=Role.WRITE)
    server.post('/collections/x%0A%7B%22event%22%3A"login"%7D' + "y" * 5000, token=secret)
    lines = server.audit()
    assert [line["event"] for line in lines] == ["login", "write"]
    assert len(lines[1]["path"]) == 500


def test_the_audit_log_is_its_owners_and_rotates(tmp_path: Path) -> None:
    file = tmp_path / "audit.log"
    audit = AuditLog(file, rotated_bytes=400)
    for number in range(40):
        audit.record(
            "write", identity=str(number), method="POST", path="/x", status=200, address="127.0.0.1", request="1a"
        )
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["audit.log", "audit.log.1", "audit.log.2", "audit.log.3", "audit.log.4"]
    assert all(path.stat().st_size <= 400 for path in tmp_path.iterdir())
    assert file.stat().st_mode & 0o777 == 0o600
    newest_first = [json.loads(line)["identity"] for line in reversed(file.read_text().splitlines())]
    newest_first += [
        json.loads(line)["identity"] for line in reversed((tmp_path / "audit.log.1").read_text().splitlines())
    ]
    assert newest_first == [str(39 - index) for index in range(len(newest_first))]


def test_an_audit_log_that_cannot_be_written_stops_nobody(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    server = serve()
    (server.home / "audit.log").mkdir()
    assert server.post("/admin").status_code == 200
    assert "audit log" in caplog.text


# --- names ---


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "127.0.0.1", "127.1.2.3", "::1", "[::1]", "::ffff:127.0.0.1"]
)
def test_loopback_names_are_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "0.0.0.0", "::", "localhost.evil.example", "127.0.0.1.evil.example", "2130706433", "0x7f.1"]
)
def test_nothing_else_counts_as_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_a_host_header_is_read_without_its_port() -> None:
    assert host_name("Localhost:80") == "localhost"
    assert host_name("[::1]:80") == "::1"
    assert host_name("a.b.") == "a.b"
    assert [host_name(header) for header in ("", ":80", "a:b", "a@b", "a b", "::1")] == [None] * 6


def test_an_address_to_listen_everywhere_is_nobodys_name() -> None:
    for bind in ("0.0.0.0", "::", "[::]", ""):
        assert AllowedHosts.of(bind, []).names == frozenset()


def test_origins_are_compared_by_name_and_port() -> None:
    assert is_same_origin("http://a.b:80", "a.b")
    assert is_same_origin("https://A.b", "a.b:443")
    assert is_same_origin("http://a.b:8321", "a.b:8321")
    assert not is_same_origin("http://a.b", "a.b:8321")
    assert not is_same_origin("http://a.b.c", "a.b")
    assert not is_same_origin("null", "null")
    assert check_origins(["https://A.b:8443", "http://[::1]:3000"]) == {"https://a.b:8443", "http://[::1]:3000"}
