"""Answers questions from an index of documents."""
