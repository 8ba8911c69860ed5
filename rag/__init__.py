"""Answers questions from an index of documents. Knows nothing of how the index was filled or who asks."""
