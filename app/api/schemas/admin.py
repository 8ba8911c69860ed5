"""Defines how what administers an index goes over the wire: access, health, explanations, models and settings."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, SecretStr

from app.api.schemas.base import MirroredResponse, Request, Response
from app.api.schemas.questions import QuestionText
from rag.models.llm.known_models import known_as_of, recommend

if TYPE_CHECKING:
    from app.service.document_diagnosis import FoundPassage, Why
    from app.service.llm_settings import Key, LlmSettings, Ollama, Setting
    from app.service.local_models import LocalModel, LocalModels
    from app.service.model_downloads import ModelDownload
    from rag.errors import LecternError

# --- access and health ---


class IdentityResponse(Response):
    """The caller's name and rights; `collections` null means all.

    `manages_server` says whether folders, models and settings may be changed.
    """

    name: str = Field(examples=["laptop"])
    role: str = Field(examples=["read"], description="read, write or admin")
    collections: list[str] | None = Field(examples=[None])
    has_token: bool
    manages_server: bool


class Health(Response):
    """The state of the server."""

    status: str = Field(examples=["ok"])
    reason: str = ""
    role: str = Field("owner", description='"owner" of the index, or "replica of HOST", which owns it')


class ReadinessResponse(Health):
    """Whether questions are answered, and the servers that this takes."""

    servers: dict[str, str] = Field(
        default_factory=dict, description='"ok" or "away" of each server that holds a part of the index'
    )


# --- why a document does not come up ---


class WhyRequest(Request):
    """The question for which a document was expected."""

    question: QuestionText


class WhyPassage(Response):
    """A passage of the document: its place among all that were found, null where it was not, and alone."""

    first_page: int
    section: str
    text: str
    place: int | None = Field(description="1 is the best; among the passages of all documents")
    cosine: float | None = Field(description="how near in meaning, at most 1")
    shares_words: bool

    @classmethod
    def from_domain(cls, passage: FoundPassage) -> Self:
        """Tell of a passage."""
        chunk = passage.hit.chunk
        return cls.copied_from(passage, first_page=chunk.first_page, section=chunk.section, text=chunk.text)


class WhyResponse(Response):
    """An explanation of why a document does or does not come up for a question, and what to do about it."""

    document: str
    comes_up: bool
    findings: list[str]
    remedies: list[str]
    passages: list[WhyPassage]

    @classmethod
    def from_domain(cls, why: Why) -> Self:
        """Tell of what was found out about a document."""
        passages = [WhyPassage.from_domain(passage) for passage in why.passages]
        return cls.copied_from(why, document=why.document.path, passages=passages)


# --- models and settings ---


class OllamaModelResponse(MirroredResponse):
    """A model that Ollama holds; `size` in bytes."""

    name: str = Field(examples=["llama3.2:3b"])
    size: int
    is_local: bool
    can_chat: bool = Field(description="as Ollama says; some only embed")
    sees_images: bool = False


class OllamaResponse(Response):
    """The Ollama that is looked at; `problem` says why it cannot be asked."""

    url: str
    models: list[OllamaModelResponse]
    problem: str
    remedy: str

    @classmethod
    def from_domain(cls, ollama: Ollama) -> Self:
        """Tell of an Ollama and its models."""
        return cls.copied_from(ollama, **_problem(ollama.error))


class LocalModelResponse(Response):
    """A model in a file that runs on this machine; `size` in bytes. `problem` says why it cannot be used."""

    llm: str = Field(examples=["gguf:qwen2.5-1.5b"])
    size: int
    sees_images: bool
    title: str = Field(description="as the file itself says")
    licence: str = Field(description="as the file itself says")
    problem: str
    remedy: str

    @classmethod
    def from_domain(cls, model: LocalModel, *, hidden: str) -> Self:
        """Tell of a model, without the `hidden` place of its file."""
        return cls.copied_from(model, llm=model.llm, **_problem(model.error, hidden=hidden))


class KnownModelResponse(MirroredResponse):
    """A model that can be fetched; `memory_gigabytes` is about what it takes while it answers."""

    name: str = Field(examples=["qwen2.5-1.5b"])
    title: str
    gigabytes: float
    memory_gigabytes: float
    licence: str
    good_for: str


class LocalModelsResponse(Response):
    """The models that run on this machine, and those that can be fetched; `recommended` is one of their names."""

    is_supported: bool = Field(description="whether what runs them is installed")
    folder: str = Field(description="empty for callers who may not change it")
    models: list[LocalModelResponse]
    known: list[KnownModelResponse] = Field(description="those that are not there yet")
    as_of: str = Field(examples=["2026-11-29"], description="the date of the list of known models")
    recommended: str

    @classmethod
    def from_domain(cls, local: LocalModels, *, tells_places: bool) -> Self:
        """Tell what is in the folder now."""
        folder = str(local.folder)
        return cls(
            is_supported=local.is_supported,
            folder=folder if tells_places else "",
            models=[
                LocalModelResponse.from_domain(model, hidden="" if tells_places else folder) for model in local.all()
            ],
            known=[KnownModelResponse.from_domain(known) for known in local.missing()],
            as_of=known_as_of(),
            recommended=recommend().name,
        )


class DownloadResponse(Response):
    """A model on its way, to Ollama or, as gguf:NAME, to run here; bytes."""

    model: str
    state: Literal["running", "done", "failed", "stopped"]
    step: str = Field(examples=["pulling 633fc5be925f"])
    completed: int
    total: int
    problem: str
    remedy: str

    @classmethod
    def from_domain(cls, download: ModelDownload, *, hidden: str = "") -> Self:
        """Tell how far a download is, without the `hidden` place that it goes to."""
        progress = asdict(download.progress)
        return cls.copied_from(download, **progress, **_problem(download.error, hidden=hidden))


class KeyResponse(Response):
    """The place where a provider's key is set, if it is; the key itself is never told."""

    provider: str = Field(examples=["anthropic"])
    variable: str = Field(examples=["ANTHROPIC_API_KEY"])
    is_set: bool
    place: str = Field(examples=["the environment"], description="empty for callers who may not change it")
    address: str = Field(
        "", examples=["http://127.0.0.1:8080/v1"], description="given by `PUT /models/access`; empty: the settings'"
    )

    @classmethod
    def from_domain(cls, key: Key, *, tells_places: bool) -> Self:
        """Tell whether a key is set, and where only to those who may know it."""
        hidden = {} if tells_places else {"place": "", "address": ""}
        return cls.copied_from(key, **hidden)


