"""Chat models: `open_chat_model` gives a server's, through LangChain, and `open_gguf_model` one from a file."""

from rag.models.llm.chat_model import ChatModel, open_chat_model
from rag.models.llm.gguf_model import GgufModel, open_gguf_model
from rag.models.llm.privacy import disable_tracing

__all__ = ["ChatModel", "GgufModel", "disable_tracing", "open_chat_model", "open_gguf_model"]
