"""Reads web pages, and the HTML inside other formats."""
