"""All settings, typed, read once from the environment, .env and lectern.toml.

Nothing else reads the environment, but for OpenTelemetry's own variables (`app.telemetry.sending`) and those of AWS
(`ingest.sources.bucket`).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from platformdirs import user_data_path
from pydantic import Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from rag.errors import ConfigurationError
from rag.retrieval import RERANK_DEPTH

ENVIRONMENT_FILE = ".env"

NO_LLM = "off"
"""In the setting `llm`: answer with quotes, also where an Ollama could be found."""

AUTO_EMBEDDER = "auto"
"""In the setting `embedder`: each collection has the one that fits the languages of its documents."""

CHECKOUT = Path(__file__).resolve().parents[1]

SETTINGS_FILE = "lectern.toml"

CATALOGUE_FILE = "catalogue.sqlite"
"""In the home folder."""


def default_home() -> Path:
    """Return `data/index` in a checkout, else the user's data folder."""
    if (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "data").is_dir():
        return CHECKOUT / "data" / "index"
    return user_data_path("lectern")


class Settings(BaseSettings):
    """Each field is a line in lectern.toml, or a variable LECTERN_NAME; the environment wins."""

    model_config = SettingsConfigDict(
        env_prefix="LECTERN_", env_file=ENVIRONMENT_FILE, extra="ignore", toml_file=SETTINGS_FILE, populate_by_name=True
    )

    home: Path = Field(default_factory=default_home, description="the folder of the index")
    catalogue_url: SecretStr | None = Field(
        None,
        description="postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE: the catalogue is there, and not in a file "
        "of the home; needs lectern[scale]",
    )
    chroma_url: str = Field(
        "", description="http://HOST:PORT or https://HOST of a Chroma server: vectors are kept there, not in the home"
    )
    chroma_token: SecretStr | None = Field(None, description="what the Chroma server, or a proxy before it, asks for")
    chroma_tenant: str = Field("default_tenant", description="tenant in the Chroma server")
    chroma_database: str = Field("default_database", description="database of the tenant")
    ray_address: str = Field(
        "",
        description="HOST:PORT of the head of a Ray cluster, one of whose nodes this machine is: files are read and "
        "embedded on its nodes; needs lectern[scale]",
    )
    uploads_url: str = Field(
        "",
        description="where all servers of an index keep what is uploaded: a folder, as a path or file://, or "
        "s3://BUCKET/PREFIX in an S3-compatible store that AWS's own variables name (needs lectern[scale]); "
        "empty: `uploads` in the home",
    )
    collection: str = Field("default", description="the collection that commands use unless told otherwise")

    llm: str = Field(
        "",
        description='PROVIDER:MODEL, or gguf:NAME or gguf:/PATH for a file; "off": quotes only; empty: a local Ollama '
        "if one answers, else a model that `lectern models get` fetched",
    )
    llm_base_url: str = Field("", description="address of an OpenAI-compatible server, a remote Ollama or a proxy")
    llm_context_tokens: int | None = Field(
        None, gt=500, description="prompt and answer together; empty: the server is asked"
    )
    llm_sees_images: bool | None = Field(
        None,
        description="whether the LLM named here looks at images, or any where none is; "
        "empty: its server, or LangChain's table of models, is asked",
    )
    llm_timeout_seconds: float = Field(120, gt=0, description="longest silence of an LLM")
    llm_idle_seconds: float | None = Field(
        None,
        ge=0,
        description="a model in a file, or of Ollama, leaves memory when it is not asked for so long; empty: 300 for a "
        "file, for Ollama what it was told itself",
    )
    llm_retries: int = Field(3, ge=0, description="further tries on passing errors, before the first word")
    answer_tokens: int = Field(1024, gt=16, description="longest answer")
    ollama_url: str = Field("http://127.0.0.1:11434", description="where Ollama is looked for when no LLM is named")
    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY")
    anthropic_api_key: SecretStr | None = Field(None, validation_alias="ANTHROPIC_API_KEY")
    google_api_key: SecretStr | None = Field(None, validation_alias="GOOGLE_API_KEY")

    embedder: str = Field(
        AUTO_EMBEDDER,
        description='"auto": by the languages of a collection\'s documents; all-MiniLM-L6-v2 or multilingual-e5-small, '
        "which come along; or folder or name of a sentence-transformers model",
    )
    collection_embedders: dict[str, str] = Field(
        default_factory=dict, description="collection = embedder, for collections that have another than `embedder`"
    )

    reranker: str = Field(
        "",
        description='"off", or folder or name of a sentence-transformers cross-encoder; empty: Lectern\'s own',
    )
    model_hub: str = Field(
        "https://huggingface.co", description="where `lectern models get` fetches from: the hub, or a mirror of it"
    )
    allow_downloads: bool = Field(False, description="fetch a model that `embedder` or `reranker` names from its hub")

    engine: Literal["auto", "openvino", "torch"] = Field(
        "auto", description="what runs embedder and reader; auto: torch where there is a GPU, else OpenVINO"
    )

    precision: Literal["auto", "f32", "bf16", "int8"] = Field(
        "auto",
        description="arithmetic of OpenVINO; auto: the fastest here that keeps a mean cosine of 0.999 to float32",
    )

    model_cache: Path | None = Field(
        None, description="folder of converted models, which several homes may share; empty: `models` in the home"
    )

    source_chunks: int = Field(12, gt=0, le=100, description="chunks that become sources")
    rerank_depth: int = Field(
        RERANK_DEPTH,
        ge=1,
        le=200,
        description="passages the reranker reads for a question: more is slower and finds more",
    )
    most_documents_read: int = Field(
        200,
        ge=1,
        le=100_000,
        description="documents read one by one for a question over all of them that words alone do not decide",
    )
    most_calls_unasked: int = Field(
        20,
        ge=0,
        description="calls of the LLM that a summary or a list may take before somebody agrees to more",
    )
    steps_look_ups: int = Field(6, ge=1, le=50, description="look-ups that an LLM may ask for in one answer")
    steps_calls: int = Field(2, ge=1, le=20, description="times that the LLM is asked what to look up")
    steps_tokens: int = Field(4000, ge=500, description="tokens of the LLM that planning look-ups may take, in all")
    steps_seconds: float = Field(120, gt=0, description="seconds after which no more is looked up")
    steps_source_chunks: int = Field(
        24, gt=0, le=200, description="chunks that become sources of an answer from several look-ups"
    )
    query_expansion: Literal["off", "multi-query", "hyde", "step-back"] = Field(
        "off",
        description="has the LLM write further texts to look up for a question: other wordings, a made-up answer, a "
        "broader question",
    )
    refusal_threshold: float | None = Field(None, ge=0, le=1, description="below it Lectern says it found nothing")

    workers: int = Field(default_factory=lambda: max(1, os.cpu_count() or 1), gt=0, description="parsing processes")
    seconds_per_file: float = Field(180, gt=0, description="longest time for one file")
    memory_megabytes: int = Field(2048, gt=128, description="most memory for one file")
    max_file_megabytes: int = Field(512, gt=0, description="larger files are refused")
    max_pages: int = Field(20_000, gt=0, description="longer documents are refused")
    ocr: bool = Field(True, description="read scanned pages by OCR where it is installed")
    ocr_languages: dict[str, Path] = Field(
        default_factory=dict,
        description="language = ONNX file of a rapidocr recognition model, for scans in other scripts than Latin, "
        "Chinese and Japanese, which need none",
    )
    ignore: list[str] = Field(
        default_factory=list, description='patterns of file names to pass over; "!.*" reads names with a dot in front'
    )
    folder_roots: list[Path] = Field(
        default_factory=list, description="only folders in these may be registered and synced; empty: all may"
    )
    passwords: dict[str, str] = Field(default_factory=dict, description="file name pattern = password")

    telemetry: Literal["off", "otlp"] = Field(
        "off",
        description="otlp: traces and metrics are sent to the collector that OpenTelemetry's own variables name; off: "
        "nothing is, also where these are set",
    )
    log_format: Literal["text", "json"] = Field("text", description="form of the lines of the log")

    token: SecretStr | None = Field(None, description="what commands show a running server that asks for one")

    allowed_hosts: list[str] = Field(
        default_factory=list,
        description="names the server may be addressed by, besides localhost; `*.name` for all below",
    )
    allowed_origins: list[str] = Field(
        default_factory=list, description="origins of pages on other servers that may use the API, such as https://a.b"
    )
    rate_per_minute: int = Field(
        6000, ge=0, description="most requests a minute from one token, or one address without tokens; 0: any number"
    )
    max_request_megabytes: int = Field(512, gt=0, description="larger uploads to the server are refused")

    _configured: tuple[str, str] | None = PrivateAttr(None)
    """The LLM's provider and address as they were read, in settings for another LLM."""

    @property
    def models_folder(self) -> Path:
        """Return the folder in which converted models are kept."""
        return self.model_cache.expanduser().absolute() if self.model_cache else self.home / "models"

    @property
    def llm_folder(self) -> Path:
        """Return the folder of the models that run here (GGUF)."""
        return self.models_folder / "llm"

    def for_llm(self, llm: str) -> Settings:
        """Return the settings for another LLM than theirs, without `llm_sees_images`, which is about theirs.

        The address that they name is for LLMs of the provider that they name.
        """
        sees = self.llm_sees_images if self.llm in ("", llm) else None
        provider, address = self._configured or (self.llm.partition(":")[0], self.llm_base_url)
        asked = llm.partition(":")[0]
        if provider not in ("", asked):
            address = self.ollama_url if asked == "ollama" else ""
        other = self.model_copy(update={"llm": llm, "llm_sees_images": sees, "llm_base_url": address})
        other._configured = self._configured or (self.llm.partition(":")[0], self.llm_base_url)
        return other

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the command line win over the environment, that over .env, and that over lectern.toml."""
        return init_settings, env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls)


def place_of(variable: str) -> str:
    """Return in words where a variable was set, without its value."""
    if any(name.upper() == variable for name in os.environ):
        return "the environment"
    if any(name.upper() == variable for name in dotenv_values(ENVIRONMENT_FILE)):
        return str(Path(ENVIRONMENT_FILE).absolute())
    return str(Path(SETTINGS_FILE).absolute())


def read_settings(**given: Any) -> Settings:
    """Return the settings, those of the command line on top. Raises ConfigurationError naming the wrong one."""
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise ConfigurationError(
            f"A setting is wrong: {problems}.", f"Correct it in {SETTINGS_FILE}, .env or the environment."
        ) from None
    except SettingsError as error:
        raise ConfigurationError(
            f"A setting is wrong: {error}.", "Lists and tables are written as JSON in .env and the environment."
        ) from None
    except UnicodeDecodeError:
        raise ConfigurationError(
            f"{SETTINGS_FILE} or .env is not UTF-8 text.", "Save both as UTF-8, or remove the one that is not."
        ) from None
    except (ValueError, OSError) as error:
        raise ConfigurationError(f"{SETTINGS_FILE} or .env cannot be read: {error}.", "Correct the file.") from None
    return settings.model_copy(update={"home": settings.home.expanduser().absolute()})
