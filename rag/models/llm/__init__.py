"""Chat models through LangChain: `open_chat_model` gives one, `disable_tracing` keeps LangChain's to itself."""

from rag.models.llm.chat_model import ChatModel, open_chat_model
from rag.models.llm.privacy import disable_tracing

__all__ = ["ChatModel", "disable_tracing", "open_chat_model"]
