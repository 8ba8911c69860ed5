"""Streams answers of Ollama, OpenAI-compatible, Anthropic and Gemini models through LangChain."""

from __future__ import annotations

import base64
import functools
import random
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.errors import ConfigurationError, ModelError
from rag.images import estimate_image_tokens
from rag.models.llm import failures
from rag.models.llm.privacy import disable_tracing, reach_directly
from rag.models.llm.providers import (
    DEFAULT_URLS,
    PROVIDER_CONTEXTS,
    call_arguments,
    opening_arguments,
    parse_spec,
    with_form,
)
from rag.models.llm.reasoning_filter import ReasoningFilter
from rag.models.llm.servers import ModelServer, ServerFacts
from rag.models.llm.streaming import StreamStoppedError, read_stream
from rag.models.llm.token_estimate import estimate_tokens
from rag.models.llm.traced_call import traced_call
from rag.types import Image, JsonForm, Message, ModelChunk, ToolCall, Usage
from rag.urls import is_loopback, is_usable

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk, BaseMessage
    from langchain_core.runnables import Runnable

UNKNOWN_CONTEXT = 4_096
"""For servers that do not say: what the smallest models in use hold."""
OLLAMA_CONTEXT_CAP = 8_192
"""Ollama reserves memory for the whole context: about 1 GB here for an 8B model. A setting may ask for more."""
LOOKUP_PAUSE_SECONDS = 30.0
"""A server that could not be asked is asked again after this: `lectern serve` may start before it."""
FIRST_PAUSE_SECONDS = 0.5
MAX_PAUSE_SECONDS = 30.0
COUNTS_KEPT = 4_096


def open_chat_model(
    spec: str,
    *,
    base_url: str | None = None,
    api_key: str | None = None,
    timeout_seconds: float = 120.0,
    retries: int = 2,
    context_tokens: int | None = None,
    sees_images: bool | None = None,
    shown_as: str = "",
    idle_seconds: float | None = None,
) -> ChatModel:
    """Return the model "PROVIDER:MODEL" without contacting its server. Raises ConfigurationError for a wrong name or a
    missing key.

    `timeout_seconds` bounds each wait for the server: to connect, and for the next piece of the answer. `retries`
    are spent on passing failures before the first word. `context_tokens` and `sees_images` override what the server
    says. `shown_as` is its name in messages, where people know it by another. After
    `idle_seconds` without a question Ollama lets go of the model; None: when it was told to itself.
    """
    provider, model = parse_spec(spec)
    url = (base_url or DEFAULT_URLS[provider]).rstrip("/")
    if not is_usable(url):
        raise ConfigurationError(f"The LLM base URL for {spec} is not a URL.", "Write it as http://HOST:PORT.")
    custom_url = urlsplit(url).hostname != urlsplit(DEFAULT_URLS[provider]).hostname
    if not api_key and not custom_url and provider in failures.KEY_VARIABLES:
        remedy = f"Set {failures.KEY_VARIABLES[provider]}, or give it on the page Models."
        raise ConfigurationError(f"{spec} needs an API key.", remedy)
    caller = failures.Caller(provider, model, url, timeout_seconds, custom_url, shown_as)
    # LangChain takes a second to load, which only those who ask a model should wait for.
    from langchain.chat_models import init_chat_model

    disable_tracing()
    keep_alive = None if idle_seconds is None else round(idle_seconds)
    if is_loopback(url):
        reach_directly(url)
    try:
        chat = init_chat_model(
            model, model_provider=provider, **opening_arguments(caller, api_key, keep_alive=keep_alive)
        )
    except Exception as error:
        raise ConfigurationError(
            f"{spec} cannot be set up ({type(error).__name__}).", "Check the LLM settings."
        ) from None
    server = ModelServer(url, model, api_key, trust_proxies=not is_loopback(url))
    return ChatModel(chat, caller, server, retries=retries, context_tokens=context_tokens, sees_images=sees_images)


