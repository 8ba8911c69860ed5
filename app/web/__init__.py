"""The Streamlit pages: draw what the service says, over HTTP only. Compute nothing, and know neither index nor LLM."""
