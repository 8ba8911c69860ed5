"""The Streamlit pages: they draw the answers of the service, which they reach over HTTP only."""