@dataclass(frozen=True, slots=True)
class Ending:
    """The usage and the reason to finish that a stream has told so far; providers report usage in parts that add up."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    finish_reason: str = ""
    loading_seconds: float = 0.0

    def plus(self, piece: AIMessageChunk) -> Ending:
        """Return the ending with the usage and the reason of one more piece."""
        usage = piece.usage_metadata
        return Ending(
            self.prompt_tokens + (usage["input_tokens"] if usage else 0),
            self.completion_tokens + (usage["output_tokens"] if usage else 0),
            self.finish_reason or _finish_reason(piece),
            self.loading_seconds or _loading_seconds(piece),
        )


def _finish_reason(piece: AIMessageChunk) -> str:
    """Return why the model stopped, "length" when it ran into the limit on tokens, else in the provider's word."""
    said = piece.response_metadata
    reason = said.get("finish_reason") or said.get("done_reason") or said.get("stop_reason") or said.get("status")
    if not reason or reason == "in_progress":
        return ""
    return "length" if str(reason).lower() in ("length", "max_tokens", "incomplete") else str(reason).lower()


def _loading_seconds(piece: AIMessageChunk) -> float:
    """Return how long Ollama took to load the model, which it says in nanoseconds at the end."""
    told = piece.response_metadata.get("load_duration")
    return told / 1e9 if isinstance(told, int) else 0.0


