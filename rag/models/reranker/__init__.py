"""Cross-encoders that read question and passage together: Lectern's own, and those of sentence-transformers."""
