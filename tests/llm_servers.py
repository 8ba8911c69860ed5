"""Small servers that speak the four LLM protocols over a real socket, from a script. They know no model.

    with openai_server(answer="Paris [1].", failures=[status(429, retry_after=0)]) as server:
        server.url       # what a base URL setting would hold
        server.requests  # what was asked: path, headers, body

Each chat request takes the next failure from `failures` first, None for none; when none is left, the answer is
streamed.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Failure:
    """What goes wrong in one chat request: a status before the answer, or a fault of the stream."""

    kind: str
    code: int = 0
    body: str = ""
    retry_after: float | None = None


def status(code: int, *, retry_after: float | None = None, body: str = '{"error": {"message": "no"}}') -> Failure:
    """An HTTP error instead of an answer."""
    return Failure("status", code, body, retry_after)


HANG = Failure("hang")
"""Accepts the request and never answers."""
HANG_IN_ANSWER = Failure("hang in answer")
"""Streams the first word, then nothing more."""
CUT = Failure("cut")
"""Streams the first word, then breaks the connection."""
SAYS_ERROR = Failure("says error", body="an error was encountered while running the model: unexpected EOF")
"""Streams the first word, then an error in the stream, as Ollama does once it has answered with 200."""
STOP_SHORT = Failure("stop short")
"""Streams the first word, then ends the response as if all were well, without saying why it stopped."""
BAD_JSON = Failure("bad json")
"""Streams the first word, then something that is not JSON."""


@dataclass(frozen=True)
class Request:
    """One request as the server saw it; `body` is the decoded JSON, header names are lower case."""

    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class ModelServer:
    """A running server."""

    url: str
    requests: list[Request] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)
    """Set when a client left in mid-answer."""

    @property
    def chats(self) -> list[Request]:
        """The requests for an answer, without the look-ups."""
        return [request for request in self.requests if request.path.split("?")[0].endswith(CHAT_ENDINGS)]


@dataclass(frozen=True)
class Reply:
    """What is answered to a request that holds the words `asked`; after `words_before` words it waits for `hold`.

    `calls` are tools that it calls behind its words, each with its arguments.
    """

    asked: str
    answer: str
    hold: threading.Event | None = None
    words_before: int = 0
    calls: tuple[tuple[str, dict[str, Any]], ...] = ()


CHAT_ENDINGS = ("/api/chat", "/chat/completions", "/messages", ":streamGenerateContent")
WORDS_BEFORE_FAULT = 1


@dataclass(frozen=True)
class Script:
    """What a server says: the framing of a protocol around the words of an answer, and its fixed pages."""

    words: tuple[str, ...]
    start: tuple[str, ...]
    frame: Callable[[str], str]
    end: tuple[str, ...]
    pages: dict[str, Any]
    content_type: str
    pause: float = 0.0
    tokenize: Callable[[Any], Any] | None = None
    replies: tuple[Reply, ...] = ()
    call: Callable[[str, dict[str, Any]], str] | None = None
    """Frames a call of a tool."""


@contextmanager
def ollama_server(
    *,
    answer: str = "Hello there.",
    model: str = "llama3.2:3b",
    models: Sequence[dict[str, Any]] | None = None,
    context_length: int = 131072,
    capabilities: Sequence[str] | None = ("completion",),
    capabilities_of: Mapping[str, Sequence[str]] | None = None,
    architecture: str = "llama",
    thinks: str = "",
    load_seconds: float = 0.0,
    remote_host: str = "",
    stop: str = "stop",
    failures: Sequence[Failure] = (),
    pause: float = 0.0,
    pull: Sequence[dict[str, Any]] = (),
    replies: Sequence[Reply] = (),
) -> Iterator[ModelServer]:
    """An Ollama with one model, or with `models` as /api/tags lists them; `pull` is what it says while it fetches.

    `capabilities` are those of /api/show, None for an Ollama that knows none yet; `capabilities_of` are those of some
    models by name. `thinks` comes before the answer, apart from it.
    """
    listed = [{"name": model, "model": model, "modified_at": "2026-01-01T00:00:00Z", "size": 2_000_000_000}]

    def show(body: Any) -> dict[str, Any]:
        told: dict[str, Any] = {
            "model_info": {"general.architecture": architecture, f"{architecture}.context_length": context_length},
            "details": {"family": architecture},
        }
        can = (capabilities_of or {}).get(body["model"], capabilities)
        if can is not None:
            told["capabilities"] = list(can)
        return told | ({"remote_host": remote_host} if remote_host else {})

    base = {"model": model, "created_at": "2026-01-01T00:00:00Z"}

    def frame(word: str) -> str:
        return json.dumps({**base, "message": {"role": "assistant", "content": word}, "done": False}) + "\n"

    def call(name: str, arguments: dict[str, Any]) -> str:
        message = {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"function": {"name": name, "arguments": arguments}}],
        }
        return json.dumps({**base, "message": message, "done": False}) + "\n"

    thought = {**base, "message": {"role": "assistant", "content": "", "thinking": thinks}, "done": False}
    counts = {"prompt_eval_count": 11, "eval_count": 7, "load_duration": round(load_seconds * 1e9)}
    last = {"done": True, "done_reason": stop, **counts}
    end = json.dumps({**base, "message": {"role": "assistant", "content": ""}, **last}) + "\n"
    pages = {
        "/api/tags": {"models": listed if models is None else list(models)},
        "/api/show": show,
        "/api/delete": {},
        "/api/pull": list(pull),
    }
    script = Script(
        _words(answer),
        (json.dumps(thought) + "\n",) if thinks else (),
        frame,
        (end,),
        pages,
        "application/x-ndjson",
        pause,
        replies=tuple(replies),
        call=call,
    )
    with _serve(script, failures) as server:
        yield server


@contextmanager
def openai_server(
    *,
    answer: str = "Hello there.",
    model: str = "gpt-4o",
    max_model_len: int | None = None,
    n_ctx: int | None = None,
    vision: bool | None = None,
    tokens_per_word: int | None = None,
    stop: str = "stop",
    failures: Sequence[Failure | None] = (),
    pause: float = 0.0,
    replies: Sequence[Reply] = (),
) -> Iterator[ModelServer]:
    """An OpenAI-compatible server; `max_model_len` makes it vLLM, `n_ctx` a llama.cpp server, `vision` one that tells.

    The first of `replies` that fits a request is its answer, else `answer` is.
    `tokens_per_word` gives it a /tokenize in that server's form.
    """
    base = {"id": "chat-1", "object": "chat.completion.chunk", "created": 1, "model": model}

    def frame(word: str) -> str:
        return _event({**base, "choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]})

    usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    end = (
        _event({**base, "choices": [{"index": 0, "delta": {}, "finish_reason": stop}]}),
        _event({**base, "choices": [], "usage": usage}),
        "data: [DONE]\n\n",
    )
    entry: dict[str, Any] = {"id": model, "object": "model"}
    if max_model_len is not None:
        entry["max_model_len"] = max_model_len
    pages: dict[str, Any] = {"/v1/models": {"object": "list", "data": [entry]}}
    if n_ctx is not None:
        pages["/props"] = {"default_generation_settings": {"n_ctx": n_ctx}}
        if vision is not None:
            pages["/props"]["modalities"] = {"vision": vision, "audio": False}

    def tokenize(body: Any) -> Any:
        text = body["content"] if n_ctx is not None else body["prompt"]
        tokens = list(range(len(text.split()) * (tokens_per_word or 0)))
        return {"tokens": tokens} if n_ctx is not None else {"count": len(tokens), "tokens": tokens}

    script = Script(
        words=_words(answer),
        start=(),
        frame=frame,
        end=end,
        pages=pages,
        content_type="text/event-stream",
        pause=pause,
        tokenize=tokenize if tokens_per_word else None,
        replies=tuple(replies),
    )
    with _serve(script, failures, path="/v1") as server:
        yield server


@contextmanager
def anthropic_server(
    *,
    answer: str = "Hello there.",
    model: str = "claude-haiku-4-5",
    stop: str = "end_turn",
    failures: Sequence[Failure] = (),
    pause: float = 0.0,
) -> Iterator[ModelServer]:
    """The Anthropic messages API."""
    message = {"id": "m", "type": "message", "role": "assistant", "content": [], "model": model}
    opened = {**message, "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 11, "output_tokens": 1}}
    start = (
        _event({"type": "message_start", "message": opened}, "message_start"),
        _event(
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            "content_block_start",
        ),
    )

    def frame(word: str) -> str:
        delta = {"type": "text_delta", "text": word}
        return _event({"type": "content_block_delta", "index": 0, "delta": delta}, "content_block_delta")

    closing = {"delta": {"stop_reason": stop, "stop_sequence": None}, "usage": {"input_tokens": 11, "output_tokens": 7}}
    end = (
        _event({"type": "content_block_stop", "index": 0}, "content_block_stop"),
        _event({"type": "message_delta", **closing}, "message_delta"),
        _event({"type": "message_stop"}, "message_stop"),
    )
    with _serve(Script(_words(answer), start, frame, end, {}, "text/event-stream", pause), failures) as server:
        yield server


@contextmanager
def google_server(
    *,
    answer: str = "Hello there.",
    stop: str = "STOP",
    failures: Sequence[Failure] = (),
    pause: float = 0.0,
) -> Iterator[ModelServer]:
    """The Gemini API's streamGenerateContent."""

    def frame(word: str) -> str:
        return _event({"candidates": [{"content": {"parts": [{"text": word}], "role": "model"}, "index": 0}]})

    usage = {"promptTokenCount": 11, "candidatesTokenCount": 7, "totalTokenCount": 18}
    last = {"content": {"parts": [{"text": ""}], "role": "model"}, "finishReason": stop, "index": 0}
    end = (_event({"candidates": [last], "usageMetadata": usage}),)
    with _serve(Script(_words(answer), (), frame, end, {}, "text/event-stream", pause), failures) as server:
        yield server


