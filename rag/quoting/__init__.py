"""Answers in quotes: chooses the sentences and cells of the sources that answer, without an LLM."""
