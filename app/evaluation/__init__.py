"""Measures retrieval on questions with known pages."""