SERVERS: dict[str, Callable[..., AbstractContextManager[ModelServer]]] = {
    "ollama": ollama_server,
    "openai": openai_server,
    "anthropic": anthropic_server,
    "google_genai": google_server,
}
"""By the provider that an LLM is named with."""


def server_of(spec: str, **script: Any) -> AbstractContextManager[ModelServer]:
    """The server of the provider of PROVIDER:MODEL, with what it is to say."""
    return SERVERS[spec.split(":")[0]](**script)


def _words(answer: str) -> tuple[str, ...]:
    return tuple(word if index == 0 else f" {word}" for index, word in enumerate(answer.split(" ")))


def _fitting(script: Script, body: Any) -> Reply | None:
    """The reply to a request, by what it holds."""
    asked = json.dumps(body, ensure_ascii=False)
    return next((reply for reply in script.replies if reply.asked in asked), None)


def _event(data: dict[str, Any], name: str = "") -> str:
    return (f"event: {name}\n" if name else "") + f"data: {json.dumps(data)}\n\n"


@contextmanager
def _serve(script: Script, failures: Sequence[Failure | None], path: str = "") -> Iterator[ModelServer]:
    stopping = threading.Event()
    left = list(failures)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(None)

        def do_DELETE(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers.get("content-length", "0"))) or "null"))

        def _answer(self, body: Any) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.requests.append(Request(self.path, headers, body))
            plain = self.path.split("?")[0]
            if plain.endswith(CHAT_ENDINGS):
                self._chat(left.pop(0) if left else None, _fitting(script, body))
            elif plain == "/tokenize" and script.tokenize:
                self._send(200, json.dumps(script.tokenize(body)))
            elif plain in script.pages:
                page = script.pages[plain]
                page = page(body) if callable(page) else page
                # A list is told line by line.
                self._send(200, "\n".join(map(json.dumps, page)) if isinstance(page, list) else json.dumps(page))
            else:
                self._send(404, '{"error": "not found"}')

        def _send(self, code: int, text: str, retry_after: float | None = None) -> None:
            data = text.encode()
            self.send_response(code)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            if retry_after is not None:
                self.send_header("retry-after", f"{retry_after:g}")
            self.end_headers()
            self.wfile.write(data)

        def _chat(self, failure: Failure | None, reply: Reply | None) -> None:
            if failure and failure.kind == "status":
                return self._send(failure.code, failure.body, failure.retry_after)
            if failure == HANG:
                self.close_connection = True
                return self._hang()
            self.send_response(200)
            self.send_header("content-type", script.content_type)
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            try:
                self._stream(failure, reply)
            except (BrokenPipeError, ConnectionResetError):
                server.hung_up.set()
                self.close_connection = True
            return None

        def _stream(self, failure: Failure | None, reply: Reply | None) -> None:
            said = _words(reply.answer) if reply else script.words
            words = said[:WORDS_BEFORE_FAULT] if failure else said
            for event in script.start:
                self._write(event)
            for number, event in enumerate(map(script.frame, words)):
                if reply and reply.hold and number == reply.words_before:
                    self._wait(reply.hold, event="" if number == 0 else ": waiting\n\n")
                self._write(event)
                if script.pause:
                    stopping.wait(script.pause)
            for name, arguments in reply.calls if reply and script.call else ():
                self._write(script.call(name, arguments))
            if failure is None:
                for event in script.end:
                    self._write(event)
            elif failure == HANG_IN_ANSWER:
                self._hang()
            elif failure == SAYS_ERROR:
                self._write(json.dumps({"error": failure.body}) + "\n")
            elif failure == BAD_JSON:
                self._write('data: {"broken\n\n' if "event" in script.content_type else '{"broken\n')
            if failure in (CUT, HANG_IN_ANSWER):
                self.close_connection = True
            else:
                self.wfile.write(b"0\r\n\r\n")

        def _hang(self) -> None:
            """Say nothing until the client leaves."""
            self.connection.settimeout(0.02)
            while not stopping.is_set():
                with suppress(TimeoutError):
                    if not self.connection.recv(1):
                        server.hung_up.set()
                        return

        def _wait(self, hold: threading.Event, *, event: str) -> None:
            """Until `hold` is set; says `event` meanwhile, by which it is seen that a client has left."""
            while not hold.wait(0.1) and not stopping.is_set():
                if event:
                    self._write(event)

        def _write(self, event: str) -> None:
            data = event.encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()

        def log_message(self, *arguments: object) -> None:
            """Keeps the test output quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that goes away is part of the tests."""

    http_server = Server(("127.0.0.1", 0), Handler)
    server = ModelServer(f"http://127.0.0.1:{http_server.server_address[1]}{path}")
    thread = threading.Thread(target=http_server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        stopping.set()
        http_server.shutdown()
        http_server.server_close()
        thread.join()