class ModelsResponse(Response):
    """Tells which LLM answers, where that was said, and which others could."""

    llm: str = Field(examples=["ollama:llama3.2:3b"], description="empty: none, answers are quotes")
    origin: Literal["chosen here", "settings", "found", "none"]
    configured: str = Field(description="what the settings name")
    sees_images: bool = Field(description="whether a question may carry images")
    is_quotes_only: bool
    problem: str
    remedy: str
    ollama: OllamaResponse
    local: LocalModelsResponse
    keys: list[KeyResponse]
    downloads: list[DownloadResponse]

    @classmethod
    def from_domain(cls, llms: LlmSettings, *, tells_places: bool) -> Self:
        """Tell of the LLMs as they are now; raises nothing where one cannot be reached."""
        current = llms.current()
        hidden = "" if tells_places else str(llms.local.folder)
        return cls.copied_from(
            current,
            configured=llms.configured_llm,
            **_problem(current.error, hidden=hidden),
            ollama=OllamaResponse.from_domain(llms.ollama()),
            local=LocalModelsResponse.from_domain(llms.local, tells_places=tells_places),
            keys=[KeyResponse.from_domain(key, tells_places=tells_places) for key in llms.provider_keys()],
            downloads=[DownloadResponse.from_domain(download, hidden=hidden) for download in llms.downloads.all()],
        )


class ModelChoice(Request):
    """The LLM to answer with from now on: PROVIDER:MODEL, "none" for quotes only, "" for what the settings say."""

    llm: str = Field(max_length=300, examples=["ollama:llama3.2:3b"])


class AccessChange(Request):
    """The address and key for the LLMs of a provider; both are kept, and the key is never told again."""

    base_url: str = Field("", max_length=2_000, examples=["http://127.0.0.1:8080/v1"], description="empty: as before")
    key: SecretStr | None = Field(
        None, max_length=4_000, description="null: the one that was given for the same address, else none"
    )


class ModelName(Request):
    """A model by Ollama's name for it, or gguf:NAME for a known one that is to run here."""

    model: str = Field(min_length=1, max_length=300, examples=["llama3.2:3b"])


class TrialResponse(MirroredResponse):
    """The reply of an LLM that was asked for one word, and the time it took."""

    llm: str
    reply: str
    milliseconds: float


class SettingResponse(Response):
    """A setting of the search; `value` null where it is decided by calibration."""

    name: str = Field(examples=["rerank_depth"])
    value: float | None
    default: float | None
    configured: float | None = Field(description="what the settings files and the environment say")
    is_chosen: bool = Field(description="whether it was set here")
    least: float
    most: float
    description: str

    @classmethod
    def from_domain(cls, setting: Setting) -> Self:
        """Tell of a setting."""
        bounds = setting.adjustable
        return cls.copied_from(setting, name=bounds.name, least=bounds.least, most=bounds.most)


class SettingsResponse(Response):
    """The settings of the search that may be changed while the service runs."""

    settings: list[SettingResponse]
    embedder: str
    reranker: str
    engine: str

    @classmethod
    def from_domain(cls, llms: LlmSettings) -> Self:
        """Tell of the settings as they are now."""
        embedder, reranker, engine = llms.parts()
        settings = [SettingResponse.from_domain(setting) for setting in llms.settings()]
        return cls(settings=settings, embedder=embedder, reranker=reranker, engine=engine)


class SettingChange(Request):
    """A new value; null goes back to what the settings say."""

    name: str = Field(max_length=50, examples=["rerank_depth"])
    value: float | None


class PasswordPatternResponse(MirroredResponse):
    """A file or pattern that has a password, without the password."""

    pattern: str = Field(examples=["invoices/*.pdf"])
    is_setting: bool = Field(description="it stands in the settings, where alone it can be changed")


class PasswordPatternList(Response):
    """All files and patterns that have a password."""

    patterns: list[PasswordPatternResponse]


class NewPassword(Request):
    """The password of a file, or of all files that a pattern fits."""

    pattern: str = Field(min_length=1, max_length=1_000, examples=["invoices/*.pdf"])
    password: SecretStr = Field(min_length=1, max_length=1_000)


def _problem(error: LecternError | None, *, hidden: str = "") -> dict[str, str]:
    """Return an error as the fields `problem` and `remedy`, empty where there is none.

    The `hidden` folder is left out of both: it is for those who may change what is in it.
    """
    told = {"problem": error.reason if error else "", "remedy": error.remedy if error else ""}
    return (
        {name: text.replace(f"{hidden}/", "").replace(hidden, "…") for name, text in told.items()} if hidden else told
    )
