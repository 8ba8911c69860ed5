"""Fills the index from a folder. Of `rag` it uses types, protocols, errors and layout only."""