class ChatModel:
    """A `rag.protocols.LanguageModel` over a LangChain chat model."""

    def __init__(
        self,
        chat: BaseChatModel,
        caller: failures.Caller,
        server: ModelServer,
        *,
        retries: int,
        context_tokens: int | None,
        sees_images: bool | None,
    ) -> None:
        self._chat = chat
        self._caller = caller
        self._server = server
        self._retries = retries
        self._context_setting = context_tokens
        self._vision_setting = sees_images
        self._found: ServerFacts | None = None
        self._ask_again_at = 0.0
        self._estimate_until = 0.0
        self._leaves_opening_out = False
        """Says whether it was seen to end thoughts that it had not begun: its answers are held until that end."""
        self._count_exactly = functools.lru_cache(maxsize=COUNTS_KEPT)(self._ask_for_count)

    def __repr__(self) -> str:
        return f"ChatModel({self.name!r})"

    @property
    def name(self) -> str:
        """Return "PROVIDER:MODEL"."""
        return self._caller.name

    @property
    def is_local(self) -> bool:
        """Return whether the prompt stays on this machine: the address is loopback and the server hands nothing on."""
        if not is_loopback(self._caller.url):
            return False
        if self._caller.provider != "ollama":
            return True
        # Ollama runs models named so on its maker's machines.
        return not (self._caller.is_cloud or self._facts.runs_elsewhere)

    @property
    def context_tokens(self) -> int:
        """Return how many tokens prompt and answer may have together: the setting, else what the server says."""
        if self._context_setting is not None:
            return self._context_setting
        found = self._facts.context_tokens
        if self._caller.provider == "ollama":
            return min(found or UNKNOWN_CONTEXT, OLLAMA_CONTEXT_CAP)
        if found is not None:
            return found
        if self._caller.provider == "openai" and self._caller.custom_url:
            return UNKNOWN_CONTEXT
        known = (self._chat.profile or {}).get("max_input_tokens")
        return known or PROVIDER_CONTEXTS[self._caller.provider]

    @property
    def sees_images(self) -> bool:
        """Return whether it looks at images: the setting, else what the server says, else LangChain's table of models.

        A server of OpenAI's protocol may call any model by any name, so the table counts for OpenAI's own only.
        """
        if self._vision_setting is not None:
            return self._vision_setting
        if self._caller.provider == "ollama" or (self._caller.provider == "openai" and self._caller.custom_url):
            return bool(self._facts.sees_images)
        return bool((self._chat.profile or {}).get("image_inputs"))

    @property
    def calls_tools(self) -> bool:
        """Return whether it is known to call tools: by what Ollama says, else by LangChain's table of models.

        A server of OpenAI's protocol may call any model by any name, so the table counts for OpenAI's own only.
        """
        if self._caller.provider == "ollama":
            return bool(self._facts.calls_tools)
        if self._caller.provider == "openai" and self._caller.custom_url:
            return False
        return bool((self._chat.profile or {}).get("tool_calling"))

    def count_tokens(self, text: str) -> int:
        """Return the tokens of `text`: exact where the server has a /tokenize, else estimated, rather too many than too
        few.
        """
        if self._facts.tokenizer is None or time.monotonic() < self._estimate_until:
            return estimate_tokens(text)
        try:
            return self._count_exactly(text)
        except LookupError:
            self._estimate_until = time.monotonic() + LOOKUP_PAUSE_SECONDS
            return estimate_tokens(text)

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event | None = None
    ) -> Iterator[ModelChunk]:
        """Yield the answer as it is made; the last piece carries usage and stop reason.

        Raises ModelError, also once `stop` is set, which any thread may do: the connection is closed then.
        """
        return self._traced(self._stream(self._chat, messages, max_tokens=max_tokens, stop=stop))

    def stream_calls(
        self,
        messages: Sequence[Message],
        tools: Sequence[dict[str, Any]],
        *,
        max_tokens: int,
        stop: threading.Event | None = None,
    ) -> Iterator[ModelChunk]:
        """Yield text as `stream` does; the last piece carries the calls of the tools, given as JSON schemas.

        Raises what `stream` does.
        """
        chat = self._chat.bind_tools(list(tools))
        return self._traced(self._stream(chat, messages, max_tokens=max_tokens, stop=stop))

    def stream_json(
        self, messages: Sequence[Message], form: JsonForm, *, max_tokens: int, stop: threading.Event | None = None
    ) -> Iterator[ModelChunk]:
        """Yield an answer in JSON as `stream` does; a server that refuses to be told a form is asked without it.

        Raises what `stream` does.
        """
        return self._traced(self._stream(self._chat, messages, max_tokens=max_tokens, stop=stop, form=form))

    def _traced(self, pieces: Iterator[ModelChunk]) -> Iterator[ModelChunk]:
        provider, _, model = self.name.partition(":")
        return traced_call(pieces, provider=provider, model=model)

    def _stream(
        self,
        chat: Runnable[Any, Any],
        messages: Sequence[Message],
        *,
        max_tokens: int,
        stop: threading.Event | None,
        form: JsonForm | None = None,
    ) -> Iterator[ModelChunk]:
        stop = stop or threading.Event()
        asked = [_convert_message(message) for message in messages]
        arguments = call_arguments(
            self._caller,
            max_tokens=max_tokens,
            context_tokens=self.context_tokens,
            thinks=(self._chat.profile or {}).get("reasoning_output", True),
            forced_thinking=self._facts.forced_thinking if self._caller.provider == "ollama" else False,
        )
        formed = with_form(arguments, self._caller, form) if form else None
        said: list[str] = []
        attempt = 0
        while True:
            if stop.is_set():
                raise ModelError("The answer was stopped.", "Ask again.")
            pieces = read_stream(
                functools.partial(chat.astream, asked, **(formed or arguments)),
                timeout_seconds=self._caller.timeout_seconds,
                stop=stop,
            )
            try:
                ending, thoughts = Ending(), ReasoningFilter(expects_end=self._leaves_opening_out)
                is_retracted = False
                whole: AIMessageChunk | None = None
                for piece in pieces:
                    ending = ending.plus(piece)
                    # A call comes in pieces, which LangChain puts together.
                    whole = (piece if whole is None else whole + piece) if piece.tool_call_chunks or whole else None
                    text = thoughts.feed(str(piece.text))
                    if thoughts.was_retracted and not is_retracted:
                        is_retracted = True
                        yield ModelChunk("", retracts=True)
                    if text:
                        said.append(text)
                        yield ModelChunk(text)
                self._leaves_opening_out = self._leaves_opening_out or thoughts.lacked_opening
                if text := thoughts.finish():
                    said.append(text)
                    yield ModelChunk(text)
                yield self._finish(ending, messages, "".join(said), whole)
                return
            except ModelError:
                raise
            except StreamStoppedError:
                raise ModelError("The answer was stopped.", "Ask again.") from None
            except Exception as error:
                if formed and not said and failures.may_be_about_form(error):
                    formed = None
                    continue
                pause = _pause_before_retry(error, attempt) if not said and attempt < self._retries else None
                if pause is None:
                    # The server may have been started anew with another context.
                    self._found, self._ask_again_at = None, 0.0
                    shows_images = any(message.images for message in messages)
                    raise failures.explain(
                        error, self._caller, in_answer=bool(said), shows_images=shows_images
                    ) from None
            finally:
                _close(pieces)
            stop.wait(pause)
            attempt += 1

    def close(self) -> None:
        """Close the connections of the look-ups."""
        self._server.close()

    def _finish(
        self, ending: Ending, messages: Sequence[Message], answer: str, called: AIMessageChunk | None
    ) -> ModelChunk:
        """Return the last piece. Raises ModelError when the stream did not say why it ended."""
        if not ending.finish_reason:
            raise failures.explain_early_end(self._caller)
        calls = tuple(ToolCall(call["name"], call["args"]) for call in called.tool_calls) if called else ()
        if ending.prompt_tokens and ending.completion_tokens:
            usage = Usage(ending.prompt_tokens, ending.completion_tokens)
            return ModelChunk("", usage, ending.finish_reason, calls=calls, loading_seconds=ending.loading_seconds)
        prompt_tokens = sum(self.count_tokens(message.text) for message in messages)
        prompt_tokens += sum(estimate_image_tokens(image) for message in messages for image in message.images)
        usage = Usage(prompt_tokens, self.count_tokens(answer), estimated=True)
        return ModelChunk("", usage, ending.finish_reason, calls=calls, loading_seconds=ending.loading_seconds)

    @property
    def _facts(self) -> ServerFacts:
        if self._found is None and time.monotonic() >= self._ask_again_at:
            self._found = self._look_up()
            self._ask_again_at = time.monotonic() + LOOKUP_PAUSE_SECONDS
        return self._found or ServerFacts()

    def _look_up(self) -> ServerFacts | None:
        if self._caller.provider == "ollama":
            return self._server.ask_ollama()
        if self._caller.provider == "openai" and self._caller.custom_url:
            return self._server.ask_openai()
        return ServerFacts()

    def _ask_for_count(self, text: str) -> int:
        tokenizer = self._facts.tokenizer
        count = self._server.count_tokens(text, tokenizer) if tokenizer else None
        if count is None:
            raise LookupError
        return count


