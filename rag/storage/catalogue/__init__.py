"""The catalogue in SQLite through SQLAlchemy: the truth about collections, documents, pages, chunks and runs."""