def _convert_message(message: Message) -> BaseMessage:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    match message.role:
        case "system":
            return SystemMessage(message.text)
        case "assistant":
            return AIMessage(message.text)
        case "user" if message.images:
            # LangChain's standard content blocks, which each provider's class puts into its own form.
            return HumanMessage([*map(_image_block, message.images), {"type": "text", "text": message.text}])
        case "user":
            return HumanMessage(message.text)


def _image_block(image: Image) -> dict[str, str | dict[str, str]]:
    encoded = base64.b64encode(image.content).decode("ascii")
    return {"type": "image", "base64": encoded, "mime_type": image.media_type}


def _pause_before_retry(error: Exception, attempt: int) -> float | None:
    """Return seconds to wait before another attempt; None when there is no use in one."""
    if not failures.is_transient(error):
        return None
    asked = failures.retry_after(error)
    if asked is not None:
        return asked if asked <= MAX_PAUSE_SECONDS else None
    return float(min(FIRST_PAUSE_SECONDS * 2**attempt, MAX_PAUSE_SECONDS) * random.uniform(0.75, 1.0))


def _close(pieces: object) -> None:
    """End a stream now, and with it the HTTP response, rather than when it is collected."""
    close = getattr(pieces, "close", None)
    if close is not None:
        close()
